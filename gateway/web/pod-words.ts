/*
 * pod-words.ts: the words, numbers and times of the pod's page in the reader's language.
 * Way: shared/locales/<language>/pod.json and DIR/locales/<language>/pod.json (i18next JSON v4), Intl -> text. What a language lacks is told in English.
 * Nothing here is escaped: who writes HTML escapes.
 */
import { createInstance, type TFunction } from 'i18next';
import { directionOf } from '../../shared/page-language';
import { ownLocalesFolder, readLocaleFiles } from '../edges/locale-files';
import { REVIEW_KEY, readLocale, type Texts } from './locale';

const { en, ...others } = readLocaleFiles(ownLocalesFolder()).files as Record<string, Texts>;

/** The files that come with the program, by language; the first is told where another lacks a text. */
export const POD_LOCALES: Readonly<Record<string, Texts>> = { en, ...others };

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
  /** Nobody who speaks the language has looked at it. */
  needsReview: boolean;
  /** Languages there are, with their own names. */
  languages: readonly { code: string; name: string }[];
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

/** Makes one thing for each form: Intl's writers cost more to make than all they write on a page. */
function onceEach<T>(make: (form: object) => T): (form: object) => T {
  const made = new Map<string, T>();
  return (form) => {
    const key = JSON.stringify(form);
    const known = made.get(key) ?? make(form);
    made.set(key, known);
    return known;
  };
}

/** The words of one language from these files. @param locales by language, en among them */
export function podWordsFrom(
  locales: Readonly<Record<string, Texts>>,
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
  const numbers = onceEach((form) => new Intl.NumberFormat(tag, form as Intl.NumberFormatOptions));
  const dates = onceEach(
    (form) => new Intl.DateTimeFormat(tag, { timeZone, ...(form as Intl.DateTimeFormatOptions) }),
  );
  const number = (value: number, digits = 0) =>
    numbers({ maximumFractionDigits: digits }).format(value);
  const measured = (value: number, unit: string, digits: number, unitDisplay: 'short' | 'long') =>
    numbers({ ...{ style: 'unit', unit, unitDisplay, maximumFractionDigits: digits } }).format(
      value,
    );
  const dated = (atS: number, form: Intl.DateTimeFormatOptions) => dates(form).format(atS * 1000);
  return {
    ...{ language, locale: tag, direction: directionOf(language), zone: timeZone },
    ...{ t: i18n.t, number },
    needsReview: REVIEW_KEY in locales[language],
    languages: Object.entries(locales).map(([code, { language: name }]) => ({
      ...{ code, name: typeof name === 'string' ? name : code },
    })),
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

/** Languages that were added at this gateway, in its folder. */
export const LOCALES_FOLDER = 'locales';

/** The languages of a page. */
export interface PodLanguages {
  /** Codes; the first is the one for everybody else. */
  codes: readonly string[];
  /** The words of one of them, with times in a zone; made once. */
  words(code: string, timeZone?: string): PodWords;
}

function languagesOf(locales: Readonly<Record<string, Texts>>): PodLanguages {
  const made = new Map<string, PodWords>();
  return {
    codes: Object.keys(locales),
    words(code, timeZone = 'UTC') {
      const name = `${code} ${timeZone}`;
      const known = made.get(name) ?? podWordsFrom(locales, code, timeZone);
      made.set(name, known);
      return known;
    },
  };
}

function merged(below: Texts, above: Texts): Texts {
  const both = { ...below };
  for (const [key, text] of Object.entries(above)) {
    const known = both[key];
    both[key] = typeof text === 'object' && typeof known === 'object' ? merged(known, text) : text;
  }
  return both;
}

/**
 * Our languages and those of a folder, which somebody made who speaks them: a new one, or other words in one of ours.
 * @param log told what is wrong with a file; the rest of it is used
 */
export function openLanguages(folder: string, log: (line: string) => void): PodLanguages {
  const { files, problems } = readLocaleFiles(folder);
  for (const problem of problems) log(`WARNING: language: ${problem}`);
  const locales: Record<string, Texts> = { ...POD_LOCALES };
  for (const [code, file] of Object.entries(files)) {
    const { texts, problems: wrong, missing } = readLocale(file, en);
    for (const problem of wrong) log(`WARNING: language ${code}: ${problem}`);
    const known = locales[code];
    if (known === undefined && missing.length > 0)
      log(`language ${code}: ${missing.length} texts are told in English: ${missing.join(' ')}`);
    const { [REVIEW_KEY]: _reviewed, ...ours } = known ?? {};
    locales[code] = merged(ours, texts);
  }
  return languagesOf(locales);
}

/** The languages that come with the program. */
export const OWN_LANGUAGES: PodLanguages = languagesOf(POD_LOCALES);

/** Their codes. */
export const POD_LANGUAGES: readonly string[] = OWN_LANGUAGES.codes;

/** The words of one of POD_LANGUAGES; made once. */
export const podWords = OWN_LANGUAGES.words;
