/*
 * interpreter.ts: runs what came over the console or lies in Storage, in a context like Espruino's own.
 * Way: code and the board's globals -> a value, an exception in Espruino's words, "out of memory", or "never ends".
 * Source: Espruino 2v29: code is run as it is read, so what stands before a syntax error has run.
 */
import { type Context, createContext, runInContext, Script } from 'node:vm';
import { SHARED_GLOBALS, STRIP_GLOBALS } from '../run-bundle';
import { firstExpression, tokensOf } from './code-scan';
import {
  type ErrorTelling,
  type RunSource,
  syntaxOffset,
  tellError,
  tellSyntaxError,
} from './error-text';
import { IDLE_VARIABLES, PEAK_VARIABLES_PER_BYTE, variablesOf } from './memory-use';

/** What became of a piece of code. */
export type RunResult =
  | { kind: 'value'; value: unknown }
  | { kind: 'error'; error: ErrorTelling }
  | { kind: 'out of memory' }
  | { kind: 'hangs' };

/** What an interpreter is made of. */
export interface InterpreterOptions {
  /** Variables of the board. */
  variables: number;
  /** How long code may run before it counts as never ending, ms. */
  hangMs: number;
  /** Rethrown through everything: the power went, or the board starts again. */
  isOver(): boolean;
}

/** One board's interpreter. */
export interface Interpreter {
  /** A fresh context. */
  start(globals: { [name: string]: unknown }): void;
  /** Runs statements. `name`: where they stand, for the trace. Throws: what the board throws when it is over. */
  run(code: string, name: string, isFlash: boolean): RunResult;
  /** Evaluates the one expression of an EVAL packet. */
  evaluate(code: string): RunResult;
  /** Calls a function of the program: a timer's, a port's. Throws: what it throws. */
  call(fn: (...args: unknown[]) => unknown, args: unknown[]): 'done' | 'hangs';
  /** A text was read from Storage: what is made of it stays there. */
  noteFlash(text: string): void;
  /** Variables in use, of the board's. */
  variablesUsed(): number;
  /** Looks for more than the board has, and drops what was made last. */
  isMemoryOver(): boolean;
}

/** Code up to the first erased byte: what was never written ends it. */
function writtenPart(code: string): string {
  const end = code.indexOf('\xff\xff\xff\xff');
  return end < 0 ? code : code.slice(0, end);
}

/** Variables that running a line takes at least. */
const LINE_VARIABLES = 40;
const STATEMENT_WORDS =
  /^(?:var|let|const|if|for|while|do|return|throw|try|switch|break|continue)$/;
const VARIABLE = /^\s*(?:var|let|const)\s[\s\S]*?([A-Za-z_$][\w$]*)\s*=[^;]*;?\s*$/;
const DECLARED_FUNCTION = /^\s*function\s+([A-Za-z_$][\w$]*)\s*\([^)]*\)\s*\{[\s\S]*\}\s*;?\s*$/;

/** The longest beginning of broken code that can be run by itself. */
function soundBeginning(code: string, offset: number): string {
  const ends = tokensOf(code, offset)
    .filter(({ text }) => text === ';' || text === '}' || text === ')')
    .map(({ at }) => at + 1)
    .reverse();
  for (const end of ends.slice(0, 50)) {
    try {
      new Script(code.slice(0, end));
      return code.slice(0, end);
    } catch {}
  }
  return '';
}

