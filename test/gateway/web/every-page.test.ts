/*
 * Every page (page-list.ts) in a real browser 320 pixels wide: in every language, in a pseudo-language that is longer by 40 % and one
 * from right to left, without JavaScript; axe-core (4.14) is the judge of who can use it. 100 sites fit through a village's Wi-Fi.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createFactsClient } from '../../../gateway/api/client';
import { POD_LANGUAGES, POD_LOCALES } from '../../../gateway/web/pod-words';
import { toHex } from '../../../shared/bytes';
import { putAccount } from '../support/accounts-kit';
import { testNode } from '../support/nodes';
import { ADMIN_PAGES, MISSING_PAGE, PAGES, TRANSLATED_PAGES } from './page-list';
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
const PASSWORD = 'correct horse';
const RIGHT_TO_LEFT = ['ar', 'he'];

let browser: Browser;
let village: Awaited<ReturnType<typeof startVillage>>;
/** Cookies of an administrator. */
let logged: BrowserContextOptions['storageState'];
const folder = mkdtempSync(join(tmpdir(), 'tallywell-pages-'));

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await startBrowser();
  village = await startVillage({ folder, locales: pseudoLanguages(POD_LOCALES.en) });
  await createFactsClient(village.gateway.httpUrl)('confirm', {
    ...{ params: { site: 'wp-01' }, body: { says: 'broken', note: 'the rope' } },
  });
  await putAccount(folder, 'root', 'admin', PASSWORD);
  const { page, go, close } = await openPhone(browser, village.gateway);
  await go('/admin');
  await page.locator('[name=name]').fill('root');
  await page.locator('[name=password]').fill(PASSWORD);
  await page.locator('[action="/admin/login"] button').click();
  await page.locator('a[href="/admin/backup"]').waitFor();
  logged = await page.context().storageState();
  await close();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await village?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Phone = Awaited<ReturnType<typeof openPhone>>;

/** Goes there: it must be there. */
async function visit({ go }: Phone, path: string, query = ''): Promise<string> {
  const address = `${path}${query === '' ? '' : path.includes('?') ? '&' : '?'}${query}`;
  const answer = await go(address);
  expect([address, answer?.status()]).toEqual([address, path === MISSING_PAGE ? 404 : 200]);
  return address;
}

/** Waits until the phone itself has reckoned. */
const verdictOf = ({ page }: Phone) =>
  page.locator('#verdict:is([data-verdict=good], [data-verdict=bad])').waitFor();

/** What every page must be in every language. */
async function expectUsable(phone: Phone, path: string, language: string): Promise<void> {
  const { page, loads } = phone;
  loads.bytes = 0;
  const address = await visit(phone, path, `lang=${language}`);
  if (path.startsWith('/check/')) await verdictOf(phone);
  expect(await tooWide(page), address).toBe(0);
  expect(await axeFaults(page), address).toEqual([]);
  expect(loads.bytes, address).toBeLessThan(BYTES_MAX);
  if (!TRANSLATED_PAGES.includes(path) && !ADMIN_PAGES.includes(path)) return;
  const root = await page.evaluate('[document.documentElement.lang, document.documentElement.dir]');
  const direction = RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr';
  expect(root, address).toEqual([language, direction]);
  if (language === 'vo') expect(await latinWords(page), address).toEqual([]);
}

test.skipIf(!hasBrowser).each([...POD_LANGUAGES, 'vo', 'he'])(
  '%s: fits, can be used by everybody, asks nobody else',
  async (language) => {
    const stranger = await openPhone(browser, village.gateway);
    onTestFinished(stranger.close);
    for (const path of PAGES) await expectUsable(stranger, path, language);
    const admin = await openPhone(browser, village.gateway, { storageState: logged });
    onTestFinished(admin.close);
    for (const path of ADMIN_PAGES) {
      await expectUsable(admin, path, language);
      expect(await admin.page.locator('[action="/admin/login"]').count(), path).toBe(0);
    }
    for (const { seen } of [stranger, admin]) expect(seen).toEqual({ outside: [], faults: [] });
  },
  120_000,
);

/** Everything that a page tells but what the phone reckoned itself. */
const TOLD = 'main :is(h1, h2, li, label, .card, th, td:not([data-record]))';

async function expectSameWithoutScript(bare: Phone, usual: Phone, path: string): Promise<void> {
  // The page says the minute, which may begin between the two looks: then both are looked at again.
  for (let again = 2; ; again -= 1) {
    await visit(bare, path);
    await visit(usual, path);
    const [with0, without] = await Promise.all(
      [usual, bare].map(({ page }) => page.locator(TOLD).allInnerTexts()),
    );
    if (String(with0) !== String(without) && again > 0) continue;
    expect(without, path).toEqual(with0);
    expect(without.length, path).toBeGreaterThan(0);
    break;
  }
  expect(await tooWide(bare.page), path).toBe(0);
}

test.skipIf(!hasBrowser)(
  'without JavaScript every page has the same headings, rows, fields and sites',
  async () => {
    for (const [storageState, paths] of [
      [undefined, TRANSLATED_PAGES],
      [logged, ADMIN_PAGES],
    ] as const) {
      const one = { locale: 'en', storageState };
      const bare = await openPhone(browser, village.gateway, { ...one, javaScriptEnabled: false });
      const usual = await openPhone(browser, village.gateway, one);
      onTestFinished(() => bare.close().then(usual.close));
      for (const path of paths) await expectSameWithoutScript(bare, usual, path);
    }
  },
);

/** What is left of A4 between the margins, pixels of CSS: (210 - 2 * 14) mm. */
const SHEET_WIDTH = Math.floor((182 / 25.4) * 96);

test.skipIf(!hasBrowser)(
  'the sheet on A4 in every language: all columns fit, and no number is broken over two lines',
  async () => {
    const { page, go, close } = await openPhone(browser, village.gateway, {
      viewport: { width: SHEET_WIDTH, height: 1000 },
    });
    onTestFinished(close);
    await page.emulateMedia({ media: 'print' });
    for (const language of [...POD_LANGUAGES, 'vo', 'he']) {
      await go(`/print?lang=${language}`);
      const [cells, broken, over] = (await page.evaluate(`(() => {
        const cells = [...document.querySelectorAll('table.week tbody td')];
        const isBroken = (cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
        };
        const { scrollWidth, clientWidth } = document.querySelector('.scroll');
        const broken = cells.filter(isBroken).map((cell) => cell.textContent);
        return [cells.length, broken, scrollWidth - clientWidth];
      })()`)) as [number, string[], number];
      expect([language, cells, broken, over]).toEqual([language, 18, [], 0]);
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
