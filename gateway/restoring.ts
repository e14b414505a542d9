/*
 * restoring.ts: puts a backup in the place of a gateway's database.
 * Way: backup -> proven -> copy with the number of the bulletins lifted -> DIR/gateway.sqlite; the key with it.
 * Described in docs/backup.md.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../shared/bytes';
import { backupsIn, type VerifiedBackup, verifyBackup } from './backups';
import { lastSequenceAfterRestore } from './core/bulletin-sequence';
import { setMode, syncPath } from './edges/durable';
import { loadGatewayKey } from './edges/key';
import { Sqlite } from './edges/store/sqlite';
import { META_BULLETIN_SEQUENCE } from './edges/store/store';
import { freshPath, installDatabase, removeFresh, takeFolder } from './installing';

/** What is to be done. */
export interface RestoreOrder {
  /** A backup, or a folder of backups: then the newest. */
  backup: string;
  dataDir: string;
  /** May the database that is there be moved aside? */
  replace: boolean;
  progress(what: string, share: number): void;
}

/** What was done. */
export interface Restored {
  file: string;
  verified: VerifiedBackup;
  /** Where the old files are; null = there were none. */
  aside: string | null;
  /** restored: from the backup. kept: the one in the folder fits. missing: nodes' gateway key must be put there by hand. */
  key: 'restored' | 'kept' | 'missing';
  /** No bulletin at or below this number will be sent. */
  bulletinSequence: number;
}

/** The backup that is meant. Throws: when there is none. */
export function backupFile(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  if (!statSync(path).isDirectory()) return path;
  const newest = backupsIn(path).at(-1);
  if (newest === undefined) throw new Error(`${path}: no backup is in this folder`);
  return newest.file;
}

/** A number of a database that may be damaged or missing; 0 = not known. */
function sequenceIn(path: string): number {
  if (!existsSync(path)) return 0;
  try {
    const database = new Sqlite(path, { readonly: true });
    try {
      const get = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
      return Number(get.get(META_BULLETIN_SEQUENCE) ?? 0);
    } finally {
      database.close();
    }
  } catch {
    return 0;
  }
}

/** Writes the lifted number into the copy. @returns it. */
function liftSequence(path: string, known: number): number {
  const database = new Sqlite(path);
  try {
    const get = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
    const last = Math.max(Number(get.get(META_BULLETIN_SEQUENCE) ?? 0), known);
    const lifted = lastSequenceAfterRestore(last);
    database
      .prepare('INSERT OR REPLACE INTO meta VALUES (?,?)')
      .run(META_BULLETIN_SEQUENCE, BigInt(lifted));
    return lifted;
  } finally {
    database.close();
  }
}

/** The key file to restore, and how it will stand. */
function keyFor(file: string, dataDir: string, publicKey: string | null) {
  const fits = (path: string) => {
    try {
      return toHex(loadGatewayKey(path, false).publicKey) === publicKey;
    } catch {
      return false; // missing or damaged
    }
  };
  const beside = file.replace(/\.sqlite$/, '.key');
  if (publicKey === null || fits(join(dataDir, 'gateway.key')))
    return { key: null, state: 'kept' as const };
  if (fits(beside)) return { key: readFileSync(beside, 'utf8'), state: 'restored' as const };
  return { key: null, state: 'missing' as const };
}

/**
 * Restores. Nothing in the folder is changed before the backup is proven and its copy finished.
 * Rejects: an Error in words for people: a gateway runs, a database is there, the backup is not whole, no room.
 */
export async function restoreBackup(order: RestoreOrder): Promise<Restored> {
  const { dataDir } = order;
  const file = backupFile(order.backup);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = takeFolder(dataDir);
  const fresh = freshPath(dataDir);
  try {
    const current = join(dataDir, 'gateway.sqlite');
    if (existsSync(current) && !order.replace) {
      throw new Error(
        `${current} is there: with --replace it is moved aside (not deleted). To mend a damaged one use tallywell repair`,
      );
    }
    const verified = await verifyBackup(file, order.progress);
    if (verified.faults.length > 0) {
      throw new Error(`${file} is not whole (${verified.faults[0]}): take another backup`);
    }
    order.progress('copy', 0);
    removeFresh(dataDir);
    copyFileSync(file, fresh);
    setMode(fresh, 0o600);
    const bulletinSequence = liftSequence(fresh, sequenceIn(current));
    syncPath(fresh);
    const { key, state } = keyFor(file, dataDir, verified.checked.publicKey);
    const aside = installDatabase(dataDir, key, 'replaced');
    return { file, verified, aside, key: state, bulletinSequence };
  } finally {
    removeFresh(dataDir);
    lock.release();
  }
}
