/*
 * "Check this number" in a real browser against a running gateway, over plain http under a name where there is no crypto.subtle: good,
 * forged on the way, left out on the way, without JavaScript, and in a browser without BigInt.
 * With TALLYWELL_PICTURES=folder it also makes pictures to look at.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'acorn';
import type { Browser, BrowserContextOptions, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../../gateway/gateway';
import { CHECK_SCRIPT } from '../../../gateway/web/check-script';
import { keyWordsOf } from '../../../gateway/web/key-words';
import { POD_LANGUAGES, podWords } from '../../../gateway/web/pod-words';
import { toHex } from '../../../shared/bytes';
import { smallPng } from '../../scripts/technician/page/small-png';
import { happening, packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { registerFile, testFolder, until } from '../support/places';
import { holdHourOfDay } from '../support/time-of-day';
import { hasBrowser, startBrowser } from './pod-browser';

const PICTURES = process.env.TALLYWELL_PICTURES;
const BYTES_MAX = 60_000;
const { t } = podWords('en');

let browser: Browser;
beforeAll(async () => {
  if (hasBrowser) browser = await startBrowser('--host-resolver-rules=MAP pi.test 127.0.0.1');
}, 60_000);
afterAll(() => browser?.close());

/** A gateway that heard two days of a water point; one record never came, the next one carries its hour. */
async function village() {
  onTestFinished(holdHourOfDay());
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0 },
    ...{ registerFile: registerFile(folder, [1, 2]), log: () => {}, clock: 'machine' as const },
    httpHost: '0.0.0.0',
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const endS = Math.floor(Date.now() / 3_600_000) * 3600;
  const node = testNode(1);
  const hours = 48;
  const timeOf = (sequence: number) => endS - (hours - sequence) * 3600;
  for (let sequence = 1; sequence <= hours; sequence++) {
    const timeS = timeOf(sequence);
    const carries = sequence === 31 ? { buckets: new Array(24).fill([5, 1]) } : {};
    if (sequence === 30) continue;
    const record =
      sequence === 40
        ? happening(node, 40, { timeS, uptimeS: 40 * 3600 })
        : usage(node, sequence, { timeS, ...carries });
    radio.hear({ payload: packetOf(node, record) });
  }
  await until(() => gateway.status().records.stored === hours - 1);
  return { gateway, base: `http://pi.test:${new URL(gateway.httpUrl).port}` };
}

/** The same address by a number: only the browser knows the name. */
const atHome = (route: Route) => route.request().url().replace('pi.test', '127.0.0.1');

