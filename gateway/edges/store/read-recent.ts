/*
 * read-recent.ts: the newest records of a site's nodes, and the events of all sites in order of acceptance.
 * Way: SQLite -> core/facts/recent.ts, the page of notes and its files. Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import type { RecentRecord, RecentStay } from '../../core/facts/recent';
import type { ByRecord } from '../../core/facts/site-facts';
import { RECENT_RECORDS_MAX } from '../../limits/facts';
import { type PlacementRow, placementsReader } from './placements';
import { type Read, readOf } from './read-facts';

/** An event with the site at which its node stood. */
export interface StoredEvent {
  site: string;
  siteName: string;
  code: number;
  value: number;
  because: ByRecord;
}

/** The reads of this file. */
export interface RecentReader {
  /** Newest records of each stay of a site. @param events events older than those at most */
  ofSite(site: string, events: number): RecentStay[];
  /** Events of one site (null = all), accepted last first, rows before this one (0 = from the newest). */
  events(site: string | null, beforeId: number, limit: number): StoredEvent[];
}

const COLUMNS = 'r.id, r.payload, r.received_at_s AS receivedAtS, e.boot_time_s AS bootTimeS';
const EPOCH = 'LEFT JOIN epoch e ON e.node_key_id = r.node_key_id AND e.epoch = r.epoch';

function recentOf({ record, because }: Read): RecentRecord {
  const { status } = record;
  return record.kind === 3
    ? { because, status, readings: [], event: { code: record.eventCode, value: record.value } }
    : { because, status, readings: record.readings, event: null };
}

/** Prepares the reads. */
export function createRecentReader(database: Database): RecentReader {
  const placementsOf = placementsReader(database);
  const newest = database.prepare(
    `SELECT ${COLUMNS} FROM record r ${EPOCH} WHERE r.node_key_id = ? AND r.placement_id = ?
     ORDER BY r.epoch DESC, r.sequence DESC LIMIT ${RECENT_RECORDS_MAX}`,
  );
  const older = database.prepare(
    `SELECT ${COLUMNS} FROM record r INDEXED BY record_event ${EPOCH}
     WHERE r.node_key_id = ? AND r.placement_id = ? AND r.kind = 3 AND (r.epoch, r.sequence) < (?, ?)
     ORDER BY r.epoch DESC, r.sequence DESC LIMIT ?`,
  );
  // The index of events alone is looked through: without it SQLite would go back through years of records.
  const found = (ids: string) =>
    database.prepare(
      `SELECT ${COLUMNS}, s.site, s.name AS siteName FROM (${ids} ORDER BY x.id DESC LIMIT ?) found
       JOIN record r ON r.id = found.id JOIN placement p ON p.id = r.placement_id JOIN site s ON s.id = p.site_id
       ${EPOCH} ORDER BY r.id DESC`,
    );
  const events = found(
    'SELECT x.id FROM record x INDEXED BY record_event WHERE x.kind = 3 AND x.id < ?',
  );
  const eventsOf = found(
    `SELECT x.id FROM site a JOIN placement o ON o.site_id = a.id
     JOIN record x INDEXED BY record_event ON x.node_key_id = o.node_key_id AND x.placement_id = o.id
     WHERE a.site = ? AND x.kind = 3 AND x.id < ?`,
  );
  const stayOf = ({ keyRowId, id }: PlacementRow, most: number): RecentStay => {
    const records = newest.all(keyRowId, id).map((row) => recentOf(readOf(row) as Read));
    const oldest = records[records.length - 1];
    if (oldest === undefined) return { records, olderEvents: [] };
    const { epoch, seq } = oldest.because;
    const rows = older.all(keyRowId, id, epoch, seq, most);
    return { records, olderEvents: rows.map((row) => recentOf(readOf(row) as Read)) };
  };
  return {
    ofSite: (site, most) => placementsOf(site).map((place) => stayOf(place, most)),
    events(site, beforeId, limit) {
      const below = beforeId === 0 ? Number.MAX_SAFE_INTEGER : beforeId;
      const rows = site === null ? events.all(below, limit) : eventsOf.all(site, below, limit);
      return rows.flatMap((row) => {
        const { record, because } = readOf(row) as Read;
        if (record.kind !== 3) return [];
        const { site: at, siteName } = row as { site: string; siteName: string };
        return { site: at, siteName, code: record.eventCode, value: record.value, because };
      });
    },
  };
}
