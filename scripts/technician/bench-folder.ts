/*
 * bench-folder.ts: what this bench keeps, in one folder closed to others: pod.json, channel.key, bench.key, log.jsonl (and
 * log.head: how many lines it had at least), saved/, sites.json.
 * Way: acts -> folder. Several tools may work at once: each change is made under bench.lock, which dies with its process.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../shared/bytes';
import type { Bench, LogEntry, Snapshot } from './bench';
import { locked, makeFolder, readOrNull, writeSafely } from './bench-files';
import { type BenchKey, benchKeyOf } from './bench-key';
import {
  checkLog,
  hashOfLine,
  type LogLine,
  type LogVerdict,
  makeLine,
  NO_LINE,
  readLine,
} from './bench-log';
import { LOG_BYTES_MAX, LOG_LINE_BYTES_MAX } from './limits';
import { hasChannelKey, readChannelKey, readPod } from './pod-file';
import { newestSnapshot, saveSnapshot } from './saved';
import { Trouble } from './trouble';

const LOG = 'log.jsonl';
const HEAD = 'log.head';

/** Lines the log had at least; 0 = not known. */
function leastLines(folder: string): number {
  const text = readOrNull(join(folder, HEAD))?.toString().trim() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** The last bytes of the log that can hold the last line and a torn one. */
function readTail(file: number, size: number): { text: string; startsAt: number } {
  const startsAt = Math.max(0, size - 2 * LOG_LINE_BYTES_MAX);
  const bytes = Buffer.alloc(size - startsAt);
  readSync(file, bytes, 0, bytes.length, startsAt);
  return { text: bytes.toString('latin1'), startsAt };
}

/** Where the log ends: its last whole line, and how many bytes of a torn one stand behind it. */
interface LogEnd {
  last: string | null;
  /** Bytes up to and with the last newline. */
  wholeBytes: number;
  tornBytes: number;
}

function endOf(file: number): LogEnd {
  const { size } = fstatSync(file);
  const { text, startsAt } = readTail(file, size);
  const newline = text.lastIndexOf('\n');
  const wholeBytes = newline < 0 ? startsAt : startsAt + newline + 1;
  const lineStart = newline <= 0 ? 0 : text.lastIndexOf('\n', newline - 1) + 1;
  const last =
    newline < 0 ? null : Buffer.from(text.slice(lineStart, newline), 'latin1').toString();
  return { last, wholeBytes, tornBytes: size - wholeBytes };
}

/** Refuses what would put a secret of the folder into the log. */
function refuseSecrets(folder: string, text: string): void {
  if (!hasChannelKey(folder)) return;
  const key = Buffer.from(readChannelKey(folder));
  const forms = [key.toString('hex'), key.toString('base64'), key.toString('base64url')];
  if (forms.some((form) => text.includes(form)))
    throw new Error('the channel key is in a line of the log');
}

/** Adds lines behind the last whole one. */
function append(folder: string, key: BenchKey, entries: (torn: number) => LogEntry[]): void {
  const path = join(folder, LOG);
  const file = openSync(path, 'a+', 0o600);
  try {
    const { last, wholeBytes, tornBytes } = endOf(file);
    if (wholeBytes > LOG_BYTES_MAX - 4 * LOG_LINE_BYTES_MAX)
      throw new Trouble('bad-file', { file: path, fault: 'bench-full' });
    const read = last === null ? null : readLine(last, key.publicKey);
    if (typeof read === 'string')
      throw new Trouble('bad-file', { file: path, fault: 'last-line-changed', found: read });
    if (tornBytes > 0) ftruncateSync(file, wholeBytes);
    let number = read?.number ?? 0;
    let before = last === null ? NO_LINE : hashOfLine(last);
    const texts = entries(tornBytes).map((entry) => {
      number += 1;
      const line: LogLine = { ...entry, number, atS: Math.floor(Date.now() / 1000), before };
      const text = makeLine(line, key.sign);
      before = hashOfLine(text);
      return text;
    });
    refuseSecrets(folder, texts.join('\n'));
    writeSync(file, `${texts.join('\n')}\n`);
    fsyncSync(file);
    writeSafely(join(folder, HEAD), `${number}\n`);
  } finally {
    closeSync(file);
  }
}

/** The line that tells of a torn one. */
function tornEntry(tornBytes: number): LogEntry {
  const facts = { tornBytes };
  return { act: 'log', device: '', site: null, outcome: 'failed', trouble: null, facts };
}

/** Adds a signed line, behind a line about a torn one where there is one. Throws: Trouble bad-file. */
function addToLog(folder: string, entry: LogEntry): void {
  locked(folder, () =>
    append(folder, benchKeyOf(folder), (torn) => [...(torn > 0 ? [tornEntry(torn)] : []), entry]),
  );
}

/** Checks the log of a bench folder. Throws: Trouble bad-file when it cannot be read at all. */
export function verifyLog(folder: string): LogVerdict {
  return locked(folder, () => {
    const text = readOrNull(join(folder, LOG), LOG_BYTES_MAX)?.toString() ?? '';
    return checkLog(text, benchKeyOf(folder).publicKey, leastLines(folder));
  });
}

/** Public half of the bench's key, 64 hex digits. Throws: Trouble bad-file. */
export function benchPublicKey(folder: string): string {
  return toHex(locked(folder, () => benchKeyOf(folder)).publicKey);
}

/** Opens a bench folder, and makes it at first use. Throws: Trouble bad-file. */
export function openBench(folder: string): Bench {
  makeFolder(folder);
  locked(folder, () => benchKeyOf(folder));
  return {
    folder,
    pod: () => readPod(folder),
    channelKey: () => readChannelKey(folder),
    log: (entry: LogEntry) => addToLog(folder, entry),
    save: (snapshot: Snapshot) => saveSnapshot(folder, snapshot),
    newestSaved: (device: string) => newestSnapshot(folder, device),
  };
}
