/*
 * Espruino's timers: one list in the order of creation; of those due at one moment (the same
 * millisecond, or all that the processor slept through) the first in the list runs first; a number is freed when its timer is the last of the list; a
 * timer stays in the list while its callback runs.
 * From: setTimeout, setInterval and the debounce of watches. To: board.ts, which runs them.
 * Source: Espruino 2v29 src/jsinteractive.c. Espruino-safe.
 */
import { type Machine, mustHavePower } from './machine';

/** One timer. */
export interface Timer {
  id: number;
  dueMs: number;
  /** 0 for a timeout. */
  intervalMs: number;
  run: () => void;
  /** Made by a watch's debounce, so clearTimeout() without a number leaves it. */
  ofWatch: boolean;
}

/** The list of timers of one board. */
export interface TimerList {
  timers: Timer[];
  add(run: () => void, delayMs: number, intervalMs: number, ofWatch: boolean): Timer;
  remove(timer: Timer): void;
  /** Of those that are due, the first of the list; else the one due next, or null. */
  first(): Timer | null;
  /** Runs a timer through `enter` and takes it off the list or sets it to its next time. */
  fire(timer: Timer, enterFirmware: (run: () => void) => void): void;
  clearAll(): void;
}

/** An empty list. */
export function createTimerList(machine: Machine): TimerList {
  const list: TimerList = {
    timers: [],
    add: (run, delayMs, intervalMs, ofWatch) => {
      const timers = list.timers;
      const id = timers.length === 0 ? 1 : timers[timers.length - 1].id + 1;
      const timer = { id, dueMs: machine.nowMs + delayMs, intervalMs, run, ofWatch };
      timers.push(timer);
      return timer;
    },
    remove: (timer) => {
      const at = list.timers.indexOf(timer);
      if (at >= 0) list.timers.splice(at, 1);
    },
    first: () => {
      let best: Timer | null = null;
      for (let i = 0; i < list.timers.length; i++) {
        const timer = list.timers[i];
        if (timer.dueMs <= machine.nowMs) return timer;
        if (best === null || timer.dueMs < best.dueMs) best = timer;
      }
      return best;
    },
    fire: (timer, enterFirmware) => {
      enterFirmware(timer.run);
      if (timer.intervalMs > 0) timer.dueMs += timer.intervalMs;
      else list.remove(timer);
    },
    clearAll: () => {
      list.timers = [];
    },
  };
  return list;
}

/** Whole milliseconds, at least one: the board knows no shorter wait. */
function wholeDelay(delayMs: unknown): number {
  const rounded = typeof delayMs === 'number' ? Math.round(delayMs) : 1;
  return Math.max(rounded, 1);
}

// biome-ignore lint/suspicious/noExplicitAny: callbacks of the firmware take what they were given
type Callback = (...args: any[]) => void;

function clearTimer(list: TimerList, name: string, ids: IArguments): void {
  if (ids.length === 0) {
    list.timers = list.timers.filter((timer) => timer.ofWatch);
    return;
  }
  const id = ids[0];
  if (id === undefined) throw new Error(`${name}(undefined) not allowed. Use ${name}() instead`);
  for (let i = 0; i < list.timers.length; i++) {
    if (list.timers[i].id === id) {
      list.timers.splice(i, 1);
      return;
    }
  }
}

/** setTimeout, setInterval and their opposites over a list. */
export function createTimerGlobals(list: TimerList, machine: Machine) {
  const start = (fn: Callback, delayMs: unknown, isInterval: boolean, args: unknown[]): number => {
    mustHavePower(machine);
    if (typeof fn !== 'function') throw new Error('Function or String not supplied!');
    const wait = wholeDelay(delayMs);
    const run = () => {
      fn.apply(null, args);
    };
    return list.add(run, wait, isInterval ? wait : 0, false).id;
  };
  const restOf = (all: IArguments): unknown[] => {
    const rest: unknown[] = [];
    for (let i = 2; i < all.length; i++) rest.push(all[i]);
    return rest;
  };
  return {
    // On Espruino `arguments` is never shorter than the declared parameters: where nothing and
    // undefined differ, none may be declared.
    setTimeout: function (fn: Callback, delayMs?: number): number {
      // biome-ignore lint/complexity/noArguments: rest parameters do not survive on Espruino
      return start(fn, delayMs, false, restOf(arguments));
    },
    setInterval: function (fn: Callback, delayMs?: number): number {
      // biome-ignore lint/complexity/noArguments: rest parameters do not survive on Espruino
      return start(fn, delayMs, true, restOf(arguments));
    },
    clearTimeout: function (): void {
      // biome-ignore lint/complexity/noArguments: undefined and nothing are different here
      clearTimer(list, 'clearTimeout', arguments);
    },
    clearInterval: function (): void {
      // biome-ignore lint/complexity/noArguments: undefined and nothing are different here
      clearTimer(list, 'clearInterval', arguments);
    },
  };
}
