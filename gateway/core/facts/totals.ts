/*
 * totals.ts: what a site counted in a period, and how complete that is.
 * Way: hours and days of its stays -> PeriodTotal. Pure. Days are UTC days.
 */
import { namedCounters } from '../messages';
import { type CountedStay, completenessOf, dueBeforeS } from './completeness';
import type { PeriodName, PeriodTotal } from './site-facts';
import type { CountedRow, StoredSite, StoredStay } from './stored-site';

const DAY_S = 86_400;

/** Periods and their whole days before today. yesterday is that day alone. */
const PERIOD_DAYS: readonly (readonly [PeriodName, number])[] = [
  ['today', 0],
  ['yesterday', 1],
  ['week', 7],
  ['month', 30],
  ['year', 365],
];

/** Rows of a stay from..before these times: hours since yesterday, days before it. Unix s. */
export function rowsOf(stay: StoredStay, fromS: number, beforeS: number): CountedRow[] {
  const isIn = ({ startS }: CountedRow) => startS >= fromS && startS < beforeS;
  return [...stay.days.filter(isIn), ...stay.hours.filter(isIn)];
}

function minutesOf(rows: CountedRow[]): number {
  return rows.reduce((sum, { minutes }) => sum + minutes, 0);
}

/** Adds rows counter by counter. */
export function addRows(rows: CountedRow[]): number[] {
  const sums: number[] = [];
  for (const { counters } of rows) {
    counters.forEach((value, at) => {
      sums[at] = (sums[at] ?? 0) + value;
    });
  }
  return sums;
}

/** A stay as completeness asks for it. What is not due yet is left out, so that it cannot stand for what is missing. */
function countedStay(stay: StoredStay, fromS: number, beforeS: number, nowS: number): CountedStay {
  const endS = Math.min(beforeS, dueBeforeS(nowS));
  const kept = stay.keptFromS;
  const minutes = minutesOf(rowsOf(stay, fromS, endS));
  const keptMinutes =
    kept === null ? 0 : minutesOf(rowsOf(stay, Math.max(fromS, kept - (kept % 3600)), endS));
  return { fromS: stay.fromS, toS: stay.toS, minutes, keptFromS: kept, keptMinutes };
}

/** How complete the hours from..before these times are, Unix s. */
export function completenessAt(
  { stays }: Pick<StoredSite, 'stays'>,
  fromS: number,
  beforeS: number,
  nowS: number,
) {
  const counted = stays.map((stay) => countedStay(stay, fromS, beforeS, nowS));
  return completenessOf(counted, fromS, beforeS, nowS);
}

/** Sums of a site from..before these times, in the order of the counters; trailing zeros of rare counters are left out. */
export function countersAt(
  { stays, reading }: Pick<StoredSite, 'stays' | 'reading'>,
  fromS: number,
  beforeS: number,
) {
  const sums = addRows(stays.flatMap((stay) => rowsOf(stay, fromS, beforeS)));
  return reading.totals.map((_, at) => sums[at] ?? 0);
}

/** The totals of all periods. @param dayStartS the last midnight (UTC), Unix s. */
export function totalsOf(stored: StoredSite, dayStartS: number, nowS: number): PeriodTotal[] {
  return PERIOD_DAYS.map(([period, days]) => {
    const from = dayStartS - days * DAY_S;
    const before = period === 'yesterday' ? dayStartS : dayStartS + DAY_S;
    return {
      ...{ period, from, before },
      counters: namedCounters(stored.reading.kind, countersAt(stored, from, before)),
      completeness: completenessAt(stored, from, before, nowS),
      because: { by: 'sums', from, before },
    };
  });
}

/** One whole day and whether it may be judged. */
export interface DayCount {
  startS: number;
  counters: number[];
  /** Part of it that was counted, 0..1; null = no node stood there. */
  share: number | null;
}

/** The last whole days before today, oldest first. */
export function wholeDays(stored: StoredSite, count: number, dayStartS: number, nowS: number) {
  return Array.from({ length: count }, (_, at): DayCount => {
    const startS = dayStartS - (count - at) * DAY_S;
    const { expected, counted } = completenessAt(stored, startS, startS + DAY_S, nowS);
    const share = expected === 0 ? null : counted / expected;
    return { startS, counters: countersAt(stored, startS, startS + DAY_S), share };
  });
}
