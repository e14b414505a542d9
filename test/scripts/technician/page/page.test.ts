/*
 * The bench page in a real browser, against virtual boards behind real TCP ports and a virtual radio: a person presses what is there.
 * With TALLYWELL_PICTURES=folder it also makes the pictures of docs/technician.md.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { openBench } from '../../../../scripts/technician/bench-folder';
import { tellPod } from '../../../../scripts/technician/pod-act';
import { startPractice } from '../../../../scripts/technician/practice';
import { adminKeyOf } from '../../../../scripts/technician/radio/admin-radio';
import { openRadioLink } from '../../../../scripts/technician/radio/link';
import { radioOnTcp } from '../radio/virtual-radio';
import { doorsOf } from '../support/bench-kit';
import { browser, folderOf, hasBrowser, pageOf, picture, runStep, show, step } from './browser-kit';

/** The XIAO's D0, where a meter hangs when nothing else is said. */
const METER_PIN = 0;
const TALLYWELL = 'dist/tallywell.js';

/** A real gateway, a process of its own, at a radio; with a token for the bench, which it told its pod. */
async function gatewayAt(radio: string) {
  const data = folderOf();
  const flags = ['--data', data, '--radio', radio, '--http-port', '0', '--mqtt-port', '0'];
  const child = spawn(process.execPath, [TALLYWELL, 'gateway', ...flags]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk;
      const found = /page (http:\/\/127\.0\.0\.1:\d+)/.exec(said);
      if (found && said.includes('radio ready')) resolve(found[1]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', () => reject(new Error(said)));
  });
  const add = ['token', 'add', 'bench', '--scope', 'technician', '--data', data];
  const token = execFileSync(process.execPath, [TALLYWELL, ...add], { stdio: 'pipe' });
  const bench = openBench(folderOf());
  const options = { gateway: url, token: `${token}`.trim(), region: 'EU_868', newChannelKey: true };
  await tellPod(doorsOf(bench), options);
  return { url, token: options.token, bench };
}

/** Runs in the browser: keeps each number of rows of the self-test that is drawn. */
const watchRows = `{
  window.rowCounts = [];
  const live = document.querySelector('[data-act=selftest] [data-live]');
  new MutationObserver(() => {
    const count = live.querySelectorAll('tr').length;
    if (count > 0 && !window.rowCounts.includes(count)) window.rowCounts.push(count);
  }).observe(live, { childList: true, subtree: true });
}`;

/** The verdict that each port shows of its act. */
function marks(page: Page): Promise<string[]> {
  return page.locator('.port .mark').allInnerTexts();
}

async function programOnAll(page: Page): Promise<void> {
  await page.locator('.port').first().click();
  const flash = step(page, 'flash');
  await flash.locator('select').selectOption('water-point-xiao');
  await picture(page, 'bench-board');
  await flash.getByRole('button', { name: 'Do it on all boards (3)' }).click();
  const ends = [/: done$/, /: done$/, /: not done$/].map((end) => expect.stringMatching(end));
  await expect.poll(() => marks(page), { timeout: 60_000, interval: 250 }).toEqual(ends);
  await picture(page, 'bench-flashed');
  await page.locator('.port').nth(2).click();
  expect(await flash.locator('[data-live]').innerText()).toContain('What to do:');
  await picture(page, 'bench-trouble');
  await page.locator('.port').first().click();
}

async function siteAndSelftest(page: Page): Promise<void> {
  const provision = step(page, 'provision');
  await provision.locator('[name=site]').fill('well-7');
  await provision.locator('[name=name]').fill('Puits de l’école');
  await provision.locator('[name=pulseUl]').fill('1000000');
  expect(await runStep(page, 'provision')).toContain('well-7');
  await show(page, 'provision');
  await picture(page, 'bench-provisioned');
  await page.evaluate(watchRows);
  // Its radio is not connected.
  expect(await runStep(page, 'selftest')).toMatch(/^faults found[\s\S]*What to do:/);
  const rows = await step(page, 'selftest').locator('tr').count();
  expect(rows).toBeGreaterThan(10);
  // Every number of rows from the first to the last was on the screen once.
  const oneByOne = Array.from({ length: rows }, (_, at) => at + 1);
  expect(await page.evaluate('window.rowCounts')).toEqual(oneByOne);
  await show(page, 'selftest');
  await picture(page, 'bench-selftest');
}

async function calibrateWith(page: Page, pour: (pulses: number) => void): Promise<void> {
  const calibrate = step(page, 'calibrate');
  await calibrate.locator('[name=volumeMl]').fill('10000');
  await calibrate.locator('[name=repeats]').selectOption('2');
  await calibrate.locator('button[type=submit]').click();
  for (const [at, pulses] of [200, 204].entries()) {
    await calibrate
      .getByText(`Pour ${at + 1} of 2`)
      .last()
      .waitFor();
    pour(pulses);
    await show(page, 'calibrate');
    if (at === 1) await picture(page, 'bench-calibrate');
    await calibrate.getByRole('button', { name: 'Go on' }).click();
  }
  await calibrate.locator('[data-live][data-state=done]').waitFor({ timeout: 60_000 });
  // 20 L by 404 pulses.
  expect(await calibrate.locator('[data-live]').innerText()).toContain('49505 µL');
}

