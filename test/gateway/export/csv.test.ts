/*
 * Tests of the CSV exports: two independent readers (csv-parse, Python's csv) read back what was written, RFC 4180 rule by
 * rule, and nothing begins a formula.
 */
import { spawnSync } from 'node:child_process';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cell, csvRow, csvTable, hxlTable } from '../../../gateway/export/csv';
import { exportFormat } from '../../../gateway/export/formats';
import { DAY_COLUMNS, RECORD_COLUMNS } from '../../../gateway/export/tables';
import { BOOT_S } from '../support/nodes';
import { allOf, EVERYTHING, EVIL_NAME, exportFacts } from './kit';

const FORMULA = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/** What Python's csv makes of it. */
function pythonRows(text: string): string[][] {
  const script =
    'import csv,io,json,sys;print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode("utf-8"),newline=""),strict=True))))';
  const done = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' });
  expect(done.stderr).toBe('');
  return JSON.parse(done.stdout);
}

/** The text of a cell as a reader must find it. */
function expected(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  return FORMULA.some((sign) => cell.startsWith(sign)) ? `'${cell}` : cell;
}

const cells: fc.Arbitrary<Cell> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...FORMULA, '"', ',', 'a', ';', '’', 'ም'), maxLength: 6 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom<Cell>(null, true, false, 0, -70),
);

