/*
 * pod-words.ts: the words, numbers and times of the pod's page in the reader's language.
 * Way: shared/locales/<language>/pod.json (i18next JSON v4) and Intl -> text. What a language lacks is told in English.
 * Nothing here is escaped: who writes HTML escapes.
 */
import { createInstance, type TFunction } from 'i18next';
import am from '../../shared/locales/am/pod.json';
import ar from '../../shared/locales/ar/pod.json';
import en from '../../shared/locales/en/pod.json';
import es from '../../shared/locales/es/pod.json';
import fr from '../../shared/locales/fr/pod.json';
import hi from '../../shared/locales/hi/pod.json';
import pt from '../../shared/locales/pt/pod.json';
import sw from '../../shared/locales/sw/pod.json';
import { directionOf } from '../../shared/page-language';

/** The files, by language; the first is told where another lacks a text. A new language is one file and its line here. */
export const POD_LOCALES: Readonly<Record<string, object>> = { en, fr, sw, hi, ar, es, pt, am };

/** Where the digits of a language's country are not what Intl takes by itself. */
const NUMBERS: Readonly<Record<string, string>> = { ar: 'ar-u-nu-arab' };

/** Units that Intl knows, by the name used here. */
const UNITS = {
  L: 'liter',
  'L/min': 'liter-per-minute',
  days: 'day',
  hours: 'hour',
  min: 'minute',
  m: 'meter',
  mm: 'millimeter',
  kg: 'kilogram',
  C: 'celsius',
} as const;
export type UnitName = keyof typeof UNITS;

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** Everything that is written in one language. */
export interface PodWords {
  language: string;
  /** What Intl is told: the language, and where it must be said its digits. */
  locale: string;
  direction: 'ltr' | 'rtl';
  /** IANA name of the zone of its times. */
  zone: string;
  t: TFunction;
  number(value: number, digits?: number): string;
  /** "12 L", "3 days", in the language's own way. */
  measure(value: number, unit: UnitName, digits?: number): string;
  /** A length of time in its largest whole unit, s. */
  duration(seconds: number): string;
  /** "3 hours ago". */
  ago(thenS: number, nowS: number): string;
  /** Date and time from Unix s; UTC is named, the people's own zone is not. */
  moment(atS: number): string;
  /** Date alone; weekday: with the day of the week. */
  day(atS: number, weekday?: boolean): string;
  /** Time of day alone; a month of UTC days with its year. */
  hour(atS: number): string;
  month(atS: number): string;
}

/** Largest unit of a length of time. */
function largest(seconds: number): { value: number; unit: 'day' | 'hour' | 'minute' } {
  if (seconds >= 2 * DAY_S) return { value: Math.floor(seconds / DAY_S), unit: 'day' };
  if (seconds >= 2 * HOUR_S) return { value: Math.floor(seconds / HOUR_S), unit: 'hour' };
  return { value: Math.floor(seconds / MINUTE_S), unit: 'minute' };
}

/** The words of one language from these files. @param locales by language, en among them */
export function podWordsFrom(
  locales: Readonly<Record<string, object>>,
  language: string,
  timeZone = 'UTC',
): PodWords {
  const i18n = createInstance();
  void i18n.init({
    ...{ lng: language, fallbackLng: 'en', initAsync: false },
    resources: { en: { translation: locales.en }, [language]: { translation: locales[language] } },
    interpolation: { escapeValue: false },
  });
  const tag = NUMBERS[language] ?? language;
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(tag, { maximumFractionDigits: digits }).format(value);
  const measured = (value: number, unit: string, digits: number, unitDisplay: 'short' | 'long') =>
    new Intl.NumberFormat(tag, {
      ...{ style: 'unit', unit, unitDisplay, maximumFractionDigits: digits },
    }).format(value);
  const dated = (atS: number, form: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { timeZone, ...form }).format(atS * 1000);
  return {
    ...{ language, locale: tag, direction: directionOf(language), zone: timeZone },
    ...{ t: i18n.t, number },
    measure: (value, unit, digits = 0) => measured(value, UNITS[unit], digits, 'short'),
    duration(seconds) {
      const { value, unit } = largest(Math.max(0, seconds));
      return measured(value, unit, 0, 'long');
    },
    ago(thenS, nowS) {
      const { value, unit } = largest(Math.max(0, nowS - thenS));
      return relative.format(-value, unit);
    },
    moment: (atS) =>
      `${dated(atS, { dateStyle: 'medium', timeStyle: 'short' })}${timeZone === 'UTC' ? ' UTC' : ''}`,
    day: (atS, weekday = false) =>
      dated(
        atS,
        weekday ? { weekday: 'short', day: 'numeric', month: 'short' } : { dateStyle: 'medium' },
      ),
    hour: (atS) => dated(atS, { timeStyle: 'short' }),
    month: (atS) => dated(atS, { month: 'short', year: 'numeric', timeZone: 'UTC' }),
  };
}

const made = new Map<string, PodWords>();

/** Languages there are, the first is the one for everybody else. */
export const POD_LANGUAGES: readonly string[] = Object.keys(POD_LOCALES);

/** The words of one of POD_LANGUAGES, with times in a zone; made once. */
export function podWords(language: string, timeZone = 'UTC'): PodWords {
  const name = `${language} ${timeZone}`;
  const known = made.get(name) ?? podWordsFrom(POD_LOCALES, language, timeZone);
  made.set(name, known);
  return known;
}
