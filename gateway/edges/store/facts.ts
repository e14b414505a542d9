/*
 * facts.ts: single facts of the database, for programs that run beside the gateway (table meta).
 * Way: a verb of the command line <-> table meta. The gateway may hold its own transaction for a minute: this waits.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FACTS_WAIT_MS } from '../../limits/store';
import { Sqlite } from './sqlite';
import { openStore } from './store';

/** What a person is told when the key is there and the database is not. */
export function lostDatabaseWords(path: string): string {
  return (
    `${path} is gone, but the gateway’s key is there. Nothing was changed. Put the newest backup back ` +
    `(tallywell restore BACKUP --data ${dirname(path)}); after a repair or restore that was cut off, run it again`
  );
}

/** Facts by name. */
export interface Facts {
  read(name: string): string | number | undefined;
  /** Writes all of them in one durable transaction; null removes one. */
  write(facts: Record<string, string | number | null>): void;
  /** Gateway time of the newest record, Unix s; 0 = none. */
  lastReceivedS(): number;
  close(): void;
}

/**
 * Opens the facts of a database, and makes one where there is none.
 * Throws: what SQLite throws; when the gateway's key is there without its database, which was lost then.
 */
export function openFacts(path: string): Facts {
  if (!existsSync(path)) {
    if (existsSync(join(dirname(path), 'gateway.key'))) throw new Error(lostDatabaseWords(path));
    openStore(path).close();
  }
  const database = new Sqlite(path, { timeout: FACTS_WAIT_MS });
  database.pragma('synchronous = FULL');
  const get = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
  const put = database.prepare('INSERT OR REPLACE INTO meta VALUES (?,?)');
  const drop = database.prepare('DELETE FROM meta WHERE name = ?');
  const last = database
    .prepare('SELECT coalesce((SELECT received_at_s FROM record ORDER BY id DESC LIMIT 1), 0)')
    .pluck();
  return {
    read: (name) => get.get(name) as string | number | undefined,
    write(facts) {
      database
        .transaction(() => {
          for (const [name, value] of Object.entries(facts)) {
            if (value === null) drop.run(name);
            else put.run(name, typeof value === 'number' ? BigInt(value) : value);
          }
        })
        .immediate();
    },
    lastReceivedS: () => last.get() as number,
    close: () => database.close(),
  };
}
