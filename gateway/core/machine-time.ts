/*
 * machine-time.ts: may the machine's own clock be believed? Only while a time server sets it, or as far as its clock chip goes.
 * Way: samples of the machine (edges/machine.ts) -> offers for the clock keeper.
 * Pure. A Raspberry Pi without a clock chip starts with the time of its last shutdown: that alone is no evidence.
 */
import {
  CLOCK_DRIFT_PPM,
  CLOCK_STEP_MS,
  NTP_UNCERTAINTY_S,
  RTC_UNCERTAINTY_S,
} from '../limits/clock';
import type { MachineMoment, TimeOffer } from './clock-keeper';

/** What the machine says of time at one moment. */
export interface MachineSample {
  /** The system's clock, Unix ms. */
  dateMs: number;
  /** When a time server last set it, Unix ms; null = not since the start, or nobody says. */
  syncedAtMs: number | null;
  /** The kernel says that a time server keeps its clock. */
  isKernelSynced: boolean;
  /** The clock chip, Unix ms; null = there is none. */
  rtcMs: number | null;
}

/** Where samples come from. */
export interface Machine {
  moment(): MachineMoment;
  sample(): MachineSample;
}

/** Turns samples into offers. */
export interface MachineTime {
  offers(sample: MachineSample, steadyMs: number): TimeOffer[];
}

interface Before {
  dateMs: number;
  steadyMs: number;
  syncedAtMs: number | null;
}

/** Makes the judge of one machine's samples. */
export function createMachineTime(): MachineTime {
  let before: Before | null = null;
  /** The system's clock was moved, and no time server has set it since. */
  let moved = false;
  const noteMove = ({ dateMs, syncedAtMs }: MachineSample, steadyMs: number) => {
    if (before !== null) {
      const jumpMs = dateMs - before.dateMs - (steadyMs - before.steadyMs);
      const allowedMs = CLOCK_STEP_MS + ((steadyMs - before.steadyMs) * CLOCK_DRIFT_PPM * 10) / 1e6;
      if (syncedAtMs !== before.syncedAtMs) moved = false;
      else if (Math.abs(jumpMs) > allowedMs) moved = true;
    }
    before = { dateMs, steadyMs, syncedAtMs };
  };
  const ntp = ({ dateMs, syncedAtMs, isKernelSynced }: MachineSample): TimeOffer | null => {
    // The kernel forgets that it was synchronised when somebody sets its clock.
    if (isKernelSynced) {
      return { source: 'ntp', timeMs: dateMs, uncertaintyS: NTP_UNCERTAINTY_S };
    }
    if (syncedAtMs === null || moved || syncedAtMs > dateMs + CLOCK_STEP_MS) return null;
    const ageS = Math.max(0, dateMs - syncedAtMs) / 1000;
    const uncertaintyS = NTP_UNCERTAINTY_S + (ageS * CLOCK_DRIFT_PPM) / 1e6;
    return { source: 'ntp', timeMs: dateMs, uncertaintyS };
  };
  return {
    offers(sample, steadyMs) {
      noteMove(sample, steadyMs);
      const fromServer = ntp(sample);
      if (fromServer !== null) return [fromServer];
      if (sample.rtcMs === null) return [];
      return [{ source: 'rtc', timeMs: sample.rtcMs, uncertaintyS: RTC_UNCERTAINTY_S }];
    },
  };
}
