/*
 * replay.ts: what a disk holds after a power cut: of the recorded calls (record-calls.c) everything that was synced,
 * and of the rest a random part, sector by sector. The length of a file may have grown without its bytes. What was made,
 * renamed or removed is certain only after a sync of the folder; before it, the first so many of these changes are there.
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

/** Files by name. */
type Folder = Map<string, DiskFile>;

function grow(file: DiskFile, end: number): void {
  if (end > file.sure.length) {
    const more = Buffer.alloc(Math.max(end, 2 * file.sure.length) - file.sure.length);
    file.sure = Buffer.concat([file.sure, more]);
  }
  file.length = Math.max(file.length, end);
}

function put(file: DiskFile, offset: number, bytes: Buffer): void {
  grow(file, offset + bytes.length);
  bytes.copy(file.sure, offset);
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

/** What a cut leaves of a file of which this share of the loose sectors reached the disk. */
function leftOf(file: DiskFile, chance: () => number, share: number): Buffer {
  const left: DiskFile = { sure: Buffer.from(file.sure), length: file.length, loose: [] };
  for (const call of file.loose) {
    if (call.kind === 't') {
      if (chance() < share) cutTo(left, call.offset);
      continue;
    }
    // The length is another sector of the disk than the bytes.
    if (chance() < share) grow(left, call.offset + call.bytes.length);
    for (const { offset, bytes } of sectorsOf(call)) if (chance() < share) put(left, offset, bytes);
  }
  return left.sure.subarray(0, left.length);
}

/** The disk as the calls leave it, one after the other. */
export interface Disk {
  /** Does the next call. */
  step(call: Call): void;
  /** Writes the files of these names as a power cut now would leave them. `chance` 0..1 */
  cut(folder: string, isWanted: (name: string) => boolean, chance: () => number): void;
}

/** A change of a folder that no sync has made certain yet. */
type Change = (folder: Folder) => void;

function changeOf(call: Call, file: DiskFile | undefined): Change | null {
  const { kind, name } = call;
  if (kind === 'u') return (folder) => void folder.delete(name);
  if (kind === 'r')
    return (folder) => {
      const moved = folder.get(name);
      folder.delete(name);
      if (moved !== undefined) folder.set(basename(call.bytes.toString()), moved);
    };
  if (kind !== 'o' || file !== undefined) return null;
  const made: DiskFile = { sure: Buffer.alloc(0), length: 0, loose: [] };
  return (folder) => void folder.set(name, made);
}

/** An empty folder on a disk. @param ownName how the calls name the folder itself */
export function emptyDisk(ownName: string): Disk {
  const now: Folder = new Map();
  const sure: Folder = new Map();
  let changes: Change[] = [];
  return {
    step(call) {
      const file = now.get(call.name);
      if (call.name === ownName) {
        if (call.kind !== 's') return;
        for (const change of changes) change(sure);
        changes = [];
        return;
      }
      const change = changeOf(call, file);
      if (change !== null) {
        change(now);
        changes.push(change);
      } else if (call.kind === 's' && file !== undefined) settle(file);
      else if (call.kind === 'w' || call.kind === 't') file?.loose.push(call);
    },
    cut(folder, isWanted, chance) {
      const left: Folder = new Map(sure);
      const done = Math.floor(chance() * (changes.length + 1));
      for (const change of changes.slice(0, done)) change(left);
      for (const [name, file] of left) {
        if (!isWanted(name)) continue;
        // Each file by itself: all of it, nothing of it, or some.
        const luck = chance();
        const share = luck < 0.2 ? 0 : luck < 0.4 ? 1 : chance();
        writeFileSync(join(folder, name), leftOf(file, chance, share));
      }
    },
  };
}
