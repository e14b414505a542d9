/*
 * espruino-console.ts: Espruino's console and packet protocol over a virtual board: bytes in and time passes, bytes out.
 * Way: port (in process, TCP, pseudo terminal) -> line or packet -> the board's interpreter and Storage -> bytes.
 * Pure: time comes from outside, nothing waits. Source: Espruino 2v29, see each part; held against recordings and against the
 * real interpreter (test/hardware/console).
 */
import { boot } from './boot';
import {
  BLUETOOTH,
  type ConsoleOptions,
  type ConsoleState,
  drainPrinted,
  type Hang,
  isOver,
  isReached,
  SERIAL,
  tellFlags,
  tellOutOfMemory,
  tellUncaught,
} from './console-state';
import type { ErrorTelling } from './error-text';
import { tellError } from './error-text';
import { garbled } from './faults';
import { createInput, runOnBoard } from './input';
import { createInterpreter } from './interpreter';
import { createPackets, type PacketDoors } from './packets';
import { createScreen } from './screen';

/** Ctrl-C twice within this time ends an interpreter of Linux, ms. */
const CTRL_C_TWICE_MS = 5000;

/** A board at a port. */
export interface ConsoleBoard {
  options: ConsoleOptions;
  /** Bytes that reach the board's console now. */
  receive(bytes: Uint8Array): void;
  /** Bytes that reach its Serial1 now. Lost while code runs that never ends. */
  receiveOnSerial1(bytes: Uint8Array): void;
  /** Somebody connected by Bluetooth, or went. Nothing where the port is another one. */
  bluetooth(isConnected: boolean): void;
  /** Lets world time go on to here, ms. */
  runUntil(ms: number): void;
  /** World time of the next thing that happens by itself, or -1. */
  nextDueMs(): number;
  nowMs(): number;
  /** Bytes that leave the board. */
  onSend(fn: (bytes: Uint8Array) => void): void;
  /** The port goes away: the interpreter's process ended, USB restarts, or a planted fault pulls the plug. */
  onGone(fn: (why: 'exit' | 'reboot' | 'unplugged') => void): void;
  powerOn(): void;
  powerCut(): void;
}

function emitTo(state: ConsoleState, event: string, value: unknown): boolean {
  const listeners = state.listeners[event] ?? [];
  if (listeners.length === 0) return false;
  state.options.board.run(() => {
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        if (isOver(state)) throw error;
        state.pending = tellError(error, { code: '', name: '', shift: 0 });
      }
    }
  });
  return true;
}

/** What packets do about planted faults. */
function faultDoors(state: ConsoleState): Pick<PacketDoors, 'isRefused' | 'onWritten'> {
  const { faults, board } = state.options;
  const left = {
    nak: faults.nak?.times ?? 0,
    flip: faults.flipBit?.times ?? 0,
    unplug: faults.unplug?.times ?? 0,
  };
  let packets = 0;
  return {
    isRefused: (type) => {
      if (type === 'other' || !faults.nak) return false;
      packets++;
      if (packets < faults.nak.packet || left.nak <= 0) return false;
      left.nak--;
      return true;
    },
    onWritten: (name, bytes, size) => {
      const { flipBit, unplug } = faults;
      if (flipBit && left.flip > 0 && bytes >= size && ['', name].includes(flipBit.file)) {
        left.flip--;
        flipBitOf(board.flash(), board.storage.read(name));
      }
      const isHere = unplug && left.unplug > 0 && (unplug.file ?? name) === name;
      if (!isHere || bytes < size * unplug.share) return;
      left.unplug--;
      if (unplug.losesPower) board.powerCut();
      state.onGone('unplugged');
    },
  };
}

/** Clears the lowest bit that is set in the middle of a file. */
function flipBitOf(flash: Uint8Array, file: Uint8Array | undefined): void {
  if (!file) return;
  const at = Buffer.from(flash.buffer, flash.byteOffset, flash.length).indexOf(Buffer.from(file));
  for (let i = at + (file.length >> 1); at >= 0 && i < flash.length; i++) {
    const byte = flash[i] as number;
    if (byte === 0) continue;
    flash[i] = byte & (byte - 1);
    return;
  }
}

