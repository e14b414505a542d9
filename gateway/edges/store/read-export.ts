/*
 * read-export.ts: everything stored, piece by piece, for exports.
 * Way: SQLite -> gateway/export. Read only. Form: schema.sql.
 * Each piece is a question of its own: no read transaction stays open, so the gateway's log does not grow beside it.
 */
import type { Database } from 'better-sqlite3';
import { EPOCH_MAX } from '../../../shared/limits';
import { decodeRecord } from '../../../shared/record';
import { dateOf } from '../../core/dating';
import type {
  DayFact,
  ExportFacts,
  ExportKey,
  ExportRange,
  ExportSite,
  RecordFact,
} from '../../export/facts';
import {
  EXPORT_LAST_USE_ROWS_MAX,
  EXPORT_PAGE_ROWS,
  EXPORT_SITES_LOOKED_UP_MAX,
  EXPORT_SLACK_S,
} from '../../limits/export';
import { placementsReader } from './placements';
import { sumsReader } from './read-sums';

const DAY_S = 86_400;
/** Days of a site that are read at one time, days. */
const DAYS_AT_ONCE = 366;
/** Buckets of a record that are its own; earlier ones are carried again. */
const OWN_BUCKETS = 12;

/**
 * One stored record, as SQLite gives it. An array: objects made of rows cost the collector so much that an export took a
 * hundred megabytes (npm run bench -- exports).
 */
type Row = [
  id: number,
  site: string,
  siteName: string,
  siteKind: 'water-point' | 'canteen',
  payload: Uint8Array,
  signature: Uint8Array,
  receivedAtS: number,
  clockState: string,
  historical: number,
  rssiDbm: number,
  hops: number,
  bootTimeS: number | null,
  bootUncertainty: number | null,
];

const RECORD_SQL = `SELECT r.id, s.site, s.name, s.kind, r.payload, r.signature,
  r.received_at_s, r.clock_state, r.historical, r.rssi_dbm, r.hops, e.boot_time_s, e.clock_uncertainty
  FROM record r JOIN placement p ON p.id = r.placement_id JOIN site s ON s.id = p.site_id
  LEFT JOIN epoch e ON e.node_key_id = r.node_key_id AND e.epoch = r.epoch`;

/** Decodes a stored row. Throws: when it does not decode, which means damage. */
function factOf(row: Row): RecordFact {
  const record = decodeRecord(row[4]);
  if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
  const clock = row[11] === null ? null : { bootTimeS: row[11], uncertainty: 15, sequence: 0 };
  return {
    id: row[0],
    site: row[1],
    siteName: row[2],
    siteKind: row[3],
    payload: row[4],
    signature: row[5],
    record,
    timeS: dateOf(clock, record.uptimeS),
    uncertainty: row[12] ?? 15,
    receivedAtS: row[6],
    clockState: row[7],
    historical: row[8],
    rssiDbm: row[9],
    hops: row[10],
  };
}

/** Is the record in the range? One without time counts by its reception. */
function isInside({ timeS, receivedAtS }: RecordFact, { fromS, beforeS }: ExportRange): boolean {
  const at = timeS ?? receivedAtS;
  return at >= fromS && at < beforeS;
}

/** Was anything counted in the record's own hour? */
function isUsed({ record }: RecordFact): boolean {
  if (record.kind === 3) return false;
  return record.buckets.slice(-OWN_BUCKETS).some((bucket) => bucket.some((value) => value > 0));
}

/** Finds the first row that may be of this time or later: by halves, for rows are in the order of their reception. */
function firstRowReader(database: Database) {
  const trustedFrom = database.prepare(
    `SELECT id, received_at_s AS atS FROM
       (SELECT id, received_at_s, clock_state FROM record WHERE id >= ? ORDER BY id LIMIT 1000)
     WHERE clock_state = 'trusted' ORDER BY id LIMIT 1`,
  );
  return (fromS: number, lastId: number): number => {
    let [low, high] = [1, lastId + 1];
    while (high - low > EXPORT_PAGE_ROWS) {
      const middle = Math.floor((low + high) / 2);
      const row = trustedFrom.get(middle) as { id: number; atS: number } | undefined;
      // Where no clock was trusted for long nothing is known: look through more.
      if (row !== undefined && row.atS < fromS - EXPORT_SLACK_S) low = middle;
      else high = middle;
    }
    return low;
  };
}

