/*
 * input.ts: what Espruino does with each byte that comes to its console: editing, lines to run, packets, control characters.
 * Way: a byte -> the screen, a line that is run, or the receiver of packets.
 * Source: Espruino 2v29's console, read in its source and held against recordings.
 */
import { bracketCount } from './code-scan';
import {
  type ConsoleState,
  drainPrinted,
  isOver,
  tellFlags,
  tellOutOfMemory,
  tellUncaught,
} from './console-state';
import { knowsPackets } from './faults';
import type { RunResult } from './interpreter';
import { ANSWER_STYLE, literalOf } from './literal';

const HISTORY_CHARACTERS_MAX = 500;

/** Runs something on the board as an event; undefined when a restart or a power cut overtook it. */
export function runOnBoard(state: ConsoleState, run: () => RunResult): RunResult | undefined {
  let result: RunResult | undefined;
  const starts = state.starts;
  state.options.board.run(() => {
    result = run();
    drainPrinted(state);
  });
  return state.starts !== starts || isOver(state) ? undefined : result;
}

function tellResult(state: ConsoleState, result: RunResult, code: string): void {
  const { screen } = state;
  if (result.kind === 'error') {
    if (result.error.isRaised) screen.removeLine();
    tellUncaught(state, result.error);
  } else if (result.kind === 'out of memory') {
    // A block loses its end: there was no room to keep it.
    const isBlock = code.includes('\n');
    tellOutOfMemory(state, isBlock ? "Uncaught SyntaxError: Got EOF expected '}'\n" : '');
  } else if (state.interpreter.isMemoryOver()) {
    const caret = `${' '.repeat(code.length - 1)}^\n`;
    tellOutOfMemory(state, `    at REPL (:1:${code.length})\n${code}\n${caret}`);
  } else if (result.kind === 'value' && screen.isEcho() && code !== '') {
    screen.raw('=');
    screen.write(`${literalOf(result.value, ANSWER_STYLE)}\n`);
  }
  tellFlags(state);
}

function runLine(state: ConsoleState): void {
  const { screen } = state;
  if (screen.isShown()) screen.raw('\r\n');
  if (!screen.isLineSilent) screen.isRemoved = true;
  const code = screen.text.trimEnd();
  screen.clear(false);
  const result = runOnBoard(state, () => state.interpreter.run(code, 'REPL', false));
  if (result === undefined) return;
  if (result.kind === 'hangs') {
    state.hang = 'line';
    return;
  }
  if (code !== '' && screen.isEcho() && code.length <= HISTORY_CHARACTERS_MAX)
    state.history = [...state.history.filter((line) => line !== code), code];
  tellResult(state, result, code);
  screen.isLineSilent = false;
}

function newLine(state: ConsoleState): void {
  const { screen } = state;
  const isAtEnd = screen.text.slice(screen.cursor).trim() === '';
  if (isAtEnd && bracketCount(screen.text) <= 0) runLine(state);
  else screen.breakLine();
}

/** Up and down: through the history where the line is empty or from it, else through the lines. */
function upOrDown(state: ConsoleState, direction: 1 | -1): void {
  const { screen, history } = state;
  const at = history.indexOf(screen.text);
  const isHistory = (screen.text === '' || at >= 0) && screen.cursor === screen.text.length;
  if (!isHistory) {
    screen.moveLine(direction);
    return;
  }
  const from = at < 0 ? history.length : at;
  const next = at < 0 && direction > 0 ? undefined : history[from + direction];
  if (next !== undefined) screen.replace(next);
  else if (direction > 0) screen.replace('');
}

/** What has been seen of an escape sequence or of DLE. */
interface Prefix {
  text: string;
}

function bracketKey(state: ConsoleState, prefix: Prefix, char: string): void {
  const { screen } = state;
  prefix.text = '';
  if (/[0-9]/.test(char)) prefix.text = `\x1b[${char}`;
  else if (char === 'D') screen.left();
  else if (char === 'C') screen.right();
  else if (char === 'A') upOrDown(state, -1);
  else if (char === 'B') upOrDown(state, 1);
  else if (char === 'F') screen.end();
  else if (char === 'H') screen.home();
}

function numberKey(state: ConsoleState, prefix: Prefix, char: string): void {
  const { screen } = state;
  if (/[0-9]/.test(char)) {
    prefix.text += char;
    return;
  }
  const number = Number(prefix.text.slice(2));
  prefix.text = '';
  if (char === 'H' && number === 2) screen.clear(true);
  if (char !== '~') return;
  if (number === 1) screen.home();
  else if (number === 3) screen.deleteForward();
  else if (number === 4) screen.end();
}

function plainKey(state: ConsoleState, char: string): void {
  const { screen } = state;
  if (char === '\b' || char === '\x7f') screen.backspace();
  else if (char === '\r' || char === '\n') newLine(state);
  else if (char === '\t' && !screen.isEcho()) screen.insert('    ');
  else if (char >= ' ') screen.insert(char);
}

function controlKey(state: ConsoleState, prefix: Prefix, char: string): boolean {
  const { screen, options } = state;
  const wasDle = prefix.text === '\x10';
  if (char === '\0') prefix.text = '';
  else if (char === '\x01') {
    if (wasDle && knowsPackets(options.version)) {
      prefix.text = '';
      state.packets.open();
    }
  } else if (char === '\x03') return true;
  else if (char === '\x05') {
    if (screen.text === '') screen.write(`Espruino ${options.version} ${options.boardName}\n`);
  } else if (char === '\x10') {
    if (screen.text === '') screen.isLineSilent = true;
    prefix.text = char;
  } else if (char === '\x1b') prefix.text = char;
  else return false;
  return true;
}

/** Takes the console's bytes, one after the other. */
export function createInput(state: ConsoleState): (byte: number) => void {
  const prefix: Prefix = { text: '' };
  return (byte) => {
    if (state.packets.isOpen()) return state.packets.take(byte);
    const char = String.fromCharCode(byte);
    if (controlKey(state, prefix, char)) return;
    if (prefix.text === '\x1b') {
      prefix.text = '';
      if (char === 'O' || char === '[') prefix.text = `\x1b${char}`;
      else if (char === '\n') state.screen.breakLine();
    } else if (prefix.text === '\x1bO') {
      prefix.text = '';
      const keys: { [key: string]: string } = { o: '/', j: '*', m: '-', k: '+', M: '\r' };
      if (char === 'F') state.screen.end();
      else if (char === 'H') state.screen.home();
      else plainKey(state, keys[char] ?? '\0');
    } else if (prefix.text === '\x1b[') bracketKey(state, prefix, char);
    else if (prefix.text.startsWith('\x1b[')) numberKey(state, prefix, char);
    else {
      prefix.text = '';
      plainKey(state, char);
    }
  };
}
