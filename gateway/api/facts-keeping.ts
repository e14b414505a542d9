/*
 * facts-keeping.ts: the facts of all sites, read again only when something changed: a page of a hundred sites is asked often.
 * Way: FactsReader -> what is stored (kept until the site changes or an hour is over) -> SiteFacts of this minute.
 */
import { type Bar, type BarPeriod, barEdges, barsOf } from '../core/facts/bars';
import { dueBeforeS } from '../core/facts/completeness';
import { type Milestone, milestoneOf } from '../core/facts/milestones';
import { type RecentFacts, recentFactsOf } from '../core/facts/recent';
import type { SiteFacts } from '../core/facts/site-facts';
import { siteFactsOf } from '../core/facts/site-facts-of';
import type { StoredSite } from '../core/facts/stored-site';
import type { FactsReader } from '../edges/store/read-facts';
import type { RecentReader } from '../edges/store/read-recent';
import type { SiteReader } from '../edges/store/read-sites';
import type { StatementReader } from '../edges/store/statements';
import { DAY_BARS_MAX, FACTS_KEPT_S, HAPPENINGS_SHOWN_MAX } from '../limits/facts';
import type { PodDays } from '../pod-days';

const MINUTE_S = 60;
const DAY_S = 86_400;

/** What keeping works with. */
export interface FactsDoors {
  facts: FactsReader;
  recent: RecentReader;
  statements: StatementReader;
  sites: SiteReader;
  nowMs(): number;
  /** When a day begins. */
  days: PodDays;
}

/** Facts for everybody who tells them. */
export interface FactsKeeping {
  /** The minute for which facts hold, Unix s: so that an answer is the same for a minute. */
  atS(): number;
  /** IANA name of the zone in which days begin at midnight. */
  timeZone: string;
  /** When today began, Unix s. */
  dayStartS(): number;
  siteNames(): string[];
  /** null = no such site. */
  siteFacts(site: string): SiteFacts | null;
  allFacts(): SiteFacts[];
  milestones(): Milestone[];
  statements: StatementReader;
  /** What a site counted, step by step of a period; [] = no such site. */
  bars(site: string, period: BarPeriod): Bar[];
  /** The last whole days before today, at most DAY_BARS_MAX, oldest first; [] = no such site. */
  dayBars(site: string, days: number): Bar[];
  /** What happened there of late; null = no such site. */
  recentFacts(site: string): RecentFacts | null;
  /** Events of nodes of all sites. */
  events: RecentReader['events'];
  /** Another text after each change and each minute: what is made of facts is the same while this is. */
  version(): string;
  /** These sites, or all, may have changed; []: something that is of no site. */
  forget(sites?: readonly string[]): void;
}

interface Kept {
  stored: StoredSite;
  readS: number;
  dayS: number;
  made: { atS: number; facts: SiteFacts } | null;
  recent: RecentFacts | null;
  /** The last whole days, good for an hour of what is due. */
  days: { dueS: number; bars: Bar[] } | null;
}

/** Steps of periods, from what is kept of a site; the days of a year are read each time: they would fill the memory. */
function barsKeeping(facts: FactsReader, storedOf: (site: string, nowS: number) => Kept | null) {
  return {
    bars(site: string, period: BarPeriod, nowS: number): Bar[] {
      const one = storedOf(site, nowS);
      if (one === null) return [];
      const { dayS, stored } = one;
      if (period !== 'year') return barsOf(stored, barEdges(period, dayS), nowS);
      const utcDayS = nowS - (nowS % DAY_S);
      const edges = barEdges(period, utcDayS);
      const stays = facts.staysSince(site, edges[0], utcDayS);
      return barsOf({ reading: stored.reading, stays }, edges, nowS);
    },
    dayBars(site: string, days: number, nowS: number): Bar[] {
      const one = storedOf(site, nowS);
      if (one === null) return [];
      const dueS = dueBeforeS(nowS);
      if (one.days?.dueS !== dueS) {
        const edges = Array.from(
          { length: DAY_BARS_MAX + 1 },
          (_, at) => one.dayS - (DAY_BARS_MAX - at) * DAY_S,
        );
        one.days = { dueS, bars: barsOf(one.stored, edges, nowS) };
      }
      return one.days.bars.slice(-days);
    },
  };
}

/** Begins with nothing. */
export function createFactsKeeping(doors: FactsDoors): FactsKeeping {
  const { facts, recent, statements, sites, nowMs, days } = doors;
  const kept = new Map<string, Kept>();
  let changes = 0;
  const atS = () => {
    const nowS = Math.floor(nowMs() / 1000);
    return nowS - (nowS % MINUTE_S);
  };
  const storedOf = (site: string, nowS: number): Kept | null => {
    const dayS = days.dayStartS(nowS);
    const known = kept.get(site);
    const age = nowS - (known?.readS ?? 0);
    if (known !== undefined && known.dayS === dayS && age >= 0 && age < FACTS_KEPT_S) return known;
    const stored = facts.readFacts(site, dayS);
    if (stored === null) return null;
    const fresh = { stored, readS: nowS, dayS, made: null, recent: null, days: null };
    kept.set(site, fresh);
    return fresh;
  };
  const siteFacts = (site: string): SiteFacts | null => {
    const nowS = atS();
    const one = storedOf(site, nowS);
    if (one === null) return null;
    if (one.made?.atS !== nowS)
      one.made = { atS: nowS, facts: siteFactsOf(one.stored, nowS, one.dayS) };
    return one.made.facts;
  };
  const allFacts = () =>
    sites.siteNames().flatMap((site) => {
      const one = siteFacts(site);
      return one === null ? [] : one;
    });
  const { bars, dayBars } = barsKeeping(facts, storedOf);
  return {
    timeZone: days.timeZone,
    dayStartS: () => days.dayStartS(atS()),
    ...{ atS, siteFacts, allFacts, statements, events: recent.events },
    siteNames: sites.siteNames,
    bars: (site, period) => bars(site, period, atS()),
    dayBars: (site, days) => dayBars(site, days, atS()),
    recentFacts(site) {
      const one = storedOf(site, atS());
      if (one === null) return null;
      const stays = () => recent.ofSite(site, HAPPENINGS_SHOWN_MAX);
      one.recent ??= recentFactsOf(stays(), HAPPENINGS_SHOWN_MAX);
      return one.recent;
    },
    milestones() {
      const rows = statements.milestones();
      if (rows.length === 0) return [];
      const all = allFacts();
      return rows.map((row) => milestoneOf(row, all));
    },
    version: () => `${atS()}.${changes}`,
    forget(names) {
      changes += 1;
      if (names === undefined) kept.clear();
      else for (const name of names) kept.delete(name);
    },
  };
}
