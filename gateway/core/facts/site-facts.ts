/*
 * site-facts.ts: the forms of what is known of a site, and how well: status, totals, episodes, indicators.
 * Way: stored rows (edges/store/read-facts.ts) -> siteFactsOf (site-facts-of.ts) -> JSON API, page, exports.
 * Pure, types only. Words for people are not here: every word is a key of a locale file.
 * Each definition with its source: docs/indicators.md.
 */

/** Who said something: somebody without an account at a phone, or the scope of an account. Never a name. */
export type Reporter = 'somebody' | 'reader' | 'technician' | 'admin';

/** How sure the gateway was of the time. */
export type ClockWord = 'trusted' | 'held' | 'unknown';

/** A signed record that says so. Anybody can check it: `id` is its row in /api/v1/sites/<site>/records. */
export interface ByRecord {
  by: 'record' | 'button';
  id: number;
  /** First 4 bytes of SHA-256 of the node's public key, hex. */
  key: string;
  epoch: number;
  seq: number;
  /** Unix s by the node's clock; null = not dated yet. */
  t: number | null;
  /** Unix s by the gateway's clock. */
  received: number;
}

/** A person who said so on the gateway's page or API. `id`: row of the table statement. */
export interface ByPerson {
  by: 'person';
  id: number;
  reporter: Reporter;
  /** Unix s by the gateway's clock, and how sure it was. */
  t: number;
  clock: ClockWord;
}

/** Sums of many signed records: the hours from..before these times, Unix s. */
export interface BySums {
  by: 'sums';
  from: number;
  before: number;
}

/** The pod's register. t: Unix s from which it says so; null = not told. */
export interface ByRegister {
  by: 'register';
  t: number | null;
}

/** Silence: nothing was heard since t, Unix s by the gateway's clock; null = never. */
export interface BySilence {
  by: 'silence';
  t: number | null;
}

/** Where a value comes from. */
export type Provenance = ByRecord | ByPerson | BySums | ByRegister | BySilence;

/**
 * One word for a site. in-use: used today; idle: reported today, nothing drawn or served; low-flow: a draw below
 * 10 L/min; says-broken: pressed or said by a person; no-news: silent for over three hours; tampered: the node says
 * that it was opened; removed: the register has no node there any more; never-heard: nothing yet.
 */
export type StatusWord =
  | 'in-use'
  | 'idle'
  | 'low-flow'
  | 'says-broken'
  | 'no-news'
  | 'never-heard'
  | 'tampered'
  | 'removed';

/** The word, why, and what else is true. */
export interface SiteStatus {
  word: StatusWord;
  /** Since when it holds, Unix s; null = not known. */
  since: number | null;
  because: Provenance;
  /** Other words that hold at the same time, worst first. A site may say broken and be silent. */
  also: StatusWord[];
}

/**
 * How complete a sum is, in node-hours of the period (a site with two nodes has two in an hour).
 * expected = counted + late + missing. Hours that ended less than two hours ago and are not here are not expected yet.
 */
export interface Completeness {
  /** Hours that should be here by now. */
  expected: number;
  /** Hours that are here; parts of hours are added up and rounded down. */
  counted: number;
  /** Not here, but the node may still have it. */
  late: number;
  /** Not here, and the node has forgotten it, or is gone. */
  missing: number;
}

/** Names of periods. week, month and year are the last 7, 30 and 365 whole UTC days and today. */
export type PeriodName = 'today' | 'yesterday' | 'week' | 'month' | 'year';

/** What was counted in a period. */
export interface PeriodTotal {
  period: PeriodName;
  /** Unix s. */
  from: number;
  before: number;
  /** volumeDl, draws, strokes; or adultMeals, childMeals. */
  counters: Record<string, number>;
  completeness: Completeness;
  because: BySums;
}

/** The sum since commissioning: cumulative counters of the nodes, so no litre is missing where records are. */
export interface EverTotal {
  counters: Record<string, number>;
  /** The newest record it stands on; null = never heard. */
  because: ByRecord | null;
}

/** One sensor value at the end of the newest usage record. */
export interface ReadingFact {
  /** levelMm, weightG, temperatureCentiC, hotHoldingCentiC, batteryMv. */
  name: string;
  value: number;
  because: ByRecord;
}

/**
 * A time in which people said that the site was broken. Time without use is none: nobody knows why.
 * Times are the node's where it knew the time, else the gateway's at reception.
 */
export interface Episode {
  /** Unix s. */
  start: number;
  reported: ByRecord | ByPerson;
  /** Further reports of the same breakdown. */
  confirmed: number;
  /** Unix s; null = nobody has said "fixed". */
  end: number | null;
  repaired: ByRecord | ByPerson | null;
  /** s, from start to end, or to now while it is open. */
  durationS: number;
  /** Beginning of the first hour after the start in which the site was used again, Unix s; only of an open one. */
  usedAgain: number | null;
}

/** Breakdowns of a site, newest first, and what they come to. */
export interface Breakdowns {
  episodes: Episode[];
  open: Episode | null;
  closed: number;
  /** Median time from "broken" to "fixed" of the closed ones, s; null = none. */
  medianS: number | null;
  /** Time broken in the last 365 days, s; an open one lasts until now. */
  downtimeYearS: number;
}

/** An indicator's answer. unknown: what it needs is not here. */
export type Answer3 = 'yes' | 'no' | 'unknown';

/**
 * One indicator. key, caveats and unit are keys of locale files; `value` is measured in `unit`.
 * estimate: our own figure for something that the standard wants measured otherwise, to be labelled as such.
 */
export interface Indicator {
  /** upgro-1 … upgro-4, sphere-litres, sphere-queue, sphere-people, sphere-fill, sphere-distance, jmp-level, canteen-… */
  key: IndicatorKey;
  answer: Answer3;
  value: number | string | null;
  unit: string | null;
  /** What it is held against; null = nothing. */
  standard: number | null;
  estimate: boolean;
  caveats: string[];
  because: Provenance[];
  completeness: Completeness | null;
}

/** All indicators, in the order in which they are told. */
export const INDICATOR_KEYS = [
  'upgro-1',
  'upgro-2',
  'upgro-3',
  'upgro-4',
  'sphere-litres',
  'sphere-people',
  'sphere-queue',
  'sphere-fill',
  'sphere-distance',
  'jmp-level',
  'canteen-days-without-meal',
  'canteen-stock',
  'canteen-fridge',
  'canteen-hot-holding',
] as const;

export type IndicatorKey = (typeof INDICATOR_KEYS)[number];

/** Newest of what people said of one thing (statements.ts). */
export interface StatementFact {
  about: string;
  value: number | string;
  note: string;
  because: ByPerson;
}

/** What flowed in the newest usage record. atLeast: pauses are in it, so the flow was this or more. */
export interface FlowFact {
  /** 0.1 L per minute. */
  dlPerMinute: number;
  atLeast: boolean;
  because: ByRecord;
}

/** Everything known of a site. Personal data: none. */
export interface SiteFacts {
  site: string;
  name: string;
  kind: 'water-point' | 'canteen';
  latitude: number | null;
  longitude: number | null;
  status: SiteStatus;
  flags: string[];
  /** Unix s by the gateway's clock; null = never. */
  lastHeard: number | null;
  newest: ByRecord | null;
  flow: FlowFact | null;
  readings: ReadingFact[];
  totals: PeriodTotal[];
  ever: EverTotal;
  /** Newest of each, by `about`; "works" and notes are not here. */
  statements: StatementFact[];
  breakdowns: Breakdowns;
  indicators: Indicator[];
}
