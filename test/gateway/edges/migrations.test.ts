/*
 * Tests of gateway/edges/store/migrations.ts on databases that earlier programs left (test/fixtures/databases).
 */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bucketsOf } from '../../../gateway/core/buckets-of';
import { MIGRATIONS } from '../../../gateway/edges/store/migrations';
import { createSiteReader } from '../../../gateway/edges/store/read-sites';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { openStore } from '../../../gateway/edges/store/store';
import { decodeRecord } from '../../../shared/record';
import { testFolder } from '../support/places';

const FOLDER = new URL('../../fixtures/databases/', import.meta.url).pathname;
const FORMS = readdirSync(FOLDER).filter((name) => /^form-\d+\.sqlite$/.test(name));
/** The same question has the same answer in every form. */
const KEPT = [
  'SELECT id, node_key_id, epoch, sequence, kind, payload, signature, received_at_s, clock_state FROM record ORDER BY id',
  'SELECT site, name, kind, latitude, longitude FROM site ORDER BY id',
  'SELECT id, public_key, key_id, slot FROM node_key ORDER BY id',
  'SELECT * FROM calibration',
  'SELECT * FROM refusal ORDER BY reason',
  'SELECT * FROM conflict',
  'SELECT * FROM notice ORDER BY id',
  'SELECT * FROM meta ORDER BY name',
  'SELECT node_key_id, epoch, boot_time_s, clock_uncertainty, clock_sequence FROM epoch ORDER BY 1, 2',
];

function answers(path: string): unknown[] {
  const database = new Database(path, { readonly: true });
  const rows = KEPT.map((sql) => database.prepare(sql).all());
  database.close();
  return rows;
}

test('there is a database of every form before the last', () => {
  const forms = MIGRATIONS.slice(1).map((_, at) => `form-${at + 1}.sqlite`);
  expect(FORMS.sort()).toEqual(forms);
});

test.each(FORMS)('%s becomes the newest form and keeps everything', (name) => {
  const path = join(testFolder(), 'gateway.sqlite');
  copyFileSync(join(FOLDER, name), path);
  const before = answers(path);
  openStore(path).close();
  expect(answers(path)).toEqual(before);
  const database = new Database(path, { readonly: true });
  expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.pragma('foreign_key_check')).toEqual([]);
  const sites = createSiteReader(database);
  for (const site of sites.siteNames()) {
    const payloads = database
      .prepare(
        `SELECT r.payload FROM record r JOIN placement p ON p.id = r.placement_id
         JOIN site s ON s.id = p.site_id WHERE s.site = ? ORDER BY r.id`,
      )
      .pluck()
      .all(site) as Uint8Array[];
    const seen = new Map<string, number>();
    for (const payload of payloads) {
      const record = decodeRecord(payload);
      if (typeof record === 'string') throw new Error(record);
      for (const { startS, counts } of bucketsOf(record)) {
        const bucket = `${record.epoch}/${startS}`;
        if (!seen.has(bucket)) seen.set(bucket, counts[0]);
      }
    }
    const total = [...seen.values()].reduce((sum, value) => sum + value, 0);
    expect(total).toBeGreaterThan(0);
    expect(sites.completeness(site).bucketSums[0]).toBe(total);
    const hours = sites.hours(site, 0, 2 ** 31).reduce((sum, row) => sum + row.counters[0], 0);
    expect(hours).toBe(total);
  }
  database.close();
});
