/*
 * Tests of the verb `tallywell export`, as a process, beside a gateway that writes: files whole or not at all, checksums
 * that `sha256sum` agrees with, one point of time for all files, words for what goes wrong.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { EXPORT_FORMATS } from '../../gateway/export/formats';
import type { ExportManifest } from '../../gateway/exporting';
import { exportFolder } from '../gateway/export/kit';
import { testFolder } from '../gateway/support/places';

function run(args: string[]) {
  const done = spawnSync(process.execPath, ['dist/tallywell.js', 'export', ...args], {
    maxBuffer: 1 << 26,
  });
  return {
    code: done.status,
    out: done.stdout.toString('utf8'),
    bytes: done.stdout,
    words: done.stderr.toString('utf8'),
  };
}

test('all exports into a folder: a manifest, checksums that another program confirms, what is left out and why', () => {
  const data = exportFolder();
  const out = join(testFolder(), 'for-partners');
  const done = run(['--data', data, '--out', out, '--json']);
  expect([done.code, done.words]).toEqual([
    0,
    'export: senml.json: left out: 3 records whose time is not known\nexport: senml.cbor: left out: 3 records whose time is not known\n',
  ]);
  const { manifest } = JSON.parse(done.out) as { manifest: ExportManifest };
  expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toEqual(manifest);
  expect(manifest).toMatchObject({
    pod: 'testpod',
    newestRecord: 39,
    sites: null,
    from: '1970-01-01T00:00:00Z',
  });
  const names = EXPORT_FORMATS.map(({ name }) => name);
  const made = manifest.files.map(({ name }) => name);
  expect(made).toEqual(names.filter((name) => name !== 'wpdx.csv' && name !== 'dhis2.json'));
  expect(manifest.notMade).toEqual([
    { name: 'wpdx.csv', why: 'the partners file has no "wpdx"' },
    { name: 'dhis2.json', why: 'the partners file has no "dhis2"' },
  ]);
  expect(readdirSync(out).sort()).toEqual([...made, 'SHA256SUMS', 'manifest.json'].sort());
  const checked = spawnSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], {
    cwd: out,
  });
  expect(checked.status).toBe(0);
  for (const { name, bytes } of manifest.files)
    expect(readFileSync(join(out, name))).toHaveLength(bytes);
});

test('one export: to standard output, or to a file, of some sites and days', () => {
  const data = exportFolder();
  const args = [
    '--data',
    data,
    '--format',
    'days.csv',
    '--site',
    'wp-01',
    '--from',
    '2026-03-02',
    '--to',
    '2026-03-03',
  ];
  const done = run(args);
  expect([done.code, done.words]).toEqual([0, '']);
  expect(parse(done.out, { columns: true })).toMatchObject([
    { date_utc: '2026-03-02', volume_l: '36' },
  ]);
  const file = join(testFolder(), 'my days.csv');
  expect(run([...args, '--out', file]).code).toBe(0);
  expect(readFileSync(file)).toEqual(done.bytes);
});

test('beside a gateway that is in the middle of a commit', () => {
  const data = exportFolder();
  const writer = new Sqlite(join(data, 'gateway.sqlite'));
  writer.exec("BEGIN IMMEDIATE; UPDATE site SET name = 'half done'");
  const done = run(['--data', data, '--format', 'records.csv']);
  writer.exec('ROLLBACK');
  writer.close();
  expect([done.code, parse(done.out)]).toMatchObject([0, { length: 40 }]);
  expect(done.out).not.toContain('half done');
});

test('the partners file: beside the database, or named; one that is wrong is told', () => {
  const data = exportFolder();
  const partners = { wpdx: { source: 'Pod', sites: { 'wp-01': { water_tech: 'Hand Pump' } } } };
  writeFileSync(join(data, 'partners.json'), JSON.stringify(partners));
  const done = run([
    '--data',
    data,
    '--format',
    'wpdx.csv',
    '--from',
    '2026-03-01',
    '--link-base',
    'http://pi',
  ]);
  expect(done.code).toBe(0);
  expect(parse(done.out, { columns: true })).toMatchObject([
    { '#status_id': 'No', '#data_lnk': 'http://pi/api/v1/sites/wp-01/records/39.cose' },
  ]);
  expect(done.words).toContain('left out: canteen-01 is no water point');
  const wrong = join(testFolder(), 'wrong.json');
  writeFileSync(wrong, '{"wpdx":1}');
  expect(run(['--data', data, '--format', 'wpdx.csv', '--partners', wrong])).toMatchObject({
    code: 1,
    words: expect.stringContaining(`${wrong}: wpdx`),
  });
});

test('what goes wrong is told in words, and leaves no half file', () => {
  const data = exportFolder();
  const folder = testFolder();
  const said = (args: string[]) => {
    const { code, words } = run(args);
    return `${code} ${words}`;
  };
  expect(said(['--data', folder, '--format', 'days.csv'])).toContain('1 export: ');
  expect(said(['--data', data])).toContain('1 export: where to?');
  expect(said(['--data', data, '--format', 'nonsense'])).toMatch(/^2 .*one of days\.csv/s);
  expect(said(['--data', data, '--format', 'days.csv', '--site', 'nowhere'])).toContain(
    '1 export: no such site: nowhere',
  );
  expect(said(['--data', data, '--format', 'days.csv', '--from', 'soon'])).toContain(
    '1 export: from and to',
  );
  expect(said(['--data', data, '--format', 'wpdx.csv'])).toContain(
    'needs "wpdx" in the partners file',
  );
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(said(['--data', data, '--out', `${file}/in`])).toContain('is no folder');
  // Half of an export that was cut off: no manifest, so everybody sees that it is not finished.
  const full = join(folder, 'full');
  mkdirSync(full);
  writeFileSync(join(full, 'manifest.json'), 'of an earlier one');
  mkdirSync(join(full, 'records.csv'));
  expect(run(['--data', data, '--out', full]).code).toBe(1);
  expect(existsSync(join(full, 'manifest.json'))).toBe(false);
  expect(readdirSync(full).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('--list names every export', () => {
  const { out } = run(['--list']);
  for (const { name } of EXPORT_FORMATS) expect(out).toContain(name);
});
