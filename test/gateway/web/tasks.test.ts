/*
 * What people come for, done in a browser on a phone from the home page, without reading: drawings, places and colours lead. Each in
 * at most three taps, which are counted; without JavaScript, except where the phone itself must reckon.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createFactsClient } from '../../../gateway/api/client';
import { podWords } from '../../../gateway/web/pod-words';
import { hasBrowser, openPhone, startBrowser, startVillage } from './pod-browser';

const TAPS_MAX = 3;

let browser: Browser;
let village: Awaited<ReturnType<typeof startVillage>>;
const folder = mkdtempSync(join(tmpdir(), 'tallywell-tasks-'));

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await startBrowser();
  village = await startVillage({ folder });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await village?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Somebody at the home page who taps. */
async function visitor({ javaScriptEnabled = false } = {}) {
  const { page, go, close } = await openPhone(browser, village.gateway, {
    ...{ javaScriptEnabled, hasTouch: true, locale: 'en' },
  });
  onTestFinished(close);
  await go('/');
  let taps = 0;
  const tap = async (what: Locator) => {
    taps += 1;
    await what.tap();
  };
  return { page, tap, taps: () => taps };
}

const ask = () => createFactsClient(village.gateway.httpUrl);
const say = (says: 'broken' | 'fixed') =>
  ask()('confirm', { params: { site: 'wp-01' }, body: { says } });

test.skipIf(!hasBrowser)('which point is broken? the first one, no tap', async () => {
  await say('broken');
  const { page, taps } = await visitor();
  const first = page.locator('a.card').first();
  expect(await first.getAttribute('data-word')).toBe('says-broken');
  expect(await first.locator('use').nth(1).getAttribute('href')).toBe('#i-says-broken');
  expect(await first.innerText()).toContain('Well <b>& "one"</b>');
  const { facts } = await ask()('siteFacts', { params: { site: 'wp-01' } });
  expect(facts.status.word).toBe('says-broken');
  expect(taps()).toBeLessThanOrEqual(TAPS_MAX);
});

test.skipIf(!hasBrowser)('did the canteen serve yesterday?', async () => {
  const { page, tap, taps } = await visitor();
  await tap(page.locator('a.card', { has: page.locator('use[href="#i-canteen"]') }));
  const yesterday = page.getByRole('row', { name: /Yesterday/ }).first();
  const { facts } = await ask()('siteFacts', { params: { site: 'canteen-01' } });
  const total = facts.totals.find(({ period }) => period === 'yesterday');
  const meals = (total?.counters.adultMeals ?? 0) + (total?.counters.childMeals ?? 0);
  // 24 hours with 12 + 24 meals each.
  expect(meals).toBe(24 * 36);
  expect(await yesterday.innerText()).toContain('864 meals');
  expect(taps()).toBeLessThanOrEqual(TAPS_MAX);
});

/** From the home page to what the phone says of yesterday's figure: of today there may be nothing yet. */
async function checkYesterday({ page, tap }: Awaited<ReturnType<typeof visitor>>) {
  await tap(page.locator('a.card', { has: page.locator('use[href="#i-water-point"]') }));
  await tap(page.locator('a[href^="/check/wp-01"]').first());
  await tap(page.locator('a[href^="?period=yesterday"]'));
  await page.waitForURL('**/check/wp-01?period=yesterday');
  const told = page.locator('#verdict:is([data-verdict=good], [data-verdict=bad])');
  await told.waitFor();
  return { look: await told.getAttribute('data-verdict'), text: await told.innerText() };
}

test.skipIf(!hasBrowser)('is this number true? the phone itself says so', async () => {
  const one = await visitor({ javaScriptEnabled: true });
  const { look, text } = await checkYesterday(one);
  const { facts } = await ask()('siteFacts', { params: { site: 'wp-01' } });
  const total = facts.totals.find(({ period }) => period === 'yesterday');
  expect(total?.completeness.counted).toBe(24);
  const litres = new Intl.NumberFormat('en').format((total?.counters.volumeDl ?? Number.NaN) / 10);
  expect(await one.page.locator('main .big').first().innerText()).toContain(litres);
  expect([look, text]).toEqual(['good', podWords('en').t('check.good', { n: '24' })]);
  expect(one.taps()).toBeLessThanOrEqual(TAPS_MAX);
});

test.skipIf(!hasBrowser)('is this number true? not with one bit changed on the way', async () => {
  const one = await visitor({ javaScriptEnabled: true });
  let changed = 0;
  await one.page.route('**/behind?period=yesterday', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    const bytes = Buffer.from(json.records[0].cose, 'base64');
    // In what was signed: before the 64 bytes of the signature.
    bytes[bytes.length - 70] ^= 1;
    json.records[0].cose = bytes.toString('base64');
    changed += 1;
    await route.fulfill({ response, json });
  });
  const { look, text } = await checkYesterday(one);
  expect([changed, look]).toEqual([1, 'bad']);
  expect(text).toContain(podWords('en').t('check.reason.signature'));
  expect(one.taps()).toBeLessThanOrEqual(TAPS_MAX);
});

test.skipIf(!hasBrowser)('tell the gateway that the pump is fixed', async () => {
  await say('broken');
  const { page, tap, taps } = await visitor();
  await tap(page.locator('a.card[data-word=says-broken]').first());
  await tap(page.locator('button[value=fixed]'));
  expect(await page.locator('[role=status]').innerText()).toContain('written down');
  const { facts } = await ask()('siteFacts', { params: { site: 'wp-01' } });
  expect(facts.status.word).not.toBe('says-broken');
  expect(facts.breakdowns.open).toBeNull();
  expect(taps()).toBeLessThanOrEqual(TAPS_MAX);
});

test.skipIf(!hasBrowser)('print the week: on A4, and on a strip of 58 mm', async () => {
  const { page, tap, taps } = await visitor();
  await tap(page.locator('nav a[href="/print"]'));
  await page.locator('table.week').waitFor();
  expect(await page.locator('table.week tbody tr').count()).toBe(2);
  const mediaBox = async () => {
    const text = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text) ?? [];
    return [width, height].map((points) => Math.round((Number(points) / 72) * 25.4));
  };
  expect(await mediaBox()).toEqual([210, 297]);
  await tap(page.locator('a[href="/print?paper=58mm"]'));
  await page.locator('.strip').waitFor();
  expect(await page.locator('.strip b').count()).toBe(2);
  expect(await mediaBox()).toEqual([58, 210]);
  expect(taps()).toBeLessThanOrEqual(TAPS_MAX);
});
