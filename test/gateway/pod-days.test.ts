/*
 * Days of a pod in its time zone. Oracle: the calendar as Intl prints it, and sums of hours made here by hand.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { siteFactsOf } from '../../gateway/core/facts/site-facts-of';
import { createFactsReader } from '../../gateway/edges/store/read-facts';
import { createSiteReader } from '../../gateway/edges/store/read-sites';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { openStore } from '../../gateway/edges/store/store';
import { createPodDays, isTimeZone } from '../../gateway/pod-days';
import { testFolder } from './support/places';

const DAY_S = 86_400;
const FIXTURE = new URL('../fixtures/databases/form-3.sqlite', import.meta.url).pathname;

test.each([
  ['UTC', '00:00'],
  ['Africa/Nairobi', '00:00'],
  ['America/Sao_Paulo', '00:00'],
  ['Asia/Kolkata', '00:30'],
  ['Asia/Kathmandu', '00:45'],
  ['America/St_Johns', '00:30'],
  ['Pacific/Kiritimati', '00:00'],
])('%s: today began at %s, at a full hour, not more than a day ago', (timeZone, wanted) => {
  const { dayStartS } = createPodDays(timeZone);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' });
  fc.assert(
    fc.property(fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }), (nowS) => {
      const startS = dayStartS(nowS);
      expect(startS % 3600).toBe(0);
      expect(nowS - startS).toBeGreaterThanOrEqual(0);
      expect(nowS - startS).toBeLessThan(DAY_S);
      // Where the clocks were changed since, it is the offset of now that counts.
      if (timeZone !== 'America/St_Johns') expect(clock.format(startS * 1000)).toBe(wanted);
    }),
  );
});

test('names of time zones', () => {
  expect(['UTC', 'Africa/Nairobi', 'Asia/Kolkata'].map(isTimeZone)).toEqual([true, true, true]);
  expect(['Nairobi', '', '../etc/passwd', 'Africa/Nowhere'].map(isTimeZone)).toEqual(
    Array(4).fill(false),
  );
});

test('totals of days that begin at another hour are the sums of their hours, whatever the hour', () => {
  const path = join(testFolder(), 'gateway.sqlite');
  copyFileSync(FIXTURE, path);
  openStore(path).close();
  const database = new Sqlite(path, { readonly: true });
  onTestFinished(() => void database.close());
  const sites = createSiteReader(database);
  const reader = createFactsReader(database, sites);
  const lastS = database.prepare('SELECT max(hour_s) FROM hour').pluck().get() as number;
  const all = database
    .prepare(
      `SELECT sum(counter_0) FROM hour h JOIN placement p ON p.id = h.placement_id JOIN site s ON s.id = p.site_id
     WHERE s.site = ? AND hour_s >= ? AND hour_s < ?`,
    )
    .pluck();
  const nowS = lastS + 3600;
  // Also long after: then what was counted lies in the folded part of the year.
  for (const laterS of [0, 20 * DAY_S, 33 * DAY_S, 100 * DAY_S, 364 * DAY_S]) {
    for (let hour = 0; hour < 24; hour++) {
      const dayStartS = nowS + laterS - (nowS % DAY_S) + hour * 3600 - DAY_S;
      for (const site of sites.siteNames()) {
        const stored = reader.readFacts(site, dayStartS);
        if (stored === null) throw new Error(site);
        for (const { period, from, before, counters } of siteFactsOf(
          stored,
          dayStartS + 3600,
          dayStartS,
        ).totals) {
          const sum = all.get(site, from, before) ?? 0;
          const [first = 0] = Object.values(counters);
          expect([site, hour, laterS, period, first]).toEqual([site, hour, laterS, period, sum]);
        }
      }
    }
  }
});
