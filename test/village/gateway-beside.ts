/*
 * gateway-beside.ts: what village tests ask of the gateway process that runs beside them.
 * Way: its database and its process -> the tests of this folder.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';

/** The one value a question has, read beside the gateway. */
export function storedValue(folder: string, sql: string): unknown {
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const value = database.prepare(sql).pluck().get();
  database.close();
  return value;
}

/** Waits, without letting the village go on, until a process of ours has ended. */
export function untilEnded(pid: number): void {
  for (let i = 0; i < 2000; i++) {
    const state = (() => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '')[0];
      } catch {
        return 'gone';
      }
    })();
    if (state === 'Z' || state === 'gone') return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  throw new Error(`process ${pid} does not end`);
}