function packetDoorsOf(state: ConsoleState): PacketDoors {
  const { board } = state.options;
  let failure: ErrorTelling | 'out of memory' | null = null;
  return {
    screen: state.screen,
    nowMs: () => board.nowMs(),
    evaluate: (code) => {
      const result = runOnBoard(state, () => state.interpreter.evaluate(code));
      if (result === undefined) return 'silent';
      if (result.kind === 'hangs') {
        state.hang = 'packet';
        return 'silent';
      }
      if (result.kind === 'value' && !state.interpreter.isMemoryOver()) return result;
      failure = result.kind === 'error' ? result.error : 'out of memory';
      return { isRaised: failure === 'out of memory' || failure.isRaised };
    },
    tellFailure: () => {
      if (failure === 'out of memory') tellOutOfMemory(state, '');
      else if (failure) tellUncaught(state, failure);
      failure = null;
      tellFlags(state);
    },
    readFile: (name) => {
      const bytes = board.storage.read(name.slice(0, 28));
      return bytes === undefined ? undefined : new Uint8Array(bytes);
    },
    writeFile: (name, data, offset, size) => {
      board.run(() => {
        try {
          board.globals.require('Storage').write(name, data, offset, size);
        } catch (error) {
          if (isOver(state)) throw error;
          drainPrinted(state);
          state.screen.removeLine();
          state.pending = tellError(error, { code: '', name: '', shift: 0 });
        }
        drainPrinted(state);
      });
    },
    emit: (event, value) => emitTo(state, event, value),
    ...faultDoors(state),
  };
}

/** What comes when nothing runs: exceptions told, a start that was asked for, the prompt. */
function idle(state: ConsoleState): void {
  const { board } = state.options;
  if (state.hang !== '' || !board.isPowered()) return;
  drainPrinted(state);
  if (state.pending) {
    const telling = state.pending;
    state.pending = null;
    tellUncaught(state, telling);
  }
  tellFlags(state);
  while (state.todo) {
    state.start = state.todo;
    state.todo = null;
    board.reload();
  }
  if (state.hang === ('' as Hang)) state.screen.returnLine();
}

/** The first line of the program. */
function bootLine(state: ConsoleState): string {
  const bytes = state.options.board.storage.read('.bootcde');
  const [line] = Buffer.from(bytes ?? [])
    .toString('latin1')
    .split('\n');
  return (line ?? '').slice(0, 60);
}

/** Ctrl-C while code runs that never ends: it is broken off, at the start of a program by the debugger. */
function interrupt(state: ConsoleState): void {
  const { screen } = state;
  if (state.hang === 'boot') {
    const line = bootLine(state);
    screen.print(`.bootcde:1:1   ${line}\n${' '.repeat(15)}^\n`);
    screen.promptWord = 'debug';
    screen.isRemoved = true;
  } else {
    screen.print('Execution Interrupted\n');
    screen.isLineSilent = false;
  }
  state.hang = '';
}

/** Ctrl-C while nothing runs: the input line is dropped. On a board an empty one is left as it is. */
function createCtrlC(state: ConsoleState): () => void {
  let lastMs = -CTRL_C_TWICE_MS;
  return () => {
    const { screen, options } = state;
    if (screen.text === '' && options.isLinux) {
      const nowMs = options.board.nowMs();
      if (nowMs - lastMs < CTRL_C_TWICE_MS) return state.onGone('exit');
      lastMs = nowMs;
      screen.print('Press Ctrl-C again to exit\n');
    }
    screen.clear(true);
    if (screen.promptWord !== '') {
      screen.promptWord = '';
      screen.isRemoved = true;
    }
    screen.returnLine();
  };
}

/** Bytes that leave: held back by a slow board or while flash is erased, garbled by a wrong speed, or not at all. */
function createSender(options: ConsoleOptions) {
  const { faults, board } = options;
  const late: { atMs: number; bytes: Uint8Array }[] = [];
  const sender = {
    out: (_bytes: Uint8Array): void => {},
    send: (text: string): void => {
      if (faults.isSilent) return;
      const bytes = Uint8Array.from(Buffer.from(text, 'latin1'));
      const sent = faults.isWrongBaud ? garbled(bytes) : bytes;
      const atMs = Math.max(board.nowMs() + (faults.slowMs ?? 0), board.busyUntilMs());
      if (late.length === 0 && atMs <= board.nowMs()) sender.out(sent);
      else late.push({ atMs: Math.max(atMs, late.at(-1)?.atMs ?? 0), bytes: sent });
    },
    nextDueMs: (): number => late[0]?.atMs ?? -1,
    runDue: (): void => {
      while (late[0] && late[0].atMs <= board.nowMs()) {
        const { bytes } = late.shift() as { bytes: Uint8Array };
        sender.out(bytes);
      }
    },
  };
  return sender;
}

