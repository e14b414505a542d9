/*
 * Every page (page-list.ts) in a real browser 320 pixels wide: in every language, in a pseudo-language that is longer by 40 % and one
 * from right to left, without JavaScript; axe-core (4.14) is the judge of who can use it. 100 sites fit through a village's Wi-Fi.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createFactsClient } from '../../../gateway/api/client';
import { POD_LANGUAGES, POD_LOCALES } from '../../../gateway/web/pod-words';
import { toHex } from '../../../shared/bytes';
import { testNode } from '../support/nodes';
import { PAGES, TRANSLATED_PAGES } from './page-list';
import {
  axeFaults,
  hasBrowser,
  latinWords,
  openPhone,
  startBrowser,
  startVillage,
  tooWide,
} from './pod-browser';
import { pseudoLanguages } from './pseudo-language';

const BYTES_MAX = 60_000;
const RIGHT_TO_LEFT = ['ar', 'he'];

let browser: Browser;
let village: Awaited<ReturnType<typeof startVillage>>;
const folder = mkdtempSync(join(tmpdir(), 'tallywell-pages-'));

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await startBrowser();
  village = await startVillage({ folder, locales: pseudoLanguages(POD_LOCALES.en) });
  await createFactsClient(village.gateway.httpUrl)('confirm', {
    ...{ params: { site: 'wp-01' }, body: { says: 'broken', note: 'the rope' } },
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await village?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!hasBrowser).each([...POD_LANGUAGES, 'vo', 'he'])(
  '%s: fits, can be used by everybody, asks nobody else',
  async (language) => {
    const { page, seen, loads, go, close } = await openPhone(browser, village.gateway);
    onTestFinished(close);
    for (const path of PAGES) {
      const address = `${path}${path.includes('?') ? '&' : '?'}lang=${language}`;
      loads.bytes = 0;
      await go(address);
      expect(await tooWide(page), address).toBe(0);
      expect(await axeFaults(page), address).toEqual([]);
      expect(loads.bytes, address).toBeLessThan(BYTES_MAX);
      if (!TRANSLATED_PAGES.includes(path)) continue;
      const root = await page.evaluate(
        '[document.documentElement.lang, document.documentElement.dir]',
      );
      const direction = RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr';
      expect(root, address).toEqual([language, direction]);
      if (language === 'vo') expect(await latinWords(page), address).toEqual([]);
    }
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  120_000,
);

test.skipIf(!hasBrowser)(
  'without JavaScript every page has the same headings, rows and sites',
  async () => {
    const bare = await openPhone(browser, village.gateway, {
      javaScriptEnabled: false,
      locale: 'en',
    });
    const usual = await openPhone(browser, village.gateway, { locale: 'en' });
    onTestFinished(() => bare.close().then(usual.close));
    for (const path of TRANSLATED_PAGES) {
      // The page says the minute: both are looked at in the same one.
      for (;;) {
        await bare.go(path);
        await usual.go(path);
        const [with0, without] = await Promise.all(
          [usual, bare].map(({ page }) =>
            page.locator('main :is(h1, h2, tr, li, .card)').allInnerTexts(),
          ),
        );
        if (String(with0) !== String(without) && new Date().getSeconds() < 5) continue;
        expect(without, path).toEqual(with0);
        break;
      }
      expect(await tooWide(bare.page), path).toBe(0);
    }
  },
);

test.skipIf(!hasBrowser)(
  'the home page of 100 sites: 60 KB at most, everything included',
  async () => {
    const many = mkdtempSync(join(tmpdir(), 'tallywell-hundred-'));
    const sites = Array.from({ length: 100 }, (_, at) => ({
      ...{ site: `wp-${at + 1}`, name: `Point ${toHex(testNode(at + 1).publicKey).slice(0, 20)}` },
      ...{ kind: 'water-point', latitude: 9 + at / 100, longitude: 8 },
      nodes: [{ publicKey: toHex(testNode(at + 1).publicKey), slot: at, placedAt: 1_700_000_000 }],
    }));
    const register = join(many, 'register.json');
    writeFileSync(register, JSON.stringify({ pod: 'testpod', sites }));
    const { gateway, stop } = await startVillage({ folder: many, register });
    onTestFinished(async () => {
      await stop();
      rmSync(many, { recursive: true, force: true });
    });
    const { page, loads, go, close } = await openPhone(browser, gateway);
    onTestFinished(close);
    await go('/');
    expect(await page.locator('a.card').count()).toBe(100);
    expect(loads.bytes).toBeGreaterThan(1_000);
    expect(loads.bytes).toBeLessThan(BYTES_MAX);
    expect(await tooWide(page)).toBe(0);
  },
);
