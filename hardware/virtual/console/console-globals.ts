/*
 * console-globals.ts: the globals of a board's context that have to do with its console: print, echo, load, reset, E, process,
 * Storage with names cut to 28 characters, timers whose exceptions are told.
 * Way: the virtual board's globals -> those of a fresh context.
 * Source: Espruino 2v29 reference and recordings.
 */
import { BLUETOOTH, type ConsoleState, drainPrinted, isOver } from './console-state';
import { tellError } from './error-text';
import { JS_STYLE, literalOf, printed } from './literal';

const NAME_CHARACTERS_MAX = 28;
/** Longer texts of Storage may be programs. */
const CODE_CHARACTERS = 200;

// biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
type Globals = { [name: string]: any };

const cut = (name: unknown): string => String(name).slice(0, NAME_CHARACTERS_MAX);

/** Takes an exception of the program: its own handler first, else it is told with the next idle moment. */
export function takeException(state: ConsoleState, error: unknown, name: string): void {
  if (isOver(state)) throw error;
  if (state.uncaught.length > 0) {
    for (const handler of state.uncaught) handler(error);
    return;
  }
  const telling = tellError(error, { code: '', name, shift: 0 });
  if (telling.isRaised) state.screen.removeLine();
  state.pending = { ...telling, trace: '' };
}

function guarded(state: ConsoleState, fn: unknown): unknown {
  if (typeof fn === 'string')
    return guarded(state, () => state.interpreter.run(fn, 'event', false));
  if (typeof fn !== 'function') return fn;
  return (...args: unknown[]): void => {
    try {
      if (state.interpreter.call(fn as (...all: unknown[]) => unknown, args) === 'hangs')
        state.hang = 'line';
    } catch (error) {
      takeException(state, error, '.bootcde');
    }
  };
}

function storageOf(state: ConsoleState, storage: Globals): Globals {
  const read = (name: unknown, offset?: number, length?: number): string | undefined => {
    const text = storage.read(cut(name), offset, length);
    if (text !== undefined && text.length > CODE_CHARACTERS) state.interpreter.noteFlash(text);
    return text;
  };
  return {
    ...storage,
    read,
    readJSON: (name: unknown) => {
      const text = read(name);
      return text === undefined ? undefined : JSON.parse(text);
    },
    write: (name: unknown, data: unknown, offset?: number, size?: number): boolean => {
      const isData = typeof data !== 'object' || data === null || ArrayBuffer.isView(data);
      const bytes = isData || Array.isArray(data) ? data : JSON.stringify(data);
      return storage.write(cut(name), bytes, offset, size);
    },
    writeJSON: (name: unknown, data: unknown): boolean =>
      storage.write(cut(name), JSON.stringify(data)),
    erase: (name: unknown): void => storage.erase(cut(name)),
    list: (pattern?: RegExp): string[] => {
      const names: string[] = storage.list();
      return pattern ? names.filter((name) => name.match(pattern)) : names;
    },
    compact: (): void => {
      storage.compact();
      drainPrinted(state);
    },
  };
}

function eOf(state: ConsoleState, original: Globals): Globals {
  const { options, screen } = state;
  return {
    ...original,
    CRC32: (data: unknown): unknown => (data === undefined ? undefined : original.CRC32(data)),
    toJS: (value: unknown): string => literalOf(value, JS_STYLE),
    getErrorFlags: (): string[] => {
      const flags = [...state.errorFlags, ...original.getErrorFlags()];
      state.errorFlags = [];
      state.toldFlags = 0;
      return flags;
    },
    on: (event: string, fn: (value: unknown) => void): void => {
      if (event === 'kill') original.on(event, fn);
      else state.listeners[event] = [...(state.listeners[event] ?? []), fn];
    },
    removeAllListeners: (event: string): void => {
      original.removeAllListeners(event);
      delete state.listeners[event];
    },
    setConsole: (device: unknown, how?: { force?: unknown }): void => {
      state.isForced = Boolean(how?.force);
      const name = device === null || device === undefined ? '' : deviceName(device);
      if (name === state.device) return;
      if (screen.isEcho()) {
        screen.removeLine();
        screen.write(`-> ${name === '' ? 'null' : name}\n`);
      }
      state.device = name;
    },
    getConsole: (): string | null => (state.device === '' ? null : state.device),
    reboot: (): void => {
      if (options.isLinux) {
        screen.write('Not implemented\n');
        state.onGone('exit');
      }
      state.isRebooting = true;
      original.reboot();
    },
  };
}

