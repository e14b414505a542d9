/*
 * The board's pins: levels, pinMode, digitalRead, digitalWrite and setWatch with edge and debounce as Espruino
 * has them (a debounce is a timer that each edge puts off; only a changed state is told).
 * From: presses, pulses and plugged devices of the world. To: the firmware's watches; what it drives, to the devices.
 * Source: Espruino 2v29 src/jsinteractive.c, src/jswrap_io.c. Espruino-safe.
 */
import { type Machine, mustHavePower, raiseErrorFlag } from './machine';
import { pinNumber } from './pin-number';
import { CALL_US, type Outside } from './plugs';
import type { Timer, TimerList } from './timers';

/** Pulses that fit into Espruino's event ring of 1024 bytes, 6 bytes an edge, two edges a pulse. */
const PULSES_PER_RING = 85;
/** A press lasts at least so long, ms. */
const PRESS_MS_MIN = 150;
/** Between two presses of one button, ms. */
const PRESS_GAP_MS = 100;

/** What a watch tells. */
export interface WatchEvent {
  state: boolean;
  /** Seconds since boot. */
  time: number;
  lastTime: number | undefined;
  pin: number;
}

interface WatchOptions {
  repeat?: boolean;
  edge?: string;
  debounce?: number;
}

interface Watch {
  id: number;
  pin: number;
  fn: (event: WatchEvent) => void;
  isRepeated: boolean;
  /** 'rising', 'falling' or 'both'. */
  edge: string;
  debounceMs: number;
  state: boolean;
  lastTime: number | undefined;
  timer: Timer | null;
  timerState: boolean;
}

/** A change of a pin's level that is still to come. */
export interface PinChange {
  atMs: number;
  pin: number;
  level: number;
}

/** The pins of one board. */
export interface Pins {
  /** Changes to come, in order of time. */
  changes: PinChange[];
  /** Sets a level now and tells the watches. */
  setLevel(pin: number, level: number): void;
  /** Plans a press: down as soon as the button is free, up later. */
  planPress(pin: number): void;
  /** Pulses in bulk for the watches of a pin: how many they took. */
  pulses(pin: number, count: number): number;
  /** What the outside puts on a pin: 0, 1 or -1 = nothing. Kept without power. Allowed at any time. */
  plugLevel(pin: number, level: number): void;
  /** Who hears what the firmware drives on a pin. Kept without power. */
  plugListener(pin: number, fn: (level: number, atUs: number) => void): void;
  /** The firmware drives a pin at a time in µs. */
  drive(pin: number, level: number, atUs: number): void;
  level(pin: number): number;
  /** The level of a pin that nothing drives. */
  pull(pin: number, level: number): void;
  /** Whether the outside holds the pin at 0. */
  isHeldLow(pin: number): boolean;
  reset(): void;
  // biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
  globals: { [name: string]: any };
}

function isWantedEdge(watch: Watch, state: boolean): boolean {
  if (watch.edge === 'both') return true;
  return watch.edge === 'rising' ? state : !state;
}

/** Puts a change into the row, after those of the same time. */
function planChange(changes: PinChange[], change: PinChange): void {
  let at = changes.length;
  while (at > 0 && changes[at - 1].atMs > change.atMs) at--;
  changes.splice(at, 0, change);
}

/** One pulse: the watches learn of its rise, then of its fall. */
function pulseWatches(
  watches: Watch[],
  machine: Machine,
  enterFirmware: (run: () => void) => void,
  tell: (watch: Watch, state: boolean, time: number) => void,
): void {
  const time = (machine.nowMs - machine.bootMs) / 1000;
  const tellBoth = (watch: Watch) => () => {
    tell(watch, true, time);
    tell(watch, false, time);
  };
  for (let i = 0; i < watches.length; i++) enterFirmware(tellBoth(watches[i]));
}

