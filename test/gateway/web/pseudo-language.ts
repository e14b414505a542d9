/*
 * pseudo-language.ts: languages that nobody speaks, made from the English file: longer words with accents, and words from right to
 * left. What stays English on a page was in the code; what does not fit would not fit in Tamil either.
 */
import type { Texts } from '../../../gateway/web/locale';

const ACCENTED = 'áƀčďéƒǧĥíĵǩĺɱñóƥɋřšťúṽŵẋýž';
const HEBREW = 'אבגדהוזחטיכלמנסעפצקרשתאבגד';
/** Part of its length by which a text grows. */
const LONGER = 0.4;

function spoken(text: string, letters: string): string {
  // Names of values stay as they are.
  const said = text.replace(/(\{\{\w+\}\})|([A-Za-z])/g, (_whole, place, letter: string) =>
    place === undefined ? [...letters][letter.toLowerCase().charCodeAt(0) - 97] : place,
  );
  const more = Math.ceil(text.replace(/\{\{\w+\}\}/g, '').length * LONGER);
  return `${said} ${[...letters].slice(0, Math.max(1, more - 1)).join('')}`;
}

function made(texts: Texts, letters: string): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([key, value]) => [
      key,
      typeof value === 'string' ? spoken(value, letters) : made(value, letters),
    ]),
  );
}

/** Files by language: vo (Volapük) with accents, he from right to left. */
export function pseudoLanguages(english: Texts): Record<string, Texts> {
  return { vo: made(english, ACCENTED), he: made(english, HEBREW) };
}
