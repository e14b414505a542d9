/*
 * language.ts: in which language somebody reads: as chosen now (?lang=), as chosen before (cookie), as the pod has set, as the browser
 * asks.
 * Way: query and headers -> one of POD_LANGUAGES. Source: RFC 6265 (cookies), RFC 9110 §12.5.4 (Accept-Language).
 */
import { pageLanguage } from '../../shared/page-language';
import { POD_LANGUAGES } from './pod-words';

/** Headers that say so. */
export interface LanguageHeaders {
  cookie?: string;
  acceptLanguage?: string;
}

function kept(cookie: string): string {
  return /(?:^|;\s*)tallywell_lang=([a-z]{2,3})(?:;|$)/.exec(cookie)?.[1] ?? '';
}

/** The language; isChosen: by ?lang=, so it is to be kept. @param podLanguage set for the pod; '' = none */
export function readerLanguage(
  query: URLSearchParams,
  { cookie = '', acceptLanguage = '' }: LanguageHeaders,
  languages: readonly string[] = POD_LANGUAGES,
  podLanguage = '',
): { language: string; isChosen: boolean } {
  const asked = query.get('lang') ?? '';
  const isChosen = languages.includes(asked);
  const chosen = isChosen ? asked : `${kept(cookie)},${podLanguage}`;
  return { language: pageLanguage(languages, chosen, acceptLanguage), isChosen };
}