function makeWatch(
  id: number,
  fn: (event: WatchEvent) => void,
  pin: number,
  state: boolean,
  options: WatchOptions | undefined,
): Watch {
  const asked: WatchOptions = options === undefined ? {} : options;
  return {
    id,
    pin,
    fn,
    isRepeated: asked.repeat === true,
    edge: asked.edge === undefined ? 'both' : asked.edge,
    debounceMs: asked.debounce === undefined ? 0 : Math.round(asked.debounce),
    state,
    lastTime: undefined,
    timer: null,
    timerState: false,
  };
}

/** How long a press must last for every one of these watches to see it, ms. */
function holdOf(watches: Watch[]): number {
  let holdMs = PRESS_MS_MIN;
  for (let i = 0; i < watches.length; i++) {
    holdMs = Math.max(holdMs, watches[i].debounceMs + 50);
  }
  return holdMs;
}

/** The watches of one board, and what an edge does to them. */
interface WatchDesk {
  of(pin: number): Watch[];
  add(watch: Watch): void;
  remove(id: number | undefined): void;
  nextId(): number;
  tell(watch: Watch, state: boolean, timeS: number): void;
  edge(watch: Watch, state: boolean): void;
  reset(): void;
}

function createWatchDesk(
  machine: Machine,
  list: TimerList,
  enterFirmware: (run: () => void) => void,
): WatchDesk {
  let watches: Watch[] = [];
  const secondsSinceBoot = (): number => (machine.nowMs - machine.bootMs) / 1000;
  const tell = (watch: Watch, state: boolean, time: number): void => {
    watch.state = state;
    const event = { state, time, lastTime: watch.lastTime, pin: watch.pin };
    watch.lastTime = time;
    if (!isWantedEdge(watch, state)) return;
    if (!watch.isRepeated) watches = watches.filter((other) => other !== watch);
    watch.fn(event);
  };
  const debounced = (watch: Watch) => () => {
    const state = watch.timerState;
    watch.timer = null;
    if (state !== watch.state) tell(watch, state, secondsSinceBoot() - watch.debounceMs / 1000);
  };
  return {
    of: (pin) => watches.filter((watch) => watch.pin === pin),
    add: (watch) => {
      watches.push(watch);
    },
    remove: (id) => {
      const gone = watches.filter((watch) => id === undefined || watch.id === id);
      watches = watches.filter((watch) => gone.indexOf(watch) < 0);
      for (let i = 0; i < gone.length; i++) {
        const timer = gone[i].timer;
        if (timer !== null) list.remove(timer);
      }
    },
    nextId: () => (watches.length === 0 ? 1 : watches[watches.length - 1].id + 1),
    tell,
    edge: (watch, state) => {
      if (watch.debounceMs <= 0) {
        enterFirmware(() => tell(watch, state, secondsSinceBoot()));
      } else if (watch.timer !== null) {
        watch.timer.dueMs = machine.nowMs + watch.debounceMs;
        watch.timerState = state;
      } else if (state !== watch.state) {
        watch.timerState = state;
        watch.timer = list.add(debounced(watch), watch.debounceMs, 0, true);
      }
    },
    reset: () => {
      watches = [];
    },
  };
}

/** The globals that work on pins. */
function createPinGlobals(
  machine: Machine,
  desk: WatchDesk,
  pins: Pins,
  outside: Outside,
  pinCount: number,
) {
  const driveAll = (pin: unknown, value: number): void => {
    const atUs = outside.callUs();
    const all = typeof pin === 'object' ? (pin as unknown[]) : [pin];
    const bits = typeof pin === 'object' ? value : value !== 0 ? 1 : 0;
    for (let i = all.length - 1; i >= 0; i--) {
      const place = all.length - 1 - i;
      pins.drive(pinNumber(all[i]), (bits >> place) & 1, atUs + place);
    }
  };
  return {
    setWatch: (fn: (event: WatchEvent) => void, pin: unknown, options?: WatchOptions): number => {
      mustHavePower(machine);
      const number = pinNumber(pin);
      const watch = makeWatch(desk.nextId(), fn, number, pins.level(number) === 1, options);
      desk.add(watch);
      return watch.id;
    },
    clearWatch: (id?: number): void => desk.remove(id),
    pinMode: (pin: unknown, mode?: string): void => {
      mustHavePower(machine);
      const number = pinNumber(pin);
      if (number < 0 || number >= pinCount) throw new Error('Invalid pin');
      if (mode === 'input_pulldown') pins.pull(number, 0);
      else if (mode === 'input_pullup') pins.pull(number, 1);
    },
    digitalRead: (pin: unknown): number => pins.level(pinNumber(pin)),
    digitalWrite: (pin: unknown, value: unknown): void => {
      mustHavePower(machine);
      driveAll(pin, value === true ? -1 : value === false ? 0 : (value as number));
    },
    /** Pulses start in the running event and last as long as their hardware timer says. */
    digitalPulse: (pin: unknown, value: unknown, time: number): void => {
      mustHavePower(machine);
      const level = value ? 1 : 0;
      const atUs = outside.callUs();
      pins.drive(pinNumber(pin), level, atUs);
      pins.drive(pinNumber(pin), 1 - level, atUs + Math.max(CALL_US, Math.round(time * 1000)));
    },
  };
}

