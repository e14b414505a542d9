/*
 * lock.ts: one program at a time works on a gateway's folder.
 * Way: gateway, restore and repair take the lock of the folder; the kernel gives it back when its process is gone, however
 * that ended. So nothing is left behind by a power cut, and no process number can be mistaken.
 * Source: file locks of SQLite (sqlite.org/lockingv3.html): an exclusive lock on an empty database of its own.
 */
import { Sqlite } from './sqlite';

/** A lock that is held. */
export interface Lock {
  release(): void;
}

/**
 * Takes a lock. @param waitMs how long to wait for who has it. @returns null when another has it still.
 * Throws: when its file cannot be made.
 */
export function takeLock(path: string, waitMs = 0): Lock | null {
  const database = new Sqlite(path, { timeout: waitMs });
  try {
    // The lock is all that is wanted: no journal, nothing is ever written.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return null;
    throw error;
  }
  return {
    release() {
      if (database.open) database.close();
    },
  };
}
