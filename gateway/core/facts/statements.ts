/*
 * statements.ts: what people can say of a site, and who may say it: a closed list.
 * Way: JSON API -> checked values -> table statement -> facts. Every statement keeps who (never a name), when, and how
 * sure the clock was; a newer one replaces nothing, it only comes after.
 * Pure. Vocabularies of source and technology: the Water Point Data Exchange's standard; rungs: JMP (washdata.org).
 */
import { NOTE_CHARS_MAX } from '../../limits/facts';
import type { ByPerson } from './site-facts';

/** Where the water comes from. Improved by JMP's definition: all but surface water and unprotected ones. */
export const WATER_SOURCES = [
  'borehole',
  'protected-well',
  'unprotected-well',
  'protected-spring',
  'unprotected-spring',
  'rainwater',
  'piped-water',
  'delivered-water',
  'packaged-water',
  'sand-dam',
  'surface-water',
] as const;

/** How it comes out. */
export const WATER_TECHNOLOGIES = [
  'hand-pump',
  'mechanized-pump',
  'tapstand',
  'rope-and-bucket',
] as const;

/** Who keeps the point. */
export const MANAGEMENTS = [
  'community',
  'government',
  'health-facility',
  'school',
  'institution',
  'private-operator',
  'private-person',
  'religious-institution',
  'none',
  'unknown',
] as const;

const YES_NO = ['yes', 'no'] as const;

/** A whole number of these bounds, or one of these words. */
export type StatementForm =
  | { least: number; most: number; unit: string }
  | { words: readonly string[] };

/** Everything that can be said by a technician of a site. */
export const STATEMENT_FORMS = {
  /** People who get their water or meals here. */
  people: { least: 0, most: 1_000_000, unit: 'people' },
  /** Taps, or spouts. */
  taps: { least: 1, most: 1_000, unit: 'taps' },
  'water-source': { words: WATER_SOURCES },
  'water-technology': { words: WATER_TECHNOLOGIES },
  management: { words: MANAGEMENTS },
  'install-year': { least: 1900, most: 2200, unit: 'year' },
  /** Usual wait in the queue, asked of people. */
  'queue-minutes': { least: 0, most: 1_440, unit: 'min' },
  /** There, in the queue and back, asked of people. */
  'round-trip-minutes': { least: 0, most: 1_440, unit: 'min' },
  /** To the farthest home that is served. */
  'distance-metres': { least: 0, most: 100_000, unit: 'm' },
  'on-premises': { words: YES_NO },
  'available-when-needed': { words: YES_NO },
  /** A laboratory's or field kit's answer: inorganics by WHO, thermotolerant coliforms < 1. */
  'quality-safe': { words: YES_NO },
  /** Flow at the end of a stroke test of 30 minutes. */
  'stroke-test-litres-per-minute': { least: 0, most: 1_000, unit: 'L/min' },
  /** Days a week on which meals are planned. */
  'meal-days-a-week': { least: 1, most: 7, unit: 'days' },
  /** Weight of the stock that is left when new food must be ordered. */
  'stock-low-kilograms': { least: 0, most: 100_000, unit: 'kg' },
} as const satisfies Record<string, StatementForm>;

export type StatementName = keyof typeof STATEMENT_FORMS;
export const STATEMENT_NAMES = Object.keys(STATEMENT_FORMS) as StatementName[];

/** What anybody at a phone may say: does it work? And a note of what broke or what fixed it. */
export const SAYS = ['broken', 'fixed'] as const;

/** A row of the table statement. about: a StatementName, 'works' (value 'broken' or 'fixed') or 'note' (value ''). */
export interface StatementRow {
  id: number;
  site: string;
  about: string;
  value: number | string;
  note: string;
  /** Unix s by the gateway's clock. */
  atS: number;
  clockState: string;
  reporter: string;
  /** Row of the record accepted last before it was said; 0 = none. */
  afterRecord: number;
}

/** Unit of a statement's value; null = it is a word. */
export function unitOf(about: StatementName): string | null {
  const form: StatementForm = STATEMENT_FORMS[about];
  return 'unit' in form ? form.unit : null;
}

/** A note as it is kept: one line of at most 500 characters, without control characters and marks that turn the reading order. */
export function cleanNote(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, NOTE_CHARS_MAX);
}

/** Who said it, as facts name it. */
export function personOf({ id, reporter, atS, clockState }: StatementRow): ByPerson {
  return {
    by: 'person',
    id,
    reporter: reporter as ByPerson['reporter'],
    t: atS,
    clock: clockState as ByPerson['clock'],
  };
}
