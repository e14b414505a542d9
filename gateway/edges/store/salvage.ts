/*
 * salvage.ts: a new database out of what can still be read of a damaged one, together with a backup where there is one.
 * Way: damaged file, backup -> small tables (salvage-tables.ts), records (salvage-records.ts), sums made again -> new file.
 * The damaged file and the backup are only read.
 */
import { existsSync, rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { lastSequenceAfterRestore } from '../../core/bulletin-sequence';
import { BULLETIN_SEQUENCE_MAX } from '../../limits/bulletins';
import { PAGE_BYTES } from '../../limits/store';
import { migrate } from './migrations';
import { rebuildRollups } from './rollups';
import { type RecordReport, salvageRecords } from './salvage-records';
import { salvageTables, type TableReport } from './salvage-tables';
import { Sqlite } from './sqlite';

/** What to make it of. */
export interface SalvageSources {
  /** The damaged database. */
  damaged: string;
  /** A whole database of the newest form; null = none. */
  backup: string | null;
  verify(aad: string, payload: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  /** First 4 bytes of SHA-256 of a public key. */
  keyIdOf(publicKey: Uint8Array): Uint8Array;
  /** Fills in the register where the damaged file and the backup lack it. */
  addRegister(target: string): void;
  progress(what: string, share: number): void;
}

/** What became of it. */
export interface SalvageReport {
  tables: TableReport[];
  records: RecordReport & {
    /** In the new database. */
    kept: number;
    /** Places in the order of acceptance that are empty now. */
    missing: number;
  };
}

/** Fact: places in the order of acceptance that are empty since a repair. */
export const META_RECORDS_MISSING = 'records_missing';

function newDatabase(path: string): Database {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  const database = new Sqlite(path);
  database.pragma(`page_size = ${PAGE_BYTES}`);
  // It is worth nothing before it is finished: no journal, one sync at the end.
  database.pragma('journal_mode = MEMORY');
  database.pragma('synchronous = OFF');
  database.pragma('foreign_keys = OFF');
  migrate(database);
  return database;
}

function openDamaged(path: string): Database | null {
  try {
    const database = new Sqlite(path, { readonly: true, fileMustExist: true });
    database.prepare('SELECT name FROM sqlite_master').all();
    return database;
  } catch {
    return null;
  }
}

/** Takes out what refers to rows that are not there. */
function dropOrphans(database: Database): void {
  database.exec(`
    DELETE FROM placement WHERE node_key_id NOT IN (SELECT id FROM node_key)
      OR site_id NOT IN (SELECT id FROM site);
    DELETE FROM calibration WHERE node_key_id NOT IN (SELECT id FROM node_key);
    DELETE FROM conflict WHERE node_key_id NOT IN (SELECT id FROM node_key);`);
}

/** Facts that must fit what is there now. The number of the bulletins is lifted: the newest may be lost, or damaged. */
function mendFacts(database: Database, backup: Database | null, missing: number): void {
  const get = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
  const put = database.prepare('INSERT OR REPLACE INTO meta VALUES (?,?)');
  const newest = (table: string) =>
    database.prepare(`SELECT coalesce(max(id), 0) FROM ${table}`).pluck().get() as number;
  const last = { record: newest('record'), notice: newest('notice') };
  for (const [table, id] of Object.entries(last)) {
    // A cursor beyond the end would pass over what comes next.
    const names = database
      .prepare("SELECT name FROM meta WHERE name LIKE 'cursor:%' AND name LIKE ?")
      .pluck()
      .all(`%:${table}`) as string[];
    for (const name of names) put.run(name, BigInt(Math.min(Number(get.get(name)), id)));
  }
  put.run(META_RECORDS_MISSING, BigInt(missing));
  const ofBackup = backup?.prepare("SELECT value FROM meta WHERE name = 'bulletin_sequence'");
  const known = [get.get('bulletin_sequence'), ofBackup?.pluck().get()]
    .map((one) => Number(one ?? 0))
    .filter((one) => one >= 0 && one < BULLETIN_SEQUENCE_MAX);
  put.run('bulletin_sequence', BigInt(lastSequenceAfterRestore(Math.max(0, ...known))));
}

/**
 * Makes the new database. Throws: when it cannot be written; when no place is known for any record because the register is
 * lost (an Error in words).
 */
export function salvage(target: string, sources: SalvageSources): SalvageReport {
  const { damaged, verify, keyIdOf, progress } = sources;
  let database = newDatabase(target);
  const source = openDamaged(damaged);
  const backup = sources.backup === null ? null : new Sqlite(sources.backup, { readonly: true });
  try {
    const told = (share: number) => progress('tables', share);
    const tables = salvageTables(database, damaged, source, backup, keyIdOf, told);
    source?.close();
    dropOrphans(database);
    database.close();
    sources.addRegister(target);
    database = new Sqlite(target);
    database.pragma('journal_mode = MEMORY');
    database.pragma('synchronous = OFF');
    if (database.prepare('SELECT 1 FROM placement').get() === undefined) {
      throw new Error(
        'the register of sites and nodes is lost: give it with --register register.json',
      );
    }
    const records = salvageRecords(database, damaged, backup, verify, progress);
    progress('sums', 0);
    database.transaction(() => rebuildRollups(database))();
    const kept = database.prepare('SELECT count(*) FROM record').pluck().get() as number;
    const newestId = database.prepare('SELECT max(id) FROM record').pluck().get() as number | null;
    const gaps = (newestId ?? 0) - kept;
    mendFacts(database, backup, gaps);
    database.pragma('journal_mode = DELETE');
    const missing = Math.max(records.newestId, newestId ?? 0) - kept;
    return { tables, records: { ...records, kept, missing } };
  } finally {
    for (const one of [source, database, backup]) if (one?.open) one.close();
    for (const suffix of ['-wal', '-shm']) {
      if (existsSync(target + suffix)) rmSync(target + suffix);
    }
  }
}
