/*
 * The pages for reading, in a real browser against a running gateway: a water point with two nodes of which one fell silent, a canteen
 * whose fridge got warm, milestones, notes and their files, a chart, and a number read aloud.
 * With TALLYWELL_PICTURES=folder it also makes pictures of them in English, Arabic and Hindi.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createFactsClient } from '../../../gateway/api/client';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import { podWords } from '../../../gateway/web/pod-words';
import { toHex } from '../../../shared/bytes';
import type { UsageRecord } from '../../../shared/record';
import { putToken } from '../support/accounts-kit';
import { happening, packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { testFolder, until } from '../support/places';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PICTURES = process.env.TALLYWELL_PICTURES;
const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser && process.env.CI) throw new Error(`${CHROMIUM} is not installed`);
const DAY_S = 86_400;
const POWER_WAS_CUT = 1 << 18;

let browser: Browser;

beforeAll(async () => {
  if (hasBrowser)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}, 60_000);
afterAll(() => browser?.close());

/** Sites: wp-01 with nodes 1 and 2, canteen-01 with node 3. */
function register(folder: string, placedAt: number): string {
  const node = (number: number) => ({
    ...{ publicKey: toHex(testNode(number).publicKey), slot: number - 1, placedAt },
    calibration: { id: 1, volumePerPulseUl: 2222 },
  });
  const at = { latitude: 9.5, longitude: 8.25 };
  const sites = [
    { site: 'wp-01', name: 'Market well', kind: 'water-point', ...at, nodes: [node(1), node(2)] },
    { site: 'canteen-01', name: 'School', kind: 'canteen', ...at, nodes: [node(3)] },
  ];
  const path = join(folder, 'register.json');
  writeFileSync(path, JSON.stringify({ pod: 'testpod', sites }));
  return path;
}

/** Three days: node 2 tells nothing of yesterday; the canteen's fridge is warm in the last three hours. */
async function village() {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const endS = Math.floor(Date.now() / 3_600_000) * 3600;
  const todayS = endS - (endS % DAY_S);
  const startS = todayS - 3 * DAY_S;
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0 },
    ...{ registerFile: register(folder, startS), log: () => {}, clock: 'machine' as const },
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const hours = (endS - startS) / 3600;
  let heard = 0;
  const hear = (payload: Uint8Array) => {
    heard += 1;
    radio.hear({ payload });
  };
  for (let sequence = 1; sequence <= hours; sequence++) {
    const timeS = startS + sequence * 3600;
    const isYesterday = timeS > todayS - DAY_S && timeS <= todayS;
    const power = sequence === 5 ? POWER_WAS_CUT : 0;
    const other = (more: Partial<UsageRecord> = {}) => ({ timeS, status: 165 | power, ...more });
    hear(packetOf(testNode(1), usage(testNode(1), sequence, other())));
    if (!isYesterday)
      hear(packetOf(testNode(2), usage(testNode(2), sequence, other({ status: 165 }))));
    const celsius = sequence > hours - 3 ? 900 : 400;
    const readings = [
      [2, 42_500],
      [3, celsius],
      [4, 6_500],
    ];
    const meals = { kind: 2 as const, counters: [sequence * 12, sequence * 24], status: 165 };
    const buckets = Array.from({ length: 12 }, () => [1, 2]);
    hear(
      packetOf(testNode(3), usage(testNode(3), sequence, other({ ...meals, buckets, readings }))),
    );
  }
  const lid = happening(testNode(1), hours + 1, { timeS: endS, eventCode: 1, value: 1 });
  hear(packetOf(testNode(1), { ...lid, uptimeS: hours * 3600 }));
  await until(() => gateway.status().records.stored === heard);
  return { gateway, folder, todayS, ask: createFactsClient(gateway.httpUrl) };
}

async function phone(gateway: RunningGateway, other: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, ...other });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const seen = { outside: [] as string[], faults: [] as string[] };
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(gateway.httpUrl) && !url.startsWith('data:')) seen.outside.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') seen.faults.push(message.text());
  });
  page.on('pageerror', (error) => seen.faults.push(error.message));
  const go = (path: string) => page.goto(new URL(path, gateway.httpUrl).href);
  return { page, seen, go };
}

async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
}

/** Two milestones: canteens, whose date is over, and litres, which are reached with ten people. */
async function setMilestones(gateway: RunningGateway, folder: string): Promise<void> {
  const token = putToken(folder, 'setup', 'technician');
  const Authorization = `Bearer ${token}`;
  const ask = createFactsClient(gateway.httpUrl, (url, init) =>
    fetch(url, { ...init, headers: { ...init?.headers, Authorization } }),
  );
  const canteens = { title: 'Three canteens', goal: 'canteens-open' as const, target: 3 };
  await ask('addMilestone', { body: { ...canteens, due: Date.UTC(2020, 0, 1) / 1000 } });
  const litres = { title: 'Water for all', goal: 'litres-per-person' as const, target: 15 };
  await ask('addMilestone', { body: { ...litres, due: Date.UTC(2090, 0, 1) / 1000 } });
  const people = { about: 'people' as const, value: 10, note: '' };
  await ask('addStatement', { params: { site: 'wp-01' }, body: people });
}

