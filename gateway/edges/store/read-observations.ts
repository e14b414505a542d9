/*
 * read-observations.ts: hourly sums of one counter of a site, in pages, filtered and ordered, for SensorThings.
 * Way: table hour -> gateway/sta. Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import { placementsReader } from './placements';

const HOUR_S = 3600;
const COUNTERS = 4;

/** One hour. */
export interface HourSum {
  /** Unix time at which it begins, s. */
  startS: number;
  /** How much of it was counted, minutes (of two nodes together up to 120). */
  minutes: number;
  /** Sum of the counter, in its stored unit. */
  value: number;
}

/** Which hours. */
export interface HourQuery {
  site: string;
  /** Place among the counters, 0..3. */
  counter: number;
  /** Comparisons: of the hour's beginning, Unix s, or of the sum in its stored unit. operator: one of SQL's. */
  conditions: {
    of: 'startS' | 'value';
    operator: '=' | '<>' | '>' | '>=' | '<' | '<=';
    value: number;
  }[];
  orderBy: 'startS' | 'value';
  isDescending: boolean;
  top: number;
  skip: number;
}

/** The reads of this file. */
export interface ObservationReader {
  hours(query: HourQuery): HourSum[];
  /** How many there are without top and skip. */
  count(query: HourQuery): number;
  /** First and last hour that hold anything of a site, Unix s; null = none. */
  extent(site: string): { firstS: number; lastS: number } | null;
}

/** Bounds that conditions on time set, so that hours outside need not be looked at. */
function boundsOf({ conditions }: HourQuery, firstS: number, lastS: number) {
  let [from, to] = [firstS, lastS];
  for (const { of, operator, value } of conditions) {
    if (of !== 'startS') continue;
    if (['=', '>', '>='].includes(operator))
      from = Math.max(from, Math.floor(value / HOUR_S) * HOUR_S);
    if (['=', '<', '<='].includes(operator)) to = Math.min(to, Math.ceil(value / HOUR_S) * HOUR_S);
  }
  return { from, to };
}

/** Every hour is looked up by itself, in the order of time: with a limit SQLite stops where it has enough. */
function sqlOf(
  { conditions, isDescending, orderBy, counter }: HourQuery,
  places: readonly number[],
): string {
  if (!Number.isInteger(counter) || counter < 0 || counter >= COUNTERS)
    throw new Error('no counter');
  const step = isDescending && orderBy === 'startS' ? `- ${HOUR_S}` : `+ ${HOUR_S}`;
  const where = conditions.map(({ of, operator }) => `AND ${of} ${operator} ?`).join(' ');
  const of = (column: string) =>
    `(SELECT sum(${column}) FROM hour h WHERE h.hour_s = at_s AND h.placement_id IN (${places.join(',')}))`;
  return `WITH RECURSIVE wanted (at_s) AS (SELECT @start WHERE @hours > 0 UNION ALL
      SELECT at_s ${step} FROM wanted WHERE at_s <> @end),
    summed AS (SELECT at_s AS startS, ${of('minutes')} AS minutes, ${of(`counter_${counter}`)} AS value FROM wanted)
    SELECT * FROM summed WHERE minutes IS NOT NULL ${where}`;
}

/** Prepares the reads. */
export function createObservationReader(database: Database): ObservationReader {
  const placementsOf = placementsReader(database);
  const edge = database.prepare(
    `SELECT (SELECT min(hour_s) FROM hour) AS firstS, (SELECT max(hour_s) FROM hour) AS lastS`,
  );
  const extent = (): { firstS: number; lastS: number } | null => {
    const found = edge.get() as { firstS: number | null; lastS: number };
    return found.firstS === null ? null : { firstS: found.firstS, lastS: found.lastS };
  };
  const run = (query: HourQuery, wrap: (sql: string) => string, more: number[]) => {
    const all = extent();
    if (all === null) return [];
    const { from, to } = boundsOf(query, all.firstS, all.lastS);
    const places = placementsOf(query.site).map(({ id }) => id);
    const isBackwards = query.isDescending && query.orderBy === 'startS';
    const named = {
      ...{ start: isBackwards ? to : from, end: isBackwards ? from : to },
      hours: Math.max(0, to - from + HOUR_S),
    };
    const values = query.conditions.map(({ value }) => value);
    return database.prepare(wrap(sqlOf(query, places))).all(...values, ...more, named);
  };
  return {
    hours(query) {
      const order =
        query.orderBy === 'value'
          ? ` ORDER BY value ${query.isDescending ? 'DESC' : 'ASC'}, startS`
          : '';
      return run(query, (sql) => `${sql}${order} LIMIT ? OFFSET ?`, [
        query.top,
        query.skip,
      ]) as HourSum[];
    },
    count(query) {
      const [row] = run(query, (sql) => `SELECT count(*) AS count FROM (${sql})`, []);
      return (row as { count: number } | undefined)?.count ?? 0;
    },
    extent(site) {
      const all = { site, counter: 0, conditions: [], orderBy: 'startS' as const, top: 1, skip: 0 };
      const [first] = this.hours({ ...all, isDescending: false });
      const [last] = this.hours({ ...all, isDescending: true });
      return first === undefined ? null : { firstS: first.startS, lastS: last.startS };
    },
  };
}
