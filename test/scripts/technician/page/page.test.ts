/*
 * The bench page in a real browser, against virtual boards behind real TCP ports and a virtual radio: a person presses what is there.
 * With TALLYWELL_PICTURES=folder it also makes the pictures of docs/technician.md.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Bench } from '../../../../scripts/technician/bench';
import { openBench } from '../../../../scripts/technician/bench-folder';
import { openBenchPage } from '../../../../scripts/technician/page/server';
import { writeChannelKey, writePod } from '../../../../scripts/technician/pod-file';
import { startPractice } from '../../../../scripts/technician/practice';
import { CHANNEL_KEY } from '../radio/bench-in-memory';
import { radioOnTcp } from '../radio/virtual-radio';
import { smallPng } from './small-png';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PICTURES = process.env.TALLYWELL_PICTURES;
const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser && process.env.CI) throw new Error(`${CHROMIUM} is not installed`);
if (!hasBrowser) console.warn(`SKIPPED: ${CHROMIUM} is not installed`);

let browser: Browser;

beforeAll(async () => {
  if (hasBrowser)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}, 60_000);
afterAll(() => browser?.close());

function benchOf(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bench = openBench(folder);
  writePod(folder, {
    pod: 'Ouro',
    gatewayUrl: null,
    gatewayKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    gatewayNode: 0xa1b2c3d4,
    recoveryKey: null,
    region: 'EU_868',
    preset: 'MEDIUM_FAST',
    channelNum: 0,
  });
  writeChannelKey(folder, CHANNEL_KEY);
  return bench;
}

async function pageOf(addresses: string[], language = 'en') {
  const bench = benchOf();
  const served = await openBenchPage({ bench, port: 0, language: '', addresses });
  onTestFinished(() => served.close());
  const context = await browser.newContext({
    locale: language,
    viewport: { width: 900, height: 640 },
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const outside: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => {
    if (
      !request.url().startsWith(new URL(served.url).origin) &&
      !request.url().startsWith('data:')
    ) {
      outside.push(request.url());
    }
  });
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(served.url);
  return { page, outside, faults, bench, served };
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) writeFileSync(join(PICTURES, `${name}.png`), smallPng(await page.screenshot()));
}

function step(page: Page, act: string) {
  return page.locator(`[data-act="${act}"]`);
}

async function runStep(page: Page, act: string): Promise<string> {
  const section = step(page, act);
  await section.locator('button[type=submit]').click();
  await section
    .locator('[data-live][data-state=done], [data-live][data-state=failed]')
    .waitFor({ timeout: 90_000 });
  return section.locator('[data-live]').innerText();
}

test.skipIf(!hasBrowser)(
  'a board: program, site, label; nothing comes from elsewhere',
  async () => {
    const practice = await startPractice({
      count: 2,
      board: 'xiao',
      faults: new Map([[2, 'silent']]),
      firstPort: 0,
      seed: 1,
    });
    onTestFinished(() => practice.close());
    const { page, outside, faults } = await pageOf(practice.boards.map(({ url }) => url));
    await picture(page, 'bench-start');
    await page.locator('.port').first().click();
    await step(page, 'flash').locator('select').selectOption('water-point-xiao');
    await picture(page, 'bench-board');
    expect(await runStep(page, 'flash')).toContain('done');
    await picture(page, 'bench-flashed');
    await step(page, 'provision').locator('[name=site]').fill('well-7');
    await step(page, 'provision').locator('[name=name]').fill('Puits de l’école');
    await step(page, 'provision').locator('[name=pulseUl]').fill('1000000');
    expect(await runStep(page, 'provision')).toContain('well-7');
    await step(page, 'provision').scrollIntoViewIfNeeded();
    await picture(page, 'bench-provisioned');
    expect(await runStep(page, 'selftest')).toMatch(/done|What to do:/);
    expect(await step(page, 'selftest').locator('tr').count()).toBeGreaterThan(2);
    await step(page, 'selftest').scrollIntoViewIfNeeded();
    await picture(page, 'bench-selftest');
    await page.getByRole('link', { name: 'Labels' }).click();
    const label = page.getByAltText('well-7');
    await label.waitFor();
    expect(
      await label.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(100);
    await picture(page, 'bench-labels');
    await page.getByRole('link', { name: 'Log', exact: true }).click();
    expect(await page.locator('tbody tr').count()).toBeGreaterThanOrEqual(2);
    await picture(page, 'bench-log');
    expect(outside).toEqual([]);
    expect(faults).toEqual([]);
  },
  180_000,
);

test.skipIf(!hasBrowser)(
  'a board that says nothing: what happened, and what to do',
  async () => {
    const practice = await startPractice({
      count: 1,
      board: 'xiao',
      faults: new Map([[1, 'silent']]),
      firstPort: 0,
      seed: 5,
    });
    onTestFinished(() => practice.close());
    const { page } = await pageOf(practice.boards.map(({ url }) => url));
    await page.locator('.port').click();
    const said = await runStep(page, 'flash');
    expect(said).toContain('not done');
    expect(said).toContain('What to do:');
    await picture(page, 'bench-trouble');
  },
  120_000,
);

test.skipIf(!hasBrowser)(
  'a radio, in French, with the keyboard only',
  async () => {
    const { port } = await radioOnTcp();
    const { page, faults } = await pageOf([port], 'fr');
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    await page.locator('.port').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-kind=radio]').focus();
    await page.keyboard.press('Space');
    await step(page, 'radio').locator('[name=for]').selectOption('site');
    await step(page, 'radio').locator('[name=site]').fill('well-7');
    await picture(page, 'bench-radio');
    await page.keyboard.press('Enter');
    const live = step(page, 'radio').locator('[data-live][data-state=done]');
    await live.waitFor({ timeout: 60_000 });
    expect(await live.innerText()).toContain('RAK4631');
    await picture(page, 'bench-radio-done');
    expect(await runStep(page, 'radio-undo')).toContain('comme avant');
    expect(faults).toEqual([]);
  },
  120_000,
);

test.skipIf(!hasBrowser)(
  'who does not have the address of the page gets nothing',
  async () => {
    const { served } = await pageOf([]);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const answer = await page.goto(new URL(served.url).origin);
    expect(answer?.status()).toBe(403);
    expect(await page.locator('#ports').count()).toBe(0);
  },
  60_000,
);
