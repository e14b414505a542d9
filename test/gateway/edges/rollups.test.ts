/*
 * Tests of the hourly and daily sums, of stays at several sites, and of the quarantine, on real files.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JudgeLookups, judge } from '../../../gateway/core/judge';
import { readRegister } from '../../../gateway/core/register';
import { createSiteReader } from '../../../gateway/edges/store/read-sites';
import { rebuildRollups } from '../../../gateway/edges/store/rollups';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { openStore, type Store } from '../../../gateway/edges/store/store';
import { createVerifier } from '../../../gateway/edges/verify';
import { QUARANTINE_MAX, QUARANTINE_PER_KEY_MAX } from '../../../gateway/limits/store';
import { toHex } from '../../../shared/bytes';
import type { UsageRecord } from '../../../shared/record';
import { keyIdOf } from '../../../shared/verify';
import { BOOT_S, packetOf, testNode, usage } from '../support/nodes';
import { registerJson, testFolder } from '../support/places';

const NODE = testNode(1);
const verify = createVerifier();
const ARRIVAL = {
  atS: BOOT_S + 90_000,
  clockState: 'trusted',
  historical: false,
  fromRadio: 1,
  rssiDbm: -70,
  hops: 1,
};
const DAY_S = 86_400;

function storeAt(path: string, register = registerJson([1])): Store {
  const store = openStore(path);
  store.importRegister(readRegister(register), keyIdOf, BOOT_S);
  store.commit();
  return store;
}

function hear(store: Store, record: UsageRecord): string {
  const keys = store.keys();
  const lookups: JudgeLookups = {
    keyOf: (keyId) => keys.find((key) => toHex(key.keyId) === toHex(keyId)),
    storedPacket: store.storedPacket,
    verify,
  };
  const verdict = judge(packetOf(NODE, record), lookups);
  if (verdict.outcome === 'accepted') store.addRecord(verdict, ARRIVAL);
  return verdict.outcome;
}

/** Hours and days as the tables have them. */
function sums(database: InstanceType<typeof Database>): unknown[] {
  return [
    database.prepare('SELECT * FROM hour ORDER BY 1, 2').all(),
    database.prepare('SELECT * FROM day ORDER BY 1, 2').all(),
  ];
}

/** Whole buckets of an epoch as its meter counted them: records carry slices of it. */
const METER = Array.from({ length: 400 }, (_, at) => [at % 7, at % 3]);

