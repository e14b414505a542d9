/*
 * Milestones, the chart and the number read aloud, in a real browser against a running gateway.
 * With TALLYWELL_PICTURES=folder it also makes pictures of the pages for reading in English, Arabic and Hindi.
 */
import { request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { podWords } from '../../../gateway/web/pod-words';
import { hasBrowser, startBrowser, tooWide } from './pod-browser';
import { phone, setMilestones, village } from './reading-kit';

const PICTURES = process.env.TALLYWELL_PICTURES;

let browser: Browser;

beforeAll(async () => {
  if (hasBrowser) browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

test.skipIf(!hasBrowser)(
  'milestones: progress, date, who set it, and the sites it hangs on',
  async () => {
    const { gateway, folder } = await village();
    const { page, seen, go } = await phone(browser, gateway, {
      javaScriptEnabled: false,
      locale: 'en',
    });
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
    const { page, seen, go } = await phone(browser, gateway);
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
    const weekday = new Intl.DateTimeFormat('ar', { weekday: 'long', timeZone: 'UTC' });
    expect(texts.join(' ')).toContain(weekday.format(Date.now()));
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
    const { page, seen, go } = await phone(browser, gateway);
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

// No test of what a page does: it only draws.
if (PICTURES) {
  test.skipIf(!hasBrowser)(
    'pictures',
    async () => {
      const { gateway, folder, ask } = await village();
      await setMilestones(gateway, folder);
      await ask('confirm', {
        params: { site: 'wp-01' },
        body: { says: 'broken', note: 'the rope tore' },
      });
      await ask('confirm', {
        params: { site: 'wp-01' },
        body: { says: 'fixed', note: 'new rope' },
      });
      const { page, go } = await phone(browser, gateway);
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
}

test('in the people’s time zone: times, days that begin at midnight there, and today’s sum of them', async () => {
  const timeZone = 'Asia/Kolkata';
  const { gateway } = await village({ timeZone });
  const read = async (path: string) => (await fetch(new URL(path, gateway.httpUrl))).text();
  const html = await read('/site/wp-01?period=today&lang=en');
  expect(html.match(/Days begin at [^.]*/)?.[0]).toMatch(/^Days begin at 12:30\sAM$/);
  expect(html.match(/.{20} UTC/)).toBeNull();
  const nowS = Math.floor(Date.now() / 1000);
  const local = new Date((nowS + 5 * 3600) * 1000);
  const startS =
    Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()) / 1000 - 5 * 3600;
  const answer = await read(`/api/v1/sites/wp-01/hours?from=${startS}&to=${startS + 86_400}`);
  const { hours } = JSON.parse(answer) as { hours: { volumeDl: number }[] };
  const sum = hours.reduce((so, { volumeDl }) => so + volumeDl, 0) / 10;
  expect(html.match(/<p><span class="big">([^<]*)/)?.[1]).toBe(podWords('en').measure(sum, 'L', 1));
  const weekday = new Intl.DateTimeFormat('en', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  });
  const yesterday = weekday.format((startS - 43_200) * 1000);
  expect(await read('/print?lang=en')).toContain(`${yesterday}</th><th scope="col">Sum`);
});

test('a page of any name that is a property of objects is no page', async () => {
  const { gateway } = await village();
  for (const name of ['constructor', 'toString', '__proto__', 'assets', 'assets/x.js']) {
    expect((await fetch(new URL(`/${name}`, gateway.httpUrl))).status, name).toBe(404);
  }
});

test('a page zipped is the page', async () => {
  const { gateway } = await village();
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
