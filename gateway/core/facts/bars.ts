/*
 * bars.ts: what a site counted in each hour, day or month of a period, and whether that is all of it.
 * Way: stays of a site and the ends of steps -> one Bar a step -> page. A step is held against what was expected of this site in it:
 * a day that one of two nodes counted is not whole, and a day that still runs is neither.
 * Pure. Months are of UTC days, like the sums they are made from.
 */
import { namedCounters } from '../messages';
import { dueBeforeS } from './completeness';
import type { Completeness } from './site-facts';
import type { StoredSite } from './stored-site';
import { completenessAt, countersAt } from './totals';

const HOUR_S = 3600;
const DAY_S = 86_400;
/** Whole days before today of a week and of a month, as their totals have them. */
const WEEK_DAYS = 7;
const MONTH_DAYS = 30;
const MONTHS = 12;

/** Periods that are drawn. */
export const BAR_PERIODS = ['today', 'week', 'month', 'year'] as const;
export type BarPeriod = (typeof BAR_PERIODS)[number];

/**
 * running: not all of its hours are due yet. whole: all that was expected is here. part: some of it. missing: nothing of it.
 * none: nothing was expected, for no node stood there.
 */
export type BarState = 'running' | 'whole' | 'part' | 'missing' | 'none';

/** One step. Times are Unix s. */
export interface Bar {
  from: number;
  before: number;
  counters: Record<string, number>;
  completeness: Completeness;
  state: BarState;
}

/** Day, month and year of a UTC midnight. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil from days). */
function civilOf(dayStartS: number): { year: number; month: number; day: number } {
  const z = Math.floor(dayStartS / DAY_S) + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Midnight (UTC) of the first of a month, Unix s. */
function monthStartOf(dayStartS: number): number {
  return dayStartS - (civilOf(dayStartS).day - 1) * DAY_S;
}

function monthEdges(dayStartS: number): number[] {
  const edges = [dayStartS + DAY_S];
  let startS = monthStartOf(dayStartS);
  for (let at = 0; at < MONTHS; at++) {
    edges.unshift(startS);
    startS = monthStartOf(startS - DAY_S);
  }
  return edges;
}

/** Where the steps of a period begin, and where the last one ends. @param dayStartS when today began, Unix s; for a year: of UTC */
export function barEdges(period: BarPeriod, dayStartS: number): number[] {
  if (period === 'year') return monthEdges(dayStartS);
  const isHours = period === 'today';
  const stepS = isHours ? HOUR_S : DAY_S;
  const steps = isHours ? 24 : 1 + (period === 'week' ? WEEK_DAYS : MONTH_DAYS);
  const endS = dayStartS + DAY_S;
  return Array.from({ length: steps + 1 }, (_, at) => endS - (steps - at) * stepS);
}

function stateOf(bar: Omit<Bar, 'state'>, nowS: number): BarState {
  const { expected, counted } = bar.completeness;
  if (bar.before > dueBeforeS(nowS)) return 'running';
  if (expected === 0) return 'none';
  if (counted === 0) return 'missing';
  return counted === expected ? 'whole' : 'part';
}

/** The steps between these edges. */
export function barsOf(
  stored: Pick<StoredSite, 'stays' | 'reading'>,
  edges: readonly number[],
  nowS: number,
): Bar[] {
  const { kind } = stored.reading;
  return edges.slice(0, -1).map((from, at) => {
    const before = edges[at + 1];
    const completeness = completenessAt(stored, from, before, nowS);
    const counters = namedCounters(kind, countersAt(stored, from, before));
    const bar = { from, before, counters, completeness };
    return { ...bar, state: stateOf(bar, nowS) };
  });
}
