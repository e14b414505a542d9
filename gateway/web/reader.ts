/*
 * reader.ts: who reads a page: his language, and the headers that keep it.
 * Way: Question -> words of a language, Set-Cookie where it was chosen just now.
 */
import type { Question } from '../edges/http/answer';
import { readerLanguage } from './language';
import { type PodWords, podWords } from './pod-words';

const LANGUAGE_COOKIE_S = 365 * 86_400;

/** Somebody who reads. */
export interface Reader {
  words: PodWords;
  headers: Record<string, string>;
}

/** @param podLanguage language of the pod, '' = as the browser asks. @param timeZone IANA name of the people's zone */
export function readerOf({ query, headers }: Question, podLanguage: string, timeZone: string): Reader {
  const { language, isChosen } = readerLanguage(query, headers, podLanguage);
  const cookie = `tallywell_lang=${language}; Path=/; Max-Age=${LANGUAGE_COOKIE_S}; SameSite=Lax`;
  return { words: podWords(language, timeZone), headers: isChosen ? { 'Set-Cookie': cookie } : {} };
}
