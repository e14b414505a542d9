/*
 * What: the language table, what the fence says of it, and the rows it leaves to other hands.
 * From where to where: test/fixtures/espruino/language.json -> the tests beside this file.
 */
import { readFileSync } from 'node:fs';
import { fence } from '../../../scripts/build/fence';

export interface LanguageRow {
  id: string;
  construct: string;
  source: string;
  ecmascript: string;
  espruino: string;
  verdict: 'same' | 'error' | 'silently different';
}

export const ROWS: LanguageRow[] = JSON.parse(
  readFileSync('test/fixtures/espruino/language.json', 'utf8'),
);

/** Rows that differ, are not refused, and are not mended: each with the reason. */
export const EXCEPTIONS = new Map<string, string>([
  ['L532', 'what Storage holds is known at run time; the virtual board keeps the same rules'],
  ['L534', 'what Storage holds is known at run time; the virtual board keeps the same rules'],
  ['L535', 'what Storage holds is known at run time; the virtual board keeps the same rules'],
]);

/** House bans: rows that run alike and are refused all the same, because their neighbours do not. */
export const HOUSE_BANS: [reason: string, ids: string[]][] = [
  ['class extends: some forms fail', ['L033', 'L034', 'L045', 'L337']],
  ['keys that are numbers: for..in takes another order', ['L055']],
  ['code from text: nothing can check it', ['L112', 'L113']],
  [
    'fractions: some are read and printed otherwise',
    'L133 L148 L153 L232 L299 L301 L302 L379 L390 L392 L394 L396 L507 L518 L542 L585'.split(' '),
  ],
  ['text to number: blanks are read otherwise', ['L152', 'L397']],
  ['promises: another order against timers', ['L165', 'L166', 'L167', 'L576', 'L577', 'L578']],
  ['character codes from a sum may pass 255', ['L245']],
  ['powers: most are inexact', ['L378', 'L381']],
  ['AES CTR: the iv is ignored', ['L425']],
  ['characters above 255: encoded otherwise', ['L475', 'L486']],
  ['delete inside for..in: keys are skipped', ['L491']],
  ['Storage write at 0 without size: replaces the file or not', ['L540']],
  ['Date.UTC is absent, also behind a test', ['L579']],
  ['text of a function', ['L606']],
];

/** Constructs refused, by row. */
export function refusedRows(): Map<string, string[]> {
  const found = fence(
    ROWS.map((row) => ({ path: `/${row.id}.js`, text: `${row.source}\nexport {}` })),
  );
  const refused = new Map<string, string[]>();
  for (const { file, construct } of found) {
    const id = file.slice(1, -3);
    refused.set(id, [...(refused.get(id) ?? []), construct]);
  }
  return refused;
}
