/*
 * durable.ts: files that are there as a whole or not at all, also after a power cut; and their checksums.
 * Way: backups, restore and repair -> disk. Source: fsync(2), rename(2); FAT has no owners and no sync of folders.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Makes a file or folder durable. A file system that cannot sync folders is left to itself. Throws: otherwise. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  } finally {
    closeSync(file);
  }
}

/** Moves a synced file to its place, for good. Throws: what the file system throws. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  syncPath(dirname(to));
}

/** Writes a whole file or nothing. @param mode permissions, such as 0o600. Throws: what the file system throws. */
export function writeDurably(path: string, text: string, mode: number): void {
  const fresh = `${path}.part`;
  const file = openSync(fresh, 'w', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  setMode(fresh, mode);
  renameDurably(fresh, path);
}

/** Sets permissions, where the file system has such a thing. */
export function setMode(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {
    // FAT: everybody may read everything, whatever is asked for
  }
}

/** Gives a file to the owner of another one, where a root's file would lock out the gateway. */
export function ownLike(path: string, other: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(other);
  try {
    chownSync(path, uid, gid);
  } catch {
    // FAT has no owners
  }
}

/** SHA-256 of a file, hex. Rejects: what the file system throws. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
