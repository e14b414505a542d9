/*
 * flow.ts: how fast water flowed, as far as five-minute sums can tell.
 * Way: buckets of the newest usage record -> FlowFact, low flow.
 * Pure. Source: UPGro's snapshot tier wants more than 10 L/min (BGS OR/17/029); a draw begins when water flows after a
 * reading without flow (firmware/sensors/pulse-meter.ts), so a bucket between two of one draw flowed all through.
 */
import { LOW_FLOW_DL_PER_MINUTE } from '../../limits/facts';

/** A flow. atLeast: pauses may be in it. */
export interface Flow {
  /** 0.1 L per minute. */
  dlPerMinute: number;
  atLeast: boolean;
}

/** Did one draw last all through bucket `at`? It began before, and went on into the next. */
function flowedThrough(buckets: number[][], at: number): boolean {
  const next = buckets[at + 1];
  if (at === 0 || next === undefined) return false;
  return buckets[at][0] > 0 && buckets[at][1] === 0 && next[0] > 0 && next[1] === 0;
}

/**
 * The flow of a water point's own buckets ([volume in dL, draws]): of the fullest one through which a single draw lasted;
 * else the fullest of all, which is a lower bound. @returns null where nothing flowed, or buckets are longer than 5 minutes.
 */
export function flowOf(buckets: number[][], bucketMinutes: number): Flow | null {
  if (bucketMinutes > 5) return null;
  const rate = (volumeDl: number) => Math.round(volumeDl / bucketMinutes);
  const through = buckets.filter((_, at) => flowedThrough(buckets, at)).map(([volume]) => volume);
  if (through.length > 0) return { dlPerMinute: rate(Math.max(...through)), atLeast: false };
  const most = Math.max(0, ...buckets.map(([volume]) => volume));
  return most === 0 ? null : { dlPerMinute: rate(most), atLeast: true };
}

/** Low flow: only of a draw that lasted. Short draws and pauses prove nothing. */
export function isLowFlow(flow: Flow | null): boolean {
  return flow !== null && !flow.atLeast && flow.dlPerMinute < LOW_FLOW_DL_PER_MINUTE;
}
