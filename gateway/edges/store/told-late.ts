/*
 * told-late.ts: which records are historical to one broker because they are told late.
 * Way: outbox's decision -> table told_late, before the telling -> the same decision at every repeat. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';

/** Rows of table record from first to last. */
export interface RowRun {
  first: number;
  last: number;
}

/** The table, for one writing connection. */
export interface ToldLateTable {
  /** All runs of an outbox, in order of their rows. */
  read(outbox: string): RowRun[];
  /** Adds a run, or makes the one that begins there longer. Durable with the next commit. */
  put(outbox: string, run: RowRun): void;
}

/** Prepares the table's reads and writes. `begin`: opens the group transaction. */
export function createToldLate(database: Database, begin: () => void): ToldLateTable {
  const read = database.prepare(
    'SELECT first, last FROM told_late WHERE outbox = ? ORDER BY first',
  );
  const put = database.prepare(
    'INSERT INTO told_late VALUES (?,?,?) ON CONFLICT (outbox, first) DO UPDATE SET last = excluded.last',
  );
  return {
    read: (outbox) => read.all(outbox) as RowRun[],
    put(outbox, { first, last }) {
      begin();
      put.run(outbox, first, last);
    },
  };
}
