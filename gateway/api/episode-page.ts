/*
 * episode-page.ts: one page of breakdowns, newest first.
 * Way: breakdowns of all sites -> those that began before a second -> a page, and where the next one begins. Pure.
 */

/** A page. `next`: ask for what began before it; null: this was the last page. */
export interface EpisodePage<Row> {
  episodes: Row[];
  next: number | null;
}

/**
 * Cuts a page. Two sites may break in the same second, and a page is asked for by a second: so what began in the second of
 * its last row is all in it, also beyond the limit. Otherwise the border would swallow a breakdown.
 */
export function episodePage<Row extends { start: number }>(
  all: readonly Row[],
  before: number,
  limit: number,
): EpisodePage<Row> {
  const found = all.filter(({ start }) => start < before).sort((a, b) => b.start - a.start);
  if (found.length <= limit) return { episodes: found, next: null };
  const edgeS = found[limit - 1].start;
  const episodes = found.filter(({ start }) => start >= edgeS);
  return { episodes, next: episodes.length < found.length ? edgeS : null };
}
