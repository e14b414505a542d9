/*
 * status-word.ts: the one word for a site, why, and since when.
 * Way: StoredSite, breakdowns, flow -> SiteStatus. Worst first: what people said outweighs silence, for silence says nothing.
 * Pure. Source: docs/indicators.md. The older words of MQTT (core/site-state.ts) stay as they are.
 */
import { NO_NEWS_AFTER_S } from '../../limits/store';
import { flagNames } from '../site-state';
import { isLowFlow } from './flow';
import type { Breakdowns, FlowFact, SiteStatus, StatusWord } from './site-facts';
import type { StoredSite } from './stored-site';
import { rowsOf } from './totals';

/** What the word is chosen from. */
export interface StatusInputs {
  stored: StoredSite;
  breakdowns: Breakdowns;
  flow: FlowFact | null;
  /** The last midnight (UTC), and now, Unix s. */
  dayStartS: number;
  nowS: number;
}

type Reason = Omit<SiteStatus, 'also'>;

function removed({ stored: { stays }, nowS }: StatusInputs): Reason | null {
  const stands = stays.some(({ toS }) => toS === null || toS > nowS);
  if (stands || stays.length === 0) return null;
  const t = Math.max(...stays.map(({ toS }) => toS ?? 0));
  return { word: 'removed', since: t, because: { by: 'register', t } };
}

function saysBroken({ breakdowns: { open } }: StatusInputs): Reason | null {
  return open && { word: 'says-broken', since: open.start, because: open.reported };
}

function silent({ stored, nowS }: StatusInputs): Reason | null {
  const { lastHeardS } = stored.reading;
  if (lastHeardS === null) {
    return { word: 'never-heard', since: null, because: { by: 'silence', t: null } };
  }
  if (nowS - lastHeardS <= NO_NEWS_AFTER_S) return null;
  return { word: 'no-news', since: lastHeardS, because: { by: 'silence', t: lastHeardS } };
}

function tampered({ stored: { reading, newest } }: StatusInputs): Reason | null {
  if (newest === null || !flagNames(reading.status).includes('tamper')) return null;
  return { word: 'tampered', since: newest.t, because: newest };
}

function lowFlow({ flow }: StatusInputs): Reason | null {
  if (flow === null || !isLowFlow(flow)) return null;
  return { word: 'low-flow', since: flow.because.t, because: flow.because };
}

/**
 * Used since midnight, or in the last three hours: just after midnight nothing of today can be here. A record without date
 * counts for the hour in which it came.
 */
function use({ stored, dayStartS, nowS }: StatusInputs): Reason {
  const fromS = Math.min(dayStartS, nowS - NO_NEWS_AFTER_S);
  const from = fromS - (fromS % 3600);
  const before = dayStartS + 86_400;
  const rows = stored.stays.flatMap((stay) => rowsOf(stay, from, before));
  const used = rows.filter(({ counters }) => counters.some((value) => value > 0));
  if (used.length > 0) {
    const since = Math.max(...used.map(({ startS }) => startS));
    return { word: 'in-use', since, because: { by: 'sums', from, before } };
  }
  const { usage, reading } = stored;
  if (usage !== null && usage.because.t === null && reading.usedInNewest) {
    return { word: 'in-use', since: usage.because.received, because: usage.because };
  }
  return { word: 'idle', since: null, because: { by: 'sums', from, before } };
}

/** Chooses the word. */
export function statusOf(inputs: StatusInputs): SiteStatus {
  const silence = silent(inputs);
  const holding = [
    removed(inputs),
    saysBroken(inputs),
    silence,
    tampered(inputs),
    // What flowed or not is news only while there is news.
    silence === null ? lowFlow(inputs) : null,
    silence === null ? use(inputs) : null,
  ].filter((one): one is Reason => one !== null);
  const [first, ...others] = holding;
  const also: StatusWord[] = others.map(({ word }) => word);
  return { ...first, also };
}
