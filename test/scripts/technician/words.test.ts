/*
 * What the technician reads: every trouble and every fault of the closed lists has its words, in each language, with the same places.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULTS, TROUBLES, Trouble } from '../../../scripts/technician/trouble';
import { LANGUAGES, troubleWords, wordsOf } from '../../../scripts/technician/words';

interface Texts {
  trouble: Record<string, Record<'what' | 'next', string>>;
  fault: Record<string, string>;
}

function textsOf(language: string): Texts {
  const file = new URL(`../../../shared/locales/${language}/technician.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

const placesOf = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
const EN = textsOf('en');

test.each(LANGUAGES)(
  '%s: no trouble and no fault without words, no words without one',
  (language) => {
    const { trouble, fault } = textsOf(language);
    expect(Object.keys(trouble).sort()).toEqual(Object.keys(TROUBLES).sort());
    // `at` says where in a file.
    expect(Object.keys(fault).sort()).toEqual([...FAULTS, 'at'].sort());
    for (const [code, text] of Object.entries(fault))
      expect([code, placesOf(text)]).toEqual([code, placesOf(EN.fault[code])]);
  },
);

test('a fault of the list is said in words, one of a device as it came', () => {
  const said = (fault: string) =>
    troubleWords(wordsOf('fr'), new Trouble('bad-file', { file: 'pod.json', fault })).what;
  expect(said('no-json')).toBe("pod.json : ce n'est pas du JSON.");
  expect(said('EIO: i/o error')).toBe('pod.json : EIO: i/o error.');
});
