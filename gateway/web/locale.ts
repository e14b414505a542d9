/*
 * locale.ts: is a language's file what the page can use? Wrong texts are left out, so they are told in English, and named.
 * Way: JSON of a file, the English one -> texts that are safe to use, and what is wrong with the others. Pure.
 */
import { nearest } from '../config/nearest';

/** Texts as i18next takes them. */
export type Texts = { [key: string]: string | Texts };

/** A file that was looked at. */
export interface Locale {
  texts: Texts;
  /** In plain words, one a text. */
  problems: string[];
  /** Keys that are told in English. */
  missing: string[];
}

/** Key of a file that says who has to look at it; not a text. */
export const REVIEW_KEY = '_review';
/** The same for whoever writes it. */
const COMMENT = /^_/;
const PLURAL = /_(zero|one|two|few|many|other)$/;

function bare(key: string): string {
  return key.replace(PLURAL, '');
}

function isTexts(value: unknown): value is Texts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every text by its whole key, such as page.all. */
export function flatTexts(texts: object, before = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (isTexts(value)) for (const pair of flatTexts(value, `${before}${key}.`)) flat.set(...pair);
    else if (typeof value === 'string') flat.set(before + key, value);
  }
  return flat;
}

/** Names in double braces, in order. */
function placesOf(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
}

function put(texts: Texts, key: string, text: string): void {
  const parts = key.split('.');
  let at = texts;
  for (const part of parts.slice(0, -1)) {
    const inner = at[part];
    const next: Texts = isTexts(inner) ? inner : {};
    at[part] = next;
    at = next;
  }
  at[parts[parts.length - 1]] = text;
}

/** What is wrong with one text; null = nothing. */
function problemOf(key: string, text: string, english: Map<string, string>): string | null {
  const like = english.get(key) ?? english.get(`${bare(key)}_other`);
  if (like === undefined) {
    const close = nearest(key, [...english.keys()]);
    return `${key}: there is no such text${close === null ? '' : `; is it ${close}?`}`;
  }
  if (text.trim() === '') return `${key}: is empty`;
  const [wanted, there] = [placesOf(like), placesOf(text)];
  const lacks = wanted.filter((name) => !there.includes(name));
  if (lacks.length > 0) return `${key}: {{${lacks.join('}} {{')}}} is missing`;
  const more = there.filter((name) => !wanted.includes(name));
  if (more.length === 0) return null;
  const close = nearest(more[0], wanted);
  return `${key}: {{${more[0]}}} is not filled in${close === null ? '' : `; write {{${close}}}`}`;
}

/** Looks at a file. @param english the English texts, which are whole */
export function readLocale(file: unknown, english: object): Locale {
  const wanted = flatTexts(english);
  if (!isTexts(file)) return { texts: {}, problems: ['is no JSON object'], missing: [] };
  const texts: Texts = {};
  const problems: string[] = [];
  for (const [key, text] of flatTexts(file)) {
    if (COMMENT.test(key)) texts[key] = text;
    else {
      const problem = problemOf(key, text, wanted);
      if (problem === null) put(texts, key, text);
      else problems.push(problem);
    }
  }
  const there = new Set([...flatTexts(texts).keys()].map(bare));
  const missing = [...new Set([...wanted.keys()].map(bare))].filter((key) => !there.has(key));
  return { texts, problems, missing };
}
