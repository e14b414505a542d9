/*
 * browser-kit.ts: the bench page in Chromium, with what a person does there: choose, press, look.
 * Way: addresses of boards and radios -> a served page, opened; what it asked outside and what went wrong in it.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Bench } from '../../../../scripts/technician/bench';
import { openBench } from '../../../../scripts/technician/bench-folder';
import { openBenchPage } from '../../../../scripts/technician/page/server';
import { writeChannelKey, writePod } from '../../../../scripts/technician/pod-file';
import { CHANNEL_KEY } from '../radio/bench-in-memory';
import { POD } from '../support/bench-kit';
import { smallPng } from './small-png';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PICTURES = process.env.TALLYWELL_PICTURES;
export const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser && process.env.CI) throw new Error(`${CHROMIUM} is not installed`);
if (!hasBrowser) console.warn(`SKIPPED: ${CHROMIUM} is not installed`);

export let browser: Browser;

beforeAll(async () => {
  if (hasBrowser)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}, 60_000);
afterAll(() => browser?.close());

export function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function benchOf(): Bench {
  const folder = folderOf();
  writePod(folder, { ...POD, pod: 'Ouro', preset: 'MEDIUM_FAST', gatewayNode: 0xa1b2c3d4 });
  writeChannelKey(folder, CHANNEL_KEY);
  return openBench(folder);
}

export async function pageOf(addresses: string[], language = 'en', bench = benchOf()) {
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

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) writeFileSync(join(PICTURES, `${name}.png`), smallPng(await page.screenshot()));
}

export function step(page: Page, act: string) {
  return page.locator(`[data-act="${act}"]`);
}

/** Brings a step to the top of the window. */
export function show(page: Page, act: string): Promise<void> {
  return step(page, act).evaluate((section) =>
    (section as unknown as { scrollIntoView(): void }).scrollIntoView(),
  );
}

export async function runStep(page: Page, act: string): Promise<string> {
  const section = step(page, act);
  // What an earlier run of this step left there does not count.
  await section.locator('[data-live]').evaluate((live) => live.setAttribute('data-state', ''));
  await section.locator('button[type=submit]').click();
  await section
    .locator('[data-live][data-state=done], [data-live][data-state=failed]')
    .waitFor({ timeout: 90_000 });
  return section.locator('[data-live]').innerText();
}
