/*
 * page-language.ts: in which language and direction a page is written.
 * Way: what a browser asks for -> language of shared/locales -> html attributes lang and dir; bench page and pod page use it.
 * Pure.
 */

/** Languages written from right to left, by their first subtag. */
const RIGHT_TO_LEFT = ['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'];

/** Value of the attribute dir. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language.toLowerCase().split('-')[0]) ? 'rtl' : 'ltr';
}

/**
 * The first of `there` that the person chose or whose browser asks for; else the first there is.
 * @param chosen a language the person named, '' = none
 * @param accepted header Accept-Language, '' = none: in its order, weights are not weighed
 */
export function pageLanguage<L extends string>(
  there: readonly L[],
  chosen: string,
  accepted: string,
): L {
  for (const one of `${chosen},${accepted.slice(0, 256)}`.split(',')) {
    const wanted = one.trim().toLowerCase().split(/[-;]/)[0];
    const found = there.find((language) => language === wanted);
    if (found !== undefined) return found;
  }
  return there[0];
}
