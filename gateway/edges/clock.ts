/*
 * clock.ts: the gateway's time and its timers: this machine's, or a parent process's (village).
 * Way: everything in the gateway that asks for time or waits gets one of these two; what time it is decides
 * core/clock-keeper.ts. Timers run on the steady clock: a jump of the time moves none of them.
 * With the parent's clock nothing moves until the parent says so.
 */
import {
  type ClockKeeper,
  type ClockReading,
  type ClockSource,
  type ClockState,
  type ClockStep,
  createClockKeeper,
  type MachineMoment,
  type OfferVerdict,
  type SavedClock,
  uncertaintyCode,
} from '../core/clock-keeper';
import { createMachineTime, type Machine } from '../core/machine-time';
import { CLOCK_POLL_MS, CLOCK_READING_MS } from '../limits/clock';

export type { ClockState } from '../core/clock-keeper';

/** Time and timers. */
export interface GatewayClock {
  /** Unix time, ms. Meaningful as a date only when state() is not 'unknown'. */
  nowMs(): number;
  /** A time that never jumps, ms from some start: for intervals. */
  steadyMs(): number;
  state(): ClockState;
  /** How wrong it may be: ceil(log2(seconds)), 15 = unknown. As bulletins say it. */
  uncertainty(): number;
  /** All of it, for people. */
  reading(): ClockReading;
  /** Runs `run` once, as long from now as this time lies ahead now. @returns a function that cancels it. */
  at(timeMs: number, run: () => void): () => void;
  /** Somebody says what time it is now. */
  offer(source: ClockSource, timeMs: number, uncertaintyS: number): OfferVerdict;
  /** Nothing before this time, Unix ms, is believed of clock chips, radios and nodes. */
  raiseFloor(timeMs: number): void;
  /** Goes on with a saved time, if the machine ran all the while. @returns did it? */
  restore(saved: SavedClock): boolean;
  /** What to save now; null while the time is unknown. */
  save(): SavedClock | null;
  /** Corrections since the last call. */
  takeSteps(): ClockStep[];
}

/** What a parent says of time. */
export interface ParentTime {
  /** Steady time of the parent's world as Unix time, ms. It only rises. */
  timeMs: number;
  /** Does somebody vouch for it, as a time server would? Default yes. */
  isVouched?: boolean;
  /** Changes when the gateway's machine was started anew. Default: one that never was. */
  bootId?: string;
}

/** A clock that a parent process moves. */
export interface ParentClock extends GatewayClock {
  /** Sets the time without running timers: what was heard before them is judged before them. */
  set(time: number | ParentTime): void;
  /** Runs every timer that is due, in order of their times. */
  runDue(): void;
}

/**
 * The keeper's last reading, good for a moment: each record asks for the time a dozen times. Between two readings time
 * goes on as the steady clock does, which is what the keeper says, too; only how sure it is may be a moment old.
 */
function createLatelyRead(keeper: ClockKeeper) {
  let last: { reading: ClockReading; readAtMs: number } | null = null;
  return {
    read(atMs: number) {
      const isFresh =
        last !== null && atMs >= last.readAtMs && atMs - last.readAtMs < CLOCK_READING_MS;
      // An unknown time may stand still.
      if (last === null || !isFresh || last.reading.state === 'unknown')
        last = { reading: keeper.read(atMs), readAtMs: atMs };
      return last;
    },
    forget() {
      last = null;
    },
  };
}

/** What both clocks have in common: a keeper over a steady clock. */
function overKeeper(keeper: ClockKeeper, steadyMs: () => number, moment: () => MachineMoment) {
  const reading = () => keeper.read(steadyMs());
  const lately = createLatelyRead(keeper);
  return {
    nowMs() {
      const atMs = steadyMs();
      const { reading, readAtMs } = lately.read(atMs);
      return Math.floor(reading.timeMs + (atMs - readAtMs));
    },
    steadyMs,
    state: () => lately.read(steadyMs()).reading.state,
    uncertainty: () => uncertaintyCode(reading().uncertaintyS),
    reading,
    offer(source: ClockSource, timeMs: number, uncertaintyS: number) {
      lately.forget();
      return keeper.offer({ source, timeMs, uncertaintyS }, steadyMs());
    },
    raiseFloor(timeMs: number) {
      lately.forget();
      keeper.raiseFloor(timeMs, steadyMs());
    },
    restore(saved: SavedClock) {
      lately.forget();
      return keeper.restore(saved, moment(), steadyMs());
    },
    /** Somebody else offered a time to the keeper. */
    forget: lately.forget,
    save: () => keeper.save(moment(), steadyMs()),
    takeSteps: keeper.takeSteps,
  };
}

/** The time of a machine, as far as there is evidence for it. It is asked once a minute, when someone wants the time. */
export function systemClock(machine: Machine): GatewayClock {
  const keeper = createClockKeeper();
  const machineTime = createMachineTime();
  let pollAtMs = Number.NEGATIVE_INFINITY;
  const steadyMs = () => {
    const nowMs = performance.now();
    if (nowMs >= pollAtMs) {
      pollAtMs = nowMs + CLOCK_POLL_MS;
      for (const offer of machineTime.offers(machine.sample(), nowMs)) keeper.offer(offer, nowMs);
      clock.forget();
    }
    return nowMs;
  };
  const clock = overKeeper(keeper, steadyMs, machine.moment);
  return {
    ...clock,
    at(timeMs, run) {
      const timer = setTimeout(run, Math.max(0, timeMs - clock.nowMs()));
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands still until a parent moves it. Unknown before the first time. */
export function parentClock(): ParentClock {
  const keeper = createClockKeeper();
  let steadyMs = 0;
  let bootId = '';
  const clock = overKeeper(
    keeper,
    () => steadyMs,
    () => ({ bootId, uptimeMs: steadyMs }),
  );
  let timers: { steadyMs: number; run: () => void }[] = [];
  return {
    ...clock,
    at(timeMs, run) {
      // Before the parent's first word there is no other time than its own.
      const aheadMs = steadyMs === 0 ? timeMs : timeMs - clock.nowMs();
      const timer = { steadyMs: steadyMs + aheadMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    set(time) {
      const told = typeof time === 'number' ? { timeMs: time } : time;
      steadyMs = told.timeMs;
      bootId = told.bootId ?? '';
      if (told.isVouched !== false) clock.offer('ntp', told.timeMs, 0);
    },
    runDue() {
      for (;;) {
        const due = timers.filter((timer) => timer.steadyMs <= steadyMs);
        if (due.length === 0) return;
        // One at a time: a timer may cancel another or set one that is due at once.
        const first = due.reduce((a, b) => (b.steadyMs < a.steadyMs ? b : a));
        timers = timers.filter((timer) => timer !== first);
        first.run();
      }
    },
  };
}
