/*
 * A language by one file, as somebody who is no programmer writes it: what is wrong is named, with what was meant, and told in English;
 * nothing that a file holds keeps a page from being made. Random damage as a property.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { homeContent } from '../../../gateway/web/home-page';
import { flatTexts, readLocale } from '../../../gateway/web/locale';
import { openLanguages, POD_LANGUAGES, POD_LOCALES } from '../../../gateway/web/pod-words';
import { testFolder } from '../support/places';

const EN = POD_LOCALES.en;
const HEAD = { pod: 'p', atS: 0, problems: [], warnings: [] };

test('all languages in shared/locales are there, English first', () => {
  const folders = readdirSync('shared/locales').filter((one) =>
    readdirSync(join('shared/locales', one)).includes('pod.json'),
  );
  expect(POD_LANGUAGES[0]).toBe('en');
  expect([...POD_LANGUAGES].sort()).toEqual(folders.sort());
  for (const language of POD_LANGUAGES)
    expect(readLocale(POD_LOCALES[language], EN)).toMatchObject({ problems: [], missing: [] });
});

test.each([
  [{ page: { prnt: 'x' } }, 'page.prnt: there is no such text; is it page.print?'],
  [{ total: { late: 'late' } }, 'total.late: {{n}} is missing'],
  [{ total: { late: '{{n}} {{m}}' } }, 'total.late: {{m}} is not filled in; write {{n}}'],
  [{ page: { all: '  ' } }, 'page.all: is empty'],
  [{ xyzzyxyzzy: 'x' }, 'xyzzyxyzzy: there is no such text'],
  [[], 'is no JSON object'],
  ['text', 'is no JSON object'],
])('%j: %s', (file, problem) => {
  const { problems, texts } = readLocale(file, EN);
  expect(problems).toEqual([problem]);
  expect([...flatTexts(texts)]).toEqual([]);
});

test('a plural form that English has not is no fault', () => {
  const file = { total: { meals_few: '{{n}} mlo', meals_other: '{{n}} milo' } };
  expect(readLocale(file, EN).problems).toEqual([]);
});

test('a folder’s language is spoken, its gaps are English, its faults are told; one of ours is mended by one line', () => {
  const folder = testFolder();
  const put = (language: string, text: string) => {
    mkdirSync(join(folder, language), { recursive: true });
    writeFileSync(join(folder, language, 'pod.json'), text);
  };
  put('yo', JSON.stringify({ language: 'Yorùbá', page: { none: 'Kò sí', prnt: 'x' } }));
  put('sw', JSON.stringify({ word: { idle: 'Haitumiki' } }));
  put('bad', '{ "page": ');
  put('English', '{}');
  const log: string[] = [];
  const { codes, words } = openLanguages(folder, (line) => log.push(line));
  expect(codes).toEqual([...POD_LANGUAGES, 'yo']);
  const yoruba = words('yo');
  const html = homeContent(yoruba, HEAD, [], []);
  expect(html).toContain('Kò sí');
  expect(html).toContain('As of');
  expect(yoruba.languages.at(-1)).toEqual({ code: 'yo', name: 'Yorùbá' });
  const swahili = words('sw');
  expect([swahili.t('word.idle'), swahili.needsReview]).toEqual(['Haitumiki', false]);
  const own = JSON.parse(readFileSync('shared/locales/sw/pod.json', 'utf8'));
  expect(swahili.t('word.in-use')).toBe(own.word['in-use']);
  expect(words('hi').needsReview).toBe(true);
  expect(log.some((line) => line.includes('is it page.print?'))).toBe(true);
  expect(log.some((line) => line.includes(join('bad', 'pod.json')))).toBe(true);
  expect(log.some((line) => line.includes('name the folder after the language'))).toBe(true);
  expect(log.some((line) => /yo: \d+ texts are told in English/.test(line))).toBe(true);
});

test('no folder, no more languages', () => {
  const log: string[] = [];
  const { codes } = openLanguages(join(testFolder(), 'none'), (line) => log.push(line));
  expect([codes, log]).toEqual([POD_LANGUAGES, []]);
});

test('whatever a file holds, every text is one with its places, or English', () => {
  const keys = [...flatTexts(EN).keys()];
  const file = fc.dictionary(
    fc.oneof(fc.constantFrom('page', 'total', '__proto__', 'constructor', '_review'), fc.string()),
    fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...keys, 'all', 'late'), fc.string())),
  );
  fc.assert(
    fc.property(file, (value) => {
      const { texts } = readLocale(value, EN);
      for (const [key, text] of flatTexts(texts)) {
        if (key.startsWith('_')) continue;
        const like = flatTexts(EN).get(key) ?? '';
        expect(text.match(/\{\{\w+\}\}/g)?.sort() ?? []).toEqual(
          like.match(/\{\{\w+\}\}/g)?.sort() ?? [],
        );
      }
      expect(({} as Record<string, unknown>).all).toBeUndefined();
    }),
  );
});
