/*
 * read-sums.ts: what a site counted by hour and by day, from the tables that rollups.ts keeps.
 * Way: tables hour and day -> API, charts, "today". Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import type { PlacementsOf } from './placements';

/** What was counted in one hour or day. */
export interface SumRow {
  /** Unix time at which it begins (UTC), s. */
  startS: number;
  /** How much of it was counted at all, minutes. */
  minutes: number;
  /** In the order of the record's counters. */
  counters: number[];
}

const HOUR_S = 3600;
const DAY_S = 86_400;

/** Counters that every kind of site has; of the rest trailing zeros are left out. */
const COUNTERS_ALWAYS = 2;

/** Adds values place by place. */
export function addInto(sums: number[], values: readonly (number | null)[]): void {
  values.forEach((value, at) => {
    if (value !== null) sums[at] = (sums[at] ?? 0) + value;
  });
}

function withoutEmpty(counters: number[]): number[] {
  let length = counters.length;
  while (length > COUNTERS_ALWAYS && counters[length - 1] === 0) length -= 1;
  return counters.slice(0, length);
}

interface SumColumns {
  startS: number;
  minutes: number;
  counter_0: number;
  counter_1: number;
  counter_2: number;
  counter_3: number;
}

/** Adds rows of several placements together, by their start. */
function merged(rows: SumColumns[]): SumRow[] {
  const byStart = new Map<number, SumRow>();
  for (const row of rows) {
    const counters = [row.counter_0, row.counter_1, row.counter_2, row.counter_3];
    const sum = byStart.get(row.startS);
    if (sum === undefined) {
      byStart.set(row.startS, { startS: row.startS, minutes: row.minutes, counters });
      continue;
    }
    sum.minutes += row.minutes;
    addInto(sum.counters, counters);
  }
  return [...byStart.values()]
    .map((sum) => ({ ...sum, counters: withoutEmpty(sum.counters) }))
    .sort((a, b) => a.startS - b.startS);
}

/** The reads of this file. Times are Unix s. */
export interface SumsReader {
  /** Hours with anything counted, from..before these times, oldest first. */
  hours(site: string, fromS: number, beforeS: number): SumRow[];
  /** The same by UTC days. */
  days(site: string, fromS: number, beforeS: number): SumRow[];
  /** All that was ever counted and dated; [] = nothing. */
  all(site: string): number[];
}

/** Prepares the reads. */
export function sumsReader(database: Database, placementsOf: PlacementsOf): SumsReader {
  const counters = 'minutes, counter_0, counter_1, counter_2, counter_3';
  // The tables are ordered by time, for the sake of writing: each hour or day of a place is looked up by itself.
  const lookUp = (table: 'hour' | 'day', stepS: number) =>
    database.prepare(
      `WITH RECURSIVE wanted (at_s) AS (VALUES (?) UNION ALL
         SELECT at_s + ${stepS} FROM wanted WHERE at_s + ${stepS} < ?)
       SELECT ${table}_s AS startS, ${counters} FROM wanted CROSS JOIN ${table}
       ON ${table}_s = at_s AND placement_id = ?`,
    );
  const steps = {
    hour: { stepS: HOUR_S, rows: lookUp('hour', HOUR_S) },
    day: { stepS: DAY_S, rows: lookUp('day', DAY_S) },
  };
  const extent = database.prepare(
    // Two questions: of one that asks for both, SQLite reads the whole table.
    `SELECT coalesce((SELECT min(day_s) FROM day), 0) AS firstS,
       coalesce((SELECT max(day_s) FROM day), -1) AS lastS`,
  );
  const read = (table: 'hour' | 'day', site: string, fromS: number, beforeS: number): SumRow[] => {
    const { stepS, rows } = steps[table];
    const { firstS, lastS } = extent.get() as { firstS: number; lastS: number };
    const start = Math.ceil(Math.max(fromS, firstS) / stepS) * stepS;
    const end = Math.min(beforeS, lastS + DAY_S);
    if (start >= end) return [];
    return merged(placementsOf(site).flatMap(({ id }) => rows.all(start, end, id) as SumColumns[]));
  };
  return {
    hours: (site, fromS, beforeS) => read('hour', site, fromS, beforeS),
    days: (site, fromS, beforeS) => read('day', site, fromS, beforeS),
    all(site) {
      const sums: number[] = [];
      const days = read('day', site, 0, Number.MAX_SAFE_INTEGER);
      for (const { counters } of days) addInto(sums, counters);
      return sums;
    },
  };
}