/** Reads rows in order of acceptance: all, or those of some sites. */
function rowReader(database: Database) {
  const last = database.prepare('SELECT coalesce(max(id), 0) FROM record').pluck();
  const pages = database
    .prepare(`${RECORD_SQL} WHERE r.id >= ? AND r.id <= ? ORDER BY r.id LIMIT ?`)
    .raw();
  const among = database
    .prepare(`${RECORD_SQL} WHERE r.id IN (SELECT value FROM json_each(?)) ORDER BY r.id`)
    .raw();
  // The unique index holds key and row: no page of the table is touched.
  const idsOfSites = database
    .prepare(
      `SELECT r.id FROM record r WHERE r.node_key_id IN (SELECT p.node_key_id FROM placement p
         JOIN site s ON s.id = p.site_id WHERE s.site IN (SELECT value FROM json_each(?)))`,
    )
    .pluck();
  const firstRow = firstRowReader(database);
  const firstOf = (fromS: number, lastId: number) => (fromS > 0 ? firstRow(fromS, lastId) : 1);
  return {
    lastId: () => last.get() as number,
    *all(fromS: number, lastId: number): Generator<Row> {
      let from = firstOf(fromS, lastId);
      while (from <= lastId) {
        const rows = pages.all(from, lastId, EXPORT_PAGE_ROWS) as Row[];
        if (rows.length === 0) return;
        yield* rows;
        from = rows[rows.length - 1][0] + 1;
      }
    },
    *ofSites(sites: readonly string[], fromS: number, lastId: number): Generator<Row> {
      const first = firstOf(fromS, lastId);
      const found = idsOfSites.all(JSON.stringify(sites)) as number[];
      const ids = Float64Array.from(found.filter((id) => id >= first && id <= lastId)).sort();
      for (let at = 0; at < ids.length; at += EXPORT_PAGE_ROWS) {
        const page = JSON.stringify([...ids.subarray(at, at + EXPORT_PAGE_ROWS)]);
        yield* among.all(page) as Row[];
      }
    },
  };
}

/** Reads daily sums without holes, a year at a time. */
function dayReader(database: Database) {
  const sums = sumsReader(database, placementsReader(database));
  const extent = database.prepare(
    'SELECT (SELECT min(day_s) FROM day) AS firstS, (SELECT max(day_s) FROM day) AS lastS',
  );
  return function* daysOf(site: ExportSite, { fromS, beforeS }: ExportRange): Generator<DayFact> {
    const { firstS, lastS } = extent.get() as { firstS: number | null; lastS: number };
    if (firstS === null) return;
    const head = {
      ...{ site: site.site, siteName: site.name, siteKind: site.kind },
      ...{ latitude: site.latitude, longitude: site.longitude },
    };
    // Days before a site's first one are not unknown: there was nothing yet.
    let isBegun = false;
    const end = Math.min(beforeS, lastS + DAY_S);
    for (let at = Math.ceil(Math.max(fromS, firstS) / DAY_S) * DAY_S; at < end; ) {
      const next = Math.min(end, at + DAYS_AT_ONCE * DAY_S);
      const rows = new Map(sums.days(site.site, at, next).map((row) => [row.startS, row]));
      for (; at < next; at += DAY_S) {
        const row = rows.get(at);
        isBegun ||= row !== undefined;
        if (!isBegun) continue;
        yield { ...head, dayS: at, minutes: row?.minutes ?? 0, counters: row?.counters ?? [] };
      }
    }
  };
}

