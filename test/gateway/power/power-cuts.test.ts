/*
 * Power cuts of the gateway's disk. kill -9 proves nothing about it: the kernel still writes what it was given. Here
 * every write and sync of a run is recorded, and the disk is put together again as a cut at some moment leaves it:
 * everything synced, a random part of the rest. Then the gateway's own store opens it, and no bulletin that had gone
 * out by then may have spoken of a record that is gone. Every record that is there has the bytes its node signed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadGatewayKey } from '../../../gateway/edges/key';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { META_GATEWAY_KEY, openStore } from '../../../gateway/edges/store/store';
import { benchNode, payloadOf, signed } from '../../../scripts/bench/village-of-records';
import { decodeBulletin, entryCovers } from '../../../shared/bulletin';
import { equal, toHex } from '../../../shared/bytes';
import { bundleForNode } from '../support/bundle';
import { testFolder } from '../support/places';
import { random } from './kill-village';
import { recordingEnv } from './preload';
import { type Call, emptyDisk, readCalls } from './replay';

const CUTS = 10 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
/** Of these cuts so many fall before the first bulletin: new files, migrations, the key, the register. */
const EARLY_CUTS = Math.ceil(CUTS / 5);
/** Long enough that the log is copied into the database several times. */
const DAYS = 20;
const NODES = 6;
const SEQUENCES_TOLD = 17;
const FILES = ['gateway.sqlite', 'gateway.sqlite-wal', 'gateway.sqlite-journal', 'gateway.key'];

/** Sequences that bulletins had said are stored, by slot. All records are of epoch 1. */
type Promised = Map<number, Set<number>>;

function takePromises(promised: Promised, call: Call): void {
  const payload = call.bytes.subarray(1, 1 + call.bytes[0]);
  const bulletin = decodeBulletin(new Uint8Array(payload.subarray(0, -64)));
  if (typeof bulletin === 'string') throw new Error(bulletin);
  for (const entry of bulletin.entries) {
    const slot = bulletin.group * 16 + entry.slotInGroup;
    const sequences = promised.get(slot) ?? new Set();
    promised.set(slot, sequences);
    for (let sequence = 1; sequence <= entry.contiguous + SEQUENCES_TOLD; sequence += 1)
      if (entryCovers(entry, 1, sequence)) sequences.add(sequence);
  }
}

/** What the nodes signed, by slot and sequence: made again as load-process.ts makes it. */
function signedRecords(): Uint8Array[][] {
  const nodes = Array.from({ length: NODES }, (_, number) => benchNode(number));
  return nodes.map((node, number) => [
    new Uint8Array(0),
    ...Array.from({ length: DAYS * 24 }, (_, hour) => signed(node, payloadOf(node, number, hour))),
  ]);
}

/** Opens what the cut left, and holds it against what was promised. @returns records stored */
function examine(folder: string, promised: Promised, records: Uint8Array[][]): number {
  const path = join(folder, 'gateway.sqlite');
  // An old -shm may lie about with anything in it: it counts for nothing.
  writeFileSync(`${path}-shm`, Buffer.alloc(32_768, 0x5a));
  const store = openStore(path);
  const named = store.meta(META_GATEWAY_KEY);
  if (named !== undefined) {
    const { publicKey } = loadGatewayKey(join(folder, 'gateway.key'), false);
    expect(toHex(publicKey)).toBe(named);
  }
  const rows = new Map(store.keys().map(({ slot, rowId }) => [slot, rowId]));
  let stored = 0;
  for (const [slot, row] of rows) {
    const told = promised.get(slot) ?? new Set();
    records[slot].forEach((record, sequence) => {
      if (sequence === 0) return;
      const packet = store.storedPacket(row, 1, sequence);
      if (packet !== undefined) stored += 1;
      else if (told.has(sequence)) throw new Error(`slot ${slot}: ${sequence} is gone`);
      if (packet !== undefined && !equal(packet, record))
        throw new Error(`slot ${slot}: ${sequence} has other bytes`);
    });
  }
  for (const slot of promised.keys()) if (!rows.has(slot)) throw new Error(`slot ${slot} is gone`);
  store.close();
  const database = new Database(path, { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.prepare('SELECT count(*) FROM record').pluck().get()).toBe(stored);
  const sums = database.prepare('SELECT coalesce(sum(minutes), 0) FROM hour').pluck().get();
  expect(sums).toBe(stored * 60);
  database.close();
  return stored;
}

/** Runs a village's load. @returns every call it made, in order */
async function recordedCalls(made: string, folder: string): Promise<Call[]> {
  const log = join(made, 'calls');
  const script = await bundleForNode('../power/load-process');
  const run = spawnSync(process.execPath, [script, folder, String(DAYS), '7'], {
    env: recordingEnv(made, folder, log),
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  return readCalls(log);
}

const isBulletin = ({ name, kind }: Call) => name === 'bulletins' && kind === 'w';

/** Places of the cuts, ascending: some before the first bulletin, the others after it. */
function placesOf(calls: Call[], chance: () => number): number[] {
  const first = calls.findIndex(isBulletin);
  const places = Array.from({ length: CUTS }, (_, at) =>
    at < EARLY_CUTS
      ? Math.floor(chance() * first)
      : first + Math.floor(chance() * (calls.length - first)),
  );
  return places.sort((a, b) => a - b);
}

test(`${CUTS} power cuts: no bulletin ever spoke of a record that is gone`, async () => {
  const made = testFolder();
  const folder = join(made, 'data');
  mkdirSync(folder);
  const calls = await recordedCalls(made, folder);
  expect(calls.filter(isBulletin).length).toBeGreaterThan(DAYS * 20);
  // The log was copied into the database while bulletins went out, more than once.
  const copies = calls.filter(({ name, kind }, at) => {
    return name === FILES[0] && kind === 's' && at > calls.findIndex(isBulletin);
  });
  expect(copies.length).toBeGreaterThan(1);
  const chance = random(3);
  const disk = emptyDisk('data');
  const promised: Promised = new Map();
  const records = signedRecords();
  const counts: number[] = [];
  let at = 0;
  for (const place of placesOf(calls, chance)) {
    for (; at < place; at += 1) {
      disk.step(calls[at]);
      if (isBulletin(calls[at])) takePromises(promised, calls[at]);
    }
    const after = join(made, 'after');
    rmSync(after, { recursive: true, force: true });
    mkdirSync(after);
    disk.cut(after, (name) => FILES.includes(name), chance);
    counts.push(examine(after, promised, records));
  }
  expect(counts.at(-1)).toBeGreaterThan(counts[0]);
  expect(promised.size).toBe(NODES);
}, 900_000);
