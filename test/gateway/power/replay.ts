/*
 * replay.ts: what a disk holds after a power cut: of the recorded calls (record-calls.c) everything that was synced,
 * and of the rest a random part, sector by sector.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const SECTOR_BYTES = 512;

/** One recorded call. */
export interface Call {
  kind: 'o' | 'w' | 's' | 't' | 'u' | 'r';
  /** Name of the file in its folder. */
  name: string;
  /** Of a write: where; of a truncate: the length. */
  offset: number;
  bytes: Buffer;
}

/** Reads the log. Throws: when a note is cut off, or of a kind it does not know. */
export function readCalls(path: string): Call[] {
  const log = readFileSync(path);
  const names = new Map<number, string>();
  const calls: Call[] = [];
  for (let at = 0; at < log.length; ) {
    const kind = String.fromCharCode(log[at]) as Call['kind'];
    if (!'owstur'.includes(kind)) throw new Error(`a note of kind ${kind}`);
    const file = log.readUInt32LE(at + 1);
    const offset = Number(log.readBigUInt64LE(at + 5));
    const length = log.readUInt32LE(at + 13);
    const bytes = log.subarray(at + 17, at + 17 + length);
    if (bytes.length < length) throw new Error('a note is cut off');
    if (kind === 'o') names.set(file, basename(bytes.toString()));
    calls.push({ kind, name: names.get(file) ?? basename(bytes.toString()), offset, bytes });
    at += 17 + length;
  }
  return calls;
}

/** A file on the disk: what is surely there, and what was written since its last sync. */
interface DiskFile {
  sure: Buffer;
  length: number;
  loose: Call[];
}

function put(file: DiskFile, offset: number, bytes: Buffer): void {
  const end = offset + bytes.length;
  if (end > file.sure.length) {
    file.sure = Buffer.concat([
      file.sure,
      Buffer.alloc(Math.max(end, 2 * file.sure.length) - file.sure.length),
    ]);
  }
  bytes.copy(file.sure, offset);
  file.length = Math.max(file.length, end);
}

function cutTo(file: DiskFile, length: number): void {
  file.sure.fill(0, length);
  file.length = length;
}

function settle(file: DiskFile): void {
  for (const call of file.loose) {
    if (call.kind === 't') cutTo(file, call.offset);
    else put(file, call.offset, call.bytes);
  }
  file.loose = [];
}

/** Sectors of a write, each to itself: a disk writes whole sectors, in any order. */
function sectorsOf({ offset, bytes }: Call): { offset: number; bytes: Buffer }[] {
  const sectors: { offset: number; bytes: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + SECTOR_BYTES - ((offset + at) % SECTOR_BYTES));
    sectors.push({ offset: offset + at, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return sectors;
}

/** The disk as the calls leave it, one after the other. */
export interface Disk {
  /** Does the next call. */
  step(call: Call): void;
  /** Writes the files as a power cut now would leave them. `keeps`: does this loose sector reach the disk? */
  cut(folder: string, names: string[], keeps: () => boolean): void;
}

/** An empty disk. */
export function emptyDisk(): Disk {
  const files = new Map<string, DiskFile>();
  const fileOf = (name: string): DiskFile => {
    let file = files.get(name);
    if (file === undefined) {
      file = { sure: Buffer.alloc(0), length: 0, loose: [] };
      files.set(name, file);
    }
    return file;
  };
  return {
    step(call) {
      const file = fileOf(call.name);
      if (call.kind === 'w' || call.kind === 't') file.loose.push(call);
      else if (call.kind === 's') settle(file);
      else if (call.kind === 'u') files.delete(call.name);
    },
    cut(folder, names, keeps) {
      for (const name of names) {
        const file = files.get(name);
        if (file === undefined) continue;
        const left: DiskFile = { sure: Buffer.from(file.sure), length: file.length, loose: [] };
        for (const call of file.loose) {
          if (call.kind === 't') {
            if (keeps()) cutTo(left, call.offset);
          } else
            for (const { offset, bytes } of sectorsOf(call)) if (keeps()) put(left, offset, bytes);
        }
        writeFileSync(join(folder, name), left.sure.subarray(0, left.length));
      }
    },
  };
}
