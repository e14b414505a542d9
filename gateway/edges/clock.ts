/*
 * clock.ts: the gateway's time and its timers: the system's, or a parent process's (village).
 * Way: everything in the gateway that asks for time or waits gets one of these two.
 * With the parent's clock nothing moves until the parent says so.
 */
import { existsSync } from 'node:fs';

/** trusted: set from outside and kept so. held: plausible, nobody vouches. unknown: not set. */
export type ClockState = 'trusted' | 'held' | 'unknown';

/** Time and timers. */
export interface GatewayClock {
  /** Unix time, ms. Meaningful as a date only when state() is not 'unknown'. */
  nowMs(): number;
  /** A time that never jumps, ms from some start: for intervals. */
  steadyMs(): number;
  state(): ClockState;
  /** How wrong it may be: ceil(log2(seconds)), 15 = unknown. As bulletins say it. */
  uncertainty(): number;
  /** Runs `run` once at this time. @returns a function that cancels it. */
  at(timeMs: number, run: () => void): () => void;
}

/** A clock that a parent process moves. */
export interface ParentClock extends GatewayClock {
  /** Sets the time without running timers: what was heard before them is judged before them. */
  set(timeMs: number): void;
  /** Runs every timer that is due, in order of their times. */
  runDue(): void;
}

/** No system clock of a working gateway is before this: 2026-01-01, Unix ms. */
const PLAUSIBLE_FROM_MS = 1_767_225_600_000;
/** systemd-timesyncd makes this file when a time server has answered since boot. */
const SYNCHRONISED_FILE = '/run/systemd/timesync/synchronized';
/** How often that file is looked for, ms. */
const LOOK_MS = 1_000;
/** A server has answered: within 4 s. Nobody vouches: within about an hour. */
const UNCERTAINTY_TRUSTED = 2;
const UNCERTAINTY_HELD = 12;
const UNCERTAINTY_UNKNOWN = 15;

/** The system's clock. */
export function systemClock(): GatewayClock {
  let lookedMs = Number.NEGATIVE_INFINITY;
  let synchronised = false;
  // Asked for every record: the file system is looked at once a second.
  const isSynchronised = (): boolean => {
    if (performance.now() - lookedMs < LOOK_MS) return synchronised;
    lookedMs = performance.now();
    synchronised = existsSync(SYNCHRONISED_FILE);
    return synchronised;
  };
  const state = (): ClockState => {
    if (Date.now() < PLAUSIBLE_FROM_MS) return 'unknown';
    return isSynchronised() ? 'trusted' : 'held';
  };
  return {
    nowMs: () => Date.now(),
    steadyMs: () => performance.now(),
    state,
    uncertainty() {
      const now = state();
      if (now === 'unknown') return UNCERTAINTY_UNKNOWN;
      return now === 'trusted' ? UNCERTAINTY_TRUSTED : UNCERTAINTY_HELD;
    },
    at(timeMs, run) {
      const timer = setTimeout(run, Math.max(0, timeMs - Date.now()));
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands still until a parent moves it. Unknown before the first time. */
export function parentClock(): ParentClock {
  let nowMs = 0;
  let timers: { timeMs: number; run: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    steadyMs: () => nowMs,
    state: () => (nowMs < PLAUSIBLE_FROM_MS ? 'unknown' : 'trusted'),
    uncertainty: () => (nowMs < PLAUSIBLE_FROM_MS ? UNCERTAINTY_UNKNOWN : 0),
    at(timeMs, run) {
      const timer = { timeMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    set(timeMs) {
      nowMs = timeMs;
    },
    runDue() {
      for (;;) {
        const due = timers.filter((timer) => timer.timeMs <= nowMs);
        if (due.length === 0) return;
        // One at a time: a timer may cancel another or set one that is due at once.
        const first = due.reduce((a, b) => (b.timeMs < a.timeMs ? b : a));
        timers = timers.filter((timer) => timer !== first);
        first.run();
      }
    },
  };
}
