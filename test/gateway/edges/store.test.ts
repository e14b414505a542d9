/*
 * Tests of gateway/edges/store on real files: form, migrations, order and repetition, kill -9.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JudgeLookups, judge, type KnownKey } from '../../../gateway/core/judge';
import { readRegister } from '../../../gateway/core/register';
import { MIGRATIONS } from '../../../gateway/edges/store/migrations';
import { createSiteReader } from '../../../gateway/edges/store/read-sites';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { openStore, type Store } from '../../../gateway/edges/store/store';
import { createVerifier } from '../../../gateway/edges/verify';
import { keyIdOf } from '../../../shared/verify';
import { bundleForNode } from '../support/bundle';
import { BOOT_S, happening, packetOf, testNode, usage } from '../support/nodes';
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

function storeWith(path: string, nodes: number[]): Store {
  const store = openStore(path);
  store.importRegister(readRegister(registerJson(nodes)), keyIdOf, 0);
  store.commit();
  return store;
}

function hear(store: Store, packet: Uint8Array): string {
  const keys = store.keys();
  const lookups: JudgeLookups = {
    keyOf: (keyId) => keys.find((key) => Buffer.compare(key.keyId, keyId) === 0),
    storedPacket: store.storedPacket,
    verify,
  };
  const verdict = judge(packet, lookups);
  if (verdict.outcome === 'accepted') store.addRecord(verdict, ARRIVAL);
  return verdict.outcome;
}

function objects(database: BetterSqlite3.Database): unknown[] {
  const rows = database
    .prepare(
      "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all() as { sql: string }[];
  return rows.map((row) => ({ ...row, sql: row.sql.replace(/\s+/g, ' ') }));
}

/** Everything counted, without the facts of the reception. */
function content(path: string): unknown[] {
  const database = new Database(path, { readonly: true });
  const rows = [
    'SELECT node_key_id, epoch, sequence, kind, payload, signature FROM record ORDER BY 1, 2, 3',
    'SELECT * FROM hour ORDER BY 1, 2',
    'SELECT * FROM day ORDER BY 1, 2',
    'SELECT * FROM epoch ORDER BY 1, 2',
  ].map((sql) => database.prepare(sql).all());
  database.close();
  return rows;
}

test('schema.sql says what the migrations make', () => {
  const written = new Database(':memory:');
  const file = new URL('../../../gateway/edges/store/schema.sql', import.meta.url);
  written.exec(readFileSync(file, 'utf8'));
  const path = join(testFolder(), 'gateway.sqlite');
  openStore(path).close();
  const made = new Database(path, { readonly: true });
  expect(objects(made)).toEqual(objects(written));
  expect(made.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
  expect(made.pragma('journal_mode', { simple: true })).toBe('wal');
  made.close();
});

test('a database of a newer program is refused, not touched', () => {
  const path = join(testFolder(), 'gateway.sqlite');
  const newer = new Database(path);
  newer.pragma('user_version = 99');
  newer.close();
  expect(() => openStore(path)).toThrow(/newer Tallywell/);
});

test('a file that is no database is refused', () => {
  const path = new URL('../../../LICENSE', import.meta.url).pathname;
  expect(() => openStore(path)).toThrow();
});

test('any order and any repetition of records gives the same store', () => {
  const packets = [
    ...[1, 2, 3].map((sequence) => packetOf(NODE, usage(NODE, sequence, { timeS: 0 }))),
    packetOf(NODE, usage(NODE, 4, { status: 0x4000 })),
    packetOf(
      NODE,
      usage(NODE, 5, { status: 0x2000, buckets: Array.from({ length: 24 }, () => [5, 1]) }),
    ),
    packetOf(NODE, happening(NODE, 6)),
    packetOf(NODE, usage(NODE, 1, { epoch: 2, timeS: 0 })),
  ];
  const folder = testFolder();
  let runs = 0;
  const storeOf = (order: number[]) => {
    runs += 1;
    const path = join(folder, `${runs}.sqlite`);
    const store = storeWith(path, [1]);
    const outcomes = order.map((at) => hear(store, packets[at]));
    store.close();
    expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBe(packets.length);
    expect(outcomes.every((outcome) => outcome !== 'conflict')).toBe(true);
    return content(path);
  };
  const all = packets.map((_, at) => at);
  const expected = storeOf(all);
  const shuffled = fc.tuple(
    fc.shuffledSubarray(all, { minLength: all.length }),
    fc.array(fc.nat(all.length - 1), { maxLength: 6 }),
  );
  fc.assert(
    fc.property(shuffled, ([order, again]) => {
      const mixed = again.reduce((sum, at, place) => sum.toSpliced(place, 0, at), order);
      expect(storeOf(mixed)).toEqual(expected);
    }),
    { numRuns: 15 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1), seed: 5 },
  );
});

