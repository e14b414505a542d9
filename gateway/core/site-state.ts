/*
 * site-state.ts: one honest word about a site, from what was heard and when.
 * Silence is not "broken": a node may be flat, its path shadowed, or this gateway deaf. Only people
 * (the button) or the node itself (a flag) say that something is wrong.
 * Pure. Source: design section 8 of the ten sentences; status bits of the record (shared/record.ts).
 */
import { NO_NEWS_AFTER_S } from '../limits/store';

/** never-heard: no record yet. no-news: too long silent. says-broken: someone pressed "it is broken". */
export type SiteWord = 'never-heard' | 'no-news' | 'says-broken' | 'in-use' | 'idle';

/** What is known of a site when the word is chosen. */
export interface SiteFacts {
  /** Unix time by the gateway's clock at which the site was last heard, s; null = never. */
  lastHeardS: number | null;
  /** Does the newest usage record hold any use in its own hour? */
  usedInNewest: boolean;
  /** What people said last: 3 broken, 4 fixed (codes of the button's events); 0 = nothing. */
  buttonCode: number;
  /** Status word of the newest record; 0 = none. */
  status: number;
}

/** The word, and what the node says of itself. */
export interface SiteState {
  word: SiteWord;
  /** Names of the flags set in the newest record's status. */
  flags: string[];
}

/** Code of the event "it is broken" (pressed), and of "it is fixed". */
export const EVENT_BROKEN = 3;
export const EVENT_FIXED = 4;

const FLAG_BITS: readonly (readonly [number, string])[] = [
  [8, 'tamper'],
  [9, 'leak'],
  [10, 'battery-low'],
  [11, 'sensor-fault'],
  [16, 'pulses-lost'],
  [17, 'journal-overwritten'],
  [18, 'power-was-cut'],
];

/** Names of the flags set in a status word, in the order of the bits. */
export function flagNames(status: number): string[] {
  return FLAG_BITS.filter(([bit]) => (status >>> bit) & 1).map(([, name]) => name);
}

/** Battery of a status word, mV; null when the node does not know it. */
export function batteryMv(status: number): number | null {
  const step = status & 0xff;
  return step === 0 ? null : step * 20;
}

function wordOf(facts: SiteFacts, nowS: number): SiteWord {
  if (facts.lastHeardS === null) return 'never-heard';
  if (nowS - facts.lastHeardS > NO_NEWS_AFTER_S) return 'no-news';
  if (facts.buttonCode === EVENT_BROKEN) return 'says-broken';
  return facts.usedInNewest ? 'in-use' : 'idle';
}

/** Chooses the word for a site. @param nowS Unix time by the gateway's clock, s. */
export function siteState(facts: SiteFacts, nowS: number): SiteState {
  return { word: wordOf(facts, nowS), flags: flagNames(facts.status) };
}

/** What the word means, for people. */
export const SITE_WORD_MEANING: Record<SiteWord, string> = {
  'never-heard': 'Registered, but nothing was ever heard from it.',
  'no-news': 'Silent for more than three hours. That does not say it is broken.',
  'says-broken': 'Someone said "it is broken", at the button or on a phone.',
  'in-use': 'Heard, and used in the last hour it reported.',
  idle: 'Heard, and not used in the last hour it reported.',
};
