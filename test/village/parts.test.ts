/*
 * Parts of the village by themselves: reach of the antennas, what the hostile radio sends, the folder, the view.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { judge } from '../../gateway/core/judge';
import { openVillageFolder, VILLAGE_START_S } from '../../scripts/village/data-dir';
import { HOSTILE_KINDS, hostilePayload } from '../../scripts/village/hostile';
import { nodeKeyOf } from '../../scripts/village/keys';
import { linksToFarthest, scaleToReach } from '../../scripts/village/reach';
import { registerOf } from '../../scripts/village/register-file';
import type { Site } from '../../scripts/village/sites';
import { subscribeCommand } from '../../scripts/village/snapshot';
import { agoWords, type Snapshot, tableLines } from '../../scripts/village/view';
import { encodeRecord } from '../../shared/record';
import { keyIdOf, verifySigned } from '../../shared/verify';
import { signRecord } from './sign-record';

const scratch = mkdtempSync(join(tmpdir(), 'tallywell-parts-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function at(eastM: number): Site {
  const place = { latitude: 0, longitude: 0, northM: 0, eastM };
  return { site: `wp-${eastM}`, name: '', kind: 'water-point', slot: 0, ...place };
}

test('antennas: four links of three kilometres reach, a fifth or a hole does not', () => {
  const chain = [2900, 5800, 8700, 11_600].map(at);
  expect(linksToFarthest(chain, 1)).toBe(4);
  expect(linksToFarthest([...chain, at(14_500)], 1)).toBe(5);
  expect(linksToFarthest([at(2900), at(8700)], 1)).toBe(Number.POSITIVE_INFINITY);
  const plan = { sites: [at(2900), at(8700)], latitude: 0, longitude: 0, radiusM: 8700 };
  const scale = scaleToReach(plan);
  expect(scale).toBeLessThan(3000 / 5800);
  expect(scale).toBeGreaterThan(0.9 * (3000 / 5800));
});

test('each hostile packet is refused by the gateway for the reason it is made for', () => {
  const key = nodeKeyOf(1, 1, 'wp-01');
  const payload = encodeRecord({
    ...{ kind: 1, keyId: keyIdOf(key.publicKey), epoch: 1, sequence: 1, timeS: 0, uptimeS: 3600 },
    ...{ counters: [0, 0], status: 0, calibrationId: 1, kept: 1, bucketMinutes: 5 },
    ...{ buckets: Array.from({ length: 12 }, () => [0, 0]), readings: [] },
  });
  const heard = new Uint8Array([...payload, ...signRecord(key, payload)]);
  const known = { rowId: 1, publicKey: key.publicKey, keyId: keyIdOf(key.publicKey) };
  const lookups = {
    keyOf: (keyId: Uint8Array) =>
      keyId.join() === known.keyId.join()
        ? { ...known, slot: 0, placements: [{ rowId: 1, site: 'wp-01', fromS: 0, toS: null }] }
        : undefined,
    storedPacket: () => heard,
    verify: verifySigned,
  };
  const found = HOSTILE_KINDS.map((kind) => {
    const { payload: sent, port, foreignChannel } = hostilePayload(kind, heard, new Uint8Array(4));
    if (foreignChannel) return 'foreign channel';
    if (port !== 287) return 'foreign port';
    const verdict = judge(sent, lookups);
    return verdict.outcome === 'refused' ? verdict.reason : verdict.outcome;
  });
  expect(found).toEqual([
    ...['unknown-key', 'bad-signature', 'duplicate', 'too-short', 'too-long'],
    ...['foreign port', 'foreign channel'],
  ]);
});

test('the folder: a second run begins at a later midnight; another village, a full folder, a running one are refused', () => {
  const folder = join(scratch, 'village');
  const world = { seed: 1, sites: 3, points: 'abc' };
  const first = openVillageFolder(folder, world);
  expect([first.run, first.startS]).toEqual([1, VILLAGE_START_S]);
  first.reached(VILLAGE_START_S + 5000);
  first.release();
  const second = openVillageFolder(folder, world);
  expect([second.run, second.startS]).toEqual([2, VILLAGE_START_S + 86_400]);
  second.release();
  expect(() => openVillageFolder(folder, { ...world, sites: 4 })).toThrow(/--sites 3 \(not 4\)/);
  expect(() => openVillageFolder(scratch, world)).toThrow(/not empty and holds no village/);
  // The parent of this process surely runs.
  writeFileSync(join(folder, 'village.pid'), `${process.ppid}\n`);
  expect(() => openVillageFolder(folder, world)).toThrow(/is using it/);
  writeFileSync(join(folder, 'village.json'), '{');
  expect(() => openVillageFolder(folder, world)).toThrow(/not readable/);
  expect(readFileSync(join(folder, 'village.json'), 'utf8')).toBe('{');
});

test('the register: this run in use, earlier nodes retired as the next began', () => {
  const plan = { sites: [at(1)], latitude: 0, longitude: 0, radiusM: 1 };
  const [site] = registerOf(plan, 1, [100, 200, 300]).sites;
  const nodes = site.nodes as { placedAt: number; retiredAt?: number; publicKey: string }[];
  expect(nodes.map((node) => [node.placedAt, node.retiredAt])).toEqual([
    [100, 200],
    [200, 300],
    [300, undefined],
  ]);
  expect(new Set(nodes.map((node) => node.publicKey)).size).toBe(3);
});

test('the view: one line a site, cut to the terminal, addresses and the command to try', () => {
  const row = { site: 'wp-01', name: 'Baki Dugwell 1', kind: 'water-point' as const, meals: 0 };
  const counts = { drawnLitres: 12_345, storedRecords: 3, closedRecords: 4, lastHeardS: 940 };
  const snapshot: Snapshot = {
    ...{ title: '', timeS: 1000, rows: [{ ...row, ...counts, state: 'heard' }], notes: ['note'] },
    ...{ deliveredPercent: 75, airBusyPercent: 0.5, duplicate: 1, rejected: 2 },
    ...{ httpUrl: 'http://127.0.0.1:8080/', mqttUrl: 'mqtt://127.0.0.1:1883' },
    subscribe: subscribeCommand('mqtt://127.0.0.1:1883'),
  };
  const lines = tableLines(snapshot, 200, 10);
  expect(lines.join('\n')).toMatch(/wp-01 +12 345 L +3\/4 +1 min +heard +Baki Dugwell 1/);
  expect(lines.join('\n')).toContain("mosquitto_sub -h 127.0.0.1 -p 1883 -t 'tallywell/#' -v");
  expect(Math.max(...tableLines(snapshot, 40, 10).map((line) => line.length))).toBe(40);
  expect([agoWords(1000, 0), agoWords(100_000, 10_000)]).toEqual(['never', '25 h']);
});
