/*
 * Pages of breakdowns: whatever began when, and however long a page is, going through them shows each breakdown once, newest
 * first.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EpisodePage, episodePage } from '../../../gateway/api/episode-page';

type Page = EpisodePage<{ start: number; id: number }>;
const LATEST_S = 253_402_300_799;

test('going through the pages shows each breakdown once, also where several began in one second', () => {
  // Few seconds, so that many share one.
  const all = fc
    .array(fc.integer({ min: 0, max: 6 }), { maxLength: 30 })
    .map((starts) => starts.map((start, id) => ({ start, id })));
  fc.assert(
    fc.property(all, fc.integer({ min: 1, max: 5 }), (episodes, limit) => {
      const seen: number[] = [];
      const starts: number[] = [];
      for (let before: number | null = LATEST_S; before !== null; ) {
        const page: Page = episodePage(episodes, before, limit);
        // A page that is not the last is never empty: else nobody would come to the end.
        if (page.next !== null) expect(page.episodes.length).toBeGreaterThanOrEqual(limit);
        seen.push(...page.episodes.map(({ id }) => id));
        starts.push(...page.episodes.map(({ start }) => start));
        before = page.next;
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual(episodes.map(({ id }) => id));
      expect(starts).toEqual(starts.toSorted((a, b) => b - a));
    }),
    { numRuns: 500 },
  );
});

test('the limit holds where no second is shared', () => {
  const episodes = [5, 3, 9, 1].map((start) => ({ start }));
  expect(episodePage(episodes, LATEST_S, 2)).toEqual({
    episodes: [{ start: 9 }, { start: 5 }],
    next: 5,
  });
  expect(episodePage(episodes, 5, 2)).toEqual({
    episodes: [{ start: 3 }, { start: 1 }],
    next: null,
  });
});