async function registerAt(page: Page, { url, token }: { url: string; token: string }) {
  await step(page, 'register').locator('[name=token]').fill(token);
  expect(await runStep(page, 'register')).toContain('The gateway knows');
  const known = await fetch(`${url}/api/v1/sites/well-7`);
  expect(await known.json()).toMatchObject({ site: 'well-7', name: 'Puits de l’école' });
  await show(page, 'register');
  await picture(page, 'bench-registered');
}

async function labelAndPrint(page: Page): Promise<void> {
  await runStep(page, 'label');
  await show(page, 'label');
  await picture(page, 'bench-label');
  await step(page, 'label').getByRole('link', { name: 'To the print view' }).click();
  const label = page.getByAltText('well-7');
  await label.waitFor();
  const widthPx = label.evaluate(
    (image) => (image as unknown as { naturalWidth: number }).naturalWidth,
  );
  expect(await widthPx).toBeGreaterThan(100);
  await picture(page, 'bench-labels');
  await page.evaluate('window.print = () => { window.isPrinted = true; }');
  await page.getByRole('button', { name: 'Print' }).click();
  expect(await page.evaluate('window.isPrinted')).toBe(true);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('header').isVisible()).toBe(false);
  expect(await label.isVisible()).toBe(true);
  await page.emulateMedia({ media: 'screen' });
}

test.skipIf(!hasBrowser)(
  'three boards, one of them silent: program on all; then the whole way of the first, to its label',
  async () => {
    const faulty = new Map([[3, 'silent']]);
    const practice = await startPractice({
      ...{ count: 3, board: 'xiao', faults: faulty, radios: 1, firstPort: 0, seed: 1 },
    });
    onTestFinished(() => practice.close());
    const gateway = await gatewayAt(practice.radios[0].url);
    const addresses = practice.boards.map(({ url }) => url);
    const { page, outside, faults } = await pageOf(addresses, 'en', gateway.bench);
    await picture(page, 'bench-start');
    await programOnAll(page);
    await siteAndSelftest(page);
    const { board } = practice.ports[0].running.model.options;
    await calibrateWith(page, (pulses) => board.addPulses(METER_PIN, pulses));
    await registerAt(page, gateway);
    await labelAndPrint(page);
    await page.getByRole('link', { name: 'Log', exact: true }).click();
    const log = await page.locator('tbody').innerText();
    for (const act of ['flash', 'provision', 'selftest', 'calibrate', 'register', 'label']) {
      expect(log).toContain(act);
    }
    expect(await page.content()).not.toContain(gateway.token);
    await picture(page, 'bench-log');
    expect(outside).toEqual([]);
    expect(faults).toEqual([]);
  },
  180_000,
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
    // Nobody who speaks it has read the French: the page says so. English is the source.
    expect(await page.getByText('faits par une machine').count()).toBe(1);
    await page.goto(new URL('/log?lang=en', page.url()).href);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.getByText('made by a machine').count()).toBe(0);
    expect(faults).toEqual([]);
  },
  120_000,
);

test.skipIf(!hasBrowser)(
  'whose orders a radio takes, and one that is out of reach over the air',
  async () => {
    const [own, other] = [await radioOnTcp(), await radioOnTcp({ nodeNum: 0x5e0f1a2b })];
    const { page, faults } = await pageOf([own.port, other.port]);
    const field = (name: string) => step(page, 'radio').locator(`[name=${name}]`);
    await page.locator('.port').first().click();
    await page.locator('[data-kind=radio]').click();
    await field('for').selectOption('gateway');
    expect(await runStep(page, 'radio')).toContain('RAK4631');
    await page.locator('.port').nth(1).click();
    await page.locator('[data-kind=radio]').click();
    await field('for').selectOption('site');
    await field('site').fill('well-7');
    await step(page, 'radio').locator('summary').click();
    await field('adminRadio').fill(own.port);
    expect(await runStep(page, 'radio')).toContain('RAK4631');
    const link = await openRadioLink(other.port);
    link.close();
    const security = link.settings.configs.get('security');
    expect(security?.adminKey).toEqual([await adminKeyOf(own.port)]);
    await field('remote').fill('!5e0f1a2b');
    expect(await runStep(page, 'radio')).toContain('first let it take orders of your radio');
    await field('adminRadio').fill('');
    await field('remote').fill('well-7');
    expect(await runStep(page, 'radio')).toContain('! and eight hex digits');
    // Nobody hears anybody here.
    await field('remote').fill('!00000099');
    expect(await runStep(page, 'radio')).toContain('it has not been heard yet');
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
