/*
 * range.ts: which sites and which time somebody asks for.
 * Way: words of an address or a command line -> ExportRange, or what is wrong in words. Pure.
 */
import { EXPORT_STATUS_S } from '../limits/export';
import { EXPORT_END_S, type ExportRange } from './facts';

/** What is asked for, as text; null = not said. */
export interface AskedRange {
  sites: readonly string[];
  from: string | null;
  to: string | null;
}

/** Forms of a time. */
export const RANGE_TIME = /^(\d{1,12}|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?)$/;

/** Unix seconds, a date (its beginning in UTC) or a time with its zone, as Unix s; null = none of these. */
function timeOf(text: string): number | null {
  if (!RANGE_TIME.test(text)) return null;
  if (/^\d+$/.test(text)) return Number(text);
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : null;
}

/**
 * Reads it. Without a beginning it is everything; for a file of statuses (wpdx.csv) the last 30 days.
 * @param of the export's name, and the time now, Unix s
 */
export function readRange(
  { sites, from, to }: AskedRange,
  of: { name: string; nowS: number },
): ExportRange | { wrong: string } {
  const [fromS, toS] = [from, to].map((text) => (text === null ? undefined : timeOf(text)));
  if (fromS === null || toS === null) {
    return { wrong: 'from and to: Unix seconds, 2026-03-01 or 2026-03-01T06:00Z' };
  }
  const beforeS = Math.min(toS ?? EXPORT_END_S, EXPORT_END_S);
  const usual = of.name === 'wpdx.csv' ? Math.min(beforeS, of.nowS) - EXPORT_STATUS_S : 0;
  const range = { fromS: fromS ?? Math.max(0, usual), beforeS };
  if (range.fromS >= beforeS) return { wrong: 'from must be earlier than to' };
  return { sites: sites.length === 0 ? null : [...new Set(sites)], ...range };
}
