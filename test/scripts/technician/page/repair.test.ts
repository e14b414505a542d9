/*
 * The bench page, for repair and for narrow screens: a wiring file, a node that is replaced, one that is retired; and no screen that
 * must be pushed sideways, from left to right and from right to left. With TALLYWELL_PICTURES=folder it also makes pictures.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { keyIdHex } from '../../../../scripts/technician/node-config';
import { startPractice } from '../../../../scripts/technician/practice';
import { siteOf } from '../../../../scripts/technician/sites';
import { folderOf, hasBrowser, pageOf, picture, runStep, show, step } from './browser-kit';

const PROGRAM = 'water-point-xiao';
const WIRING = { tamper: { pin: 'D4' } };

async function twoBoards() {
  const practice = await startPractice({
    ...{ count: 2, board: 'xiao', faults: new Map(), firstPort: 0, seed: 31 },
  });
  onTestFinished(() => practice.close());
  return practice;
}

/** Chooses a file for a wiring, as a person does. */
async function chooseWiring(page: Page, act: string, text: string): Promise<void> {
  const file = join(folderOf(), 'wiring.json');
  writeFileSync(file, text);
  await step(page, act).locator('[name=wiring]').setInputFiles(file);
}

async function flashBoard(page: Page, at: number): Promise<void> {
  await page.locator('.port').nth(at).click();
  await step(page, 'flash').locator('select').selectOption(PROGRAM);
  expect(await runStep(page, 'flash')).toMatch(/^done/);
}

test.skipIf(!hasBrowser)(
  'a file that is longer than any wiring is refused with its own words, and nothing is sent',
  async () => {
    const practice = await twoBoards();
    const { page } = await pageOf(practice.boards.map(({ url }) => url));
    await page.locator('.port').first().click();
    const section = step(page, 'provision');
    await section.locator('[name=site]').fill('well-7');
    await chooseWiring(page, 'provision', JSON.stringify({ note: 'x'.repeat(9_000) }));
    const asked = page.waitForEvent('dialog');
    const pressed = section.locator('button[type=submit]').click();
    const dialog = await asked;
    expect(dialog.message()).toContain('longer than 8 KB');
    await dialog.dismiss();
    await pressed;
    expect(await section.locator('[data-live]').isVisible()).toBe(false);
  },
  120_000,
);

test.skipIf(!hasBrowser)(
  'a wiring from a file; then another board takes the site, and at last the site is given up',
  async () => {
    const practice = await twoBoards();
    const { page, faults, bench } = await pageOf(practice.boards.map(({ url }) => url));
    await flashBoard(page, 0);
    await step(page, 'provision').locator('[name=site]').fill('well-7');
    await chooseWiring(page, 'provision', 'D4');
    expect(await runStep(page, 'provision')).toContain('no JSON');
    await chooseWiring(page, 'provision', '{"tamper":{"pin":"D7"}}');
    expect(await runStep(page, 'provision')).toContain('D7 is used already');
    await chooseWiring(page, 'provision', JSON.stringify(WIRING));
    expect(await runStep(page, 'provision')).toMatch(/^done[\s\S]*well-7/);
    const config = practice.ports[0].running.model.options.board.storage.read('tw.cfg');
    expect(JSON.parse(Buffer.from(config ?? []).toString())).toMatchObject({ wiring: WIRING });
    const [old] = siteOf(bench.folder, 'well-7').nodes;

    await flashBoard(page, 1);
    await step(page, 'replace').locator('[name=site]').fill('well-7');
    const replaced = await runStep(page, 'replace');
    expect(replaced).toContain(`The node ${keyIdHex(old.publicKey)} is retired`);
    await show(page, 'replace');
    await picture(page, 'bench-replace');
    const [before, now] = siteOf(bench.folder, 'well-7').nodes;
    expect(before).toMatchObject({ publicKey: old.publicKey, retiredAt: expect.any(Number) });
    expect(now).toMatchObject({ device: practice.boards[1].serial, wiring: WIRING });

    await step(page, 'retire').locator('[name=site]').fill('well-8');
    expect(await runStep(page, 'retire')).toContain('There is no site well-8');
    await step(page, 'retire').locator('[name=site]').fill('well-7');
    expect(await runStep(page, 'retire')).toContain(
      `The node ${keyIdHex(now.publicKey)} of well-7 is retired`,
    );
    expect(siteOf(bench.folder, 'well-7').nodes[1].retiredAt).toEqual(expect.any(Number));
    expect(faults).toEqual([]);
  },
  180_000,
);

test.skipIf(!hasBrowser).each([
  ['ltr', 320],
  ['ltr', 1024],
  ['rtl', 320],
  ['rtl', 1024],
])(
  'text from %s, %i px wide: nothing to be pushed sideways',
  async (direction, width) => {
    const practice = await twoBoards();
    const { page } = await pageOf(practice.boards.map(({ url }) => url));
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(`document.documentElement.dir = '${direction}'`);
    const tooWide = () =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await tooWide()).toBe(0);
    await page.locator('.port').first().click();
    await step(page, 'provision').locator('[name=site]').fill('well-7');
    // Trouble, words and a command among them.
    expect(await runStep(page, 'provision')).toContain('What to do:');
    expect(await tooWide()).toBe(0);
    await picture(page, `bench-${direction}-${width}`);
    await runStep(page, 'selftest');
    await show(page, 'selftest');
    expect(await tooWide()).toBe(0);
    await picture(page, `bench-${direction}-${width}-selftest`);
    await page.locator('[data-kind=radio]').click();
    expect(await tooWide()).toBe(0);
  },
  90_000,
);
