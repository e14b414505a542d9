/*
 * The pictures of docs/pods.md: a small pod of which one point broke down, as a phone shows it. Each picture of the page for the
 * committee is made here, and shows what the text beside it says. With TALLYWELL_PICTURES=docs/pictures they are written anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createFactsClient } from '../../../gateway/api/client';
import { startGateway } from '../../../gateway/gateway';
import { toHex } from '../../../shared/bytes';
import { smallPng } from '../../scripts/technician/page/small-png';
import { putToken } from '../support/accounts-kit';
import { happening, packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { testFolder, until } from '../support/places';
import { holdHourOfDay } from '../support/time-of-day';
import { hasBrowser, startBrowser } from './pod-browser';
import { phone } from './reading-kit';

const PICTURES = process.env.TALLYWELL_PICTURES;
const PAGE = readFileSync(new URL('../../../docs/pods.md', import.meta.url), 'utf8');
const HOURS = 8 * 24;
/** So long before the last hour somebody pressed the button. */
const BROKEN_HOURS = 3;
const BUTTON_BROKEN = 3;

let browser: Browser;
beforeAll(async () => {
  if (hasBrowser) browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

const SITES = [
  { site: 'wp-01', name: 'Market well', kind: 'water-point' },
  { site: 'wp-02', name: 'Church tap', kind: 'water-point' },
  { site: 'canteen-01', name: 'School canteen', kind: 'canteen' },
].map((one, at) => {
  const publicKey = toHex(testNode(at + 1).publicKey);
  const calibration = { id: 1, volumePerPulseUl: 2222 };
  const nodes = [{ publicKey, slot: at, placedAt: 1_700_000_000, calibration }];
  return { ...one, latitude: 9.5, longitude: 8.25, nodes };
});

/** What one site's node counts in five minutes of this hour. */
function countsOf(number: number, hour: number, atS: number): [number, number] {
  const clock = (atS / 3600 - 1) % 24;
  if (number === 3) return clock === 12 ? [3, 14] : [0, 0];
  const isBroken = number === 1 && hour > HOURS - BROKEN_HOURS;
  if (isBroken) return [0, 0];
  const isDay = clock >= 5 && clock < 19;
  return isDay ? [60 + ((hour * 7 + number * 3) % 5) * 12, 4] : [6, 1];
}

/** Eight days of a node, and the press of its button. */
function packetsOf(number: number, endS: number): Uint8Array[] {
  const node = testNode(number);
  const startS = endS - HOURS * 3600;
  const counters = [0, 0];
  let sequence = 0;
  const packets: Uint8Array[] = [];
  for (let hour = 1; hour <= HOURS; hour++) {
    const timeS = startS + hour * 3600;
    const head = { timeS, uptimeS: hour * 3600 };
    const counts = countsOf(number, hour, timeS);
    counts.forEach((value, at) => {
      counters[at] += value * 12;
    });
    const buckets = Array.from({ length: 12 }, () => [...counts]);
    const kind = number === 3 ? (2 as const) : (1 as const);
    sequence += 1;
    const record = usage(node, sequence, { ...head, kind, buckets, counters: [...counters] });
    packets.push(packetOf(node, record));
    if (number !== 1 || hour !== HOURS - BROKEN_HOURS) continue;
    sequence += 1;
    const event = { ...head, counters: [...counters], eventCode: BUTTON_BROKEN };
    packets.push(packetOf(node, happening(node, sequence, event)));
  }
  return packets;
}

/** Two milestones whose date is to come, and how many people each point serves. */
async function setMilestones(url: string, token: string): Promise<void> {
  const ask = createFactsClient(url, (to, init) =>
    fetch(to, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${token}` } }),
  );
  const due = Date.UTC(new Date().getUTCFullYear() + 3, 0, 1) / 1000;
  for (const [site, value] of [
    ['wp-01', 80],
    ['wp-02', 120],
  ] as const)
    await ask('addStatement', {
      ...{ params: { site }, body: { about: 'people', value, note: '' } },
    });
  const litres = { title: 'Water for all', goal: 'litres-per-person' as const, target: 15 };
  await ask('addMilestone', { body: { ...litres, due } });
  const canteens = { title: 'Three more canteens', goal: 'canteens-open' as const, target: 3 };
  await ask('addMilestone', { body: { ...canteens, due } });
}

async function pod() {
  onTestFinished(holdHourOfDay());
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const registerFile = join(folder, 'register.json');
  writeFileSync(registerFile, JSON.stringify({ pod: 'hill-pod', sites: SITES }));
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0 },
    ...{ registerFile, log: () => {}, clock: 'machine' as const },
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const endS = Math.floor(Date.now() / 3_600_000) * 3600;
  const packets = [1, 2, 3].flatMap((number) => packetsOf(number, endS));
  for (const payload of packets) radio.hear({ payload });
  await until(() => gateway.status().records.stored === packets.length);
  await setMilestones(gateway.httpUrl, putToken(folder, 'setup', 'technician'));
  return gateway;
}

/** Takes a picture, small, and gives its name. */
async function picture(page: Page, name: string): Promise<string> {
  const png = smallPng(await page.screenshot());
  if (PICTURES) writeFileSync(join(PICTURES, `${name}.png`), png);
  return name;
}

test.skipIf(!hasBrowser)(
  'each picture of docs/pods.md is a page as it is now, and shows what the text says',
  async () => {
    const { page, seen, go } = await phone(browser, await pod(), { locale: 'en' });
    const made: string[] = [];
    await go('/');
    const first = page.locator('a.card').first();
    expect(await first.getAttribute('data-word')).toBe('says-broken');
    expect(await first.innerText()).toContain('Market well');
    made.push(await picture(page, 'pod-home'));
    await go('/?lang=ar');
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    made.push(await picture(page, 'pod-home-arabic'));
    await go('/site/wp-01?lang=en');
    expect(await page.locator('button[value=fixed]').isVisible()).toBe(true);
    made.push(await picture(page, 'pod-broken'));
    await go('/site/canteen-01?lang=fr');
    await page.evaluate("document.querySelectorAll('h2')[1].scrollIntoView()");
    expect(await page.locator('.bars').first().isVisible()).toBe(true);
    made.push(await picture(page, 'pod-site-french'));
    await go('/check/wp-02?period=yesterday&lang=en');
    await page.locator('#verdict[data-verdict=good]').waitFor();
    made.push(await picture(page, 'pod-check'));
    await go('/milestones?lang=en');
    expect(await page.locator('.goal').count()).toBe(2);
    made.push(await picture(page, 'pod-milestones'));
    await go('/print?lang=en');
    await page.setViewportSize({ width: 794, height: 340 });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('table.week tbody tr').count()).toBe(SITES.length);
    made.push(await picture(page, 'pod-print'));
    expect(seen).toEqual({ outside: [], faults: [] });
    const shown = [...PAGE.matchAll(/<img src="pictures\/([\w-]+)\.png"/g)].map(([, name]) => name);
    expect(shown.sort()).toEqual(made.sort());
  },
  120_000,
);
