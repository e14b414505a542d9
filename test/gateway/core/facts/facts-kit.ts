/*
 * facts-kit.ts: stored sites for the tests of facts: a village day by numbers, without a database.
 */
import type { Report } from '../../../../gateway/core/facts/episodes';
import type { ByRecord, SiteFacts } from '../../../../gateway/core/facts/site-facts';
import { siteFactsOf } from '../../../../gateway/core/facts/site-facts-of';
import type { StatementRow } from '../../../../gateway/core/facts/statements';
import type {
  CountedRow,
  StoredSite,
  StoredStay,
} from '../../../../gateway/core/facts/stored-site';

/** 2026-03-10 00:00 UTC, s; and now: six in the evening. */
export const DAY_S = Date.UTC(2026, 2, 10) / 1000;
export const NOW_S = DAY_S + 18 * 3600;
export const HOUR = 3600;
export const DAY = 86_400;

/** A record, so many seconds ago. */
export function recordAgo(agoS: number, by: ByRecord['by'] = 'record'): ByRecord {
  const t = NOW_S - agoS;
  return { by, id: 7, key: '34750f98', epoch: 1, seq: 9, t, received: t };
}

/** A press of the button at a time. */
export function press(atS: number, says: Report['says']): Report {
  const because: ByRecord = { ...recordAgo(0, 'button'), t: atS, received: atS };
  return { atS, says, because };
}

/** Rows of these hours or days, all alike. */
export function rows(fromS: number, beforeS: number, stepS: number, counters: number[]) {
  const answer: CountedRow[] = [];
  for (let startS = fromS; startS < beforeS; startS += stepS) {
    answer.push({ startS, minutes: stepS / 60, counters: [...counters] });
  }
  return answer;
}

/** A node that stands there since a year and counted everything until an hour ago: 600 dl and 12 draws an hour. */
export function stay(other: Partial<StoredStay> = {}): StoredStay {
  return {
    fromS: DAY_S - 400 * DAY,
    toS: null,
    keptFromS: NOW_S - 20 * DAY,
    hours: rows(DAY_S - DAY, NOW_S - HOUR, HOUR, [600, 12, 0, 0]),
    days: rows(DAY_S - 365 * DAY, DAY_S - DAY, DAY, [14_400, 288, 0, 0]),
    ...other,
  };
}

/** What somebody said. */
export function saying(
  about: string,
  value: number | string,
  other: Partial<StatementRow> = {},
): StatementRow {
  return {
    ...{ id: 1, site: 'wp-01', about, value, note: '', atS: NOW_S - DAY },
    ...{ clockState: 'trusted', reporter: 'technician', afterRecord: 0, ...other },
  };
}

/** A site that is well. */
export function storedSite(
  other: Partial<StoredSite> = {},
  reading: Partial<StoredSite['reading']> = {},
): StoredSite {
  const because = recordAgo(HOUR);
  return {
    reading: {
      ...{ site: 'wp-01', name: 'Well', kind: 'water-point', latitude: 9.5, longitude: 8.25 },
      ...{ lastHeardS: NOW_S - HOUR, newest: null, totals: [9_000_000, 180_000], today: [] },
      ...{ status: 165, readings: [], usedInNewest: true, buttonCode: 0, ...reading },
    },
    newest: because,
    usage: {
      ...{ because, bucketMinutes: 5, readings: [], batteryMv: 3300 },
      buckets: Array.from({ length: 12 }, () => [50, 1]),
    },
    stays: [stay()],
    buttons: [],
    statements: [],
    usedAfterS: () => null,
    ...other,
  };
}

/** Its facts now. */
export function factsOf(
  other: Partial<StoredSite> = {},
  reading: Partial<StoredSite['reading']> = {},
  nowS = NOW_S,
): SiteFacts {
  return siteFactsOf(storedSite(other, reading), nowS);
}
