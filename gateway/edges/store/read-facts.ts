/*
 * read-facts.ts: what the facts of a site are made of: stays, hours and days, presses of the button, what people said.
 * Way: SQLite -> StoredSite -> core/facts. Read only, by keys of tables: never through years of records. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import { toHex } from '../../../shared/bytes';
import { decodeRecord, type TallyRecord } from '../../../shared/record';
import type { Report } from '../../core/facts/episodes';
import type { ByRecord } from '../../core/facts/site-facts';
import type { CountedRow, StoredSite, StoredStay, StoredUsage } from '../../core/facts/stored-site';
import { batteryMv, EVENT_BROKEN, EVENT_FIXED } from '../../core/site-state';
import { FACT_EVENTS_MAX, PERFORMANCE_DAYS } from '../../limits/facts';
import type { SiteReader } from './read-sites';
import { createStatementReader, type StatementReader } from './statements';

const HOUR_S = 3600;
const DAY_S = 86_400;
/** Buckets of a record that are its own; earlier ones are carried again. */
const OWN_BUCKETS = 12;
/** Days that are kept one by one, days. */
const SINGLE_DAYS = 31;
/** Days in which the first use after a breakdown is looked for, days. */
const USE_DAYS_MAX = 366;

/** The reads of this file, prepared once. */
export interface FactsReader {
  /** @param dayStartS Unix time at which today began, a full hour, s. @returns null for an unknown site. */
  readFacts(site: string, dayStartS: number): StoredSite | null;
  /** Stays with each day since `fromS` one by one, and the hours since yesterday; [] for an unknown site. */
  staysSince(site: string, fromS: number, dayStartS: number): StoredStay[];
}

interface Stay {
  id: number;
  keyRowId: number;
  fromS: number;
  toS: number | null;
}

/** A stored record, and how facts name it. */
export interface Read {
  record: TallyRecord;
  because: ByRecord;
}

/** What readOf reads. */
interface RecordColumns {
  id: number;
  payload: Uint8Array;
  receivedAtS: number;
  bootTimeS: number | null;
}

/** @param row a row with id, payload, receivedAtS and bootTimeS; undefined = there is none */
export function readOf(row: unknown): Read | null {
  if (row === undefined) return null;
  const { id, payload, receivedAtS, bootTimeS } = row as RecordColumns;
  const record = decodeRecord(payload);
  if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
  const because: ByRecord = {
    ...{ by: 'record', id, key: toHex(record.keyId), epoch: record.epoch, seq: record.sequence },
    ...{ t: bootTimeS === null ? null : bootTimeS + record.uptimeS, received: receivedAtS },
  };
  return { record, because };
}

const recordSql = (index = '') =>
  `SELECT r.id, r.payload, r.received_at_s AS receivedAtS, e.boot_time_s AS bootTimeS FROM record r ${index}
   LEFT JOIN epoch e ON e.node_key_id = r.node_key_id AND e.epoch = r.epoch
   WHERE r.node_key_id = ? AND r.placement_id = ?`;
const NEWEST_FIRST = 'ORDER BY r.epoch DESC, r.sequence DESC LIMIT';

function recordReads(database: Database) {
  const newest = database.prepare(`${recordSql()} ${NEWEST_FIRST} 1`);
  const usage = database.prepare(`${recordSql()} AND r.kind <> 3 ${NEWEST_FIRST} 1`);
  const events = database.prepare(
    `${recordSql('INDEXED BY record_event')} AND r.kind = 3 ${NEWEST_FIRST} ${FACT_EVENTS_MAX}`,
  );
  const oldestKept = database.prepare(
    `${recordSql()} AND r.epoch = ? AND r.sequence >= ? ORDER BY r.sequence LIMIT 1`,
  );
  const first = database.prepare(`${recordSql()} ORDER BY r.epoch, r.sequence LIMIT 1`);
  return {
    newest: ({ keyRowId, id }: Stay) => readOf(newest.get(keyRowId, id)),
    usage: ({ keyRowId, id }: Stay) => readOf(usage.get(keyRowId, id)),
    first: ({ keyRowId, id }: Stay) => readOf(first.get(keyRowId, id)),
    oldestKept({ keyRowId, id }: Stay, { record }: Read) {
      const sequence = record.sequence - record.kept + 1;
      return readOf(oldestKept.get(keyRowId, id, record.epoch, sequence));
    },
    buttons({ keyRowId, id }: Stay): Report[] {
      return events.all(keyRowId, id).flatMap((row) => {
        const { record, because } = readOf(row) as Read;
        if (record.kind !== 3) return [];
        if (record.eventCode !== EVENT_BROKEN && record.eventCode !== EVENT_FIXED) return [];
        return {
          atS: because.t ?? because.received,
          says: record.eventCode === EVENT_BROKEN ? 'broken' : 'fixed',
          because: { ...because, by: 'button' },
        } as Report;
      });
    },
  };
}