/** Records of one epoch: each ends an hour after the one before and carries some earlier hours. */
const epochRecords = fc
  .record({
    epoch: fc.integer({ min: 1, max: 4 }),
    bootS: fc.integer({ min: 0, max: 40 * 3600 }),
    restS: fc.integer({ min: 0, max: 299 }),
    hours: fc.array(
      fc.record({
        carried: fc.nat(3),
        dated: fc.boolean(),
        uncertainty: fc.integer({ min: 1, max: 14 }),
        skewS: fc.integer({ min: -400, max: 400 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ epoch, bootS, restS, hours }) =>
    hours.map(({ carried, dated, uncertainty, skewS }, at) => {
      const uptimeS = (at + 1) * 3600 + restS;
      const count = 12 * Math.min(at + 1, carried + 1);
      return usage(NODE, at + 1, {
        epoch,
        uptimeS,
        timeS: dated ? BOOT_S + bootS + uptimeS + skewS : 0,
        status: (uncertainty << 12) >>> 0,
        kept: 1,
        buckets: METER.slice((at + 1) * 12 - count, (at + 1) * 12),
      });
    }),
  );

/** What the sums must be: every bucket once, dated by the surest (of equals the earliest) record of its epoch. */
function expectedHours(records: UsageRecord[]): Map<number, number[]> {
  const hours = new Map<number, number[]>();
  for (const epoch of new Set(records.map((record) => record.epoch))) {
    const own = records.filter((record) => record.epoch === epoch);
    const dated = own.filter((record) => record.timeS > 0);
    const surest = dated.sort((a, b) => a.status - b.status || a.sequence - b.sequence)[0];
    if (surest === undefined) continue;
    const buckets = new Map<number, number[]>();
    for (const record of own) {
      record.buckets.forEach((counts, at) => {
        buckets.set(record.uptimeS - (record.buckets.length - at) * 300, counts);
      });
    }
    for (const [startS, counts] of buckets) {
      const atS = surest.timeS - surest.uptimeS + startS;
      const hour = hours.get(atS - (atS % 3600)) ?? [0, 0, 0];
      hours.set(atS - (atS % 3600), [hour[0] + 5, hour[1] + counts[0], hour[2] + counts[1]]);
    }
  }
  return hours;
}

test('sums are those of the records, in any order of arrival, and the same when made again from them', () => {
  const folder = testFolder();
  let runs = 0;
  const villages = fc
    .uniqueArray(epochRecords, { maxLength: 3, minLength: 1, selector: (one) => one[0].epoch })
    .chain((epochs) => {
      const all = epochs.flat();
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
  fc.assert(
    fc.property(villages, (records) => {
      runs += 1;
      const store = storeAt(join(folder, `${runs}.sqlite`));
      for (const record of records) expect(hear(store, record)).toBe('accepted');
      store.commit();
      const sites = createSiteReader(store.openReader());
      const read = sites.hours('wp-01', BOOT_S - DAY_S, BOOT_S + 30 * DAY_S);
      const expected = [...expectedHours(records)].sort(([a], [b]) => a - b);
      expect(read).toEqual(
        expected.map(([startS, [minutes, dl, draws]]) => ({
          startS,
          minutes,
          counters: [dl, draws],
        })),
      );
      store.close();
      const database = new Database(join(folder, `${runs}.sqlite`));
      const before = sums(database);
      rebuildRollups(database);
      expect(sums(database)).toEqual(before);
      database.close();
    }),
    { numRuns: 40 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1), seed: 7 },
  );
});

test('a start goes on where the last noted place is, with and without gaps', () => {
  const path = join(testFolder(), 'gateway.sqlite');
  const store = storeAt(path);
  for (const sequence of [1, 2, 3, 5]) hear(store, usage(NODE, sequence));
  expect(store.sequences(1, 1)).toEqual({ contiguous: 0, above: [1, 2, 3, 5] });
  store.noteSettled(1, 1, 3);
  expect(store.sequences(1, 1)).toEqual({ contiguous: 3, above: [5] });
  hear(store, usage(NODE, 4));
  expect(store.sequences(1, 1)).toEqual({ contiguous: 5, above: [] });
  store.noteSettled(1, 1, 2);
  expect(store.sequences(1, 1)).toEqual({ contiguous: 5, above: [] });
  store.close();
});

test('a node that moves leaves its history behind and brings none along', () => {
  const register = registerJson([1, 2]);
  register.sites[1].kind = 'water-point';
  const node = register.sites[0].nodes[0];
  const movedS = BOOT_S + 5 * 3600 + 1;
  const store = storeAt(join(testFolder(), 'gateway.sqlite'), register);
  for (const sequence of [1, 2, 3]) hear(store, usage(NODE, sequence));
  const moved = structuredClone(register);
  moved.sites[0].nodes = [{ ...node, retiredAt: movedS } as typeof node];
  moved.sites[1].nodes.push({ ...node, slot: 7, placedAt: movedS });
  store.importRegister(readRegister(moved), keyIdOf, movedS);
  store.importRegister(readRegister(moved), keyIdOf, movedS + 60);
  // 4 and 5 were counted at the old site and arrive late; 6 and 7 at the new one.
  for (const sequence of [7, 4, 5, 6]) expect(hear(store, usage(NODE, sequence))).toBe('accepted');
  store.commit();
  const sites = createSiteReader(store.openReader());
  expect(sites.readSite('wp-01', BOOT_S)).toMatchObject({ totals: [300, 60], today: [300, 60] });
  expect(sites.readSite('canteen-01', BOOT_S)).toMatchObject({
    totals: [120, 24],
    today: [120, 24],
  });
  expect(sites.completeness('wp-01')).toEqual({ stored: 5, expected: 5, bucketSums: [300, 60] });
  expect(sites.completeness('canteen-01')).toMatchObject({ stored: 2, expected: 2 });
  expect(store.keys()[0].placements.map(({ site, fromS, toS }) => [site, fromS, toS])).toEqual([
    ['wp-01', 1_700_000_000, movedS],
    ['canteen-01', movedS, null],
  ]);
  store.close();
});

test('a node moved without times stands at the new site from now on', () => {
  const register = registerJson([1, 2]);
  const node = { ...register.sites[0].nodes[0], placedAt: 0 };
  register.sites[0].nodes = [node];
  const store = storeAt(join(testFolder(), 'gateway.sqlite'), register);
  const moved = structuredClone(register);
  moved.sites[0].nodes = [];
  moved.sites[1].nodes.push({ ...node, slot: 7 });
  for (const nowS of [BOOT_S + 100, BOOT_S + 200]) {
    store.importRegister(readRegister(moved), keyIdOf, nowS);
    expect(store.keys()[0].placements.map(({ site, fromS, toS }) => [site, fromS, toS])).toEqual([
      ['wp-01', 0, BOOT_S + 100],
      ['canteen-01', BOOT_S + 100, null],
    ]);
  }
  store.close();
});

test('the quarantine is bounded: a key id has its share, and the largest gives way', () => {
  const store = storeAt(join(testFolder(), 'gateway.sqlite'));
  const packet = (key: number, number: number) => ({
    packet: new Uint8Array([key, number >> 8, number & 255]),
    ...ARRIVAL,
  });
  const keyId = (key: number) => new Uint8Array([key, 0, 0, 0]);
  for (let number = 0; number < QUARANTINE_PER_KEY_MAX + 10; number += 1) {
    store.quarantine.add(keyId(1), packet(1, number));
  }
  for (let number = 0; number < QUARANTINE_MAX; number += 1) {
    store.quarantine.add(keyId(2 + (number % 200)), packet(2 + (number % 200), number));
  }
  store.quarantine.add(keyId(250), packet(250, 1));
  store.commit();
  expect(store.quarantine.has(packet(250, 1).packet)).toBe(true);
  expect(store.quarantine.has(packet(1, 0).packet)).toBe(false);
  const reader = store.openReader();
  const count = reader.prepare('SELECT count(*) FROM quarantine').pluck().get();
  expect(count).toBe(QUARANTINE_MAX);
  expect(store.quarantine.take(keyId(250))).toMatchObject([{ packet: Buffer.from([250, 0, 1]) }]);
  expect(store.quarantine.take(keyId(250))).toEqual([]);
  store.close();
});
