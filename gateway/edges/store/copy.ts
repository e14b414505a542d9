/*
 * copy.ts: copies a database while a gateway writes to it.
 * Way: one read transaction on the source, so the copy is exactly what was committed when it began -> pages, some at a
 * time, each part synced before the next: a commit of the gateway never waits behind more than one part.
 * In WAL mode a reader holds up no writer; only the log grows meanwhile.
 * Source: SQLite's online backup API.
 */
import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { BACKUP_STEP_PAGES } from '../../limits/backup';
import { FACTS_WAIT_MS } from '../../limits/store';
import { Sqlite } from './sqlite';

/** What was committed when a copy began. */
export interface CopyFacts {
  /** Form of the database (user_version). */
  form: number;
  records: number;
  /** Row of the record accepted last; 0 = none. */
  newestId: number;
  /** Name of the pod; null = none yet. */
  pod: string | null;
  /** Public half of the gateway's key, hex; null = none yet. */
  publicKey: string | null;
}

/** Copies. @param progress is told the share done, 0..1. Rejects: what SQLite and the file system throw. */
export async function copyDatabase(
  from: string,
  to: string,
  progress: (share: number) => void,
): Promise<CopyFacts> {
  const source = new Sqlite(from, { readonly: true, fileMustExist: true, timeout: FACTS_WAIT_MS });
  let file: number | null = null;
  try {
    source.exec('BEGIN');
    const one = (sql: string) => source.prepare(sql).pluck().get();
    const meta = (name: string) => {
      const value = source.prepare('SELECT value FROM meta WHERE name = ?').pluck().get(name);
      return value === undefined ? null : String(value);
    };
    const facts: CopyFacts = {
      form: source.pragma('user_version', { simple: true }) as number,
      records: one('SELECT count(*) FROM record') as number,
      newestId: one('SELECT coalesce(max(id), 0) FROM record') as number,
      pod: meta('pod'),
      publicKey: meta('gateway_public_key'),
    };
    await source.backup(to, {
      progress({ totalPages, remainingPages }) {
        file ??= openSync(to, 'r+');
        fdatasyncSync(file);
        if (totalPages > 0) progress(1 - remainingPages / totalPages);
        return BACKUP_STEP_PAGES;
      },
    });
    return facts;
  } finally {
    if (file !== null) closeSync(file);
    source.close();
  }
}

/** Makes a copy one file that can be read from a disk that is read-only: no log beside it. Throws: what SQLite throws. */
export function makeSingleFile(path: string): void {
  const database = new Sqlite(path, { fileMustExist: true });
  try {
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
}

/** Bytes that a copy of this database takes. Throws: what SQLite throws. */
export function bytesOfDatabase(path: string): number {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    const [pages, bytes] = ['page_count', 'page_size'].map(
      (name) => database.pragma(name, { simple: true }) as number,
    );
    return pages * bytes;
  } finally {
    database.close();
  }
}
