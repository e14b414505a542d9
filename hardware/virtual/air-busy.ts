/*
 * How long something was busy, as the union of intervals that overlap.
 * From: the air (each frame heard at an antenna); to: its busy percentages.
 */

/** Running union of intervals whose starts never go back. */
export interface Busy {
  /** Sum of the union so far, the running interval up to its end included, ms. */
  markedMs: number;
  /** End of the latest interval, ms. */
  untilMs: number;
}

/** Nothing busy yet. */
export function createBusy(): Busy {
  return { markedMs: 0, untilMs: 0 };
}

/** Adds the interval startMs..endMs. `startMs` must not be before an earlier call's. */
export function markBusy(busy: Busy, startMs: number, endMs: number): void {
  if (endMs <= busy.untilMs) return;
  busy.markedMs += endMs - Math.max(startMs, busy.untilMs);
  busy.untilMs = endMs;
}

/** Busy time up to `nowMs`, which must not be before the start of the latest interval, ms. */
export function busyMsUntil(busy: Busy, nowMs: number): number {
  return busy.markedMs - Math.max(0, busy.untilMs - nowMs);
}