/** How far it is too wide for the screen. */
const tooWide = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

test.skipIf(!hasBrowser)(
  'a day that one of two nodes counted does not look whole, on bars, in the table and on the sheet',
  async () => {
    const { gateway } = await village();
    const { page, seen, go } = await phone(gateway, { javaScriptEnabled: false, locale: 'en' });
    await go('/site/wp-01');
    await page.locator('.choice a', { hasText: 'Last 7 days' }).click();
    expect(await page.locator('.choice b').innerText()).toBe('Last 7 days');
    const looks = await page
      .locator('.bars rect')
      .evaluateAll((all) => all.map((one) => one.getAttribute('class') ?? 'whole'));
    // Three days have passed, and today. Shortly after midnight the last hours of yesterday are not due yet.
    expect(looks.slice(0, 2)).toEqual(['whole', 'whole']);
    expect(['part', 'runs']).toContain(looks[2]);
    await page.locator('summary', { hasText: 'As a table' }).click();
    const rows = page.locator('details tr');
    expect(await rows.count()).toBe(8);
    expect(await rows.nth(5).innerText()).toMatch(/288 L\s*48 of 48 hours/);
    expect(await rows.nth(6).innerText()).toContain('144 L');
    expect(await rows.nth(7).innerText()).toContain('not over yet');
    await go('/print');
    const cells = await page
      .locator('.week tbody tr', { hasText: 'Market well' })
      .locator('td')
      .allInnerTexts();
    expect(cells.slice(0, 7)).toEqual(['–', '–', '–', '–', '288', '288', '144*']);
    expect(cells[7]).toContain('*');
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'every period in every language fits, and its total is the sum of its table',
  async () => {
    const { gateway } = await village();
    const { page, seen, go } = await phone(gateway, { javaScriptEnabled: false });
    for (const period of ['today', 'week', 'month', 'year']) {
      for (const site of ['wp-01', 'canteen-01']) {
        await go(`/site/${site}?period=${period}&lang=ar`);
        expect(await tooWide(page), `${site} ${period}`).toBe(0);
        const counts = await page
          .locator('details tr[data-v]')
          .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-v'))));
        const sum = counts.reduce((so, one) => so + one, 0);
        const words = podWords('ar');
        const text = site === 'wp-01' ? words.measure(sum, 'L', 1) : words.number(sum);
        expect(await page.locator('main > p .big').innerText(), period).toContain(text);
      }
    }
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'the canteen: meals by kind, stock, a fridge that is warm since hours; what happened at the well',
  async () => {
    const { gateway, ask } = await village();
    const { page, seen, go } = await phone(gateway, { javaScriptEnabled: false, locale: 'en' });
    await go('/site/canteen-01?period=week');
    const text = await page.locator('main').innerText();
    expect(text).toMatch(/Adults: [\d,]+ · Children: [\d,]+/);
    expect(text).toContain('42.5 kg');
    expect(text).toMatch(
      /9°C · too warm\s*not in order: since .* \(at least 2 hours\) · 3 of \d+ readings not in order · at most 5°C · measured/,
    );
    expect(text).toMatch(/65°C\s*in order now · 0 of/);
    const { facts } = await ask('siteFacts', { params: { site: 'canteen-01' } });
    expect(facts.indicators.find(({ key }) => key === 'canteen-stock')?.value).toBe(42.5);
    await go('/site/wp-01');
    const events = await page.locator('h2:text-is("What happened") + ul li').allInnerTexts();
    expect(events[0]).toMatch(/The counter was opened\s.* · measured · record \d/);
    expect(events[1]).toContain('no power for a while');
    const href = await page
      .locator('h2:text-is("What happened") + ul a')
      .first()
      .getAttribute('href');
    const { records } = await (await fetch(new URL(href as string, gateway.httpUrl))).json();
    expect(records).toMatchObject([{ kind: 'event', event: 'tamper' }]);
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'without JavaScript: a note of what fixed it is written, listed at all sites, and in both files',
  async () => {
    const { gateway, ask } = await village();
    const { page, seen, go } = await phone(gateway, { javaScriptEnabled: false, locale: 'en' });
    await go('/site/wp-01');
    expect(await page.locator('textarea').getAttribute('maxlength')).toBe('500');
    await page.locator('button[value=note]').click();
    expect(await page.locator('[role=status]').innerText()).toContain('Nothing was written');
    await page.locator('textarea').fill('=1+1 new washer,\n"12 mm"');
    await page.locator('button[value=note]').click();
    expect(await page.locator('[role=status]').innerText()).toContain('written down');
    await page.locator('textarea').fill('handle loose');
    await page.locator('button[value=broken]').click();
    await page.getByRole('link', { name: 'Breakdowns and notes' }).click();
    const list = await page.locator('.notes li').allInnerTexts();
    expect(list[0]).toMatch(/It is broken · Market well\s*handle loose\s/);
    expect(list[1]).toMatch(/Note · Market well\s*=1\+1 new washer, "12 mm"\s/);
    expect(list.at(-1)).toContain('The counter was opened');
    const csv = await (await fetch(new URL('/notes.csv', gateway.httpUrl))).text();
    const rows = parse(csv, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ what }) => what)).toEqual(['broken', 'note', 'tamper']);
    expect(rows[1]).toMatchObject({
      site: 'wp-01',
      by: 'somebody',
      note: `'=1+1 new washer, "12 mm"`,
    });
    const { notes } = await (await fetch(new URL('/notes.json', gateway.httpUrl))).json();
    expect(notes[1]).toMatchObject({ note: '=1+1 new washer, "12 mm"', record: null });
    const { statements } = await ask('listStatements', { query: { before: 0, limit: 10 } });
    expect(statements.length).toBe(2);
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test('a note that is too long is not cut but refused, and line ends count as one letter', async () => {
  const { gateway } = await village();
  const send = async (note: string) => {
    const answer = await fetch(new URL('/site/wp-01/says', gateway.httpUrl), {
      ...{ method: 'POST', redirect: 'manual' as const },
      body: new URLSearchParams({ says: 'note', note }),
      headers: { Origin: new URL(gateway.httpUrl).origin },
    });
    return answer.headers.get('location');
  };
  expect(await send('x'.repeat(501))).toBe('/site/wp-01?told=long');
  expect(await send(`${'x\r\n'.repeat(249)}xx`)).toBe('/site/wp-01?told=told');
  expect(await send(' \r\n ')).toBe('/site/wp-01?told=empty');
});

test('the list of notes goes on where it ended, without gap and without repeat', async () => {
  const { gateway, ask } = await village();
  // Whoever has no account may say ten things at once, which is enough for one page of this size with the event.
  for (let at = 0; at < 9; at++)
    await ask('addNote', { params: { site: 'canteen-01' }, body: { note: `note ${at}` } });
  const whole = await (await fetch(new URL('/notes', gateway.httpUrl))).text();
  const from = (query: string) =>
    fetch(new URL(`/notes?${query}`, gateway.httpUrl)).then((one) => one.text());
  const notes = (html: string) => [...html.matchAll(/note \d/g)].map(([one]) => one);
  expect(notes(whole)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0].map((at) => `note ${at}`));
  expect(notes(await from('s=4'))).toEqual(['note 2', 'note 1', 'note 0']);
  expect(await from('s=4')).toContain('The counter was opened');
  expect(notes(await from('site=wp-01'))).toEqual([]);
  expect((await from('s=x&r=-1&site=<b>')).match(/class="notes"/g)?.length).toBe(1);
});

test.skipIf(!hasBrowser)(
  'milestones: progress, date, who set it, and the sites it hangs on',
  async () => {
    const { gateway, folder } = await village();
    const { page, seen, go } = await phone(gateway, { javaScriptEnabled: false, locale: 'en' });
    await go('/milestones');
    expect(await page.locator('main').innerText()).toContain('No milestone has been set yet.');
    await setMilestones(gateway, folder);
    await go('/');
    await page.getByRole('link', { name: 'Milestones' }).first().click();
    const [canteens, water] = await page.locator('.one').allInnerTexts();
    expect(canteens).toContain('3 more canteens open');
    expect(canteens).toMatch(/0 of 3 · not reached yet\s/);
    expect(canteens).toContain('until Jan 1, 2020 · the date has passed');
    expect(canteens).toMatch(/Set by a technician, .*20\d\d/);
    expect(canteens).toContain('Open when it was set: 1');
    expect(canteens).toMatch(/Counted in the last 7 days: \d+ of \d+ hours/);
    expect(water).toContain('15 L per person and day at every water point');
    expect(water).toContain('Water pumped is not water used');
    expect(water).toMatch(/1 of 1 · reached/);
    expect(water).not.toContain('the date has passed');
    const bars = await page
      .locator('svg.goal')
      .evaluateAll((all) =>
        all.map((one) =>
          [...one.querySelectorAll('rect')].map((rect) => rect.getAttribute('width')),
        ),
      );
    expect(bars).toEqual([[], ['100']]);
    await page.locator('summary').nth(1).click();
    expect(await page.locator('.one details').nth(1).innerText()).toMatch(
      /Market well\s*28\.8 L per person and day · reached/,
    );
    expect(await tooWide(page)).toBe(0);
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'with JavaScript: the chart comes on tap, from here, once; its axis has the digits of the language',
  async () => {
    const { gateway } = await village();
    const { page, seen, go } = await phone(gateway);
    const scripts: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/assets/')) scripts.push(response.url());
    });
    await go('/site/wp-01?lang=ar&period=week');
    await page.locator('[data-chart]').waitFor({ state: 'visible' });
    expect(scripts.filter((one) => one.includes('/chart-'))).toEqual([]);
    const drawn: Promise<unknown> = page.evaluate(`new Promise((resolve) => {
      const told = [], fill = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text) { told.push(String(text)); fill.apply(this, arguments); };
      document.querySelector('[data-chart]').addEventListener('click', () => {
        const look = setInterval(() => { if (told.length > 3) { clearInterval(look); resolve(told); } }, 20);
      });
    })`);
    await page.locator('[data-chart]').click();
    const texts = (await drawn) as string[];
    expect(texts.join(' ')).toMatch(/[٠-٩]/);
    expect(texts.join(' ')).not.toMatch(/[0-9]/);
    expect(await page.locator('#chart').getAttribute('aria-hidden')).toBe('true');
    expect(await tooWide(page)).toBe(0);
    expect(scripts.filter((one) => one.includes('/chart-')).length).toBe(1);
    const [chart] = scripts.filter((one) => one.includes('/chart-'));
    const answer = await fetch(chart);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect((await fetch(chart.replace('chart-', 'chart-0'))).status).toBe(404);
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'a number is read aloud where the browser has a voice for the language, else there is no button',
  async () => {
    const { gateway } = await village();
    const { page, seen, go } = await phone(gateway);
    // A browser with one voice: headless ones have none.
    await page.addInitScript(`(() => {
      const voices = [{ lang: 'sw-KE', name: 'one' }];
      window.said = [];
      window.SpeechSynthesisUtterance = function (text) { this.text = text; };
      Object.defineProperty(window, 'speechSynthesis', { value: {
        getVoices: () => voices, cancel() {}, speak: (one) => window.said.push([one.lang, one.text]) } });
    })()`);
    await go('/site/wp-01?lang=hi');
    await page.locator('[data-chart]').waitFor({ state: 'visible' });
    expect(await page.locator('[data-say]').isVisible()).toBe(false);
    await go('/site/wp-01?lang=sw');
    await page.locator('[data-say]').click();
    const [[lang, text]] = (await page.evaluate('window.said')) as [[string, string]];
    expect(lang).toBe('sw-KE');
    expect(text).toMatch(/^Market well\. .*Leo: /);
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser || !PICTURES)(
  'pictures',
  async () => {
    const { gateway, folder, ask } = await village();
    await setMilestones(gateway, folder);
    await ask('confirm', {
      params: { site: 'wp-01' },
      body: { says: 'broken', note: 'the rope tore' },
    });
    await ask('confirm', { params: { site: 'wp-01' }, body: { says: 'fixed', note: 'new rope' } });
    const { page, go } = await phone(gateway);
    for (const language of ['en', 'ar', 'hi']) {
      for (const [name, path] of [
        ['home', '/'],
        ['site', '/site/wp-01'],
        ['canteen', '/site/canteen-01?period=week'],
        ['milestones', '/milestones'],
        ['notes', '/notes'],
      ]) {
        await go(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
        if (name === 'site') {
          await page.locator('[data-chart]').click();
          await page.locator('.uplot canvas').waitFor();
        }
        await picture(page, `${name}-${language}`);
      }
    }
  },
  120_000,
);

test('a page of any name that is a property of objects is no page', async () => {
  const { gateway } = await village();
  for (const name of ['constructor', 'toString', '__proto__', 'assets', 'assets/x.js']) {
    expect((await fetch(new URL(`/${name}`, gateway.httpUrl))).status, name).toBe(404);
  }
});

test('a page zipped is the page', async () => {
  const { gateway } = await village();
  const { request } = await import('node:http');
  const bytes = await new Promise<Buffer>((resolve) => {
    const ask = request(
      new URL('/site/wp-01', gateway.httpUrl),
      { headers: { 'Accept-Encoding': 'gzip' } },
      async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        resolve(Buffer.concat(chunks));
      },
    );
    ask.end();
  });
  expect(gunzipSync(bytes).toString()).toContain('Market well');
  expect(bytes.length).toBeLessThan(20_000);
});