/** Hours and days of one stay. */
function countedReads(database: Database) {
  const prepare = (table: 'hour' | 'day', stepS: number) =>
    database.prepare(
      `WITH RECURSIVE wanted (at_s) AS (VALUES (?) UNION ALL
         SELECT at_s + ${stepS} FROM wanted WHERE at_s + ${stepS} < ?)
       SELECT ${table}_s AS startS, minutes, counter_0, counter_1, counter_2, counter_3
       FROM wanted CROSS JOIN ${table} ON ${table}_s = at_s AND placement_id = ?`,
    );
  const hour = prepare('hour', HOUR_S);
  const day = prepare('day', DAY_S);
  const rows = (all: unknown[]): CountedRow[] =>
    (all as (Record<string, number> & { startS: number; minutes: number })[]).map((row) => ({
      startS: row.startS,
      minutes: row.minutes,
      counters: [row.counter_0, row.counter_1, row.counter_2, row.counter_3],
    }));
  const hours = (stay: Stay, fromS: number, beforeS: number) =>
    fromS >= beforeS ? [] : rows(hour.all(fromS, beforeS, stay.id));
  const utcDays = (stay: Stay, fromS: number, beforeS: number) =>
    fromS >= beforeS ? [] : rows(day.all(fromS, beforeS, stay.id));
  return {
    hours,
    /** Days one by one. Days that do not begin with those of UTC are added up from their hours. */
    days: (stay: Stay, fromS: number, beforeS: number) =>
      fromS % DAY_S === 0
        ? utcDays(stay, fromS, beforeS)
        : byDays(hours(stay, fromS, beforeS), fromS),
    /** The same time in as few rows as there are: days of UTC, and the hours before and after them. */
    span(stay: Stay, fromS: number, beforeS: number) {
      const firstS = Math.ceil(fromS / DAY_S) * DAY_S;
      const lastS = Math.floor(beforeS / DAY_S) * DAY_S;
      return [
        ...hours(stay, fromS, firstS),
        ...utcDays(stay, firstS, lastS),
        ...hours(stay, lastS, beforeS),
      ];
    },
  };
}

/** Hours added up by days, the first of which begins at `fromS`. */
function byDays(hours: CountedRow[], fromS: number): CountedRow[] {
  const days = new Map<number, CountedRow>();
  for (const { startS, minutes, counters } of hours) {
    const dayS = startS - ((startS - fromS) % DAY_S);
    const day = days.get(dayS);
    if (day === undefined) days.set(dayS, { startS: dayS, minutes, counters: [...counters] });
    else {
      day.minutes += minutes;
      day.counters = day.counters.map((value, at) => value + counters[at]);
    }
  }
  return [...days.values()];
}

/**
 * Rows as one row for what is before `splitS` and one for what is after: a year of days of a hundred sites would fill the
 * memory for one sum.
 */
function folded(rows: CountedRow[], splitS: number): CountedRow[] {
  const sums = new Map<boolean, CountedRow>();
  for (const { startS, minutes, counters } of rows) {
    const sum = sums.get(startS >= splitS);
    if (sum === undefined) sums.set(startS >= splitS, { startS, minutes, counters });
    else {
      sum.minutes += minutes;
      sum.counters = sum.counters.map((value, at) => value + counters[at]);
    }
  }
  return [...sums.values()];
}

function usageOf({ record, because }: Read): StoredUsage | null {
  if (record.kind === 3) return null;
  const { buckets, bucketMinutes, readings, status } = record;
  return {
    ...{ because, bucketMinutes, readings },
    ...{ buckets: buckets.slice(-OWN_BUCKETS), batteryMv: batteryMv(status) },
  };
}