/** The pins D0..D(pinCount - 1) of a board; `enterFirmware` runs a callback as an event. */
export function createPins(
  machine: Machine,
  list: TimerList,
  outside: Outside,
  enterFirmware: (run: () => void) => void,
  pinCount: number,
): Pins {
  const desk = createWatchDesk(machine, list, enterFirmware);
  let levels = new Uint8Array(pinCount);
  const plugged: number[] = [];
  const listeners: { pin: number; fn: (level: number, atUs: number) => void }[] = [];
  const freeAtMs: number[] = [];
  const tellWatches = (pin: number, level: number): void => {
    const found = desk.of(pin);
    for (let i = 0; i < found.length; i++) desk.edge(found[i], level === 1);
  };
  const pins: Pins = {
    changes: [],
    setLevel: (pin, level) => {
      if (levels[pin] === level) return;
      levels[pin] = level;
      tellWatches(pin, level);
    },
    plugLevel: (pin, level) => {
      plugged[pin] = level;
      if (level < 0 || levels[pin] === level) return;
      levels[pin] = level;
      if (machine.inside) outside.at(machine.nowMs, () => tellWatches(pin, level));
      else if (machine.powered) tellWatches(pin, level);
    },
    plugListener: (pin, fn) => {
      listeners.push({ pin, fn });
    },
    pull: (pin, level) => {
      if (plugged[pin] < 0) levels[pin] = level;
    },
    drive: (pin, level, atUs) => {
      if (pin < 0 || pin >= pinCount) throw new Error('Invalid pin');
      levels[pin] = level;
      for (let i = 0; i < listeners.length; i++) {
        if (listeners[i].pin === pin) listeners[i].fn(level, atUs);
      }
    },
    level: (pin) => levels[pin],
    isHeldLow: (pin) => plugged[pin] === 0,
    planPress: (pin) => {
      const holdMs = holdOf(desk.of(pin));
      const downMs = Math.max(freeAtMs[pin], machine.nowMs);
      planChange(pins.changes, { atMs: downMs, pin, level: 0 });
      planChange(pins.changes, { atMs: downMs + holdMs, pin, level: 1 });
      freeAtMs[pin] = downMs + holdMs + Math.max(PRESS_GAP_MS, holdMs);
    },
    pulses: (pin, count) => {
      const found = desk.of(pin);
      if (found.length === 0) return 0;
      const taken = Math.min(count, PULSES_PER_RING);
      if (taken < count) raiseErrorFlag(machine, 'FIFO_FULL');
      for (let i = 0; i < taken; i++) pulseWatches(found, machine, enterFirmware, desk.tell);
      return taken;
    },
    reset: () => {
      levels = new Uint8Array(pinCount);
      for (let i = 0; i < pinCount; i++) levels[i] = plugged[i] === 0 ? 0 : 1;
      desk.reset();
      pins.changes = [];
      for (let i = 0; i < pinCount; i++) freeAtMs[i] = 0;
    },
    globals: {},
  };
  for (let i = 0; i < pinCount; i++) plugged.push(-1);
  pins.globals = createPinGlobals(machine, desk, pins, outside, pinCount);
  pins.reset();
  return pins;
}
