/*
 * Readers of taps and points: the forms that come with the repository, bad rows, bad files.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultPoints, defaultTaps } from '../../scripts/village/options';
import { parseCsv, parsePoints, readPoints } from '../../scripts/village/points';
import { parseTap, parseTapRow, readTaps } from '../../scripts/village/taps';

const folder = mkdtempSync(join(tmpdir(), 'tallywell-readers-'));

test('a row is a whole second and a flow, by comma or by space', () => {
  expect(parseTapRow('1550846755,0.0')).toEqual({ timeS: 1550846755, volumeUl: 0 });
  expect(parseTapRow('1550048311 123.0')).toEqual({ timeS: 1550048311, volumeUl: 123_000 });
  expect(parseTapRow('1550048311;12.5')).toEqual({ timeS: 1550048311, volumeUl: 12_500 });
});

test('what is no row is refused, not guessed', () => {
  const bad = [
    '',
    'x',
    '1550048311',
    '1550048311,',
    ',5',
    '1550048311,-4',
    '1550048311,1e9',
    '-1,4',
  ];
  for (const line of [...bad, '1550048311,NaN', '1550048311,4,4', '1550048311,100001']) {
    expect(parseTapRow(line), line).toBeUndefined();
  }
});

test('the taps in the repository: 28 days each, every row readable, first and last row in its day', () => {
  const reading = readTaps(defaultTaps());
  expect(reading.badRows).toBe(0);
  expect(reading.rows).toBe(17_853 + 17_716);
  expect(reading.days).toHaveLength(56);
  const litres =
    reading.days.reduce((sum, day) => sum + day.volumeUl.reduce((a, b) => a + b, 0), 0) / 1e6;
  // Summed beforehand by another program over the whole files: 473.25 L and 406.761 L in these days.
  expect(litres).toBeCloseTo(473.25 + 406.761, 6);
});

test('bad rows are counted with the first one named; header and empty lines are not bad rows', () => {
  const text = 'Time,Flow\r\n86400,1.0\r\nnonsense\r\n\r\n86401,x\r\n172799 2.5\r\n';
  const reading = parseTap('t', text);
  expect(reading.rows).toBe(2);
  expect(reading.badRows).toBe(2);
  expect(reading.firstBad).toBe('line 3: nonsense');
  expect(reading.days).toEqual([
    { tap: 't', day: 1, secondOfDay: [0, 86_399], volumeUl: [1000, 2500] },
  ]);
});

test('a missing or empty tap file is an error that names the option and the file', () => {
  expect(() => readTaps([join(folder, 'none.csv')])).toThrow(
    /--taps .*none\.csv: there is no such file/,
  );
  writeFileSync(join(folder, 'words.csv'), 'Time,Flow\nno,rows\n');
  expect(() => readTaps([join(folder, 'words.csv')])).toThrow(/no row of the form.*1 unreadable/);
});

test('CSV of RFC 4180: quotes, doubled quotes, commas and line ends inside quotes, CRLF', () => {
  expect(parseCsv('a,"b,1","say ""x""","two\nlines"\r\n,,,\n')).toEqual([
    ['a', 'b,1', 'say "x"', 'two\nlines'],
    ['', '', '', ''],
  ]);
});

test('the points in the repository: Latin-1 names whole, all usable', () => {
  const reading = readPoints(defaultPoints());
  expect(reading.badRows).toBe(0);
  expect(reading.points).toHaveLength(181);
  expect(reading.points.filter((point) => point.country.startsWith('Tanzania'))).toHaveLength(37);
  const first = reading.points[0];
  expect([first.latitude, first.longitude, first.district]).toEqual([-2.83257, 36.309, 'Longido']);
});

test('points without usable coordinates are counted; a file without the columns is an error', () => {
  const text = 'row_id,#Lat_deg,#lon_deg\n1,-6.5,36\n2,,36\n3,91,36\n4,0,0\n5,6.1.2,3\n6\n';
  const reading = parsePoints('p', text);
  expect(reading.points.map((point) => point.rowId)).toEqual(['1']);
  expect(reading.badRows).toBe(5);
  expect(reading.firstBad).toBe('row 3 has no usable coordinates');
  expect(() => parsePoints('p', 'x,y\n1,2\n')).toThrow(/lat_deg and lon_deg/);
  expect(() => readPoints(folder)).toThrow(/is a folder/);
});
