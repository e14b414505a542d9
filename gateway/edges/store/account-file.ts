/*
 * account-file.ts: accounts and tokens for programs that run beside the gateway.
 * Way: a verb of the command line <-> tables account and token. The gateway may hold its own transaction for a minute:
 * a write waits that long.
 */
import { existsSync } from 'node:fs';
import { FACTS_WAIT_MS } from '../../limits/store';
import {
  type AccountReader,
  type AccountWriter,
  accountReader,
  accountWriter,
} from './account-table';
import { MIGRATIONS } from './migrations';
import { Sqlite } from './sqlite';
import { openStore } from './store';

/** Accounts and tokens of a database. */
export interface AccountFile extends AccountReader {
  /** Reads and writes in one durable transaction. What it throws undoes it. */
  change<T>(work: (tables: AccountReader & AccountWriter) => T): T;
  close(): void;
}

/**
 * Opens the accounts of a database, and makes one where there is none.
 * @param waiting called when the gateway holds its transaction, before it is waited for
 * Throws: when the database has the form of another version, and what SQLite throws.
 */
export function openAccountFile(path: string, waiting: () => void): AccountFile {
  if (!existsSync(path)) openStore(path).close();
  const database = new Sqlite(path, { timeout: FACTS_WAIT_MS });
  if (database.pragma('user_version', { simple: true }) !== MIGRATIONS.length) {
    database.close();
    throw new Error(
      'the database has the form of another version: start the gateway of this version once',
    );
  }
  database.pragma('synchronous = FULL');
  const reads = accountReader(database);
  const tables = { ...reads, ...accountWriter(database, () => {}) };
  return {
    ...reads,
    change(work) {
      const run = database.transaction(() => work(tables));
      try {
        database.pragma('busy_timeout = 0');
        return run.immediate();
      } catch (error) {
        if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
        waiting();
        database.pragma(`busy_timeout = ${FACTS_WAIT_MS}`);
        return run.immediate();
      }
    },
    close: () => database.close(),
  };
}
