/*
 * Power cuts of the gateway's disk. kill -9 proves nothing about it: the kernel still writes what it was given. Here
 * every write and sync of a run is recorded, and the disk is put together again as a cut at some moment leaves it:
 * everything synced, a random part of the rest. Then the gateway's own store opens it, and no bulletin that had gone
 * out by then may have spoken of a record that is gone.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { openStore } from '../../../gateway/edges/store/store';
import { decodeBulletin } from '../../../shared/bulletin';
import { toHex } from '../../../shared/bytes';
import { keyIdOf, verifySigned } from '../../../shared/verify';
import { bundleForNode } from '../support/bundle';
import { testFolder } from '../support/places';
import { recordingEnv } from './preload';
import { type Call, emptyDisk, readCalls } from './replay';

const CUTS = 10 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const DAYS = 4;
const FILES = ['gateway.sqlite', 'gateway.sqlite-wal'];

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** The highest sequence that bulletins had said is stored without a gap, by slot and epoch. */
type Promised = Map<string, { slot: number; epoch: number; contiguous: number }>;

function takePromises(promised: Promised, call: Call): void {
  const payload = call.bytes.subarray(1, 1 + call.bytes[0]);
  const bulletin = decodeBulletin(new Uint8Array(payload.subarray(0, -64)));
  if (typeof bulletin === 'string') throw new Error(bulletin);
  for (const { slotInGroup, epoch, contiguous } of bulletin.entries) {
    const slot = bulletin.group * 16 + slotInGroup;
    const before = promised.get(`${slot}/${epoch}`)?.contiguous ?? 0;
    promised.set(`${slot}/${epoch}`, { slot, epoch, contiguous: Math.max(before, contiguous) });
  }
}

/** Opens what the cut left, and holds it against what was promised. */
function examine(folder: string, promised: Promised): number {
  const path = join(folder, 'gateway.sqlite');
  const store = openStore(path);
  const keys = store.keys();
  for (const { slot, epoch, contiguous } of promised.values()) {
    const key = keys.find((one) => one.slot === slot);
    if (key === undefined) throw new Error(`slot ${slot} is gone`);
    for (let sequence = 1; sequence <= contiguous; sequence += 1) {
      const packet = store.storedPacket(key.rowId, epoch, sequence);
      if (packet === undefined)
        throw new Error(`${toHex(keyIdOf(key.publicKey))}/${epoch}/${sequence} is gone`);
    }
    const last = store.storedPacket(key.rowId, epoch, contiguous);
    if (last !== undefined && contiguous > 0) {
      const holds = verifySigned(
        'tallywell-record-v1',
        last.slice(0, -64),
        last.slice(-64),
        key.publicKey,
      );
      expect(holds).toBe(true);
    }
  }
  store.close();
  const database = new Database(path, { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  const stored = database.prepare('SELECT count(*) FROM record').pluck().get() as number;
  const sums = database.prepare('SELECT coalesce(sum(minutes), 0) FROM hour').pluck().get();
  expect(sums).toBe(stored * 60);
  database.close();
  return stored;
}

test(`${CUTS} power cuts: no bulletin ever spoke of a record that is gone`, async () => {
  const made = testFolder();
  const [folder, log] = [join(made, 'data'), join(made, 'calls')];
  mkdirSync(folder);
  const script = await bundleForNode('../power/load-process');
  const run = spawnSync(process.execPath, [script, folder, String(DAYS), '7'], {
    env: recordingEnv(made, folder, log),
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  const calls = readCalls(log);
  const told = calls.filter(({ name, kind }) => name === 'bulletins' && kind === 'w').length;
  expect(told).toBeGreaterThan(DAYS * 20);
  const chance = random(3);
  const first = calls.findIndex(({ name, kind }) => name === 'bulletins' && kind === 'w');
  const places = Array.from(
    { length: CUTS },
    () => first + Math.floor(chance() * (calls.length - first)),
  );
  places.sort((a, b) => a - b);
  const disk = emptyDisk();
  const promised: Promised = new Map();
  const counts: number[] = [];
  let at = 0;
  for (const place of places) {
    for (; at < place; at += 1) {
      disk.step(calls[at]);
      if (calls[at].name === 'bulletins' && calls[at].kind === 'w')
        takePromises(promised, calls[at]);
    }
    const after = join(made, 'after');
    rmSync(after, { recursive: true, force: true });
    mkdirSync(after);
    const share = chance();
    disk.cut(after, FILES, () => chance() < share);
    counts.push(examine(after, promised));
  }
  expect(counts.at(-1)).toBeGreaterThan(counts[0]);
  expect(promised.size).toBe(6);
}, 600_000);