function deviceName(device: unknown): string {
  if (typeof device === 'string') return device;
  return String((device as { deviceName?: unknown }).deviceName ?? 'LoopbackA');
}

function processOf(state: ConsoleState, original: Globals): Globals {
  const { options, interpreter } = state;
  const storageBytes = options.board.flash().length;
  return {
    ...original,
    version: options.version,
    env: {
      VERSION: options.version,
      GIT_COMMIT: 'c5ff787b1',
      BOARD: options.boardName,
      RAM: 0,
      FLASH: storageBytes,
      SPIFLASH: storageBytes,
      STORAGE: storageBytes,
      SERIAL: options.serial,
      CONSOLE: options.device,
      MODULES: options.modules,
      EXPTR: 536871000,
    },
    memory: () => {
      const usage = interpreter.variablesUsed();
      return {
        free: options.variables - usage,
        usage,
        total: options.variables,
        history: 0,
        gc: 0,
        gctime: 0.06,
        blocksize: options.variableBytes,
        rx: { used: 0, total: 1024 },
        tx: { used: 0, total: 256 },
      };
    },
    on: (event: string, fn: (error: unknown) => void): void => {
      if (event === 'uncaughtException') state.uncaught.push(fn);
      original.on(event, fn);
    },
  };
}

/** A device of the board by which bytes leave without the console: USB.write. */
function portOf(state: ConsoleState, name: string): Globals {
  return {
    deviceName: name,
    setConsole: (): void => {
      state.device = name;
    },
    write: (data: unknown): void => {
      if (name === state.options.device) state.send(printed(data));
    },
    on: (): void => {},
  };
}

/** The globals of a fresh context. */
export function consoleGlobals(state: ConsoleState): Globals {
  const { board } = state.options;
  const own: Globals = board.globals;
  const storage = storageOf(state, own.require('Storage'));
  const print = (...values: unknown[]): void => {
    // Without power this throws what ends the run.
    if (isOver(state)) own.print('');
    else state.screen.print(`${values.map(printed).join(' ')}\n`);
  };
  const ask = (start: ConsoleState['todo']) => (): void => {
    state.todo = start;
  };
  return {
    ...own,
    E: eOf(state, own.E),
    NRF: {
      ...own.NRF,
      getSecurityStatus: () => ({ connected: state.isConnected }),
      sleep: (): void => {
        state.isAsleep = true;
        if (state.options.device === BLUETOOTH) state.onGone('unplugged');
      },
    },
    process: processOf(state, own.process),
    require: (name: string): unknown => {
      if (name === 'Storage') return storage;
      if (name === 'Flash') return own.require(name);
      throw new Error(`Module "${name}" not found`);
    },
    print,
    btoa: (data: unknown): string => Buffer.from(printed(data), 'latin1').toString('base64'),
    console: { log: print },
    echo: (isOn: unknown): void => {
      state.screen.isEchoOff = !isOn;
    },
    load: (name?: unknown): void => {
      state.todo = typeof name === 'string' ? { kind: 'file', name: cut(name) } : { kind: 'load' };
    },
    reset: ask({ kind: 'reset' }),
    getSerial: (): string => state.options.serial,
    USB: portOf(state, 'USB'),
    Bluetooth: portOf(state, 'Bluetooth'),
    LoopbackA: portOf(state, 'LoopbackA'),
    setTimeout: (fn: unknown, ms?: number, ...args: unknown[]): number =>
      own.setTimeout(guarded(state, fn), ms, ...args),
    setInterval: (fn: unknown, ms?: number, ...args: unknown[]): number =>
      own.setInterval(guarded(state, fn), ms, ...args),
    setWatch: (fn: unknown, ...rest: unknown[]): unknown =>
      own.setWatch(guarded(state, fn), ...rest),
    Serial1: {
      ...own.Serial1,
      on: (event: string, fn: unknown): void => own.Serial1.on(event, guarded(state, fn)),
    },
  };
}