/** Finds the first hour of use after a time, by days first. */
function useFinder({ hours, days }: SiteReader, site: string, endS: number) {
  return (afterS: number): number | null => {
    const fromDayS = afterS - (afterS % DAY_S);
    const beforeS = Math.min(endS, fromDayS + USE_DAYS_MAX * DAY_S);
    for (const day of days(site, fromDayS, beforeS)) {
      if (day.counters[0] === 0) continue;
      const fromS = Math.max(day.startS, Math.ceil(afterS / HOUR_S) * HOUR_S);
      const used = hours(site, fromS, day.startS + DAY_S).find(({ counters }) => counters[0] > 0);
      if (used !== undefined) return used.startS;
    }
    return null;
  };
}

function isNewer(a: { because: ByRecord }, b: { because: ByRecord } | null): boolean {
  return b === null || a.because.received > b.because.received;
}

/** Reads one stay of a site. */
function stayReader(database: Database) {
  const records = recordReads(database);
  const counted = countedReads(database);
  const fromOf = (stay: Stay, newest: Read | null): number | null => {
    if (newest === null) return stay.fromS === 0 ? null : stay.fromS;
    if (stay.fromS !== 0) return stay.fromS;
    const first = records.first(stay) as Read;
    return first.because.t === null
      ? first.because.received
      : first.because.t - first.record.uptimeS;
  };
  /** The stay with the days before yesterday that `days` reads. */
  const storedOf = (
    stay: Stay,
    dayStartS: number,
    days: (yesterdayS: number, keptS: number | null) => CountedRow[],
  ) => {
    const newest = records.newest(stay);
    const kept = newest === null ? null : records.oldestKept(stay, newest);
    const keptS = kept?.because.t ?? null;
    const yesterdayS = dayStartS - DAY_S;
    const stored: StoredStay = {
      fromS: fromOf(stay, newest),
      toS: stay.toS,
      keptFromS: keptS === null ? null : keptS - HOUR_S,
      hours: counted.hours(stay, yesterdayS, dayStartS + DAY_S),
      days: days(yesterdayS, keptS),
    };
    return { stored, newest };
  };
  return {
    each: (stay: Stay, dayStartS: number, fromS: number) =>
      storedOf(stay, dayStartS, (yesterdayS) => counted.days(stay, fromS, yesterdayS)).stored,
    whole(stay: Stay, dayStartS: number) {
      const singleS = dayStartS - SINGLE_DAYS * DAY_S;
      const fromS = dayStartS - PERFORMANCE_DAYS * DAY_S;
      const read = storedOf(stay, dayStartS, (yesterdayS, keptS) => [
        ...folded(counted.span(stay, fromS, singleS), keptS ?? Number.POSITIVE_INFINITY),
        ...counted.days(stay, singleS, yesterdayS),
      ]);
      const usage = records.usage(stay);
      return { ...read, usage: usage && usageOf(usage), buttons: records.buttons(stay) };
    },
  };
}

/** Prepares the reads. `sites`: as the facts shall say when a site was last heard. */
export function createFactsReader(database: Database, sites: SiteReader): FactsReader {
  const said: StatementReader = createStatementReader(database);
  const staysOf = database.prepare(
    `SELECT p.id, p.node_key_id AS keyRowId, p.from_s AS fromS, p.to_s AS toS FROM placement p
     JOIN site s ON s.id = p.site_id WHERE s.site = ? ORDER BY p.from_s, p.id`,
  );
  const readStay = stayReader(database);
  return {
    readFacts(site, dayStartS) {
      const reading = sites.readSite(site, dayStartS);
      if (reading === null) return null;
      const answer: StoredSite = {
        ...{ reading, newest: null, usage: null, stays: [], buttons: [] },
        statements: said.ofSite(site),
        usedAfterS: useFinder(sites, site, dayStartS + DAY_S),
      };
      let newest: Read | null = null;
      for (const stay of staysOf.all(site) as Stay[]) {
        const { stored, newest: latest, usage, buttons } = readStay.whole(stay, dayStartS);
        answer.stays.push(stored);
        answer.buttons.push(...buttons);
        if (usage !== null && isNewer(usage, answer.usage)) answer.usage = usage;
        if (latest !== null && isNewer(latest, newest)) newest = latest;
      }
      answer.newest = newest?.because ?? null;
      return answer;
    },
    staysSince: (site, fromS, dayStartS) =>
      (staysOf.all(site) as Stay[]).map((stay) => readStay.each(stay, dayStartS, fromS)),
  };
}
