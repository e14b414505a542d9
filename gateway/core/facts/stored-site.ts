/*
 * stored-site.ts: what the store knows of a site, before anything is made of it.
 * Way: edges/store/read-facts.ts -> StoredSite -> site-facts-of.ts. Types only; pure.
 */
import type { SiteReading } from '../messages';
import type { Report } from './episodes';
import type { ByRecord } from './site-facts';
import type { StatementRow } from './statements';

/** What was counted in one hour or day that begins at startS, Unix s. */
export interface CountedRow {
  startS: number;
  minutes: number;
  counters: number[];
}

/** A node's stay at the site. */
export interface StoredStay {
  /** Since when it counts here, Unix s: placed, or where that was not told its first start; null = never heard here. */
  fromS: number | null;
  toS: number | null;
  /** Begin of the oldest record that its journal still has, Unix s; null = not known. */
  keptFromS: number | null;
  /** Hours since yesterday's midnight. */
  hours: CountedRow[];
  /** Days before that, a year of them. What is older than 31 days may be added up in a row that begins with the first of it. */
  days: CountedRow[];
}

/** The newest usage record of a site. */
export interface StoredUsage {
  because: ByRecord;
  /** Its own buckets, oldest first; carried ones are not here. */
  buckets: number[][];
  bucketMinutes: number;
  /** [id, value]. */
  readings: number[][];
  batteryMv: number | null;
}

/** All of it. */
export interface StoredSite {
  reading: SiteReading;
  /** Newest record of any kind; null = never heard. */
  newest: ByRecord | null;
  usage: StoredUsage | null;
  /** Oldest first; [] = the register never had a node there. */
  stays: StoredStay[];
  /** Button presses, of each node newest first. */
  buttons: Report[];
  /** What people said, newest first. */
  statements: StatementRow[];
  /** First hour that begins after this time and in which something was counted, Unix s; null = none. */
  usedAfterS(afterS: number): number | null;
}
