/*
 * kill-look.ts: looks into a copy of a database that a killed gateway left, and holds it against what its village knows.
 * Way: files of the dead process, copied (the look itself would mend them) -> SQLite -> faults, which throw.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import { expect } from 'vitest';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { META_GATEWAY_KEY } from '../../../gateway/edges/store/store';
import { equal, fromHex, toHex } from '../../../shared/bytes';
import { BOOT_S } from '../support/nodes';
import type { Village, VillageNode } from './kill-village';

/** Files of a database. Its -shm is memory only: after a kill it is made anew. */
const FILES = ['gateway.sqlite', 'gateway.sqlite-wal'];

/** Copies the database of a dead gateway. @returns null when there is none yet */
export function copyOf(folder: string, to: string): string | null {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  for (const name of FILES)
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(to, name));
  return existsSync(join(folder, FILES[0])) ? join(to, FILES[0]) : null;
}

/** The gateway's public key as the database knows it; null = not yet. */
function publicKeyIn(database: Connection): Uint8Array | null {
  const tables = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'meta'").get();
  if (tables === undefined) return null;
  const value = database
    .prepare('SELECT value FROM meta WHERE name = ?')
    .pluck()
    .get(META_GATEWAY_KEY);
  return typeof value === 'string' ? fromHex(value) : null;
}

function keyRowOf(database: Connection, { node }: VillageNode): number | null {
  const find = database.prepare('SELECT id FROM node_key WHERE public_key = ?').pluck();
  return (find.get(node.publicKey) as number | undefined) ?? null;
}

/** Opens a copy. @returns the gateway's public key. Throws: it does not open clean. */
export function openClean(path: string): { database: Connection; publicKey: Uint8Array | null } {
  const database = new Database(path);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.pragma('foreign_key_check')).toEqual([]);
  return { database, publicKey: publicKeyIn(database) };
}

/** Every acknowledged record must be there. */
export function expectAcknowledged(database: Connection, village: Village): void {
  for (const one of village.nodes) {
    if (one.acknowledged.size === 0) continue;
    const row = keyRowOf(database, one);
    const stored = new Set(
      database.prepare('SELECT sequence FROM record WHERE node_key_id = ?').pluck().all(row),
    );
    const gone = [...one.acknowledged].filter((sequence) => !stored.has(sequence));
    expect(gone, `acknowledged records of slot ${one.slot} are gone`).toEqual([]);
  }
}

/** Every record that was sent is there once, with the bytes that were sent, and the sums are those of the records. */
export function expectAllOnce(database: Connection, village: Village): void {
  for (const one of village.nodes) {
    const row = keyRowOf(database, one);
    const records = database
      .prepare(
        'SELECT epoch, sequence, payload, signature FROM record WHERE node_key_id = ? ORDER BY sequence',
      )
      .all(row) as { epoch: number; sequence: number; payload: Buffer; signature: Buffer }[];
    expect(records.length).toBe(one.packets.length - 1);
    records.forEach(({ epoch, sequence, payload, signature }, at) => {
      expect([epoch, sequence]).toEqual([1, at + 1]);
      const sent = one.packets[sequence];
      if (!equal(Buffer.concat([payload, signature]), sent))
        throw new Error(`${toHex(one.node.keyId)}/1/${sequence} has other bytes than were sent`);
    });
    const hours = database
      .prepare(
        `SELECT hour_s AS startS, minutes, counter_0 AS dl, counter_1 AS draws FROM hour
         WHERE placement_id IN (SELECT id FROM placement WHERE node_key_id = ?) ORDER BY hour_s`,
      )
      .all(row);
    const wanted = one.sums
      .slice(1)
      .map(([dl, draws], at) => ({ startS: BOOT_S + at * 3600, minutes: 60, dl, draws }));
    expect(hours).toEqual(one.hasTime ? wanted : []);
  }
}

/** Nothing was refused but what was planted, and nothing contradicted what was stored. */
export function expectRefusals(database: Connection, village: Village): void {
  const rows = database.prepare('SELECT reason, count FROM refusal').all() as {
    reason: string;
    count: number;
  }[];
  const {
    duplicate: _,
    'bad-signature': forged = 0,
    // To a clock that runs so fast a frame that came in two pieces may seem to hang.
    'bad-frame': _cut,
    ...others
  } = Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
  expect(others).toEqual({});
  expect(forged).toBeLessThanOrEqual(village.forged());
  expect(database.prepare('SELECT count(*) FROM conflict').pluck().get()).toBe(0);
}
