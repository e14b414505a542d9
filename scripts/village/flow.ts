/*
 * Turns real tap days into pulses of a virtual meter.
 * From: days of rows (taps.ts), drawn by seed for each site and village day. To: the world's schedule (world.ts).
 * Source: the flows and their times of day are real; that so many users share one water point is invented.
 */
import { createRandomStream } from '../../hardware/virtual/random';
import type { TapDay } from './taps';

/** Pulses are handed to the meter in steps of this many seconds, as a counter gathers them. */
export const PULSE_STEP_S = 10;
/** How many users' days one water point's day is made of: 20..40. */
const USERS_MIN = 20;
const USERS_SPREAD = 21;

/** What flows at one site on one day: µL by step of {@link PULSE_STEP_S} (index 0 = the first ten seconds of the day). */
export type DayFlowUl = Float64Array;

/** Draws and adds up the users of one site's day (day 0 = the first). Whole µL, exact. */
export function drawDay(
  taps: readonly TapDay[],
  seed: number,
  site: string,
  day: number,
): DayFlowUl {
  const chance = createRandomStream(seed, `flow/${site}/${day}`);
  const flow = new Float64Array(86_400 / PULSE_STEP_S);
  const users = USERS_MIN + chance.below(USERS_SPREAD);
  for (let user = 0; user < users; user++) {
    const tapDay = taps[chance.below(taps.length)];
    for (let row = 0; row < tapDay.secondOfDay.length; row++) {
      flow[Math.floor(tapDay.secondOfDay[row] / PULSE_STEP_S)] += tapDay.volumeUl[row];
    }
  }
  return flow;
}

/** Pulses of one step: which step of the day, and how many (>= 1). */
export interface PulseStep {
  step: number;
  pulses: number;
}

/**
 * Whole pulses of a day's flow, the fraction carried from step to step and from day to day.
 * `carryUl` 0..pulseUl-1 is what had flowed without making a pulse; the new carry is returned.
 */
export function toPulses(
  flow: DayFlowUl,
  pulseUl: number,
  carryUl: number,
): { steps: PulseStep[]; carryUl: number } {
  const steps: PulseStep[] = [];
  let restUl = carryUl;
  for (let step = 0; step < flow.length; step++) {
    restUl += flow[step];
    const pulses = Math.floor(restUl / pulseUl);
    if (pulses === 0) continue;
    restUl -= pulses * pulseUl;
    steps.push({ step, pulses });
  }
  return { steps, carryUl: restUl };
}

/**
 * µL a pulse of the kinds of meter there are (320, 107, 64 and 46 pulses a litre). All are odd multiples of 5^5 µL: a
 * decilitre is no whole number of most of these pulses, so remainders matter, yet decilitres have exact binary
 * fractions, so that the numbers of the summary add up exactly in any program that reads them.
 */
const PULSE_UL_KINDS = [3125, 9375, 15_625, 21_875] as const;

/** This site's meter: µL a pulse. */
export function pulseUlOf(seed: number, site: string): number {
  const kind = createRandomStream(seed, `pulse/${site}`).below(PULSE_UL_KINDS.length);
  return PULSE_UL_KINDS[kind];
}