/** The expression that comes first where more follows; the whole where there is none. */
function soundExpression(code: string, source: RunSource): string {
  try {
    new Script(`(${code}\n)`, { filename: source.name });
    return code;
  } catch (error) {
    const first = code.slice(0, syntaxOffset(error, source));
    try {
      new Script(`(${first}\n)`);
      return first;
    } catch {
      return code;
    }
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/** Where a function waits to be called: a name that no program writes. */
const CALL_SLOT = '\0call';
const CALL = new Script(`globalThis[${JSON.stringify(CALL_SLOT)}]()`, { filename: 'event' });

/** Runs a text that holds the source's code. What stands before a syntax error is run. */
function runScript(
  text: string,
  source: RunSource,
  context: Context,
  options: InterpreterOptions,
): RunResult {
  let script: Script;
  try {
    script = new Script(text, { filename: source.name });
  } catch (error) {
    const offset = syntaxOffset(error, source);
    const beginning = source.shift > 0 ? '' : soundBeginning(source.code, offset);
    if (beginning !== '') {
      const result = runScript(beginning, { ...source, code: beginning }, context, options);
      if (result.kind !== 'value') return result;
    }
    return { kind: 'error', error: tellSyntaxError(source, offset) };
  }
  try {
    return { kind: 'value', value: script.runInContext(context, { timeout: options.hangMs }) };
  } catch (error) {
    if (options.isOver()) throw error;
    if (isTimeout(error)) return { kind: 'hangs' };
    return { kind: 'error', error: tellError(error, source) };
  }
}

/** A statement where an expression must be. */
function refusedStatement(source: RunSource): ErrorTelling | null {
  const [first] = tokensOf(source.code);
  if (first?.kind !== 'id' || !STATEMENT_WORDS.test(first.text)) return null;
  const text = `SyntaxError: Got ${first.text} expected EOF`;
  return { ...tellSyntaxError(source, 0), text };
}

/** Makes an interpreter that holds no context yet. */
export function createInterpreter(options: InterpreterOptions): Interpreter {
  let context: Context = createContext({});
  let standing: Set<string> = new Set();
  const flash = new Set<string>();
  const isFlashText = (text: string): boolean => [...flash].some((all) => all.includes(text));
  const ownNames = (): string[] => Object.keys(context).filter((name) => !standing.has(name));
  const used = (): number =>
    IDLE_VARIABLES +
    variablesOf(
      ownNames().map((name) => context[name]),
      isFlashText,
    );
  const hasRoomFor = (code: string): boolean =>
    used() + Math.max(LINE_VARIABLES, code.length * PEAK_VARIABLES_PER_BYTE) <= options.variables;
  const execute = (text: string, source: RunSource): RunResult =>
    runScript(text, source, context, options);
  return {
    start: (globals) => {
      context = createContext({ ...SHARED_GLOBALS, ...globals });
      context.global = context;
      runInContext(STRIP_GLOBALS, context);
      standing = new Set(Object.keys(context));
      flash.clear();
    },
    run: (code, name, isFlash) => {
      if (isFlash) flash.add(code);
      else if (!hasRoomFor(code)) return { kind: 'out of memory' };
      const source = { code: writtenPart(code), name, shift: 0 };
      const result = execute(source.code, source);
      if (result.kind !== 'value' || isFlash) return result;
      const named = VARIABLE.exec(code)?.[1] ?? DECLARED_FUNCTION.exec(code)?.[1];
      if (result.value !== undefined || named === undefined) return result;
      return execute(named, { code: named, name, shift: 0 });
    },
    evaluate: (code) => {
      if (!hasRoomFor(code)) return { kind: 'out of memory' };
      const wanted = firstExpression(code);
      const source = { code: wanted, name: 'packet', shift: 1 };
      const refusal = refusedStatement(source);
      if (refusal) return { kind: 'error', error: refusal };
      return execute(`(${soundExpression(wanted, source)}\n)`, source);
    },
    call: (fn, args) => {
      const slot = { value: () => fn(...args), configurable: true, enumerable: false };
      Object.defineProperty(context, CALL_SLOT, slot);
      try {
        CALL.runInContext(context, { timeout: options.hangMs });
        return 'done';
      } catch (error) {
        if (isTimeout(error)) return 'hangs';
        throw error;
      }
    },
    noteFlash: (text) => {
      flash.add(text);
    },
    variablesUsed: () => Math.min(options.variables, used()),
    isMemoryOver: () => {
      if (used() <= options.variables) return false;
      for (const name of ownNames().reverse()) {
        context[name] = undefined;
        if (used() <= options.variables) break;
      }
      return true;
    },
  };
}
