/*
 * Facts read from a real database (test/fixtures/databases/form-3.sqlite, a village of two days), against sums made here from the
 * signed records themselves.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bucketsOf } from '../../../gateway/core/buckets-of';
import { siteFactsOf } from '../../../gateway/core/facts/site-facts-of';
import { createFactsReader } from '../../../gateway/edges/store/read-facts';
import { createSiteReader } from '../../../gateway/edges/store/read-sites';
import { Sqlite } from '../../../gateway/edges/store/sqlite';
import { openStore } from '../../../gateway/edges/store/store';
import { decodeRecord } from '../../../shared/record';
import { testFolder } from '../support/places';

const FIXTURE = new URL('../../fixtures/databases/form-3.sqlite', import.meta.url).pathname;
const DAY_S = 86_400;

function opened() {
  const path = join(testFolder(), 'gateway.sqlite');
  copyFileSync(FIXTURE, path);
  openStore(path).close();
  const database = new Sqlite(path, { readonly: true });
  onTestFinished(() => void database.close());
  const sites = createSiteReader(database);
  return { database, sites, reader: createFactsReader(database, sites) };
}

type Row = { payload: Uint8Array; receivedAtS: number };

function recordsOf(database: InstanceType<typeof Sqlite>, site: string): Row[] {
  return database
    .prepare(
      `SELECT r.payload, r.received_at_s AS receivedAtS FROM record r JOIN placement p ON p.id = r.placement_id
       JOIN site s ON s.id = p.site_id WHERE s.site = ? ORDER BY r.id`,
    )
    .all(site) as Row[];
}

/** Every bucket once, dated by the newest record of its epoch that has time. */
function bucketsByTime(rows: Row[]): Map<number, number[]> {
  const records = rows.map(({ payload }) => decodeRecord(payload));
  const boots = new Map<number, number>();
  const buckets = new Map<number, number[]>();
  for (const record of records) {
    if (typeof record === 'string') throw new Error(record);
    if (record.timeS > 0) boots.set(record.epoch, record.timeS - record.uptimeS);
  }
  for (const record of records) {
    if (typeof record === 'string') continue;
    const boot = boots.get(record.epoch);
    if (boot === undefined) continue;
    for (const { startS, counts } of bucketsOf(record)) buckets.set(boot + startS, counts);
  }
  return buckets;
}

test('totals are the sums of the records, whole hours are counted, and nothing is expected before the start', () => {
  const { database, sites, reader } = opened();
  for (const site of sites.siteNames()) {
    const rows = recordsOf(database, site);
    const nowS = Math.max(...rows.map(({ receivedAtS }) => receivedAtS)) + 60;
    const dayStartS = nowS - (nowS % DAY_S);
    const stored = reader.readFacts(site, dayStartS);
    if (stored === null) throw new Error(site);
    const facts = siteFactsOf(stored, nowS);
    const buckets = [...bucketsByTime(rows)];
    for (const { period, from, before, counters, completeness } of facts.totals) {
      const inside = buckets.filter(([atS]) => atS >= from && atS < before);
      const sum = inside.reduce((total, [, counts]) => total + counts[0], 0);
      expect([site, period, Object.values(counters)[0]]).toEqual([site, period, sum]);
      const { expected, counted, late, missing } = completeness;
      expect(counted + late + missing).toBe(expected);
      expect(counted).toBeLessThanOrEqual(Math.floor(inside.length / 12));
    }
    const week = facts.totals.find(({ period }) => period === 'week');
    expect(week?.completeness.expected).toBeLessThanOrEqual(48);
    expect(week?.completeness.counted).toBeGreaterThan(40);
    expect(facts.status.word).toMatch(/^(in-use|idle|low-flow|says-broken)$/);
    expect(facts.newest?.id).toBeGreaterThan(0);
  }
});

test('a record that is named as the reason is the one in the list of records', () => {
  const { database, sites, reader } = opened();
  const [site] = sites.siteNames();
  const stored = reader.readFacts(site, 0);
  const because = stored?.usage?.because;
  const row = database.prepare('SELECT payload FROM record WHERE id = ?').get(because?.id) as Row;
  const record = decodeRecord(row.payload);
  expect(record).toMatchObject({ epoch: because?.epoch, sequence: because?.seq });
});

test('a site that the register does not have', () => {
  expect(opened().reader.readFacts('nowhere', 0)).toBe(null);
});
