/*
 * episodes.ts: when a site was broken, by what people said: the button, or a phone.
 * Way: reports in any order -> Breakdowns. Time without use makes no episode: nobody knows why nobody came.
 * Pure. Source: field's figures of downtime: Oxford 2015 (37 to 2 days), Nagel et al. 2015 (152, 57, 21 days to repair).
 */
import { EPISODES_TOLD_MAX, PERFORMANCE_DAYS } from '../../limits/facts';
import type { Breakdowns, ByPerson, ByRecord, Episode } from './site-facts';

const DAY_S = 86_400;

/** Somebody said that the site is broken, or fixed. */
export interface Report {
  /** When, Unix s: by the node's clock where it knew the time, else by the gateway's. */
  atS: number;
  says: 'broken' | 'fixed';
  because: ByRecord | ByPerson;
}

/** The middle value; of an even number the mean of the two in the middle. @returns null of none. */
export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : Math.round((sorted[half - 1] + sorted[half]) / 2);
}

function opened({ atS, because }: Report): Episode {
  return {
    ...{ start: atS, reported: because, confirmed: 0, end: null, repaired: null },
    ...{ durationS: 0, usedAgain: null },
  };
}

/** All episodes, oldest first. "Fixed" without "broken" before it is none; "broken" twice is one. */
function episodesOf(reports: Report[]): Episode[] {
  const episodes: Episode[] = [];
  let open: Episode | null = null;
  for (const report of [...reports].sort((a, b) => a.atS - b.atS)) {
    if (report.says === 'broken') {
      if (open !== null) open.confirmed += 1;
      else {
        open = opened(report);
        episodes.push(open);
      }
    } else if (open !== null) {
      open.end = report.atS;
      open.repaired = report.because;
      open = null;
    }
  }
  return episodes;
}

/** The breakdowns. @param usedAgainS first hour of use after a time, Unix s; null = none. */
export function breakdownsOf(
  reports: Report[],
  nowS: number,
  usedAgainS: (afterS: number) => number | null,
): Breakdowns {
  const episodes = episodesOf(reports).reverse();
  for (const one of episodes) {
    one.durationS = Math.max(0, (one.end ?? nowS) - one.start);
    if (one.end === null) one.usedAgain = usedAgainS(one.start);
  }
  const closed = episodes.filter(({ end }) => end !== null);
  return {
    episodes: episodes.slice(0, EPISODES_TOLD_MAX),
    open: episodes.find(({ end }) => end === null) ?? null,
    closed: closed.length,
    medianS: median(closed.map(({ durationS }) => durationS)),
    downtimeYearS: downtimeS(episodes, nowS - PERFORMANCE_DAYS * DAY_S, nowS),
  };
}

/** Time broken from..before, s, of these episodes; an open one lasts until `beforeS`. */
export function downtimeS(episodes: Episode[], fromS: number, beforeS: number): number {
  return episodes.reduce((sum, { start, end }) => {
    const lastedS = Math.min(end ?? beforeS, beforeS) - Math.max(start, fromS);
    return sum + Math.max(0, lastedS);
  }, 0);
}