async function phone(base: string, other: BrowserContextOptions = {}) {
  const context = await browser.newContext({
    ...{ viewport: { width: 320, height: 640 }, locale: 'en', ...other },
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  const go = (path: string) => page.goto(`${base}${path}`);
  const verdict = async () => {
    const told = page.locator(
      '#verdict:is([data-verdict=good], [data-verdict=bad], [data-verdict=none])',
    );
    await told.waitFor();
    return { look: await told.getAttribute('data-verdict'), text: await told.innerText() };
  };
  const picture = async (name: string) => {
    if (PICTURES) writeFileSync(join(PICTURES, `${name}.png`), smallPng(await page.screenshot()));
  };
  return { page, faults, go, verdict, picture };
}

test('the program that loads the checking program is ES5: it runs where the other cannot', () => {
  expect(() => parse(CHECK_SCRIPT, { ecmaVersion: 5 })).not.toThrow();
});

test.skipIf(!hasBrowser)(
  'the phone itself finds every figure true, without crypto.subtle, from a tap on the site’s page',
  async () => {
    const { base } = await village();
    const { page, faults, go, verdict } = await phone(base);
    await go('/site/wp-01');
    await page.locator(`a:has-text("${t('check.title')}")`).click();
    expect(await page.evaluate('[isSecureContext, typeof crypto.subtle]')).toEqual([
      ...[false, 'undefined'],
    ]);
    for (const period of ['today', 'yesterday', 'week', 'month', 'ever']) {
      await go(`/check/wp-01?period=${period}`);
      expect([period, await verdict()]).toEqual([
        ...[period, { look: 'good', text: expect.stringContaining('True') }],
      ]);
    }
    await go('/check/wp-01?period=week');
    await verdict();
    const cells = await page.locator('[data-record]').allInnerTexts();
    expect(cells.length).toBe(25);
    expect(new Set(cells)).toEqual(new Set([`✓ ${t('check.ok')}`]));
    await page.locator(`a:has-text("${t('check.older')}")`).click();
    await verdict();
    expect(await page.locator('[data-record]').count()).toBe(46 - 25);
    const hex = toHex(testNode(1).publicKey);
    expect(await page.locator(`[data-key="${hex}"]`).innerText()).toBe(keyWordsOf(hex).join(' '));
    await page.locator('tbody a').first().click();
    expect(await verdict()).toEqual({ look: 'good', text: t('check.one') });
    expect(faults).toEqual([]);
    // A node that never spoke: nothing is true of it, and nothing wrong.
    await go('/check/canteen-01?period=week');
    expect(await verdict()).toEqual({ look: 'none', text: t('check.none') });
  },
  90_000,
);

test.skipIf(!hasBrowser)(
  'one bit turned on the way, a record left out, a key that is not the label’s: red, with the reason',
  async () => {
    const { base } = await village();
    const { page, go, verdict, picture } = await phone(base);
    let change = (json: { records: { cose: string }[]; keys: string[] }) => {
      const bytes = Buffer.from(json.records[0].cose, 'base64');
      bytes[bytes.length - 70] ^= 1;
      json.records[0].cose = bytes.toString('base64');
    };
    await page.route('**/behind?*', async (route) => {
      const response = await route.fetch({ url: atHome(route) });
      const json = await response.json();
      change(json);
      await route.fulfill({ response, json });
    });
    await go('/check/wp-01?period=week');
    expect(await verdict()).toEqual({
      ...{ look: 'bad', text: expect.stringContaining(t('check.reason.signature')) },
    });
    await picture('pod-check-forged');
    expect(await page.locator('[data-record]').first().innerText()).toContain('✗');
    change = (json) => json.records.splice(3, 1);
    await go('/check/wp-01?period=week');
    const { look, text } = await verdict();
    expect([look, text]).toEqual(['bad', expect.stringContaining('add up to')]);
    change = (json) => {
      json.keys[0] = toHex(testNode(7).publicKey);
    };
    await go('/check/wp-01?period=week');
    expect((await verdict()).text).toContain(t('check.reason.unknown-key'));
    await page.route('**/*.cose', async (route) => {
      const response = await route.fetch({ url: atHome(route) });
      const body = await response.body();
      body[20] ^= 4;
      await route.fulfill({ response, body });
    });
    await go('/check/wp-01/5');
    expect((await verdict()).look).toBe('bad');
    await page.route('**/assets/**', (route) => route.abort());
    await go('/check/wp-01');
    await page.waitForFunction(`document.getElementById('verdict').className === 'told bad'`);
    expect(await page.locator('#verdict').innerText()).toBe(t('check.missing'));
  },
  90_000,
);

test.skipIf(!hasBrowser)(
  'without JavaScript: the gateway’s own word, marked so; without BigInt: said in words',
  async () => {
    const { base } = await village();
    const plain = await phone(base, { javaScriptEnabled: false });
    await plain.go('/check/wp-01?period=week');
    expect(await plain.page.locator('#verdict').innerText()).toBe(t('check.noScript'));
    expect(await plain.page.locator('th').nth(1).innerText()).toBe(t('check.gateway'));
    expect(await plain.page.locator('tbody td:nth-child(2)').first().innerText()).toBe(
      t('check.ok'),
    );
    expect(await plain.page.locator('[data-record]').first().innerText()).toBe('–');
    const old = await phone(base);
    await old.page.addInitScript('delete window.BigInt');
    await old.go('/check/wp-01');
    expect(await old.page.locator('#verdict').innerText()).toBe(t('check.old'));
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'every language on a narrow phone; the first load stays small; nothing is asked from elsewhere',
  async () => {
    const { base } = await village();
    const { page, faults, go, verdict, picture } = await phone(base);
    let bytes = 0;
    const outside: string[] = [];
    page.on('requestfinished', async (request) => {
      bytes += (await request.sizes()).responseBodySize;
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
        outside.push(request.url());
    });
    await go('/check/wp-01?period=today');
    await verdict();
    expect(bytes).toBeLessThan(BYTES_MAX);
    for (const language of POD_LANGUAGES) {
      for (const path of ['/check/wp-01', '/check/wp-01/5', '/check/canteen-01']) {
        await go(`${path}?lang=${language}`);
        const { text } = await verdict();
        expect(text).not.toMatch(/check\.|\{\{/);
        const root = await page.evaluate(`(() => { const { documentElement: root } = document;
          return [root.scrollWidth - root.clientWidth, root.dir, document.querySelectorAll('h1').length]; })()`);
        expect([path, language, root]).toEqual([
          path,
          language,
          [0, language === 'ar' ? 'rtl' : 'ltr', 1],
        ]);
        if (language === 'ar' && path === '/check/wp-01') await picture('pod-check-arabic');
      }
    }
    expect([outside, faults]).toEqual([[], []]);
  },
  120_000,
);

test('the program has a name that changes with its bytes, is kept, and a wrong name is none', async () => {
  const { gateway } = await village();
  const html = await (await fetch(new URL('/check/wp-01', gateway.httpUrl))).text();
  const path = /data-program="([^"]+)"/.exec(html)?.[1] ?? '';
  const answer = await fetch(new URL(path, gateway.httpUrl));
  expect(answer.headers.get('cache-control')).toContain('immutable');
  expect(answer.headers.get('content-type')).toContain('text/javascript');
  expect(await answer.text()).toBe(readFileSync('dist/assets/check-number.js', 'utf8'));
  expect((await fetch(new URL('/assets/check-number.js', gateway.httpUrl))).status).toBe(404);
});
