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
  // The table is ordered by hour, for the sake of writing: each hour of a place is looked up by itself.
  const hours = database.prepare(
    `WITH RECURSIVE wanted (at_s) AS (VALUES (?) UNION ALL
       SELECT at_s + 3600 FROM wanted WHERE at_s + 3600 < ?)
     SELECT hour_s AS startS, ${counters} FROM wanted CROSS JOIN hour
     ON hour_s = at_s AND placement_id = ?`,
  );
  const days = database.prepare(
    `SELECT day_s AS startS, ${counters} FROM day
     WHERE day_s >= ? AND day_s < ? AND placement_id = ?`,
  );
  const all = database.prepare(
    `SELECT 0 AS startS, sum(minutes) AS minutes, sum(counter_0) AS counter_0,
       sum(counter_1) AS counter_1, sum(counter_2) AS counter_2, sum(counter_3) AS counter_3
     FROM day WHERE placement_id = ? HAVING count(*) > 0`,
  );
  return {
    hours(site: string, fromS: number, beforeS: number) {
      const firstS = Math.ceil(fromS / 3600) * 3600;
      if (firstS >= beforeS) return [];
      return merged(
        placementsOf(site).flatMap(({ id }) => hours.all(firstS, beforeS, id) as SumColumns[]),
      );
    },
    days: (site: string, fromS: number, beforeS: number) =>
      merged(placementsOf(site).flatMap(({ id }) => days.all(fromS, beforeS, id) as SumColumns[])),
    all: (site: string) =>
      merged(placementsOf(site).flatMap(({ id }) => all.all(id) as SumColumns[]))[0]?.counters ??
      [],
  };
}
