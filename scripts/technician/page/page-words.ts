/*
 * page-words.ts: what the bench page says: its own words and those of the acts.
 * Way: shared/locales/…/bench.json below the key `page`, technician.json as on the command line.
 */
import { createInstance, type TFunction } from 'i18next';
import enBench from '../../../shared/locales/en/bench.json';
import enTechnician from '../../../shared/locales/en/technician.json';
import frBench from '../../../shared/locales/fr/bench.json';
import frTechnician from '../../../shared/locales/fr/technician.json';
import type { Language } from '../words';

/** Text of a key; page's own below `page.`. Nothing is escaped: who writes HTML escapes. */
export function pageWords(language: Language): TFunction {
  const i18n = createInstance();
  void i18n.init({
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    resources: {
      en: { translation: { ...enTechnician, page: enBench } },
      fr: { translation: { ...frTechnician, page: frBench } },
    },
    interpolation: { escapeValue: false },
  });
  return i18n.t;
}