function createState(options: ConsoleOptions, send: (text: string) => void): ConsoleState {
  const state = {
    options,
    device: options.device,
    isForced: false,
    isConnected: false,
    isAsleep: false,
    start: { kind: 'power' },
    todo: null,
  } as ConsoleState;
  Object.assign(state, { isRebooting: false, starts: 0, pending: null, hang: '', waiting: [] });
  Object.assign(state, { errorFlags: [], toldFlags: 0, listeners: {}, uncaught: [], history: [] });
  state.printedLines = options.board.printed().length;
  state.onGone = () => {};
  state.send = send;
  state.screen = createScreen((text) => {
    if (isReached(state)) send(text);
  });
  state.interpreter = createInterpreter({
    variables: options.faults.variables ?? options.variables,
    hangMs: options.hangMs,
    isOver: () => isOver(state),
  });
  state.packets = createPackets(packetDoorsOf(state));
  return state;
}

/** Takes a chunk: a Ctrl-C in it is seen before the rest, unless a packet is under way. */
function createReceiver(state: ConsoleState): (bytes: Uint8Array) => void {
  const input = createInput(state);
  const ctrlC = createCtrlC(state);
  const take = (bytes: number[]): void => {
    for (let i = 0; i < bytes.length; i++) {
      const starts = state.starts;
      input(bytes[i] as number);
      if (state.hang !== '') {
        state.waiting.push(...bytes.slice(i + 1));
        return;
      }
      // What came before a restart is lost with it.
      if (state.starts !== starts || !state.options.board.isPowered()) return;
    }
    idle(state);
  };
  return (bytes) => {
    const chunk = [...bytes];
    if (state.hang !== '') {
      const isHeard = chunk.includes(3) && state.hang !== 'packet';
      if (!isHeard) {
        state.waiting.push(...chunk);
        return;
      }
      interrupt(state);
      take([...state.waiting.splice(0), ...chunk]);
    } else {
      if (chunk.includes(3) && !state.packets.isOpen()) ctrlC();
      take(chunk);
    }
  };
}

/** Puts a console on a board. The board is off; it must be used through this alone from now on. */
export function createConsoleBoard(options: ConsoleOptions): ConsoleBoard {
  const { board, faults } = options;
  if (faults.version) options.version = faults.version;
  if (faults.boardName) options.boardName = faults.boardName;
  if (faults.variables) options.variables = faults.variables;
  const sender = createSender(options);
  const state = createState(options, sender.send);
  const receive = createReceiver(state);
  board.onBoot(() => {
    const isRestart = state.isRebooting;
    boot(state);
    if (isRestart && faults.isPortLostAtReboot) state.onGone('reboot');
  });
  const dues = (): number[] =>
    [board.nextDueMs(), state.packets.nextDueMs(), sender.nextDueMs()].filter((ms) => ms >= 0);
  const isHeard = (): boolean => board.isPowered() && isReached(state);
  return {
    options,
    receive: (bytes) => {
      if (isHeard()) receive(faults.isWrongBaud ? garbled(bytes) : bytes);
    },
    receiveOnSerial1: (bytes) => {
      if (state.hang !== '') return;
      // Whatever is on the wires types into a console that is there.
      if (state.device === SERIAL && options.device !== SERIAL) receive(bytes);
      else board.receive(bytes);
      idle(state);
    },
    bluetooth: (isConnected) => {
      if (options.device !== BLUETOOTH) return;
      state.isConnected = isConnected;
      if (state.isForced) return;
      if (isConnected) state.device = BLUETOOTH;
      else if (state.device === BLUETOOTH) state.device = SERIAL;
    },
    nextDueMs: () => (state.hang !== '' || dues().length === 0 ? -1 : Math.min(...dues())),
    nowMs: () => board.nowMs(),
    runUntil: (ms) => {
      while (state.hang === '') {
        const next = Math.min(ms, ...dues());
        board.runUntil(next);
        state.packets.runDue();
        sender.runDue();
        idle(state);
        if (next >= ms) return;
      }
    },
    onSend: (fn) => {
      sender.out = fn;
    },
    onGone: (fn) => {
      state.onGone = fn;
    },
    powerOn: () => {
      board.powerOn();
      idle(state);
    },
    powerCut: () => {
      board.powerCut();
      state.hang = '';
    },
  };
}
