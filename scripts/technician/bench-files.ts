/*
 * bench-files.ts: how the bench folder's files are read, written durably, and locked against a second tool.
 * Way: bench folder, pod, sites -> files.
 */
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { writeDurably } from '../../gateway/edges/durable';
import { takeLock } from '../../gateway/edges/store/lock';
import { BENCH_FILE_BYTES_MAX, BENCH_LOCK_MS } from './limits';
import { Trouble } from './trouble';

/** Makes the folder, closed to others (0700). Throws: Trouble bad-file. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (process.platform !== 'win32' && (statSync(folder).mode & 0o077) !== 0)
      chmodSync(folder, 0o700);
  } catch (error) {
    throw new Trouble('bad-file', { file: folder, fault: (error as Error).message });
  }
}

/** Reads a file; null = there is none. @param most bytes. Throws: Trouble bad-file. */
export function readOrNull(file: string, most = BENCH_FILE_BYTES_MAX): Buffer | null {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return null;
    if (found.size > most) throw new Error(`longer than ${most} bytes`);
    return readFileSync(file);
  } catch (error) {
    throw new Trouble('bad-file', { file, fault: (error as Error).message });
  }
}

/** A fault of zod in a few words: where, and what. */
function faultWords({ issues }: z.ZodError): string {
  const [issue] = issues;
  const place = issue.path.join('.');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}

/** Reads JSON of this form; null = there is no file. Throws: Trouble bad-file. */
export function readJson<T>(file: string, form: z.ZodType<T>): T | null {
  const bytes = readOrNull(file);
  if (bytes === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    throw new Trouble('bad-file', { file, fault: 'no-json' });
  }
  const read = form.safeParse(json);
  if (!read.success) throw new Trouble('bad-file', { file, fault: faultWords(read.error) });
  return read.data;
}

/** Writes a whole file (0600) or nothing, durably. Throws: Trouble bad-file. */
export function writeSafely(file: string, text: string): void {
  try {
    writeDurably(file, text, 0o600);
  } catch (error) {
    throw new Trouble('bad-file', { file, fault: (error as Error).message });
  }
}

/** Does it while no other tool works on the folder. Throws: Trouble bad-file; bench-busy when another does not end. */
export function locked<T>(folder: string, work: () => T): T {
  makeFolder(folder);
  const file = join(folder, 'bench.lock');
  let lock: ReturnType<typeof takeLock>;
  try {
    lock = takeLock(file, BENCH_LOCK_MS);
  } catch (error) {
    throw new Trouble('bad-file', { file, fault: (error as Error).message });
  }
  if (lock === null) throw new Trouble('bench-busy', { file });
  try {
    return work();
  } finally {
    lock.release();
  }
}
