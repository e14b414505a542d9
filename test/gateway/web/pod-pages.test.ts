/*
 * The pod's pages in a real browser, against a running gateway that heard signed records: every page in every language on a narrow
 * phone, without JavaScript, and live with it. axe-core is not here: headings, labels and names of pictures are looked at by hand.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createFactsClient } from '../../../gateway/api/client';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import { POD_LANGUAGES } from '../../../gateway/web/pod-words';
import { packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { registerFile, testFolder, until } from '../support/places';
import { holdHourOfDay } from '../support/time-of-day';
import { hasBrowser, openPhone, startBrowser } from './pod-browser';

const BYTES_MAX = 60_000;
const PATHS = [
  ...['/', '/site/wp-01', '/site/canteen-01', '/milestones', '/notes', '/t', '/print'],
  '/site/nowhere',
];

let browser: Browser;

beforeAll(async () => {
  if (hasBrowser) browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

/** A gateway that heard a day and a half of a water point. */
async function village() {
  onTestFinished(holdHourOfDay());
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0 },
    ...{ registerFile: registerFile(folder, [1, 2]), log: () => {}, clock: 'machine' as const },
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const endS = Math.floor(Date.now() / 3_600_000) * 3600;
  const node = testNode(1);
  const hours = 36;
  for (let sequence = 1; sequence <= hours; sequence++) {
    const timeS = endS - (hours - sequence) * 3600;
    radio.hear({ payload: packetOf(node, usage(node, sequence, { timeS })) });
  }
  await until(() => gateway.status().records.stored === hours);
  return { gateway };
}

/** A phone until the test ends. */
async function phone(gateway: RunningGateway, other: BrowserContextOptions = {}) {
  const opened = await openPhone(browser, gateway, other);
  onTestFinished(opened.close);
  return opened;
}

/** What a person with a screen reader or a keyboard would miss. */
function looks(page: Page): Promise<Record<string, unknown>> {
  return page.evaluate(`(() => {
    const all = (what) => [...document.querySelectorAll(what)];
    const { documentElement: root } = document;
    return {
      wide: root.scrollWidth - root.clientWidth,
      dir: root.dir,
      lang: root.lang,
      headings: all('h1').length,
      nameless: all('button, a').filter((one) => (one.textContent ?? '').trim() === '').length,
      unnamedDrawings: all('svg:not([aria-hidden]):not([aria-label])').length,
      ids: all('[id]').length - new Set(all('[id]').map(({ id }) => id)).size,
      small: all('button:not([hidden])').filter((one) => one.getBoundingClientRect().height < 44).length,
      keys: /\\b(page|word|total|bar|site|event|range|say|break|by|kind|goal|notes|indicator|caveat)\\.[a-z]/.test(document.body.innerText),
    };
  })()`);
}

