/*
 * read-sequences.ts: which sequences of an epoch are stored, without reading years of them at each start.
 * Way: table record by its unique index, from the last noted place on -> custody's sequence states.
 */
import type { Database } from 'better-sqlite3';

/** Which sequences of an epoch are stored. */
export interface StoredSequences {
  /** 1..contiguous are all stored (at least these). */
  contiguous: number;
  /** Stored ones beyond, ascending. */
  above: number[];
}

/** Prepares the read. */
export function sequencesReader(database: Database) {
  const getSettled = database
    .prepare('SELECT settled FROM epoch WHERE node_key_id = ? AND epoch = ?')
    .pluck();
  const getExtent = database.prepare(
    `SELECT count(*) AS count, max(sequence) AS highest FROM record
     WHERE node_key_id = ? AND epoch = ? AND sequence > ?`,
  );
  const getAbove = database
    .prepare(
      `SELECT sequence FROM record WHERE node_key_id = ? AND epoch = ? AND sequence > ?
       ORDER BY sequence`,
    )
    .pluck();
  return (keyRowId: number, epoch: number): StoredSequences => {
    const settled = (getSettled.get(keyRowId, epoch) as number | undefined) ?? 0;
    const { count, highest } = getExtent.get(keyRowId, epoch, settled) as {
      count: number;
      highest: number | null;
    };
    if (highest === null || highest - settled === count) {
      return { contiguous: settled + count, above: [] };
    }
    return { contiguous: settled, above: getAbove.all(keyRowId, epoch, settled) as number[] };
  };
}
