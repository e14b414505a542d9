/*
 * How much the home page of a hundred sites weighs: zipped at most 60 KB in every language. Numbers differ from site to site and
 * from day to day, so that nothing is zipped better than in a village.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { barEdges, barsOf } from '../../../gateway/core/facts/bars';
import type { SiteFacts } from '../../../gateway/core/facts/site-facts';
import { siteFactsOf } from '../../../gateway/core/facts/site-facts-of';
import { podDocument } from '../../../gateway/web/frame';
import { homeContent } from '../../../gateway/web/home-page';
import { POD_LANGUAGES, podWords } from '../../../gateway/web/pod-words';
import { DAY_S, HOUR, NOW_S, saying, stay, storedSite } from '../core/facts/facts-kit';

const SITES = 100;
const BYTES_MAX = 60_000;

/** A number that looks random, the same each time. */
const shuffled = (seed: number) =>
  createHash('sha256').update(String(seed)).digest().readUInt16LE(0);

function village() {
  return Array.from({ length: SITES }, (_, at) => {
    const counted = stay();
    counted.days.slice(-40).forEach((day, place) => {
      day.counters[0] = shuffled(at * 1_000 + place);
      if (shuffled(day.counters[0]) % 3 === 0) day.minutes = 600;
    });
    const said = at % 3 === 0 ? [saying('works', 'broken', { atS: NOW_S - at * HOUR })] : [];
    const name = `Borehole ${shuffled(at).toString(36)} of ${shuffled(at + 500).toString(36)}`;
    const reading = { site: `wp-${at}`, name, lastHeardS: NOW_S - (at % 7) * HOUR };
    return storedSite({ stays: [counted], statements: said }, reading);
  });
}

test.each(POD_LANGUAGES)('%s: a hundred sites', (language) => {
  const words = podWords(language);
  const stored = village();
  const facts: SiteFacts[] = stored.map((one) => siteFactsOf(one, NOW_S));
  const edges = barEdges('month', DAY_S).slice(-16, -1);
  const bars = new Map(stored.map((one) => [one.reading.site, barsOf(one, edges, NOW_S)]));
  const head = { pod: 'hill', atS: NOW_S, problems: [], warnings: [] };
  const content = homeContent(words, head, facts, [], (site) => bars.get(site) ?? []);
  const page = { words, pod: 'hill', title: 'hill', path: '/', content, isLive: true };
  const html = podDocument(page);
  expect(html.match(/class="spark"/g)?.length).toBe(SITES);
  const { length } = gzipSync(html);
  expect(length).toBeLessThan(BYTES_MAX);
  console.info(`${language}: ${length} bytes`);
});
