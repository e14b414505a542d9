/*
 * finding.ts: one thing the doctor looked at, and the table of all.
 * Way: checks -> findings -> text or JSON.
 */

/** How it stands. */
export type Level = 'ok' | 'warning' | 'fails';

/** One thing looked at. */
export interface Finding {
  /** What was looked at, in a word or two. */
  what: string;
  level: Level;
  /** What was found. */
  found: string;
  /** What to do; only where it is not ok. */
  todo?: string;
}

/** It is as it should be. */
export function ok(what: string, found: string): Finding {
  return { what, level: 'ok', found };
}

/** It works, but somebody should see to it. */
export function warning(what: string, found: string, todo: string): Finding {
  return { what, level: 'warning', found, todo };
}

/** It does not work. */
export function fails(what: string, found: string, todo: string): Finding {
  return { what, level: 'fails', found, todo };
}

/** A finding from the gateway's own words "what is wrong: what to do". @param usual what to do where they do not say it */
export function told(
  level: 'warning' | 'fails',
  what: string,
  words: string,
  usual: string,
): Finding {
  const at = words.lastIndexOf(': ');
  const [found, todo] = at < 0 ? [words, usual] : [words.slice(0, at), words.slice(at + 2)];
  return { what, level, found, todo };
}

/** The findings as lines. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.map(({ what, level, found, todo }) => {
    const line = `${level.padEnd(7)}  ${what.padEnd(width)}  ${found}`;
    return todo === undefined ? line : `${line}\n${' '.repeat(9 + width)}  -> ${todo}`;
  });
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  return `${lines.join('\n')}\n\n${count('ok')} ok, ${count('warning')} warnings, ${count('fails')} fail\n`;
}
