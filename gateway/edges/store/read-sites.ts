/*
 * read-sites.ts: what is stored of a site: newest records, totals, today, completeness.
 * Way: SQLite -> SiteReading -> core/messages.ts -> MQTT, JSON and the page. Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import { decodeRecord, type TallyRecord, type UsageRecord } from '../../../shared/record';
import { dateOf } from '../../core/dating';
import type { SiteReading } from '../../core/messages';
import { EVENT_BROKEN, EVENT_FIXED } from '../../core/site-state';

/** How far back the newest button press is looked for, events. */
const EVENTS_LOOKED_AT_MAX = 50;
/** Buckets of a record that are its own; earlier ones are carried again. */
const OWN_BUCKETS = 12;

/** How many records of a site are stored, of those its sequences prove to exist. */
export interface SiteCompleteness {
  stored: number;
  expected: number;
  /** Sums of all stored buckets: what of the totals is known in time. */
  bucketSums: number[];
}

/** The reads of this file, prepared once. */
export interface SiteReader {
  /** Names of all sites, sorted. */
  siteNames(): string[];
  /** @param dayStartS Unix time at which "today" begins, s. @returns null for an unknown site. */
  readSite(site: string, dayStartS: number): SiteReading | null;
  completeness(site: string): SiteCompleteness;
}

interface SiteRow {
  id: number;
  site: string;
  name: string;
  kind: 'water-point' | 'canteen';
  latitude: number | null;
  longitude: number | null;
}

interface StoredRecord {
  record: TallyRecord;
  receivedAtS: number;
  bootTimeS: number | null;
}

function storedRecord(row: unknown): StoredRecord | null {
  if (row === undefined) return null;
  const { payload, receivedAtS, bootTimeS } = row as {
    payload: Uint8Array;
    receivedAtS: number;
    bootTimeS: number | null;
  };
  const record = decodeRecord(payload);
  if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
  return { record, receivedAtS, bootTimeS };
}

function addInto(sums: number[], values: (number | null)[]): void {
  values.forEach((value, at) => {
    if (value !== null) sums[at] = (sums[at] ?? 0) + value;
  });
}

function isNewer(a: StoredRecord, b: StoredRecord | null): boolean {
  return b === null || a.receivedAtS > b.receivedAtS;
}

function usedInOwnHour(record: UsageRecord): boolean {
  return record.buckets.slice(-OWN_BUCKETS).some((bucket) => bucket.some((value) => value > 0));
}

const NEWEST_SQL = `SELECT r.payload, r.received_at_s AS receivedAtS, e.boot_time_s AS bootTimeS
  FROM record r JOIN epoch e ON e.node_key_id = r.node_key_id AND e.epoch = r.epoch
  WHERE r.node_key_id = ?`;

/** Reads that concern one key. */
function keyReader(database: Database) {
  const newest = database.prepare(`${NEWEST_SQL} ORDER BY r.epoch DESC, r.sequence DESC LIMIT 1`);
  const newestUsage = database.prepare(
    `${NEWEST_SQL} AND r.kind < 3 ORDER BY r.epoch DESC, r.sequence DESC LIMIT 1`,
  );
  const events = database.prepare(
    `${NEWEST_SQL} AND r.kind = 3 ORDER BY r.epoch DESC, r.sequence DESC LIMIT ${EVENTS_LOOKED_AT_MAX}`,
  );
  const since = database.prepare(
    `SELECT sum(b.counter_0) AS c0, sum(b.counter_1) AS c1, sum(b.counter_2) AS c2,
       sum(b.counter_3) AS c3 FROM epoch e CROSS JOIN bucket b
     ON b.node_key_id = e.node_key_id AND b.epoch = e.epoch
     AND b.start_uptime_s >= ? - e.boot_time_s
     WHERE e.node_key_id = ? AND e.boot_time_s IS NOT NULL`,
  );
  return {
    newest: (keyRowId: number) => storedRecord(newest.get(keyRowId)),
    newestUsage: (keyRowId: number) => storedRecord(newestUsage.get(keyRowId)),
    buttonCode(keyRowId: number): number {
      for (const row of events.all(keyRowId)) {
        const record = storedRecord(row)?.record;
        if (record?.kind !== 3) continue;
        if (record.eventCode === EVENT_BROKEN || record.eventCode === EVENT_FIXED) {
          return record.eventCode;
        }
      }
      return 0;
    },
    sumsSince(keyRowId: number, fromS: number): (number | null)[] {
      const row = since.get(fromS, keyRowId) as Record<string, number | null>;
      return [row.c0, row.c1, row.c2, row.c3];
    },
  };
}

