/*
 * What: the node's counters and its five-minute buckets.
 * From where to where: sensors add, the node closes buckets, record-maker.ts reads. Integers only. Espruino-safe.
 */
import { BUCKETS_KEPT, STEP_UL } from '../node-limits';

export interface Counting {
  /** Since commissioning, never back; what each means is the kind's. */
  counters: number[];
  /** Volume that is not yet a whole step, 0..99999 µL. */
  remainderUl: number;
  /** The counters when the open bucket began. */
  atBucketStart: number[];
  /** Closed buckets of this epoch, oldest first, at most BUCKETS_KEPT: what each counter rose by. */
  buckets: number[][];
}

/** Goes on from the counters of the last state. */
export function createCounting(counters: number[], remainderUl: number): Counting {
  return {
    counters: counters,
    remainderUl: remainderUl,
    atBucketStart: counters.slice(0),
    buckets: [],
  };
}

/** `amount` more of a counter. */
export function addCount(counting: Counting, counter: number, amount: number): void {
  counting.counters[counter] += amount;
}

/** Volume through the meter: whole steps into counter 0, the rest is carried. Exact up to 2^53 µL a call. */
export function addVolume(counting: Counting, pulses: number, pulseUl: number): void {
  const volumeUl = counting.remainderUl + pulses * pulseUl;
  const steps = Math.floor(volumeUl / STEP_UL);
  counting.counters[0] += steps;
  counting.remainderUl = volumeUl - steps * STEP_UL;
}

/** Ends the open bucket and begins the next one. */
export function closeBucket(counting: Counting): void {
  const bucket: number[] = [];
  for (let i = 0; i < counting.counters.length; i++) {
    bucket.push(counting.counters[i] - counting.atBucketStart[i]);
  }
  counting.atBucketStart = counting.counters.slice(0);
  counting.buckets.push(bucket);
  if (counting.buckets.length > BUCKETS_KEPT) counting.buckets.splice(0, 1);
}
