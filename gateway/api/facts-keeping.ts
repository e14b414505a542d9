/*
 * facts-keeping.ts: the facts of all sites, read again only when something changed: a page of a hundred sites is asked often.
 * Way: FactsReader -> what is stored (kept until the site changes or an hour is over) -> SiteFacts of this minute.
 */
import { type Milestone, milestoneOf } from '../core/facts/milestones';
import type { SiteFacts } from '../core/facts/site-facts';
import { siteFactsOf } from '../core/facts/site-facts-of';
import type { StoredSite } from '../core/facts/stored-site';
import type { FactsReader } from '../edges/store/read-facts';
import type { SiteReader } from '../edges/store/read-sites';
import type { StatementReader } from '../edges/store/statements';
import { FACTS_KEPT_S } from '../limits/facts';

const MINUTE_S = 60;
const DAY_S = 86_400;

/** What keeping works with. */
export interface FactsDoors {
  facts: FactsReader;
  statements: StatementReader;
  sites: SiteReader;
  nowMs(): number;
}

/** Facts for everybody who tells them. */
export interface FactsKeeping {
  /** The minute for which facts hold, Unix s: so that an answer is the same for a minute. */
  atS(): number;
  siteNames(): string[];
  /** null = no such site. */
  siteFacts(site: string): SiteFacts | null;
  allFacts(): SiteFacts[];
  milestones(): Milestone[];
  statements: StatementReader;
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
}

/** Begins with nothing. */
export function createFactsKeeping(doors: FactsDoors): FactsKeeping {
  const { facts, statements, sites, nowMs } = doors;
  const kept = new Map<string, Kept>();
  let changes = 0;
  const atS = () => {
    const nowS = Math.floor(nowMs() / 1000);
    return nowS - (nowS % MINUTE_S);
  };
  const storedOf = (site: string, nowS: number): Kept | null => {
    const dayS = nowS - (nowS % DAY_S);
    const known = kept.get(site);
    const age = nowS - (known?.readS ?? 0);
    if (known !== undefined && known.dayS === dayS && age >= 0 && age < FACTS_KEPT_S) return known;
    const stored = facts.readFacts(site, dayS);
    if (stored === null) return null;
    const fresh = { stored, readS: nowS, dayS, made: null };
    kept.set(site, fresh);
    return fresh;
  };
  const siteFacts = (site: string): SiteFacts | null => {
    const nowS = atS();
    const one = storedOf(site, nowS);
    if (one === null) return null;
    if (one.made?.atS !== nowS) one.made = { atS: nowS, facts: siteFactsOf(one.stored, nowS) };
    return one.made.facts;
  };
  const allFacts = () =>
    sites.siteNames().flatMap((site) => {
      const one = siteFacts(site);
      return one === null ? [] : one;
    });
  return {
    ...{ atS, siteFacts, allFacts, statements },
    siteNames: sites.siteNames,
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
