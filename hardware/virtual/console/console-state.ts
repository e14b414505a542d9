/*
 * console-state.ts: what the parts of a virtual board's console share.
 * Way: espruino-console.ts makes it; globals, boot and input work on it.
 */
import type { VirtualBoard } from '../board/types';
import type { ErrorTelling } from './error-text';
import type { BoardFaults } from './faults';
import type { Interpreter } from './interpreter';
import type { Packets } from './packets';
import type { Screen } from './screen';

/** How a console differs from others of its kind. */
export interface ConsoleOptions {
  board: VirtualBoard;
  /** process.env.BOARD. */
  boardName: string;
  /** process.env.VERSION, "2v29.277" for example. */
  version: string;
  /** getSerial(). */
  serial: string;
  /** The device behind the port: USB, Bluetooth, Serial1. */
  device: string;
  /** Names of the modules that are built in, with commas. */
  modules: string;
  /** Variables, and bytes of each. */
  variables: number;
  variableBytes: number;
  /** Pin that Espruino takes for its button: high at power-on, it does not start the program. -1 = none. */
  buttonPin: number;
  /** The interpreter is a process of Linux: Ctrl-C twice and E.reboot() end it. */
  isLinux: boolean;
  /** Code that runs longer than this never ends, ms of the host. */
  hangMs: number;
  faults: BoardFaults;
}

/** How the interpreter starts. */
export type Start =
  | { kind: 'power' }
  | { kind: 'load' }
  | { kind: 'reset' }
  | { kind: 'file'; name: string };

/** What is held up by code that never ends. */
export type Hang = '' | 'line' | 'packet' | 'boot';

/** A console at work. */
export interface ConsoleState {
  options: ConsoleOptions;
  screen: Screen;
  interpreter: Interpreter;
  packets: Packets;
  /** Device that the console is on; '' = none. */
  device: string;
  /** setConsole's `force`: Bluetooth connections and their ends do not move it. */
  isForced: boolean;
  /** Somebody is connected by Bluetooth. */
  isConnected: boolean;
  /** NRF.sleep(): nobody gets in by Bluetooth. */
  isAsleep: boolean;
  /** How the next start is meant. */
  start: Start;
  /** A start that was asked for and comes with the next idle moment. */
  todo: Start | null;
  /** E.reboot() was called: what runs is to be left. */
  isRebooting: boolean;
  /** Starts so far. */
  starts: number;
  /** An exception that nobody took, to be told. */
  pending: ErrorTelling | null;
  hang: Hang;
  /** Bytes that came while code that never ends ran. */
  waiting: number[];
  errorFlags: string[];
  toldFlags: number;
  listeners: { [event: string]: ((value: unknown) => void)[] };
  uncaught: ((error: unknown) => void)[];
  history: string[];
  /** Lines of board.printed() that are out. */
  printedLines: number;
  /** Bytes to the port. */
  send(text: string): void;
  /** The interpreter's process ended, or USB goes away. */
  onGone(why: 'exit' | 'reboot' | 'unplugged'): void;
}

/** Names of devices that a console can be on. */
export const BLUETOOTH = 'Bluetooth';
export const SERIAL = 'Serial1';

/** Does who is at the port reach the console? */
export function isReached({ device, options, isAsleep }: ConsoleState): boolean {
  return device === options.device && !(device === BLUETOOTH && isAsleep);
}

/** What Storage says without a look at the input line. */
const COMPACTING = 'Compacting...';

/** Has the run been overtaken by a restart or a power cut? */
export function isOver(state: ConsoleState): boolean {
  return state.isRebooting || !state.options.board.isPowered();
}

/** Tells an exception: the input line goes away first. */
export function tellUncaught(state: ConsoleState, error: ErrorTelling): void {
  state.screen.print(`Uncaught ${error.text}\n${error.trace}`);
}

/** Puts out what the board itself had to say (compaction, exceptions outside the console). */
export function drainPrinted(state: ConsoleState): void {
  const lines = state.options.board.printed();
  for (; state.printedLines < lines.length; state.printedLines++) {
    const line = lines[state.printedLines];
    if (line === COMPACTING) state.screen.write(`${line} \n`);
    else state.screen.print(`${line}\n`);
  }
}

/** Flags that came up since the last telling. */
export function tellFlags(state: ConsoleState): void {
  const fresh = state.errorFlags.slice(state.toldFlags);
  state.toldFlags = state.errorFlags.length;
  if (fresh.length > 0) state.screen.print(`New interpreter error: ${fresh.join(',')}\n`);
}

/** The variables were used up: the run was ended by the interpreter. `trace`: where, with LF at its end. */
export function tellOutOfMemory(state: ConsoleState, trace: string): void {
  const isKnown = state.errorFlags.includes('MEMORY');
  const head = isKnown ? '' : `OUT OF MEMORY${trace}`;
  state.screen.print(`${head}Execution Interrupted\n`);
  for (const flag of ['LOW_MEMORY', 'MEMORY'])
    if (!state.errorFlags.includes(flag)) state.errorFlags.push(flag);
  tellFlags(state);
}
