/*
 * code-scan.ts: reads JavaScript only as far as a console must: words, brackets, and where a first expression ends.
 * Way: text of an input line or an EVAL packet -> tokens, open brackets.
 * Source: behaviour of Espruino 2v29's console (bracket counting, unfinished strings and comments).
 */

/** One token. `kind`: what Espruino would call it in an error. */
export interface Token {
  kind: 'id' | 'number' | 'string' | 'sign' | 'unfinished string' | 'unfinished comment';
  text: string;
  /** Place of its first character. */
  at: number;
}

const WORD = /[A-Za-z0-9_$\u0080-\uffff]/;
/** After these a slash begins a regular expression. */
const BEFORE_REGEXP = /^(?:[([{,;=:?!&|+\-*%<>~^]|=>|return|typeof|case|in|of|void|delete|throw)$/;

function endOfQuoted(code: string, from: number): number {
  const quote = code[from];
  let at = from + 1;
  while (at < code.length && code[at] !== quote) {
    if (code[at] === '\n' && quote !== '`') return -1;
    at += code[at] === '\\' ? 2 : 1;
  }
  return at < code.length ? at + 1 : -1;
}

function endOfRegexp(code: string, from: number): number {
  let isClass = false;
  for (let at = from + 1; at < code.length && code[at] !== '\n'; at++) {
    const char = code[at];
    if (char === '\\') at++;
    else if (char === '[') isClass = true;
    else if (char === ']') isClass = false;
    else if (char === '/' && !isClass) return at + 1;
  }
  return -1;
}

function endOfWord(code: string, from: number): number {
  let at = from;
  const isNumber = /[0-9]/.test(code[from] ?? '');
  while (at < code.length && (WORD.test(code[at] ?? '') || (isNumber && code[at] === '.'))) at++;
  return at;
}

/** Past blanks and comments; -1 = a comment that does not end. */
function endOfBlank(code: string, from: number): number {
  let at = from;
  for (;;) {
    if (/\s/.test(code[at] ?? '')) at++;
    else if (code.startsWith('//', at)) {
      const end = code.indexOf('\n', at);
      at = end < 0 ? code.length : end;
    } else if (code.startsWith('/*', at)) {
      const end = code.indexOf('*/', at + 2);
      if (end < 0) return -1;
      at = end + 2;
    } else return at;
  }
}

function tokenAt(code: string, at: number, before: string): { token: Token; end: number } {
  const char = code[at] as string;
  if (char === '"' || char === "'" || char === '`') {
    const end = endOfQuoted(code, at);
    if (end >= 0) return { token: { kind: 'string', text: code.slice(at, end), at }, end };
    // A template that does not end waits for its end like a comment.
    const kind = char === '`' ? 'unfinished comment' : 'unfinished string';
    return { token: { kind, text: code.slice(at), at }, end: code.length };
  }
  if (WORD.test(char)) {
    const end = endOfWord(code, at);
    const kind = /[0-9]/.test(char) ? 'number' : 'id';
    return { token: { kind, text: code.slice(at, end), at }, end };
  }
  if (char === '/' && (before === '' || BEFORE_REGEXP.test(before))) {
    const end = endOfRegexp(code, at);
    if (end >= 0) return { token: { kind: 'string', text: code.slice(at, end), at }, end };
  }
  return { token: { kind: 'sign', text: char, at }, end: at + 1 };
}

/** All tokens up to `limit` characters; the last one tells of a string or comment without end. */
export function tokensOf(code: string, limit = code.length): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < limit) {
    const start = endOfBlank(code, at);
    if (start < 0) {
      tokens.push({ kind: 'unfinished comment', text: '', at });
      return tokens;
    }
    if (start >= limit || start >= code.length) return tokens;
    const { token, end } = tokenAt(code, start, tokens[tokens.length - 1]?.text ?? '');
    tokens.push(token);
    at = end;
  }
  return tokens;
}

/** Brackets that are open behind these tokens, outermost first. */
export function openBrackets(tokens: Token[]): string[] {
  const open: string[] = [];
  for (const { kind, text } of tokens) {
    if (kind !== 'sign') continue;
    if ('([{'.includes(text)) open.push(text);
    else if (')]}'.includes(text)) open.pop();
  }
  return open;
}

/** How many brackets an input line leaves open; 0 or less = it is run now. */
export function bracketCount(code: string): number {
  let count = 0;
  for (const { kind, text } of tokensOf(code)) {
    if (kind === 'unfinished string') return 0;
    if (kind === 'unfinished comment') return 1000;
    if (kind !== 'sign') continue;
    if ('([{'.includes(text)) count++;
    else if (')]}'.includes(text)) count--;
    if (count < 0) return count;
  }
  return count;
}

/** The code before its first semicolon outside brackets: an EVAL packet asks for one expression. */
export function firstExpression(code: string): string {
  const seen: Token[] = [];
  for (const token of tokensOf(code)) {
    if (token.text === ';' && openBrackets(seen).length === 0) return code.slice(0, token.at);
    seen.push(token);
  }
  return code;
}
