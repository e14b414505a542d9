/*
 * The site's page and the notes, in a real browser against a running gateway: what was counted in part does not look whole, a fridge
 * that is warm, notes and their files.
 */
import { parse } from 'csv-parse/sync';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { podWords } from '../../../gateway/web/pod-words';
import { hasBrowser, startBrowser, tooWide } from './pod-browser';
import { phone, village } from './reading-kit';

let browser: Browser;

beforeAll(async () => {
  if (hasBrowser) browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

test.skipIf(!hasBrowser)(
  'a day that one of two nodes counted does not look whole, on bars, in the table and on the sheet',
  async () => {
    const { gateway } = await village();
    const { page, seen, go } = await phone(browser, gateway, {
      javaScriptEnabled: false,
      locale: 'en',
    });
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
  'every period fits from right to left, and its total is the sum of its table in Arabic digits',
  async () => {
    const { gateway } = await village();
    const { page, seen, go } = await phone(browser, gateway, { javaScriptEnabled: false });
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
    const { page, seen, go } = await phone(browser, gateway, {
      javaScriptEnabled: false,
      locale: 'en',
    });
    await go('/site/canteen-01?period=week');
    const text = await page.locator('main').innerText();
    expect(text).toMatch(/Adults: [\d,]+ · Children: [\d,]+/);
    expect(text).toContain('42.5 kg');
    expect(text).toMatch(
      /9°C · too warm\s*not in order: since .* \(at least 2 hours\) · 3 of \d+ readings not in order · at most 5°C · measured · .* · record \d/,
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
    const id = Number(/^\/check\/wp-01\/(\d+)$/.exec(href ?? '')?.[1]);
    expect((await fetch(new URL(href as string, gateway.httpUrl))).status).toBe(200);
    const record = `/api/v1/sites/wp-01/records?after=${id - 1}&limit=1`;
    const answer = await fetch(new URL(record, gateway.httpUrl));
    const { records } = (await answer.json()) as { records: object[] };
    expect(records).toMatchObject([{ id, kind: 'event', event: 'tamper' }]);
    expect(seen).toEqual({ outside: [], faults: [] });
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'without JavaScript: a note of what fixed it is written, listed at all sites, and in both files',
  async () => {
    const { gateway, ask } = await village();
    const { page, seen, go } = await phone(browser, gateway, {
      javaScriptEnabled: false,
      locale: 'en',
    });
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
    const file = await fetch(new URL('/notes.json', gateway.httpUrl));
    const { notes } = (await file.json()) as { notes: object[] };
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
