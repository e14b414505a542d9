/*
 * disk.ts: how much room the disk of a folder has.
 * Way: kernel (statfs) -> disk-keeping.ts, status.
 */
import { statfsSync } from 'node:fs';

/** Bytes that this process may still write on the disk of a folder. Throws: when the folder is not there. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
