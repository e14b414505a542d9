/*
 * What: says what in a regular expression Espruino would read otherwise (mostly: never match, silently).
 * From where to where: pattern and flags of a literal -> the construct and what to write, or undefined.
 * Source: test/fixtures/espruino/language.json, rows on regexp.
 */

/** Construct and remedy. */
export type Refusal = [construct: string, instead: string];

const UNSAFE: [RegExp, string, string][] = [
  [/\(\?/, 'regexp group (?…)', 'a plain group, or code'],
  [/\{/, 'regexp repeat {n,m}', 'the piece written out n times'],
  [/[+*?]\?/, 'lazy regexp quantifier', 'a class that excludes the end'],
  [/\\[1-9]/, 'regexp back reference', 'code'],
  [/\\[pPku]/, 'regexp \\p \\k \\u', 'a class of ASCII characters'],
  [/\./, 'regexp dot (matches a new line there)', '[^\\n]'],
];

/** Judges pattern and flags of one regular expression; `inSplit` when it is split's separator. */
export function regexpRefusal(
  pattern: string,
  flags: string,
  inSplit: boolean,
): Refusal | undefined {
  if (/[^gi]/.test(flags)) return [`regexp flag ${flags.replace(/[gi]/g, '')}`, 'only g and i'];
  const bare = pattern.replace(/\\\\|\\[.{}()+*?[\]/]/g, '_').replace(/\[(?:\\.|[^\]])*\]/g, '_');
  for (const [sign, construct, instead] of UNSAFE) if (sign.test(bare)) return [construct, instead];
  if (inSplit && bare.includes('(')) return ['split with a group', 'a separator without groups'];
  return undefined;
}
