/*
 * completeness.ts: how much of a period was counted: "23 of 24 hours, 1 late".
 * Way: stays of nodes, hours or days counted -> Completeness beside each total.
 * Pure. Source: our own: a sum without the hours it lacks is half a truth (docs/indicators.md).
 */
import { HOUR_DUE_AFTER_S } from '../../limits/facts';
import type { Completeness } from './site-facts';

const HOUR_S = 3600;
const MINUTES_OF_HOUR = 60;

/** A node's time at the site, and what of it was counted in the period. Unix s. */
export interface CountedStay {
  /** Since when the node is known to count here; null = it was never heard here. */
  fromS: number | null;
  /** null = it stands there. */
  toS: number | null;
  /** Minutes counted in the period. */
  minutes: number;
  /** What its journal still has begins here; null = not known. */
  keptFromS: number | null;
  /** Minutes counted in the part of the period that its journal still has. */
  keptMinutes: number;
}

function overlapS(fromS: number, beforeS: number, otherFromS: number, otherBeforeS: number) {
  return Math.max(0, Math.min(beforeS, otherBeforeS) - Math.max(fromS, otherFromS));
}

/** Whole hours in so many minutes, and never more than there should be. */
function hoursOf(minutes: number, most: number): number {
  return Math.min(most, Math.floor(minutes / MINUTES_OF_HOUR));
}

/** End of what should be here by now, Unix s: the last hour that ended long enough ago. */
export function dueBeforeS(nowS: number): number {
  const dueS = nowS - HOUR_DUE_AFTER_S;
  return dueS - (((dueS % HOUR_S) + HOUR_S) % HOUR_S);
}

/** The completeness of one stay. Hours not due yet are in nothing; if they are here, they make up for nothing. */
function ofStay(stay: CountedStay, fromS: number, beforeS: number, nowS: number): Completeness {
  const none = { expected: 0, counted: 0, late: 0, missing: 0 };
  if (stay.fromS === null) return none;
  const endS = Math.min(beforeS, dueBeforeS(nowS), stay.toS ?? Number.POSITIVE_INFINITY);
  const expected = Math.floor(overlapS(fromS, endS, stay.fromS, endS) / HOUR_S);
  const counted = hoursOf(stay.minutes, expected);
  const absent = expected - counted;
  if (stay.keptFromS === null || stay.toS !== null) {
    return { expected, counted, late: 0, missing: absent };
  }
  const kept = Math.floor(
    overlapS(fromS, endS, Math.max(stay.fromS, stay.keptFromS), endS) / HOUR_S,
  );
  const late = Math.min(absent, kept - hoursOf(stay.keptMinutes, kept));
  return { expected, counted, late, missing: absent - late };
}

/** Adds completenesses. */
export function sumCompleteness(all: Completeness[]): Completeness {
  const sum = { expected: 0, counted: 0, late: 0, missing: 0 };
  for (const one of all) {
    sum.expected += one.expected;
    sum.counted += one.counted;
    sum.late += one.late;
    sum.missing += one.missing;
  }
  return sum;
}

/**
 * How complete the sum of a period is. @param fromS @param beforeS Unix s, whole hours. `minutes` of the stays must not
 * reach beyond what is due: the hour that runs is no part of it.
 */
export function completenessOf(
  stays: CountedStay[],
  fromS: number,
  beforeS: number,
  nowS: number,
): Completeness {
  return sumCompleteness(stays.map((stay) => ofStay(stay, fromS, beforeS, nowS)));
}

/** Part of what is expected that is here, 0..1; null = nothing is expected. */
export function shareOf({ expected, counted }: Completeness): number | null {
  return expected === 0 ? null : counted / expected;
}
