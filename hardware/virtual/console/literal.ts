/*
 * literal.ts: values as Espruino writes them: E.toJS (answers of EVAL packets), `=value` at the prompt, print().
 * Way: a value of the board's context -> text of one byte a character.
 * Source: measured on Espruino 2v29 (number of digits, octal escapes, where lines are broken).
 */

/** How a value is written. */
export interface LiteralStyle {
  /** Blanks after brackets and commas, and lines broken before what is not a plain number. */
  isPretty: boolean;
  /** Names of fields without quotes where they are words. */
  isUnquoted: boolean;
  /** E.toJS: undefined is null or left out, typed arrays are arrays, functions are shown whole. */
  isJs: boolean;
}

/** E.toJS and RESPONSE packets. */
export const JS_STYLE: LiteralStyle = { isPretty: false, isUnquoted: true, isJs: true };
/** After "=" at the prompt. */
export const ANSWER_STYLE: LiteralStyle = { isPretty: true, isUnquoted: true, isJs: false };
/** print(). */
export const PRINT_STYLE: LiteralStyle = { isPretty: true, isUnquoted: false, isJs: false };

const DIGITS = 11;
const ITEMS_ON_LINE = 4;
/** At the prompt long arrays and texts are shown by their ends. */
const ITEMS_MAX = 25;
const ITEMS_SHOWN = 10;
const CHARACTERS_MAX = 68;
const CHARACTERS_SHOWN = 30;
const DEEPEST = 30;

const ESCAPES: { [char: string]: string } = {
  '\n': '\\n',
  '\t': '\\t',
  '\b': '\\b',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
  '"': '\\"',
};

/** A number as Espruino prints it: whole ones in full, fractions with 11 digits after the point. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return Math.abs(value) < 2 ** 53 ? String(value) : value.toString();
  if (Math.abs(value) < 1e-6) return String(Number(value.toPrecision(DIGITS)));
  const text = value.toFixed(DIGITS);
  return text.replace(/0+$/, '').replace(/\.$/, '');
}

function escaped(char: string, next: string): string {
  const known = ESCAPES[char];
  if (known !== undefined) return known;
  const code = char.charCodeAt(0);
  if (code < 8 && !/[0-7]/.test(next)) return `\\${code}`;
  if (code >= 32 && code < 127) return char;
  return code > 255
    ? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
    : `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** A string in double quotes with Espruino's escapes. */
export function quoted(text: string): string {
  let all = '';
  for (let i = 0; i < text.length; i++) all += escaped(text[i] as string, text[i + 1] ?? '');
  return `"${all}"`;
}

function functionText(value: (...args: never[]) => unknown, style: LiteralStyle): string {
  const source = Function.prototype.toString.call(value);
  // What the host gave, and what Node has itself: both are native on a board.
  const isHost = value instanceof Function;
  if (isHost || /\{\s*\[native code\]\s*\}$/.test(source)) return 'function () { [native code] }';
  const match = /^(?:function\s*[\w$]*\s*)?\(?([^)=]*)\)?\s*(?:=>)?\s*([\s\S]*)$/.exec(source);
  const args = (match?.[1] ?? '').trim();
  const body = match?.[2] ?? '';
  if (body === '{}') return `function (${args}) {}`;
  return style.isJs ? `function (${args}) ${body}` : `function (${args}) { ... }`;
}

const isPlain = (value: unknown): boolean => typeof value === 'number' || value == null;

/** Puts items between brackets, with Espruino's line breaks. */
function joined(
  items: { text: string; isPlain: boolean }[],
  ends: [string, string],
  style: LiteralStyle,
  depth: number,
  perLine: number,
): string {
  if (!style.isPretty) return ends[0] + items.map(({ text }) => text).join(',') + ends[1];
  let all = `${ends[0]} `;
  let isBroken = false;
  let onLine = 0;
  items.forEach((item, i) => {
    if (i > 0) all += ', ';
    if (isBroken || !item.isPlain || onLine >= perLine) {
      all += `\n${'  '.repeat(depth + 1)}`;
      onLine = 0;
    }
    onLine++;
    all += item.text;
    isBroken = !item.isPlain;
  });
  if (isBroken) all += `\n${'  '.repeat(depth)}`;
  return `${all} ${ends[1]}`;
}

function shortened<T>(items: T[], style: LiteralStyle): (T | '...')[] {
  const isLimited = style.isPretty && style.isUnquoted && items.length > ITEMS_MAX;
  return isLimited ? [...items.slice(0, ITEMS_SHOWN), '...', ...items.slice(-ITEMS_SHOWN)] : items;
}

function arrayText(values: unknown[], style: LiteralStyle, depth: number): string {
  const items = shortened(values, style).map((value) => ({
    text: value === '...' ? ' ... ' : textAt(value, style, depth + 1),
    isPlain: isPlain(value),
  }));
  return joined(items, ['[', ']'], style, depth, Number.POSITIVE_INFINITY);
}

function objectText(value: object, style: LiteralStyle, depth: number): string {
  const entries = Object.entries(value).filter(([, item]) => !(style.isJs && item === undefined));
  const items = entries.map(([name, item]) => {
    const isWord = style.isUnquoted && /^[A-Za-z_$][\w$]*$/.test(name);
    const head = `${isWord ? name : quoted(name)}:${style.isPretty ? ' ' : ''}`;
    return { text: head + textAt(item, style, depth + 1), isPlain: isPlain(item) };
  });
  return joined(items, ['{', '}'], style, depth, ITEMS_ON_LINE);
}

function typedArrayText(value: ArrayBufferView, style: LiteralStyle, depth: number): string {
  const numbers = [...(value as Uint8Array)];
  if (style.isJs) return `[${numbers.map(numberText).join(',')}]`;
  const name = (value as { constructor: { name: string } }).constructor.name;
  if (numbers.every((number) => number === 0)) return `new ${name}(${numbers.length})`;
  return `new ${name}(${arrayText(numbers, style, depth)})`
    .replace('([ ', '([')
    .replace(' ])', '])');
}

function textAt(value: unknown, style: LiteralStyle, depth: number): string {
  if (depth > DEEPEST) return ' ... ';
  if (value === undefined) return style.isJs ? 'null' : 'undefined';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') {
    if (!(style.isPretty && style.isUnquoted) || value.length <= CHARACTERS_MAX)
      return quoted(value);
    const last = value.slice(-CHARACTERS_SHOWN);
    return `${quoted(value.slice(0, CHARACTERS_SHOWN))} ... ${quoted(last)}`;
  }
  if (typeof value === 'function') return functionText(value as () => unknown, style);
  if (Array.isArray(value)) return arrayText(value, style, depth);
  if (ArrayBuffer.isView(value)) return typedArrayText(value, style, depth);
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object Error]') return `Error: ${String(value)}`;
  return objectText(value as object, style, depth);
}

/** A value as text, LF as line end. */
export function literalOf(value: unknown, style: LiteralStyle): string {
  return textAt(value, style, 0);
}

/** A value as print() shows it: strings as they are. */
export function printed(value: unknown): string {
  return typeof value === 'string' ? value : literalOf(value, PRINT_STYLE);
}
