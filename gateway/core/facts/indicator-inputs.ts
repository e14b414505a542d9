/*
 * indicator-inputs.ts: what indicators are made from, and how an indicator is put together.
 * Way: site-facts-of.ts -> indicators-*.ts. Pure.
 */
import type {
  Answer3,
  Breakdowns,
  FlowFact,
  Indicator,
  IndicatorKey,
  SiteStatus,
  StatementFact,
} from './site-facts';
import type { StatementName } from './statements';
import type { StoredSite } from './stored-site';

/** Everything an indicator may look at. Times are Unix s. */
export interface IndicatorInputs {
  stored: StoredSite;
  /** Newest of each. */
  statements: StatementFact[];
  breakdowns: Breakdowns;
  flow: FlowFact | null;
  status: SiteStatus;
  /** The last midnight (UTC). */
  dayStartS: number;
  nowS: number;
}

/** Caveats: keys of the locale files. Each is a sentence that stands beside the figure. */
export const CAVEAT_KEYS = [
  'said-not-measured',
  'people-as-said',
  'pumped-is-not-used',
  'only-complete-days',
  'flow-at-least',
  'flow-from-five-minutes',
  'downtime-as-said',
  'not-yet-a-year',
  'old-statement',
  'from-source-and-time',
  'reading-at-end-of-hour',
  'only-while-serving',
  'scale-weighs-all',
  'stock-low-not-known',
  'planned-days-not-known',
  'days-by-utc',
] as const;

export type CaveatKey = (typeof CAVEAT_KEYS)[number];

/** An indicator that nobody can tell yet; the rest is filled in. */
export function indicator(
  key: IndicatorKey,
  other: Partial<Omit<Indicator, 'key' | 'caveats'>> & { caveats?: CaveatKey[] } = {},
): Indicator {
  return {
    ...{ key, answer: 'unknown', value: null, unit: null, standard: null, estimate: false },
    ...{ caveats: [], because: [], completeness: null },
    ...other,
  };
}

/** The newest statement about something. */
export function said(
  { statements }: IndicatorInputs,
  about: StatementName,
): StatementFact | undefined {
  return statements.find((one) => one.about === about);
}

/** A number that somebody said; null = nobody did. */
export function numberSaid(inputs: IndicatorInputs, about: StatementName): number | null {
  const value = said(inputs, about)?.value;
  return typeof value === 'number' ? value : null;
}

/** Yes or no. */
export function answerOf(isMet: boolean): Answer3 {
  return isMet ? 'yes' : 'no';
}
