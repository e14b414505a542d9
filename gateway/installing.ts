/*
 * installing.ts: puts a finished database in the place of the gateway's own, which is kept aside.
 * Way: DIR/gateway.sqlite.fresh -> .ready -> DIR/gateway.sqlite; what was there -> DIR/<aside>-NNN/.
 * A power cut at any point leaves either the old database, or none: then the gateway refuses to start, and the same verb
 * run again finishes the work.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ownLike, renameDurably, syncPath, writeDurably } from './edges/durable';
import { type Lock, takeLock } from './edges/store/lock';

const FILES = ['gateway.sqlite', 'gateway.sqlite-wal', 'gateway.sqlite-shm'];

/** Where a new database is made. */
export function freshPath(dataDir: string): string {
  return join(dataDir, 'gateway.sqlite.fresh');
}

/** Where a new database lies that is finished and proven, just before it is put in place. */
export function readyPath(dataDir: string): string {
  return join(dataDir, 'gateway.sqlite.ready');
}

/** Takes away what an earlier try may have left half made. */
export function removeFresh(dataDir: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal'])
    rmSync(freshPath(dataDir) + suffix, { force: true });
}

/** Takes the folder for this process alone. Throws: when a gateway runs on it. */
export function takeFolder(dataDir: string): Lock {
  const lock = takeLock(join(dataDir, 'gateway.lock'));
  if (lock !== null) return lock;
  throw new Error(
    `a gateway runs on ${dataDir}, or a restore or repair: stop it first (sudo systemctl stop tallywell)`,
  );
}

function newFolder(dataDir: string, word: 'replaced' | 'damaged'): string {
  const taken = readdirSync(dataDir);
  for (let number = 1; ; number += 1) {
    const name = `${word}-${String(number).padStart(3, '0')}`;
    if (taken.includes(name)) continue;
    const folder = join(dataDir, name);
    mkdirSync(folder, { mode: 0o700 });
    ownLike(folder, dataDir);
    return folder;
  }
}

/**
 * Puts DIR/gateway.sqlite.fresh (or .ready, where that was cut off) in place. The caller holds the folder's lock.
 * @param key text of the gateway's key file to put in place too; null = the one there stays
 * @returns the folder where the old files are; null = there were none
 * Throws: what the file system throws.
 */
export function installDatabase(
  dataDir: string,
  key: string | null,
  word: 'replaced' | 'damaged',
): string | null {
  if (existsSync(freshPath(dataDir))) renameDurably(freshPath(dataDir), readyPath(dataDir));
  const keyPath = join(dataDir, 'gateway.key');
  const oldKey = existsSync(keyPath) ? readFileSync(keyPath, 'utf8') : null;
  const keyGoes = key !== null && oldKey !== null && oldKey !== key;
  const old = FILES.filter((name) => existsSync(join(dataDir, name)));
  const aside = old.length > 0 || keyGoes ? newFolder(dataDir, word) : null;
  if (aside !== null) {
    // The database first: without it nothing starts, and its log must never meet another database.
    for (const name of old) renameSync(join(dataDir, name), join(aside, name));
    if (keyGoes) renameSync(keyPath, join(aside, 'gateway.key'));
    syncPath(aside);
    syncPath(dataDir);
  }
  if (key !== null && oldKey !== key) {
    writeDurably(keyPath, key, 0o600);
    ownLike(keyPath, dataDir);
  }
  ownLike(readyPath(dataDir), dataDir);
  renameDurably(readyPath(dataDir), join(dataDir, 'gateway.sqlite'));
  return aside;
}
