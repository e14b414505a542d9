/*
 * bulletin-sequence.ts: the number of the next bulletin. Nodes believe only a number above all they have heard.
 * Way: last number, clock -> next number. Pure.
 * A database that was put back to a backup has forgotten numbers. At a start the minutes of the clock are a floor under the
 * number. That lift is bounded: a clock that is years ahead for a day must not use up the numbers of those years, or
 * after a restore no bulletin would be believed until then.
 */
import {
  BULLETIN_LIFT_MAX,
  BULLETIN_RESTORE_LIFT,
  BULLETIN_SEQUENCE_MAX,
} from '../limits/bulletins';

const MINUTE_MS = 60_000;

/** What the next number follows from. */
export interface SequenceBasis {
  /** Number of the last bulletin in the database; 0 = none. */
  last: number;
  /** Is this the first bulletin for which this process knows the time? */
  isFirst: boolean;
  /** Unix time, ms; null = unknown. */
  timeMs: number | null;
}

/** The next bulletin's number: always above `last`. */
export function nextBulletinSequence({ last, isFirst, timeMs }: SequenceBasis): number {
  if (!isFirst || timeMs === null) return last + 1;
  const minutes = Math.floor(timeMs / MINUTE_MS);
  // An empty database has nothing to be bounded by.
  const most = last === 0 ? minutes : last + BULLETIN_LIFT_MAX;
  return Math.max(last + 1, Math.min(minutes, most));
}

/**
 * The last number as a restored backup must remember it: above what was sent since, and above one bounded lift.
 * A backup from before the first bulletin knows no number: then the clock is the floor, as in an empty database.
 */
export function lastSequenceAfterRestore(last: number): number {
  return last === 0 ? 0 : Math.min(last + BULLETIN_RESTORE_LIFT, BULLETIN_SEQUENCE_MAX - 1);
}
