/*
 * A board for which a tray has no row is told so: one too many, or the node of a site that is not in the file.
 */
import { expect, it } from 'vitest';
import { openClaims } from '../../../scripts/technician/batch/claims';
import { readRows } from '../../../scripts/technician/batch/rows';
import { Trouble } from '../../../scripts/technician/trouble';
import { troubleWords, wordsOf } from '../../../scripts/technician/words';
import { readyBench } from './support/bench-kit';

const rowsOf = (...sites: string[]) => {
  const lines = ['site,profile', ...sites.map((site) => `${site},water-point-xiao`)];
  return readRows('sites.csv', lines.join('\n'));
};

function troubleOf(act: () => unknown): Trouble {
  try {
    act();
  } catch (error) {
    if (error instanceof Trouble) return error;
  }
  throw new Error('no trouble');
}

it('a third board for two rows is one too many', () => {
  const { folder } = readyBench();
  const claims = openClaims(folder, rowsOf('well-1', 'well-2'));
  expect(claims.claim('board-1', 'XIAOBLE').row.options.site).toBe('well-1');
  expect(claims.claim('board-2', 'XIAOBLE').row.options.site).toBe('well-2');
  const trouble = troubleOf(() => claims.claim('board-3', 'XIAOBLE'));
  expect(trouble).toMatchObject({ code: 'no-row', exitCode: 75 });
  expect(troubleWords(wordsOf('en'), trouble).next).toContain('Add a row');
});

it('a board that has a row of another file is named with its site', () => {
  const { folder } = readyBench();
  openClaims(folder, rowsOf('well-1')).claim('board-1', 'XIAOBLE');
  const trouble = troubleOf(() => openClaims(folder, rowsOf('well-9')).claim('board-1', 'XIAOBLE'));
  expect(trouble).toMatchObject({ code: 'not-in-file', exitCode: 76, details: { site: 'well-1' } });
  expect(troubleWords(wordsOf('en'), trouble).what).toContain('well-1');
});
