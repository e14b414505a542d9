/*
 * reader.ts: who reads a page: his language, and the headers that keep it.
 * Way: Question -> words of a language, Set-Cookie where it was chosen just now.
 */
import type { Question } from '../edges/http/answer';
import { readerLanguage } from './language';
import type { PodLanguages, PodWords } from './pod-words';

const LANGUAGE_COOKIE_S = 365 * 86_400;

/** Somebody who reads. */
export interface Reader {
  words: PodWords;
  headers: Record<string, string>;
}

/** What is chosen for all readers. */
export interface ReadersChoice {
  languages: PodLanguages;
  /** Language of the pod, '' = as the browser asks. */
  podLanguage: string;
  /** IANA name of the people's zone. */
  timeZone: string;
}

/** Who asks. */
export function readerOf(
  { query, headers }: Question,
  { languages, podLanguage, timeZone }: ReadersChoice,
): Reader {
  const { language, isChosen } = readerLanguage(query, headers, languages.codes, podLanguage);
  const cookie = `tallywell_lang=${language}; Path=/; Max-Age=${LANGUAGE_COOKIE_S}; SameSite=Lax`;
  return {
    words: languages.words(language, timeZone),
    headers: isChosen ? { 'Set-Cookie': cookie } : {},
  };
}