test.skipIf(!hasBrowser)(
  'every page in every language on a phone 320 pixels wide',
  async () => {
    const { gateway } = await village();
    await createFactsClient(gateway.httpUrl)('confirm', {
      params: { site: 'wp-01' },
      body: { says: 'broken', note: 'the rope' },
    });
    const { page, seen, go } = await phone(gateway, { javaScriptEnabled: true });
    for (const language of POD_LANGUAGES) {
      for (const path of PATHS) {
        const response = await go(`${path}?lang=${language}`);
        const { requestBodySize: _, responseBodySize } = (await response?.request().sizes()) ?? {
          requestBodySize: 0,
          responseBodySize: Number.NaN,
        };
        expect(responseBodySize, path).toBeLessThan(BYTES_MAX);
        expect(await looks(page), `${path} ${language}`).toEqual({
          ...{ wide: 0, lang: language, dir: language === 'ar' ? 'rtl' : 'ltr', headings: 1 },
          ...{ nameless: 0, unnamedDrawings: 0, ids: 0, small: 0, keys: false },
        });
      }
    }
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  120_000,
);

test.skipIf(!hasBrowser)(
  'without JavaScript: which is broken? say fixed, in two taps',
  async () => {
    const { gateway } = await village();
    const ask = createFactsClient(gateway.httpUrl);
    await ask('confirm', { params: { site: 'wp-01' }, body: { says: 'broken' } });
    const { page, seen, go } = await phone(gateway, { javaScriptEnabled: false, locale: 'en' });
    await go('/');
    expect(await page.locator('[data-word]').first().getAttribute('data-word')).toBe('says-broken');
    await page.locator('a.card').first().click();
    await page.locator('button[value=fixed]').click();
    expect(await page.locator('[role=status]').innerText()).toContain('written down');
    expect(await page.locator('[data-word]').getAttribute('data-word')).not.toBe('says-broken');
    const { facts } = await ask('siteFacts', { params: { site: 'wp-01' } });
    expect(facts.breakdowns.closed).toBe(1);
    expect(facts.breakdowns.episodes[0].repaired).toMatchObject({
      by: 'person',
      reporter: 'somebody',
    });
    await page.locator('h2').nth(1).scrollIntoViewIfNeeded();
    await go('/?lang=ar');
    await go('/print?lang=en');
    await page.setViewportSize({ width: 794, height: 500 });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').first().isVisible()).toBe(false);
    expect((await looks(page)).wide).toBe(0);
    await page.emulateMedia({ media: 'screen' });
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'with JavaScript: what somebody else says comes by itself',
  async () => {
    const { gateway } = await village();
    const { page, seen, go } = await phone(gateway, { locale: 'en' });
    const listening = page.waitForRequest((request) => request.url().endsWith('/api/v1/stream'));
    await go('/');
    await listening;
    // Told again until the page listens: it may have said so just before.
    const ask = createFactsClient(gateway.httpUrl);
    await until(async () => {
      if ((await page.locator('[data-word=says-broken]').count()) > 0) return true;
      const { facts } = await ask('siteFacts', { params: { site: 'wp-01' } });
      if (facts.status.word !== 'says-broken')
        await ask('confirm', { params: { site: 'wp-01' }, body: { says: 'broken' } });
      return false;
    });
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test('a form of another origin, of no origin, or of another type changes nothing', async () => {
  const { gateway } = await village();
  const press = (headers: Record<string, string>) =>
    fetch(new URL('/site/wp-01/says', gateway.httpUrl), {
      ...{ method: 'POST', body: 'says=broken', redirect: 'manual' as const },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    });
  const own = { Origin: new URL(gateway.httpUrl).origin };
  expect((await press({})).status).toBe(403);
  expect((await press({ Origin: 'null' })).status).toBe(403);
  expect((await press({ Origin: 'http://evil.example' })).status).toBe(403);
  expect((await press({ ...own, 'Content-Type': 'text/plain' })).status).toBe(415);
  const { facts } = await createFactsClient(gateway.httpUrl)('siteFacts', {
    params: { site: 'wp-01' },
  });
  expect(facts.breakdowns.open).toBeNull();
  const done = await press(own);
  expect([done.status, done.headers.get('location')]).toEqual([303, '/site/wp-01?told=told']);
});

test('a page is made once and kept until something is said: the same bytes, 304 to whoever has them', async () => {
  const { gateway } = await village();
  const ask = (headers: Record<string, string>, path = '/') =>
    fetch(new URL(path, gateway.httpUrl), { headers });
  const first = await ask({ 'Accept-Language': 'en' });
  const tag = first.headers.get('etag') ?? '';
  await first.text();
  const plain = await ask({ 'Accept-Language': 'en', 'Accept-Encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(plain.headers.get('vary')).toContain('Accept-Encoding');
  // The page says the minute: at its end it is another one.
  await until(async () => {
    const now = await ask({ 'Accept-Language': 'en' });
    const known = { 'Accept-Language': 'en', 'If-None-Match': now.headers.get('etag') ?? '' };
    const bare = await ask({ 'Accept-Language': 'en', 'Accept-Encoding': 'identity' });
    return (await ask(known)).status === 304 && (await bare.text()) === (await now.text());
  });
  const french = await ask({ 'Accept-Language': 'fr', 'If-None-Match': tag });
  expect([french.status, french.headers.get('etag') === tag]).toEqual([200, false]);
  await createFactsClient(gateway.httpUrl)('confirm', {
    params: { site: 'wp-01' },
    body: { says: 'broken' },
  });
  const changed = await ask({ 'Accept-Language': 'en', 'If-None-Match': tag });
  expect(changed.status).toBe(200);
  expect(await changed.text()).toContain('data-word="says-broken"');
});

/** Where the links to other languages lead, without the language. */
async function languageWays(gateway: RunningGateway, path: string): Promise<string[]> {
  const answer = await fetch(new URL(path, gateway.httpUrl), { headers: { Cookie: '' } });
  const html = await answer.text();
  const ways = [...html.matchAll(/<a href="([^"]*)" lang="(\w+)" hreflang/g)].map(
    ([, href, language]) => {
      const way = href.replaceAll('&amp;', '&');
      expect(way).toMatch(new RegExp(`[?&]lang=${language}$`));
      return way.replace(/[?&]lang=\w+$/, '');
    },
  );
  expect(ways.length).toBe(POD_LANGUAGES.length - 1);
  return [...new Set(ways)];
}

test('another language keeps what was chosen to be shown, and nothing else that was asked', async () => {
  const { gateway } = await village();
  const ways = (path: string) => languageWays(gateway, path);
  for (const path of [
    ...['/site/wp-01?period=year', '/check/wp-01?period=week&page=2', '/print?paper=58mm'],
    ...['/notes?site=wp-01&s=7&r=9', '/milestones', '/check/wp-01/1'],
  ])
    expect(await ways(path)).toEqual([path]);
  expect(await ways('/site/wp-01?lang=fr&told=told&period=week')).toEqual([
    '/site/wp-01?period=week',
  ]);
  // No way out of here, no mark-up, nothing that is longer than a choice.
  const bad = encodeURIComponent('"><script>alert(1)</script>');
  expect(await ways('/site/wp-01?next=//evil.example&lang=//evil.example')).toEqual([
    '/site/wp-01',
  ]);
  expect(await ways(`/site/wp-01?period=${bad}`)).toEqual([
    '/site/wp-01?period=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E',
  ]);
  expect(await ways(`/site/wp-01?period=${'x'.repeat(65)}`)).toEqual(['/site/wp-01']);
});

test('each value of a site’s page leads to its signed record, which a phone checks there', async () => {
  const { gateway } = await village();
  const html = await (await fetch(new URL('/site/wp-01', gateway.httpUrl))).text();
  const links = [...html.matchAll(/href="(\/check\/wp-01\/\d+)"/g)].map(([, href]) => href);
  expect(links.length).toBeGreaterThan(0);
  for (const link of new Set(links)) {
    const answer = await fetch(new URL(link, gateway.httpUrl));
    expect([link, answer.status]).toEqual([link, 200]);
    expect(await answer.text()).toContain(`data-id="${link.split('/').at(-1)}"`);
  }
});
