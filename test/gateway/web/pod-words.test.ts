/*
 * The words of the pod's page: every key in every language with every plural, the same places for values, no text in code;
 * a pseudo-language shows that all words come from the file. Oracle: Intl.PluralRules, and WCAG's contrast formula.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BAR_PERIODS } from '../../../gateway/core/facts/bars';
import { CAVEAT_KEYS } from '../../../gateway/core/facts/indicator-inputs';
import { JMP_LEVELS } from '../../../gateway/core/facts/indicators-jmp';
import { MILESTONE_GOALS } from '../../../gateway/core/facts/milestones';
import { INDICATOR_KEYS } from '../../../gateway/core/facts/site-facts';
import { eventName } from '../../../gateway/core/messages';
import { flagNames } from '../../../gateway/core/site-state';
import { homeContent } from '../../../gateway/web/home-page';
import { readerLanguage } from '../../../gateway/web/language';
import type { Texts } from '../../../gateway/web/locale';
import { OTHER_COLOURS, STATUS_COLOURS } from '../../../gateway/web/pod-style';
import { POD_LANGUAGES, POD_LOCALES, podWords, podWordsFrom } from '../../../gateway/web/pod-words';

function flat(texts: Texts, before = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[before + key, value]] : [...flat(value, `${before}${key}.`)],
    ) as [string, string][],
  );
}

const PLURAL = /_(zero|one|two|few|many|other)$/;
const EN = flat(POD_LOCALES.en as Texts);
const placesOf = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test.each(POD_LANGUAGES)('%s has every key, every plural and every place', (language) => {
  const texts = flat(POD_LOCALES[language] as Texts);
  const review = texts.get('_review');
  texts.delete('_review');
  expect(review).toBe(language === 'en' ? undefined : 'machine-made, needs review');
  const bare = (keys: Iterable<string>) => [
    ...new Set([...keys].map((key) => key.replace(PLURAL, ''))),
  ];
  expect(bare(texts.keys()).sort()).toEqual(bare(EN.keys()).sort());
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  for (const key of bare([...EN.keys()].filter((one) => PLURAL.test(one)))) {
    const told = [...texts.keys()].filter(
      (one) => one.replace(PLURAL, '') === key && PLURAL.test(one),
    );
    expect(told.map((one) => one.slice(key.length + 1)).sort()).toEqual(
      [...pluralCategories].sort(),
    );
  }
  for (const [key, text] of texts) {
    expect(text.trim(), key).not.toBe('');
    const english = EN.get(key) ?? EN.get(key.replace(PLURAL, '_other')) ?? '';
    expect(placesOf(text), key).toEqual(placesOf(english));
  }
});

test('every language folder has the file, and every file is a language', () => {
  const folders = readdirSync('shared/locales').filter((one) =>
    readdirSync(join('shared/locales', one)).includes('pod.json'),
  );
  expect(folders.sort()).toEqual([...POD_LANGUAGES].sort());
});

test('everything that facts can say has words', () => {
  const words = [
    'in-use',
    'idle',
    'low-flow',
    'says-broken',
    'no-news',
    'never-heard',
    'tampered',
    'removed',
  ];
  const wanted = [
    ...CAVEAT_KEYS.map((key) => `caveat.${key}`),
    ...INDICATOR_KEYS.map((key) => `indicator.${key}`),
    ...JMP_LEVELS.map((key) => `level.${key}`),
    ...words.map((key) => `word.${key}`),
    ...[
      'tamper',
      'leak',
      'battery-low',
      'sensor-fault',
      'pulses-lost',
      'journal-overwritten',
      'power-was-cut',
    ].map((key) => `flag.${key}`),
    ...[1, 2, 3, 4, 5, 6].map((code) => `event.${eventName(code)}`),
    ...flagNames(0x7ffff).map((name) => `event.${name}`),
    ...BAR_PERIODS.flatMap((period) => [`total.${period}`, `bar.${period}`]),
    ...INDICATOR_KEYS.filter((key) => key.startsWith('canteen-')).flatMap((key) => [
      `limit.${key}`,
      `bad.${key}`,
    ]),
    ...MILESTONE_GOALS.filter((goal) => goal !== 'litres-per-person').map(
      (goal) => `goal.${goal}_other`,
    ),
  ];
  expect(wanted.filter((key) => !EN.has(key))).toEqual([]);
});

test('pseudo-language: no word of the page is in the code', () => {
  const pseudo = JSON.parse(
    JSON.stringify(POD_LOCALES.en, (_key, value) =>
      typeof value === 'string'
        ? value.replace(/(\{\{\w+\}\})|[A-Za-z]/g, (_letter, place) => place ?? 'ж')
        : value,
    ),
  );
  const words = podWordsFrom({ ...POD_LOCALES, ru: pseudo }, 'ru');
  const html = homeContent(words, { pod: '7', atS: 0, problems: ['1'], warnings: ['2'] }, [], []);
  const text = html.replace(/<[^>]*>/g, ' ').replace(/&\w+;|UTC/g, ' ');
  expect(text).not.toMatch(/[A-Za-z]{2,}/);
});

test('no text in code: the pages hold no sentence of their own', () => {
  const files = readdirSync('gateway/web', { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const code = readFileSync(join('gateway/web', file), 'utf8').replace(
      /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm,
      '',
    );
    expect(code.match(/>[A-Z][a-z]+[^<`]*</g) ?? [], file).toEqual([]);
  }
});

test('digits, units and plurals are the language’s own', () => {
  expect(podWords('ar').number(1234)).toBe('١٬٢٣٤');
  expect(podWords('fr').measure(12.5, 'L', 1)).toMatch(/^12,5\sl$/i);
  expect(podWords('en').duration(3 * 86_400)).toBe('3 days');
  expect(podWords('ar').t('total.meals', { count: 3, n: '٣' })).toContain('وجبات');
  expect(podWords('ar').direction).toBe('rtl');
});

test('the language: asked, kept, accepted, else English', () => {
  const of = (query: string, headers = {}) => readerLanguage(new URLSearchParams(query), headers);
  const headers = { cookie: 'a=b; tallywell_lang=sw', acceptLanguage: 'fr-CA,fr;q=0.9' };
  expect(of('lang=hi', headers)).toEqual({ language: 'hi', isChosen: true });
  expect(of('', headers)).toEqual({ language: 'sw', isChosen: false });
  expect(of('lang=xx', { acceptLanguage: 'fr-CA,fr;q=0.9' }).language).toBe('fr');
  expect(of('', { cookie: 'tallywell_lang=../x' }).language).toBe('en');
});

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test.each([...Object.values(STATUS_COLOURS), ...OTHER_COLOURS])(
  '%s on %s can be read',
  (ink, paper) => {
    const [dark, light] = [luminance(ink), luminance(paper)].sort((a, b) => a - b);
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
  },
);
