/*
 * error-text.ts: what went wrong in Node, in Espruino's words.
 * Way: an exception of the board's context -> "Uncaught …" and the lines below it.
 * Source: the texts of Espruino 2v29, measured; those that only Node knows are left as they are.
 */
import { openBrackets, tokensOf } from './code-scan';

/** An exception as the console tells it. */
export interface ErrorTelling {
  /** After "Uncaught ", without a line end. */
  text: string;
  /** Lines below it: place, the line of code, a caret. LF as line end; empty when there is nothing to show. */
  trace: string;
  /** Raised by the interpreter, not by a throw of the program: the input line is taken away at once. */
  isRaised: boolean;
}

/** What was being run. */
export interface RunSource {
  code: string;
  /** Name in the trace: REPL, .bootcde, … */
  name: string;
  /** Characters that were put before the code. */
  shift: number;
}

const RULES: [RegExp, (...parts: string[]) => string][] = [
  [/^ReferenceError: (\S+) is not defined$/, (name) => `ReferenceError: "${name}" is not defined`],
  [
    /^TypeError: Cannot (?:read|set) propert(?:y|ies) of (null|undefined) \((?:reading|setting) '(.*)'\)$/,
    (what, name) => `Error: Can't read property '${name}' of ${what}`,
  ],
  [
    /^TypeError: (?:.*\.)?([A-Za-z_$][\w$]*)(?:\(\.\.\.\))? is not a (?:function|constructor)$/,
    (name) => `Error: Function "${name}" not found!`,
  ],
  [/^TypeError: [\d.]+ is not a function$/, () => 'Error: Expecting function, got Number'],
  [/^TypeError: .* is not a function$/, () => 'Error: Expecting function, got undefined'],
  [/^TypeError: Assignment to constant variable\.$/, () => 'TypeError: Assignment to a constant'],
  [
    /^RangeError: Maximum call stack size exceeded$/,
    () => 'Error: Too much recursion - the stack is about to overflow',
  ],
];

function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return '[object Object]';
  }
}

/** Line and column (from 1) where an exception arose in the code itself. */
function placeOf(error: unknown, name: string): { line: number; column: number } | null {
  const stack = String((error as { stack?: unknown } | null)?.stack ?? '');
  const escapedName = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const frame = new RegExp(`${escapedName}:(\\d+):(\\d+)`).exec(stack);
  if (frame) return { line: Number(frame[1]), column: Number(frame[2]) };
  const head = new RegExp(`^${escapedName}:(\\d+)\\n.*\\n( *)\\^`).exec(stack);
  if (head) return { line: Number(head[1]), column: (head[2] as string).length + 1 };
  return null;
}

function offsetOf(code: string, line: number, column: number): number {
  const before = code.split('\n').slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

const CLOSING: { [open: string]: string } = { '(': ')', '[': ']', '{': '}' };

/** What the interpreter wanted to see at a place. */
function wantedAt(code: string, offset: number): string {
  const tokens = tokensOf(code, offset);
  const open = openBrackets(tokens).pop();
  if (open === undefined) return 'EOF';
  if (offset >= code.length) return `'${CLOSING[open]}'`;
  return open === '{' ? "':'" : "','";
}

function tokenName(code: string, offset: number): string {
  const token = tokensOf(code.slice(offset))[0];
  if (!token) return 'EOF';
  if (token.kind === 'unfinished string') return 'UNFINISHED STRING';
  if (token.kind === 'number') return token.text.includes('.') ? 'FLOAT' : 'INT';
  if (token.kind === 'string') return 'STRING';
  if (token.kind === 'sign') return `'${token.text}'`;
  const isReserved =
    /^(?:var|let|const|if|else|do|while|for|break|continue|function|return|throw|try|catch|finally|new|switch|case|default|in|of)$/;
  return isReserved.test(token.text) ? token.text : `ID:${token.text}`;
}

/** A SyntaxError of Node at an offset of the code, in Espruino's words. */
export function syntaxText(code: string, offset: number): string {
  const tokens = tokensOf(code);
  const last = tokens[tokens.length - 1];
  if (last?.kind === 'unfinished string') return 'SyntaxError: Got UNFINISHED STRING expected EOF';
  if (/^\s*var\s+\d/.test(code)) return 'Error: Unable to assign value to non-reference Number';
  const isAtEnd = offset >= code.trimEnd().length;
  // After a comma in an object the interpreter looks for the next name or the end of the object.
  const isInObject = last?.text === ',' && openBrackets(tokens).pop() === '{';
  const wantsOperand =
    !isInObject && (last === undefined || (last.kind === 'sign' && !')]}'.includes(last.text)));
  if (isAtEnd && wantsOperand && last?.text !== '{' && last?.text !== ';')
    return 'SyntaxError: Unexpected end of Input';
  const at = isAtEnd ? code.length : offset;
  return `SyntaxError: Got ${tokenName(code, at)} expected ${wantedAt(code, at)}`;
}

function traceOf(source: RunSource, offset: number): string {
  const before = source.code.slice(0, offset).split('\n');
  const column = (before[before.length - 1] as string).length;
  const line = source.code.split('\n')[before.length - 1] ?? '';
  const place = `:${before.length}:${column + 1}`;
  const head = source.name === 'packet' ? place : `${source.name} (${place})`;
  return `    at ${head}\n${line}\n${' '.repeat(column)}^\n`;
}

/** Was it thrown by the program itself, not by the interpreter? */
function isThrown(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return true;
  if (error instanceof Error) return false;
  return !/^(?:ReferenceError|SyntaxError|TypeError: .*(?:is not a|Cannot))/.test(textOf(error));
}

/** Tells a SyntaxError by the offset where the code went wrong. */
export function tellSyntaxError(source: RunSource, offset: number): ErrorTelling {
  const text = syntaxText(source.code, offset);
  return { text, trace: traceOf(source, offset), isRaised: true };
}

/** The offset in the code at which Node found no way on. */
export function syntaxOffset(error: unknown, source: RunSource): number {
  const place = placeOf(error, source.name);
  if (!place) return source.code.length;
  const offset = offsetOf(source.code, place.line, place.column);
  if (/missing \) after argument/.test(String(error))) {
    // Node points before the place; Espruino at what stands there instead of a comma.
    const [, next] = tokensOf(source.code.slice(offset - (place.line === 1 ? source.shift : 0)));
    if (next) return offset + next.at;
  }
  return Math.max(0, Math.min(source.code.length, offset - (place.line === 1 ? source.shift : 0)));
}

/** Tells an exception that arose while the code ran. */
export function tellError(error: unknown, source: RunSource): ErrorTelling {
  const isThrownValue = typeof error !== 'object' || error === null;
  let text = textOf(error);
  for (const [pattern, words] of RULES) {
    const match = pattern.exec(text);
    if (match) {
      text = words(...match.slice(1));
      break;
    }
  }
  const place = isThrownValue || source.name === '' ? null : placeOf(error, source.name);
  const trace = place ? traceOf(source, syntaxOffset(error, source)) : '';
  return { text, trace, isRaised: !isThrown(error) };
}
