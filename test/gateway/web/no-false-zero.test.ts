/*
 * Silence is not zero: of a time of which nothing is known no page says 0. Twelve minutes after midnight, when no hour of today is due
 * yet, and of a site that was never heard.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toHex } from '../../../shared/bytes';
import { testNode } from '../support/nodes';
import { testFolder } from '../support/places';
import { holdHourOfDay } from '../support/time-of-day';
import { register, village } from './reading-kit';

/** The village's register, and a water point whose node never spoke. */
function withSilent(): string {
  const folder = testFolder();
  const path = register(folder, Math.floor(Date.now() / 1000) - 3 * 86_400);
  const parsed = JSON.parse(readFileSync(path, 'utf8'));
  const node = { ...parsed.sites[0].nodes[0], publicKey: toHex(testNode(4).publicKey), slot: 5 };
  parsed.sites.push({ ...parsed.sites[0], site: 'wp-02', name: 'Silent well', nodes: [node] });
  const registerFile = join(folder, 'with-silent.json');
  writeFileSync(registerFile, JSON.stringify(parsed));
  return registerFile;
}

/** What a page says, without drawings and programs. */
function textOf(html: string): string {
  return html
    .replace(/<(style|script|svg)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('no page says 0 of what nobody knows', async () => {
  onTestFinished(holdHourOfDay(0.2));
  const { gateway } = await village({ registerFile: withSilent() });
  const read = async (path: string) =>
    textOf(await (await fetch(new URL(`${path}lang=en`, gateway.httpUrl))).text());
  const whole = ['/?', '/t?', '/print?', '/print?paper=58mm&'];
  const today = ['wp-01', 'canteen-01'].flatMap((site) => [
    `/site/${site}?period=today&`,
    `/check/${site}?period=today&`,
  ]);
  const silent = ['today', 'yesterday', 'week', 'month', 'year', 'ever'].flatMap((period) => [
    `/site/wp-02?period=${period}&`,
    `/check/wp-02?period=${period}&`,
  ]);
  for (const path of [...whole, ...today, ...silent]) {
    const text = await read(path);
    expect(text, path).toMatch(/testpod/);
    expect(text.match(/.{0,60}(?<![\d.,])0 (L\b(?!\/)|meals).{0,40}/)?.[0], path).toBeUndefined();
    expect(text.match(/(Adults|Children): 0/)?.[0], path).toBeUndefined();
  }
  const check = await fetch(new URL('/check/wp-02?period=ever&lang=en', gateway.httpUrl));
  expect(await check.text()).toContain('<p class="big">?</p>');
  expect(await read('/print?')).toMatch(/Silent well .{0,40}– – – – – – – \?\* 0 \/ \d+ /);
});
