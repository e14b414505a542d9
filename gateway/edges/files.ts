/*
 * files.ts: how large files are and how much a disk has, for figures that somebody watches.
 * Way: kernel (stat, statfs) -> metrics.ts, doctor.
 */
import { statfsSync, statSync } from 'node:fs';

/** Bytes of a file; 0 = it is not there. */
export function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Bytes of the disk of a folder in all. Throws: when the folder is not there. */
export function diskBytes(folder: string): number {
  const { blocks, bsize } = statfsSync(folder);
  return blocks * bsize;
}
