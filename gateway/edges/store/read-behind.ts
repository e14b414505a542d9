/*
 * read-behind.ts: the records behind a site's figures: those whose buckets fall into a period, or the counters of all time.
 * Way: SQLite -> rows with the signed bytes -> check-view.ts. Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import { decodeRecord, type TallyRecord } from '../../../shared/record';
import { firstStartS } from '../../core/buckets-of';
import { type PlacementRow, placementsReader } from './placements';

/** A record behind a figure. */
export interface BehindRow {
  id: number;
  /** 1, or -1: its counters are taken away (where the key stood before). */
  by: 1 | -1;
  /** Unix s at uptime 0 of its epoch; null = not dated. */
  bootTimeS: number | null;
  payload: Uint8Array;
  signature: Uint8Array;
  /** Unix s by the gateway's clock. */
  receivedAtS: number;
}

/** A key that stood at a site. */
export interface BehindKey {
  /** 32 bytes. */
  publicKey: Uint8Array;
  /** Unix s; 0 = not told. */
  fromS: number;
  /** null = it stands there. */
  toS: number | null;
}

/** The reads of this file, prepared once. */
export interface BehindReader {
  /** Newest first, at most `limit`; isCut: there are more. */
  ofPeriod(
    site: string,
    fromS: number,
    beforeS: number,
    limit: number,
  ): { rows: BehindRow[]; isCut: boolean };
  /** Of each stay the newest record, and the one before the stay, to be taken away. */
  ofEver(site: string): BehindRow[];
  /** One record of this site; null = there is none. */
  one(site: string, id: number): BehindRow | null;
  keysOf(site: string): BehindKey[];
}

type Row = Omit<BehindRow, 'by'>;

const ROW = `SELECT r.id, r.payload, r.signature, r.received_at_s AS receivedAtS, e.boot_time_s AS bootTimeS
  FROM record r LEFT JOIN epoch e ON e.node_key_id = r.node_key_id AND e.epoch = r.epoch`;

function recordOf({ id, payload }: Row): TallyRecord {
  const record = decodeRecord(payload);
  if (typeof record === 'string') throw new Error(`record ${id} does not decode: ${record}`);
  return record;
}

/** Finds the records of one stay whose buckets fall into a period, newest first. */
function stayReader(database: Database) {
  const epochs = database
    .prepare(
      `SELECT epoch FROM epoch WHERE node_key_id = ? AND boot_time_s IS NOT NULL ORDER BY epoch DESC`,
    )
    .pluck();
  const ofEpoch = database.prepare(
    `${ROW} WHERE r.node_key_id = ? AND r.epoch = ? AND r.placement_id = ? AND r.kind < 3
     ORDER BY r.sequence DESC`,
  );
  return function* ({ keyRowId, id }: PlacementRow, fromS: number, beforeS: number) {
    for (const epoch of epochs.all(keyRowId)) {
      for (const row of ofEpoch.iterate(keyRowId, epoch, id) as Iterable<Row>) {
        const record = recordOf(row);
        const bootS = row.bootTimeS as number;
        // Uptime only rises: what is older in this epoch ended before, too.
        if (bootS + record.uptimeS <= fromS) break;
        if (bootS + firstStartS(record) < beforeS) yield row;
      }
    }
  };
}

/** The newest record of a stay, and of the nearest stay of its key before that has one. */
function everReader(database: Database) {
  const newest = database.prepare(
    `${ROW} WHERE r.node_key_id = ? AND r.placement_id = ? ORDER BY r.epoch DESC, r.sequence DESC LIMIT 1`,
  );
  const earlier = database.prepare(
    `SELECT id, node_key_id AS keyRowId, from_s AS fromS FROM placement
     WHERE node_key_id = ? AND from_s < ? ORDER BY from_s DESC`,
  );
  const newestOf = ({ keyRowId, id }: PlacementRow) => newest.get(keyRowId, id) as Row | undefined;
  return (stay: PlacementRow): BehindRow[] => {
    const last = newestOf(stay);
    if (last === undefined) return [];
    const stays = earlier.all(stay.keyRowId, stay.fromS) as PlacementRow[];
    const before = stays.map(newestOf).find((row) => row !== undefined);
    const rows: BehindRow[] = [{ ...last, by: 1 }];
    if (before !== undefined) rows.push({ ...before, by: -1 });
    return rows;
  };
}

/** Prepares the reads on an open database. */
export function createBehindReader(database: Database): BehindReader {
  const placementsOf = placementsReader(database);
  const ofStay = stayReader(database);
  const everOf = everReader(database);
  const byId = database.prepare(
    `${ROW} JOIN placement p ON p.id = r.placement_id JOIN site s ON s.id = p.site_id
     WHERE r.id = ? AND s.site = ?`,
  );
  const keys = database.prepare(
    `SELECT k.public_key AS publicKey, p.from_s AS fromS, p.to_s AS toS FROM placement p
     JOIN node_key k ON k.id = p.node_key_id JOIN site s ON s.id = p.site_id
     WHERE s.site = ? ORDER BY p.to_s IS NOT NULL, p.from_s DESC, p.id DESC`,
  );
  return {
    ofPeriod(site, fromS, beforeS, limit) {
      const rows: BehindRow[] = [];
      for (const stay of placementsOf(site)) {
        for (const row of ofStay(stay, fromS, beforeS)) {
          if (rows.length === limit) return { rows, isCut: true };
          rows.push({ ...row, by: 1 });
        }
      }
      const endS = (row: BehindRow) => (row.bootTimeS as number) + recordOf(row).uptimeS;
      const byEnd = rows.map((row) => ({ row, endS: endS(row) }));
      byEnd.sort((a, b) => b.endS - a.endS);
      return { rows: byEnd.map(({ row }) => row), isCut: false };
    },
    ofEver: (site) => placementsOf(site).flatMap(everOf),
    one(site, id) {
      const row = byId.get(id, site) as Row | undefined;
      return row === undefined ? null : { ...row, by: 1 };
    },
    keysOf: (site) => keys.all(site) as BehindKey[],
  };
}
