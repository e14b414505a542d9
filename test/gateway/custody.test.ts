/*
 * Tests of gateway/custody.ts over a real database: what each packet changes, what bulletins may say after it, and what a
 * restart remembers.
 */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createBulletinSchedule } from '../../gateway/core/bulletin-schedule';
import { readRegister } from '../../gateway/core/register';
import { entryFor } from '../../gateway/core/sequences';
import { type Custody, createCustody } from '../../gateway/custody';
import { parentClock } from '../../gateway/edges/clock';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { openStore, type Store } from '../../gateway/edges/store/store';
import { EARLY_BULLETIN_DELAY_MS } from '../../gateway/limits/bulletins';
import { CONFLICTS_PER_KEY_MAX } from '../../gateway/limits/store';
import { decodeMeshPacket, encodeMeshPacket } from '../../shared/meshtastic/mesh-packet';
import type { UsageRecord } from '../../shared/record';
import { keyIdOf, verifySigned } from '../../shared/verify';
import { BOOT_S, happening, packetOf, testNode, usage } from './support/nodes';
import { registerJson, testFolder } from './support/places';

const NODE = testNode(1);
const STRANGER = testNode(9);
/** The gateway hears each record half an hour after its end. */
const DELAY_S = 1800;

interface Scene {
  store: Store;
  custody: Custody;
  schedule: ReturnType<typeof createBulletinSchedule>;
  clock: ReturnType<typeof parentClock>;
  fresh: string[];
  /** Hears a packet at this time, Unix s. @returns what custody says of it */
  hear(payload: Uint8Array, atS: number): boolean;
  /** Hears a record of the node when it is due. */
  record(sequence: number, other?: Partial<UsageRecord>): boolean;
  register(json: object): void;
  rows<T>(sql: string): T[];
}

function scene(path = join(testFolder(), 'gateway.sqlite')): Scene {
  const store = openStore(path);
  const clock = parentClock();
  const schedule = createBulletinSchedule();
  const register = (json: object) => {
    store.importRegister(readRegister(json), keyIdOf, 0);
    store.commit();
  };
  register(registerJson([1]));
  schedule.setGroups([0], BOOT_S * 1000);
  const fresh: string[] = [];
  const custody = createCustody({
    ...{ store, clock, schedule, verify: verifySigned },
    heardFresh: (_key, { epoch, sequence }) => void fresh.push(`${epoch}/${sequence}`),
  });
  const hear = (payload: Uint8Array, atS: number) => {
    clock.set(atS * 1000);
    const decoded = { portnum: 287, payload, bitfield: 0 };
    const packet = decodeMeshPacket(encodeMeshPacket({ from: 7, to: 8, id: 9, decoded }));
    if (typeof packet === 'string') throw new Error(packet);
    return custody.hear(packet, { channelIndex: 0 });
  };
  onTestFinished(() => store.close());
  return {
    ...{ store, custody, schedule, clock, fresh, hear, register },
    record: (sequence, other = {}) =>
      hear(packetOf(NODE, usage(NODE, sequence, other)), BOOT_S + sequence * 3600 + DELAY_S),
    rows: <T>(sql: string) => {
      store.commit();
      const database = new Database(path, { readonly: true });
      const rows = database.prepare(sql).all() as T[];
      database.close();
      return rows;
    },
  };
}

function historical({ rows }: Scene): string[] {
  return rows<{ name: string }>(
    `SELECT epoch || '/' || sequence AS name FROM record WHERE historical = 1 ORDER BY id`,
  ).map(({ name }) => name);
}

function refusals({ rows }: Scene): Record<string, number> {
  const all = rows<{ reason: string; count: number }>('SELECT reason, count FROM refusal');
  return Object.fromEntries(all.map(({ reason, count }) => [reason, count]));
}

test('late is what is old, or comes behind newer data of the node: sequence or epoch', () => {
  const all = scene();
  const now = BOOT_S + 10 * 3600;
  const hear = (epoch: number, sequence: number, timeS: number) =>
    all.hear(packetOf(NODE, usage(NODE, sequence, { epoch, timeS })), now);
  hear(2, 5, now - 60);
  hear(2, 4, now - 120);
  hear(1, 9, now - 180);
  hear(1, 10, 0);
  hear(2, 6, now - 7200);
  hear(2, 7, now - 7201);
  hear(3, 1, 0);
  expect(historical(all)).toEqual(['2/4', '1/9', '1/10', '2/7']);
  // Only what is newer than all of its key tells the time.
  expect(all.fresh).toEqual(['2/5', '2/6', '2/7', '3/1']);
});

test('while the time is unknown nothing is called old', () => {
  const all = scene();
  all.clock.set({ timeMs: 1, isVouched: false });
  const packet = decodeMeshPacket(
    encodeMeshPacket({
      from: 7,
      id: 1,
      decoded: { portnum: 287, payload: packetOf(NODE, usage(NODE, 1)), bitfield: 0 },
    }),
  );
  if (typeof packet === 'string') throw new Error(packet);
  all.custody.hear(packet, { channelIndex: 0 });
  expect(all.clock.state()).toBe('unknown');
  expect(historical(all)).toEqual([]);
});

