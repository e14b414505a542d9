/*
 * words.ts: what the technician reads, in English or French: i18next's JSON below shared/locales.
 * Way: keys and details -> text, for command line, page, labels and reports.
 */
import { createInstance, type TFunction } from 'i18next';
import en from '../../shared/locales/en/technician.json';
import fr from '../../shared/locales/fr/technician.json';
import { FAULTS, type Trouble, type TroubleDetails } from './trouble';

/** Languages there are words in; the first is used where another lacks a text. */
export const LANGUAGES = ['en', 'fr'] as const;

/** One of them. */
export type Language = (typeof LANGUAGES)[number];

/** The language of this process: `asked`, or the first of LC_ALL, LC_MESSAGES, LANG that is set. */
export function languageOf(asked?: string): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const wanted = (asked || LC_ALL || LC_MESSAGES || LANG || '').slice(0, 2).toLowerCase();
  return LANGUAGES.find((language) => language === wanted) ?? 'en';
}

/** Text of a key, e.g. `t('step.upload', { file })`. Nothing is escaped: who writes HTML escapes. */
export function wordsOf(language: Language): TFunction {
  const i18n = createInstance();
  void i18n.init({
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    resources: { en: { translation: en }, fr: { translation: fr } },
    interpolation: { escapeValue: false },
  });
  return i18n.t;
}

/** Its fault or reason in words, where it is of the closed list, and where in a file it is. */
function saidDetails(t: TFunction, details: TroubleDetails): TroubleDetails {
  const said = { ...details };
  for (const name of ['fault', 'reason'] as const) {
    const isKnown = (FAULTS as readonly unknown[]).includes(details[name]);
    if (isKnown) said[name] = t(`fault.${details[name]}`, { ...details });
  }
  if ('column' in said) said.fault = t('fault.at', { ...said });
  return said;
}

/** What happened, and what to do next. */
export function troubleWords(
  t: TFunction,
  { code, details }: Trouble,
): { what: string; next: string } {
  const said = saidDetails(t, details);
  return {
    what: t(`trouble.${code}.what`, { ...said }),
    next: t(`trouble.${code}.next`, { ...said }),
  };
}