/** Looks for the newest use of a site, from its newest record back. */
function lastUseReader(database: Database) {
  const placementsOf = placementsReader(database);
  const back = database
    .prepare(
      `${RECORD_SQL} WHERE r.node_key_id = ? AND r.placement_id = ? AND (r.epoch, r.sequence) < (?, ?)
     ORDER BY r.epoch DESC, r.sequence DESC LIMIT ${EXPORT_PAGE_ROWS}`,
    )
    .raw();
  /** From a placement's newest record back, as far as anything may be in the range. */
  function* backwards(keyRowId: number, placementId: number, fromS: number): Generator<RecordFact> {
    let [epoch, sequence] = [EPOCH_MAX + 1, 0];
    for (let looked = 0; looked < EXPORT_LAST_USE_ROWS_MAX; looked += EXPORT_PAGE_ROWS) {
      const rows = back.all(keyRowId, placementId, epoch, sequence) as Row[];
      for (const row of rows) {
        const fact = factOf(row);
        if ((fact.timeS ?? fact.receivedAtS) < fromS) return;
        yield fact;
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      ({ epoch, sequence } = factOf(last).record);
    }
  }
  return (site: string, range: ExportRange): RecordFact | null => {
    const found = placementsOf(site).flatMap(({ id, keyRowId }) => {
      for (const fact of backwards(keyRowId, id, range.fromS))
        if (isInside(fact, range) && isUsed(fact)) return [fact];
      return [];
    });
    const at = (fact: RecordFact) => fact.timeS ?? fact.receivedAtS;
    return found.reduce<RecordFact | null>((a, b) => (a !== null && at(a) >= at(b) ? a : b), null);
  };
}

/**
 * Prepares the reads on a connection for reading.
 * @param newestId records up to this row; null = up to the newest one when an export begins
 */
export function createExportReader(
  database: Database,
  pod: string,
  newestId: number | null = null,
): ExportFacts {
  const allSites = database.prepare(
    'SELECT site, name, kind, latitude, longitude FROM site ORDER BY site',
  );
  const allKeys = database.prepare(
    `SELECT s.site, k.public_key AS publicKey, k.key_id AS keyId, p.from_s AS fromS, p.to_s AS toS
     FROM placement p JOIN node_key k ON k.id = p.node_key_id JOIN site s ON s.id = p.site_id
     ORDER BY s.site, p.from_s, p.id`,
  );
  const last = database
    .prepare('SELECT received_at_s FROM record ORDER BY id DESC LIMIT 1')
    .pluck();
  const rows = rowReader(database);
  const daysOf = dayReader(database);
  let share = 0;
  const wanted = ({ sites }: ExportRange, site: string) => sites === null || sites.includes(site);
  const sites = (range: ExportRange) =>
    (allSites.all() as ExportSite[]).filter(({ site }) => wanted(range, site));
  return {
    pod,
    sites,
    keys: (range) => (allKeys.all() as ExportKey[]).filter(({ site }) => wanted(range, site)),
    *records(range) {
      // What comes while this runs is not in it.
      const lastId = newestId ?? rows.lastId();
      const found =
        range.sites === null || range.sites.length > EXPORT_SITES_LOOKED_UP_MAX
          ? rows.all(range.fromS, lastId)
          : rows.ofSites(range.sites, range.fromS, lastId);
      let passed = 0;
      for (const row of found) {
        share = row[0] / lastId;
        const fact = factOf(row);
        passed += 1;
        const isWanted = isInside(fact, range) && wanted(range, fact.site);
        if (isWanted) yield fact;
        else if (passed >= EXPORT_PAGE_ROWS) yield null;
        else continue;
        passed = 0;
      }
      share = 1;
    },
    *days(range) {
      for (const site of sites(range)) yield* daysOf(site, range);
    },
    lastUse: lastUseReader(database),
    lastReceivedS: () => (last.get() as number | undefined) ?? 0,
    share: () => share,
  };
}