test('a register taken twice changes nothing; a node left out is retired, its history stays', () => {
  const path = join(testFolder(), 'gateway.sqlite');
  const store = storeWith(path, [1, 2]);
  hear(store, packetOf(NODE, usage(NODE, 1)));
  store.commit();
  const before = store.keys();
  store.importRegister(readRegister(registerJson([1, 2])), keyIdOf, 0);
  expect(store.keys()).toEqual(before);
  const replaced = registerJson([1, 2]);
  replaced.sites[0].nodes = registerJson([3]).sites[0].nodes;
  store.importRegister(readRegister(replaced), keyIdOf, BOOT_S + 7200);
  store.commit();
  const keys = store.keys();
  const places = ({ slot, placements }: KnownKey) =>
    placements.map(({ site, toS }) => [site, slot, toS]);
  expect(keys.flatMap(places)).toEqual([
    ['wp-01', 0, BOOT_S + 7200],
    ['canteen-01', 1, null],
    ['wp-01', 0, null],
  ]);
  expect(hear(store, packetOf(testNode(3), usage(testNode(3), 1)))).toBe('accepted');
  store.commit();
  const reader = createSiteReader(store.openReader());
  expect(reader.readSite('wp-01', BOOT_S)).toMatchObject({ totals: [120, 24], today: [120, 24] });
  store.close();
});

test('records without clock are counted to the day as soon as one of their epoch has it', () => {
  const store = storeWith(join(testFolder(), 'gateway.sqlite'), [1]);
  const reader = createSiteReader(store.openReader());
  hear(store, packetOf(NODE, usage(NODE, 1, { timeS: 0 })));
  store.commit();
  expect(reader.readSite('wp-01', BOOT_S)).toMatchObject({ totals: [60, 12], today: [] });
  expect(reader.readSite('wp-01', BOOT_S)?.newest?.timeS).toBeNull();
  hear(store, packetOf(NODE, usage(NODE, 2)));
  store.commit();
  expect(reader.readSite('wp-01', BOOT_S)?.today).toEqual([120, 24]);
  expect(reader.readSite('wp-01', BOOT_S + 3600)?.today).toEqual([60, 12]);
  expect(reader.readSite('wp-01', BOOT_S + 7200)?.today).toEqual([]);
  expect(reader.completeness('wp-01')).toEqual({ stored: 2, expected: 2, bucketSums: [120, 24] });
  store.close();
});

test('carried buckets are stored once; ones that differ are counted and change nothing', () => {
  const path = join(testFolder(), 'gateway.sqlite');
  const store = storeWith(path, [1]);
  const keys = store.keys();
  const add = (record: ReturnType<typeof usage>) => {
    const verdict = judge(packetOf(NODE, record), {
      keyOf: () => keys[0],
      storedPacket: store.storedPacket,
      verify,
    });
    return verdict.outcome === 'accepted' ? store.addRecord(verdict, ARRIVAL) : -1;
  };
  expect(add(usage(NODE, 1))).toBe(0);
  const carried = Array.from({ length: 24 }, () => [5, 1]);
  expect(add(usage(NODE, 2, { buckets: carried }))).toBe(0);
  carried[3] = [6, 1];
  carried[20] = [7, 0];
  // Bucket 3 was stored with record 2; bucket 20 is record 3's own.
  expect(add(usage(NODE, 3, { buckets: carried }))).toBe(1);
  store.commit();
  const sums = createSiteReader(store.openReader()).completeness('wp-01').bucketSums;
  expect(sums).toEqual([182, 35]);
  store.close();
});

test('kill -9 in the middle of a group: what was committed is there, nothing is there twice', async () => {
  const path = join(testFolder(), 'gateway.sqlite');
  storeWith(path, [1]).close();
  const script = await bundleForNode('writer-process');
  let first = 1;
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(process.execPath, [script, path, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let durable = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      durable = Number(line);
      if (durable >= first + 40 + round * 13) child.kill('SIGKILL');
    }
    await ended;
    const store = openStore(path);
    const { contiguous, above } = store.sequences(1, 1);
    store.close();
    expect(contiguous).toBeGreaterThanOrEqual(durable);
    expect(above).toEqual([]);
    const database = new Database(path, { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    const minutes = database.prepare('SELECT sum(minutes) FROM hour').pluck().get();
    expect(minutes).toBe(contiguous * 60);
    database.close();
    first = contiguous + 1;
  }
});
