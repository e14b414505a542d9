/*
 * read-completeness.ts: how much of what a site's nodes recorded is stored.
 * Way: table record (and the sums) -> API. Read only. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import { decodeRecord } from '../../../shared/record';
import { bucketsOf } from '../../core/buckets-of';
import type { PlacementRow, PlacementsOf } from './placements';
import { addInto } from './read-sums';

/** How many records of a site are stored, of those its sequences prove to exist. */
export interface SiteCompleteness {
  stored: number;
  expected: number;
  /** Sums of all stored buckets: what of the totals is known in time. */
  bucketSums: number[];
}

/** Sums of the buckets of epochs that nothing dates yet. */
function undatedReader(database: Database) {
  const undated = database
    .prepare(
      `SELECT r.payload FROM epoch e CROSS JOIN record r ON r.node_key_id = e.node_key_id AND r.epoch = e.epoch
       WHERE e.node_key_id = ? AND e.boot_time_s IS NULL AND r.placement_id = ? ORDER BY r.id`,
    )
    .pluck();
  return (place: PlacementRow): number[] => {
    const answer: number[] = [];
    const seen = new Set<string>();
    for (const payload of undated.all(place.keyRowId, place.id) as Uint8Array[]) {
      const record = decodeRecord(payload);
      if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
      for (const { startS, counts } of bucketsOf(record)) {
        const name = `${record.epoch}/${startS}`;
        if (!seen.has(name)) addInto(answer, counts);
        seen.add(name);
      }
    }
    return answer;
  };
}

/** Prepares the read. `sums`: all that was counted and dated at a site. */
export function completenessReader(
  database: Database,
  placementsOf: PlacementsOf,
  sums: (site: string) => number[],
) {
  // The place of one stay has all records of an epoch; of a node that moved each place its own.
  const epochs = database.prepare(
    `SELECT count(*) AS stored, max(sequence) - min(sequence) + 1 AS span
     FROM record WHERE node_key_id = ? AND placement_id = ? GROUP BY epoch`,
  );
  // Sequences up to `settled` are all stored: only the rest is counted.
  const allOfKey = database.prepare(
    `SELECT e.settled + (SELECT count(*) FROM record r WHERE r.node_key_id = e.node_key_id
         AND r.epoch = e.epoch AND r.sequence > e.settled) AS stored,
       max(e.settled, coalesce((SELECT max(sequence) FROM record r
         WHERE r.node_key_id = e.node_key_id AND r.epoch = e.epoch), 0)) AS span
     FROM epoch e WHERE e.node_key_id = ?`,
  );
  const stays = database.prepare('SELECT count(*) FROM placement WHERE node_key_id = ?').pluck();
  const undatedSums = undatedReader(database);
  return (site: string): SiteCompleteness => {
    const answer: SiteCompleteness = { stored: 0, expected: 0, bucketSums: [] };
    for (const place of placementsOf(site)) {
      const oneStay = (stays.get(place.keyRowId) as number) === 1;
      const rows = oneStay ? allOfKey.all(place.keyRowId) : epochs.all(place.keyRowId, place.id);
      for (const row of rows as { stored: number; span: number }[]) {
        answer.stored += row.stored;
        answer.expected += row.span;
      }
      addInto(answer.bucketSums, undatedSums(place));
    }
    addInto(answer.bucketSums, sums(site));
    return answer;
  };
}
