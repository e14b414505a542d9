/*
 * pod-browser.ts: a real browser before a running gateway: phones of 320 pixels, what they ask of others, and what axe-core says.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import type { Texts } from '../../../gateway/web/locale';
import { packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { registerFile, until } from '../support/places';
import { holdHourOfDay } from '../support/time-of-day';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Is there a browser to test with? In CI there must be one. */
export const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser && process.env.CI) throw new Error(`${CHROMIUM} is not installed`);
if (!hasBrowser) console.warn(`SKIPPED: ${CHROMIUM} is not installed`);

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOUR_S = 3600;

/** Starts the browser. @param args more of its flags */
export function startBrowser(...args: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...args] });
}

/** What a village is made of. */
export interface VillageParts {
  /** Its folder, which the caller removes. */
  folder: string;
  /** A file with all sites instead of a water point and a canteen. */
  register?: string;
  /** Languages in the gateway's folder. */
  locales?: Record<string, Texts>;
}

/** A gateway that heard three days of a water point and of a canteen, up to the hour that is over. */
export async function startVillage({ folder, register, locales = {} }: VillageParts) {
  for (const [language, texts] of Object.entries(locales)) {
    mkdirSync(join(folder, 'locales', language), { recursive: true });
    writeFileSync(join(folder, 'locales', language, 'pod.json'), JSON.stringify(texts));
  }
  const putTimeBack = holdHourOfDay();
  const radio = await startOracleRadio();
  const log: string[] = [];
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0 },
    registerFile: register ?? registerFile(folder, [1, 2]),
    ...{ log: (line: string) => log.push(line), clock: 'machine' as const },
  });
  await until(() => gateway.status().radio.session === 'ready');
  const endS = Math.floor(Date.now() / 1000 / HOUR_S) * HOUR_S;
  const hours = register === undefined ? 72 : 0;
  for (let sequence = 1; sequence <= hours; sequence += 1) {
    const timeS = endS - (hours - sequence) * HOUR_S;
    const [pump, canteen] = [testNode(1), testNode(2)];
    radio.hear({ payload: packetOf(pump, usage(pump, sequence, { timeS })) });
    const meals = { kind: 2 as const, counters: [sequence * 12, sequence * 24] };
    const buckets = Array.from({ length: 12 }, () => [1, 2]);
    const readings = [[3, 400]];
    radio.hear({
      payload: packetOf(canteen, usage(canteen, sequence, { timeS, ...meals, buckets, readings })),
    });
  }
  await until(() => gateway.status().records.stored === hours * 2);
  const stop = async () => {
    await gateway.stop();
    await radio.close();
    putTimeBack();
  };
  return { gateway, log, stop };
}

/** A phone 320 pixels wide, what it asked of others and complained of, and the bytes that came. @param mayMiss a 404 is no fault */
export async function openPhone(
  browser: Browser,
  { httpUrl }: RunningGateway,
  other: BrowserContextOptions = {},
  mayMiss = true,
) {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, ...other });
  const page = await context.newPage();
  const seen = { outside: [] as string[], faults: [] as string[] };
  const loads = { bytes: 0 };
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(httpUrl) && !url.startsWith('data:')) seen.outside.push(url);
  });
  page.on('requestfinished', async (request) => {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    loads.bytes += responseBodySize + responseHeadersSize;
  });
  page.on('console', (message) => {
    // That there is no such site is what one of the pages says.
    const isMissing = mayMiss && message.text().includes('404');
    if (message.type() === 'error' && !isMissing) seen.faults.push(message.text());
  });
  page.on('pageerror', (error) => seen.faults.push(error.message));
  const go = (path: string) => page.goto(new URL(path, httpUrl).href);
  return { page, seen, loads, go, close: () => context.close() };
}

/** How far it is too wide for the screen, pixels. */
export function tooWide(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
}

/** Serious and critical faults that axe-core finds, one a line. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => id + ' (' + impact + '): ' + nodes.map(({ target }) => target.join(' ')).slice(0, 3).join(', ')))`);
}

/** Words of four Latin letters and more that stand on the page and are no name, no code, no gateway's own words and no unit. */
export function latinWords(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const clone = document.body.cloneNode(true);
    for (const one of clone.querySelectorAll('bdi, code, pre, script, style, noscript, [lang]:not(body), svg')) one.remove();
    const words = clone.textContent.match(/[A-Za-z]{4,}/g) ?? [];
    return words.filter((word) => !/^(JSON|this|days?|hours?|minutes?|testpod)$/.test(word));
  })()`);
}
