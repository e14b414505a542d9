/*
 * dating.ts: when did a record happen? A node without time sends uptime only; any record of the
 * same epoch that carries time dates all the others.
 * Way: judge -> store keeps one EpochClock per (key, epoch) -> totals and messages read dates from it.
 * Pure. Source: design section 5 ("A record without clock carries uptime and is dated later").
 */
import type { TallyRecord } from '../../shared/record';

/** What an epoch's own records say about the moment it began. */
export interface EpochClock {
  /** Unix time at uptime 0, s. */
  bootTimeS: number;
  /** Clock uncertainty of the record this came from: ceil(log2(seconds)), 15 = unknown. */
  uncertainty: number;
  /** Sequence of the record this came from, 1..65535. */
  sequence: number;
}

/** Clock uncertainty told in a record's status word: ceil(log2(seconds)), 0..15, 15 = unknown. */
export function clockUncertaintyOf(status: number): number {
  return (status >>> 12) & 15;
}

/** The clock one record speaks of. @returns null for a record that was made without time. */
export function epochClockOf(record: TallyRecord): EpochClock | null {
  if (record.timeS === 0) return null;
  return {
    bootTimeS: record.timeS - record.uptimeS,
    uncertainty: clockUncertaintyOf(record.status),
    sequence: record.sequence,
  };
}

/**
 * The better of two clocks of one epoch: the surer one, and of equally sure ones the earlier record's.
 * The choice does not depend on the order of arrival, and a steady clock rewrites nothing.
 */
export function betterEpochClock(a: EpochClock | null, b: EpochClock | null): EpochClock | null {
  if (a === null || b === null) return a ?? b;
  if (a.uncertainty !== b.uncertainty) return a.uncertainty < b.uncertainty ? a : b;
  return a.sequence <= b.sequence ? a : b;
}

/** Unix time of an uptime in an epoch, s. @returns null while nothing dates the epoch. */
export function dateOf(clock: EpochClock | null, uptimeS: number): number | null {
  return clock === null ? null : clock.bootTimeS + uptimeS;
}
