/*
 * boot.ts: how Espruino starts on a virtual board: what it runs of Storage, and its banner.
 * Way: power, load(), reset() -> files .bootPowerOn, .boot0 … .boot3, .bootcde run in a fresh context; banner; prompt.
 * Source: Espruino 2v29: order and texts as recorded.
 */
import { consoleGlobals } from './console-globals';
import {
  type ConsoleState,
  drainPrinted,
  tellFlags,
  tellOutOfMemory,
  tellUncaught,
} from './console-state';

const BANNER = [
  '',
  ' ____                 _ ',
  '|  __|___ ___ ___ _ _|_|___ ___ ',
  '|  __|_ -| . |  _| | | |   | . |',
  '|____|___|  _|_| |___|_|_|_|___|',
  '         |_| espruino.com',
].join('\n');
const DONATE = [
  '',
  'Espruino is Open Source. Our work is supported',
  'only by sales of official boards and donations:',
  'http://espruino.com/Donate',
  '',
].join('\n');
/** A board's own build tells the terminal not to wrap lines. */
const NO_WRAP = '\x1b[?7l';
const BOOT_FILES = ['.boot0', '.boot1', '.boot2', '.boot3'];
const PLANTED = 'throw new Error("planted: the program fails at its start")';

function readText(state: ConsoleState, name: string): string | undefined {
  const bytes = state.options.board.storage.read(name);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
}

/** A first page that is neither erased nor begins with a file: everything goes. */
function healStorage(state: ConsoleState): void {
  const { board } = state.options;
  const image = board.flash();
  const page = image.subarray(0, 1024);
  const size = (image[0] as number) | ((image[1] as number) << 8) | ((image[2] as number) << 16);
  const isHeader =
    size > 0 && size < image.length && image.subarray(0, 4).some((byte) => byte < 255);
  if (isHeader || page.every((byte) => byte === 255)) return;
  state.screen.write('Storage is corrupt.\nErasing Storage Area...\n');
  board.globals.require('Storage').eraseAll();
  state.screen.write('Erase complete.\n');
}

/** Runs one file. False: it never ends. */
function runFile(state: ConsoleState, name: string, where: string): boolean {
  const code = readText(state, name);
  if (code === undefined) return true;
  const isPlanted = name === '.bootcde' && state.options.faults.throwsAtBoot;
  const text = isPlanted ? PLANTED : code;
  const isTooBig = state.interpreter.variablesUsed() + text.length * 0.04 > state.options.variables;
  if (isTooBig) {
    tellOutOfMemory(state, `    at ${where} (${name}:1:1)\n`);
    return true;
  }
  const result = state.interpreter.run(text, where, true);
  drainPrinted(state);
  if (result.kind === 'error') tellUncaught(state, result.error);
  else if (result.kind === 'hangs') state.hang = 'boot';
  if (state.interpreter.isMemoryOver()) tellOutOfMemory(state, `    at ${where} (${name}:1:1)\n`);
  tellFlags(state);
  return result.kind !== 'hangs';
}

function tellBanner(state: ConsoleState): void {
  const { isLinux, version } = state.options;
  const wrap = isLinux ? '' : NO_WRAP;
  state.screen.write(`${wrap}${BANNER}\n ${version} (c) 2026 G.Williams\n${DONATE}`);
}

function freshState(state: ConsoleState): void {
  state.isRebooting = false;
  state.starts++;
  state.pending = null;
  state.todo = null;
  state.hang = '';
  state.waiting = [];
  state.errorFlags = [];
  state.toldFlags = 0;
  state.listeners = {};
  state.uncaught = [];
  state.packets.reset();
  state.screen.text = '';
  state.screen.cursor = 0;
  state.screen.promptWord = '';
  // load() and reset() forget this, too; where the console is they leave as it was.
  state.isForced = false;
  if (state.start.kind === 'power') state.isAsleep = false;
  if (state.start.kind === 'load') return;
  state.device = state.options.device;
  state.screen.isEchoOff = false;
  state.screen.isLineSilent = false;
  state.screen.isRemoved = false;
}

function isButtonHeld({ options }: ConsoleState): boolean {
  return options.buttonPin >= 0 && options.board.globals.digitalRead(options.buttonPin) === 1;
}

/** Starts the interpreter; the board calls it at every start, with power. */
export function boot(state: ConsoleState): void {
  freshState(state);
  const start = state.start;
  state.start = { kind: 'power' };
  state.interpreter.start(consoleGlobals(state));
  if (start.kind === 'power') healStorage(state);
  const isLoading = start.kind === 'load' || (start.kind === 'power' && !isButtonHeld(state));
  const { storage } = state.options.board;
  const program = storage.read('.bootrst') || !isLoading ? '.bootrst' : '.bootcde';
  const hasCode = storage.read(program) !== undefined;
  const files = [...(start.kind === 'power' ? ['.bootPowerOn'] : []), ...BOOT_FILES, program];
  for (const name of files) {
    if (!runFile(state, name, name === program ? 'boot code' : name)) return;
  }
  if (start.kind === 'load' || !state.screen.isEcho()) return;
  if (!(isLoading && hasCode)) tellBanner(state);
  state.screen.write('\n');
  state.screen.isRemoved = true;
  if (start.kind === 'file') runFile(state, start.name, start.name);
}