test('a record behind the newest does not make the newest unknown: heard again, it is a duplicate', () => {
  const all = scene();
  for (const sequence of [1, 5, 3]) all.record(sequence);
  for (const sequence of [5, 3, 1]) all.record(sequence);
  expect(refusals(all)).toEqual({ duplicate: 3 });
  expect(all.rows('SELECT count(*) AS n FROM record')).toEqual([{ n: 3 }]);
});

test('what a node no longer keeps holds up no acknowledgement', () => {
  const all = scene();
  all.record(1);
  all.record(20, { kept: 4 });
  const [state] = all.custody.states();
  expect(entryFor(state)).toMatchObject({ contiguous: 16, stored: 0b100 });
});

test('who sends again has not heard: its epoch is told anew', () => {
  const all = scene();
  all.record(1);
  const [state] = all.custody.states();
  state.toldCount = 9;
  all.record(1);
  expect(state.toldCount).toBe(0);
});

test('a node without time is answered early; of a retired one no bulletin tells', () => {
  const all = scene();
  all.schedule.sent(0, (BOOT_S + 3600) * 1000);
  all.record(1, { timeS: 0 });
  const heardMs = (BOOT_S + 3600 + DELAY_S) * 1000;
  expect(all.schedule.due(heardMs + EARLY_BULLETIN_DELAY_MS - 1)).toEqual([]);
  expect(all.schedule.due(heardMs + EARLY_BULLETIN_DELAY_MS)).toEqual([0]);

  const other = scene();
  const register = registerJson([1]);
  Object.assign(register.sites[0].nodes[0], { retiredAt: BOOT_S + 50 * 3600 });
  other.register(register);
  other.custody.takeKeys();
  // What it counted before is taken still.
  other.record(2);
  expect(other.rows('SELECT count(*) AS n FROM record')).toEqual([{ n: 1 }]);
  expect(other.custody.states()).toEqual([]);
});

test('only a new event must not wait', () => {
  const all = scene();
  const event = packetOf(NODE, happening(NODE, 2));
  expect(all.record(1)).toBe(false);
  expect(all.hear(event, BOOT_S + 9000)).toBe(true);
  expect(all.hear(event, BOOT_S + 9001)).toBe(false);
});

test('a conflict is kept as evidence and told, up to the limit of its key', () => {
  const all = scene();
  all.record(1);
  const conflicts = CONFLICTS_PER_KEY_MAX + 5;
  for (let at = 1; at <= conflicts; at += 1) all.record(1, { counters: [60 + at, 12] });
  expect(refusals(all)).toEqual({ conflict: conflicts });
  for (const table of ['conflict', 'notice'])
    expect(all.rows(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: CONFLICTS_PER_KEY_MAX }]);
});

test('carried buckets that differ are counted one by one, and told once', () => {
  const all = scene();
  all.record(1);
  const buckets = [...new Array(12).fill([4, 1]), ...new Array(12).fill([5, 1])];
  all.record(2, { buckets });
  expect(refusals(all)).toEqual({ disagreement: 12 });
  const [notice] = all.rows<{ body: string }>('SELECT body FROM notice');
  expect(JSON.parse(notice.body)).toMatchObject({ notice: 'buckets-disagree', site: 'wp-01' });
});

test('a packet of an unknown key waits once, and is judged with the time at which it was heard', () => {
  const all = scene();
  const packet = packetOf(STRANGER, usage(STRANGER, 1));
  all.hear(packet, BOOT_S + 4000);
  all.hear(packet, BOOT_S + 5000);
  expect(refusals(all)).toEqual({ 'unknown-key': 2 });
  expect(all.custody.takeKeys()).toBe(0);
  all.register(registerJson([1, 9]));
  all.clock.set((BOOT_S + 90_000) * 1000);
  expect(all.custody.takeKeys()).toBe(1);
  expect(all.rows('SELECT received_at_s AS atS FROM record')).toEqual([{ atS: BOOT_S + 4000 }]);
  expect(all.custody.takeKeys()).toBe(0);
});

test('after a restart the newest record is known, also beyond a gap', () => {
  const folder = testFolder();
  const path = join(folder, 'gateway.sqlite');
  const first = scene(path);
  for (const sequence of [1, 2, 7]) first.record(sequence);
  first.store.commit();
  const second = scene(path);
  for (const sequence of [7, 5]) second.record(sequence);
  expect(refusals(second)).toEqual({ duplicate: 1 });
  expect(historical(second)).toEqual(['1/5']);
  expect(second.fresh).toEqual([]);
  expect(entryFor(second.custody.states()[0])).toMatchObject({ contiguous: 2, stored: 0b1010 });
});