test('any rows read back the same in csv-parse and in Python, and no text begins a formula', () => {
  const tables = fc.array(fc.array(cells, { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 8,
  });
  const written: Cell[][] = [];
  fc.assert(
    fc.property(tables, (rows) => {
      const text = rows.map(csvRow).join('');
      expect(parse(text)).toEqual(rows.map((row) => row.map(expected)));
      written.push(...rows);
    }),
    { numRuns: 200 },
  );
  const text = written.map(csvRow).join('');
  const read = pythonRows(text);
  expect(read).toEqual(written.map((row) => row.map(expected)));
  for (const [at, row] of read.entries()) {
    row.forEach((cell, place) => {
      if (typeof written[at][place] === 'string') expect(FORMULA).not.toContain(cell[0]);
    });
  }
});

test('a number that is none is refused, never written', () => {
  expect(() => csvRow([Number.NaN])).toThrow('no number');
  expect(() => csvRow([1, Number.POSITIVE_INFINITY])).toThrow('no number');
});

test('RFC 4180 section 2: CRLF after each row, one header, as many fields in each, doubled quotes', () => {
  const text = allOf(csvTable(RECORD_COLUMNS, exportFacts().records(EVERYTHING))).toString('utf8');
  const rows = parse(text, { relaxColumnCount: false, recordDelimiter: '\r\n' }) as string[][];
  expect(rows).toHaveLength(1 + 39);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([RECORD_COLUMNS.length]));
  expect(text.endsWith('\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(text).toContain(`"'=HYPERLINK(""http://x"",""a""),`);
  expect(pythonRows(text)).toEqual(rows);
  expect(Buffer.from(text, 'utf8').subarray(0, 9).toString()).toBe('record_id');
});

test('records: what was put in comes out, in the units the columns name', () => {
  const text = allOf(csvTable(RECORD_COLUMNS, exportFacts().records(EVERYTHING))).toString('utf8');
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  expect(rows[4]).toMatchObject({
    ...{ record_id: '5', site: 'wp-01', site_name: `'${EVIL_NAME}`, kind: 'water-point' },
    ...{ time_utc: '2026-03-01T05:00:00Z', time_source: 'node-clock', volume_total_l: '30' },
    ...{ draws_total: '60', strokes_total: '', adult_meals_total: '', level_m: '1.62' },
    ...{ battery_v: '3.3', epoch: '1', sequence: '5', late: 'false', signature_verified: 'true' },
  });
  expect(rows[3].late).toBe('true');
  expect(rows[30]).toMatchObject({
    ...{ site: 'wp-02', time_utc: '', time_source: 'none', time_uncertainty_s: '' },
    received_utc: new Date((BOOT_S + 40 * 3600 + 30) * 1000).toISOString().replace('.000', ''),
  });
  expect(rows[35]).toMatchObject({
    ...{ site: 'canteen-01', kind: 'canteen', volume_total_l: '', adult_meals_total: '3' },
    ...{ child_meals_total: '21', temperature_c: '-4.5', hot_holding_c: '61.5' },
  });
  expect(rows[38]).toMatchObject({ kind: 'event', event: 'broken-pressed', event_value: '0' });
});

test('days: sums by UTC day with their completeness; a day of which nothing is known is empty, not zero', () => {
  const facts = exportFacts();
  const days = (sites: string[] | null) =>
    parse(allOf(csvTable(DAY_COLUMNS, facts.days({ ...EVERYTHING, sites }))), { columns: true });
  expect(days(['wp-01'])).toMatchObject([
    {
      date_utc: '2026-03-01',
      volume_l: '144',
      draws: '288',
      minutes_counted: '1440',
      complete_percent: '100',
      provenance: 'signed-records',
    },
    {
      date_utc: '2026-03-02',
      volume_l: '36',
      draws: '72',
      minutes_counted: '360',
      minutes_of_day: '1440',
      complete_percent: '25',
    },
  ]);
  expect(days(['canteen-01'])).toMatchObject([
    {
      date_utc: '2026-03-01',
      volume_l: '',
      adult_meals: '5',
      child_meals: '35',
      minutes_counted: '300',
    },
    {
      date_utc: '2026-03-02',
      adult_meals: '',
      child_meals: '',
      minutes_counted: '0',
      provenance: 'none',
    },
  ]);
  // Nothing dates its records: it has no day.
  expect(days(['wp-02'])).toEqual([]);
});

/** HXL 1.1: a hashtag, then attributes; each begins with a letter. */
const TAG = /^#[A-Za-z][A-Za-z0-9_]*(\+[A-Za-z][A-Za-z0-9_]*)*$/;

test('HXL: the row below the header holds a tag for each column, and rows fit them', () => {
  for (const columns of [RECORD_COLUMNS, DAY_COLUMNS]) {
    const tags = columns.map(({ tag }) => tag ?? '');
    for (const tag of tags) expect(tag).toMatch(TAG);
    expect(new Set(tags).size).toBe(tags.length);
  }
  const text = allOf(hxlTable(DAY_COLUMNS, exportFacts().days(EVERYTHING))).toString();
  const [header, tags, ...rows] = parse(text) as string[][];
  expect(header[0]).toBe('date_utc');
  expect(tags).toContain('#indicator+water+litres+num');
  expect(rows).toHaveLength(4);
  // +num says that a machine may add them up.
  for (const row of rows)
    row.forEach((cell, at) => {
      if (tags[at].includes('+num')) expect(cell).toMatch(/^$|^-?\d+(\.\d+)?$/);
    });
});

test('columns without a tag are left out of HXL', () => {
  const columns = [
    { name: 'a', tag: '#loc', of: (row: number) => row },
    { name: 'b', of: () => 'x' },
  ];
  expect(allOf(hxlTable(columns, [1, null, 2])).toString()).toBe('a\r\n#loc\r\n1\r\n2\r\n');
});

test('ranges: by time, by site, by both; a record without time counts by its reception', () => {
  const facts = exportFacts();
  const ids = (range: object) =>
    [...facts.records({ ...EVERYTHING, ...range })].flatMap((fact) => fact?.id ?? []);
  expect(ids({})).toEqual(Array.from({ length: 39 }, (_, at) => at + 1));
  expect(ids({ fromS: BOOT_S + 29 * 3600 })).toEqual([29, 30, 31, 32, 33, 39]);
  expect(ids({ beforeS: BOOT_S + 2 * 3600 })).toEqual([1, 34]);
  expect(ids({ sites: ['canteen-01'], beforeS: BOOT_S + 3 * 3600 })).toEqual([34, 35]);
  expect(ids({ sites: ['wp-01'] })).toEqual([...Array.from({ length: 30 }, (_, at) => at + 1), 39]);
  expect(ids({ sites: ['a', 'b', 'c', 'd', 'wp-02'] })).toEqual([31, 32, 33]);
  expect(exportFormat('nonsense')).toBeUndefined();
});
