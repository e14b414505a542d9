/*
 * read-records.ts: stored records and notices in order of acceptance, for the outbox and the API.
 * Way: SQLite -> rows -> core/messages.ts. Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';

/** Rows that one question for a site's records looks through, rows. */
const ROWS_LOOKED_AT_MAX = 20_000;

/** One stored record with the facts of its reception. */
export interface RecordRow {
  /** Order of acceptance, from 1. */
  id: number;
  site: string;
  /** 'water-point' or 'canteen': what the site is. */
  siteKind: string;
  payload: Uint8Array;
  signature: Uint8Array;
  /** Unix time by the gateway's clock, s. */
  receivedAtS: number;
  clockState: string;
  /** 1 = late on arrival. */
  historical: number;
  fromRadio: number;
  rssiDbm: number;
  hops: number;
}

/** One thing worth telling once. */
export interface NoticeRow {
  id: number;
  atS: number;
  /** JSON text. */
  body: string;
}

/** Counts of packets, as /api/v1/status shows them. */
export interface RecordCounts {
  stored: number;
  duplicate: number;
  /** Everything refused, conflicts included, duplicates not. */
  rejected: number;
  byReason: Record<string, number>;
  /** Carried buckets that differed from the stored ones. */
  disagreements: number;
}

const RECORD_SQL = `SELECT r.id, s.site, s.kind AS siteKind, r.payload, r.signature,
  r.received_at_s AS receivedAtS, r.clock_state AS clockState, r.historical,
  r.from_radio AS fromRadio, r.rssi_dbm AS rssiDbm, r.hops
  FROM record r JOIN placement p ON p.id = r.placement_id JOIN site s ON s.id = p.site_id`;

/** The reads of this file, prepared once. */
export interface RecordReader {
  /** Records accepted after this row, oldest first. */
  recordsAfter(id: number, limit: number): RecordRow[];
  /**
   * A site's records accepted after this row, oldest first. Looks through a bounded number of rows, so there may be
   * fewer than `limit`, or none. `next`: ask again after this row; null = that was all.
   */
  recordsOfSite(
    site: string,
    afterId: number,
    limit: number,
  ): { rows: RecordRow[]; next: number | null };
  noticesAfter(id: number, limit: number): NoticeRow[];
  /** Last row of the unbroken run after this row that was received before this time, Unix s; looks through `limit` rows. */
  runReceivedBefore(id: number, beforeS: number, limit: number): number;
  /** Row of the record accepted last; 0 = none. */
  lastRecordId(): number;
  /** Row of the notice added last; 0 = none. */
  lastNoticeId(): number;
  /** @param uncommitted refusals counted since the last commit, by reason */
  counts(uncommitted: ReadonlyMap<string, number>): RecordCounts;
}

/** Prepares the reads on an open database. */
export function createRecordReader(database: Database): RecordReader {
  const after = database.prepare(`${RECORD_SQL} WHERE r.id > ? ORDER BY r.id LIMIT ?`);
  const placementsOf = database
    .prepare('SELECT p.id FROM placement p JOIN site s ON s.id = p.site_id WHERE s.site = ?')
    .pluck();
  // No index of its own: that would be one more page to write for each record. Some thousand rows are looked through.
  const among = database.prepare(
    `${RECORD_SQL} WHERE r.id > ?1 AND r.id <= ?1 + ${ROWS_LOOKED_AT_MAX}
       AND r.placement_id IN (SELECT value FROM json_each(?2)) ORDER BY r.id LIMIT ?3`,
  );
  const notices = database.prepare(
    'SELECT id, at_s AS atS, body FROM notice WHERE id > ? ORDER BY id LIMIT ?',
  );
  // Rows are never deleted, so the last id is also their count, but for what a repair could not bring back.
  const last = database.prepare('SELECT coalesce(max(id), 0) FROM record').pluck();
  const missing = database
    .prepare("SELECT coalesce((SELECT value FROM meta WHERE name = 'records_missing'), 0)")
    .pluck();
  const lastNotice = database.prepare('SELECT coalesce(max(id), 0) FROM notice').pluck();
  const received = database.prepare(
    'SELECT id, received_at_s AS receivedAtS FROM record WHERE id > ? ORDER BY id LIMIT ?',
  );
  const refusals = database.prepare('SELECT reason, count FROM refusal ORDER BY reason');
  return {
    recordsAfter: (id, limit) => after.all(id, limit) as RecordRow[],
    recordsOfSite(site, afterId, limit) {
      const places = JSON.stringify(placementsOf.all(site));
      const rows = among.all({ 1: afterId, 2: places, 3: limit }) as RecordRow[];
      const lookedAt =
        rows.length === limit && limit > 0 ? rows[limit - 1].id : afterId + ROWS_LOOKED_AT_MAX;
      return { rows, next: lookedAt < (last.get() as number) ? lookedAt : null };
    },
    runReceivedBefore(id, beforeS, limit) {
      let last = id;
      for (const row of received.iterate(id, limit)) {
        const { id: rowId, receivedAtS } = row as { id: number; receivedAtS: number };
        if (receivedAtS >= beforeS) break;
        last = rowId;
      }
      return last;
    },
    noticesAfter: (id, limit) => notices.all(id, limit) as NoticeRow[],
    lastRecordId: () => last.get() as number,
    lastNoticeId: () => lastNotice.get() as number,
    counts(uncommitted) {
      const totals = new Map(uncommitted);
      for (const { reason, count } of refusals.all() as { reason: string; count: number }[]) {
        totals.set(reason, (totals.get(reason) ?? 0) + count);
      }
      const { duplicate = 0, disagreement = 0, ...byReason } = Object.fromEntries(totals);
      const rejected = Object.values(byReason).reduce((sum, count) => sum + count, 0);
      const stored = (last.get() as number) - (missing.get() as number);
      return { stored, duplicate, rejected, byReason, disagreements: disagreement };
    },
  };
}