function readingOf(site: SiteRow): SiteReading {
  return {
    site: site.site,
    name: site.name,
    kind: site.kind,
    latitude: site.latitude,
    longitude: site.longitude,
    lastHeardS: null,
    newest: null,
    totals: [],
    today: [],
    status: 0,
    usedInNewest: false,
    buttonCode: 0,
  };
}

function completenessReader(database: Database) {
  const epochs = database.prepare(
    `SELECT count(*) AS stored, max(r.sequence) AS highest FROM record r
     JOIN node_key k ON k.id = r.node_key_id JOIN site s ON s.id = k.site_id
     WHERE s.site = ? GROUP BY r.node_key_id, r.epoch`,
  );
  const sums = database.prepare(
    `SELECT sum(b.counter_0) AS c0, sum(b.counter_1) AS c1, sum(b.counter_2) AS c2,
       sum(b.counter_3) AS c3 FROM bucket b
     JOIN node_key k ON k.id = b.node_key_id JOIN site s ON s.id = k.site_id WHERE s.site = ?`,
  );
  return (site: string): SiteCompleteness => {
    const answer: SiteCompleteness = { stored: 0, expected: 0, bucketSums: [] };
    for (const row of epochs.all(site) as { stored: number; highest: number }[]) {
      answer.stored += row.stored;
      answer.expected += row.highest;
    }
    const row = sums.get(site) as Record<string, number | null>;
    addInto(answer.bucketSums, [row.c0, row.c1, row.c2, row.c3]);
    return answer;
  };
}

/** Prepares the reads on an open database. */
export function createSiteReader(database: Database): SiteReader {
  const names = database.prepare('SELECT site FROM site ORDER BY site').pluck();
  const bySite = database.prepare('SELECT * FROM site WHERE site = ?');
  const keysOf = database.prepare('SELECT id FROM node_key WHERE site_id = ? ORDER BY id').pluck();
  const ofKey = keyReader(database);
  return {
    siteNames: () => names.all() as string[],
    readSite(site, dayStartS) {
      const row = bySite.get(site) as SiteRow | undefined;
      if (row === undefined) return null;
      const reading = readingOf(row);
      let latest: StoredRecord | null = null;
      for (const keyRowId of keysOf.all(row.id) as number[]) {
        const newest = ofKey.newest(keyRowId);
        if (newest === null) continue;
        addInto(reading.totals, newest.record.counters);
        addInto(reading.today, ofKey.sumsSince(keyRowId, dayStartS));
        reading.lastHeardS = Math.max(reading.lastHeardS ?? 0, newest.receivedAtS);
        const usage = ofKey.newestUsage(keyRowId)?.record;
        if (usage && usage.kind !== 3 && usedInOwnHour(usage)) reading.usedInNewest = true;
        reading.buttonCode = ofKey.buttonCode(keyRowId) || reading.buttonCode;
        if (isNewer(newest, latest)) latest = newest;
      }
      if (latest !== null) {
        const { record, bootTimeS } = latest;
        const clock = bootTimeS === null ? null : { bootTimeS, uncertainty: 15, sequence: 0 };
        reading.status = record.status;
        reading.newest = {
          epoch: record.epoch,
          sequence: record.sequence,
          timeS: dateOf(clock, record.uptimeS),
          kept: record.kept,
        };
      }
      return reading;
    },
    completeness: completenessReader(database),
  };
}
