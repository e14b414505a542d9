/*
 * Which gateway's folder the verbs work with when --data is not given, as processes.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageFolder } from '../../scripts/village/options';
import { madeFolder } from '../gateway/backup/kit';
import { testFolder } from '../gateway/support/places';

const SCRIPT = join(packageFolder(), 'dist/tallywell.js');

function tallywell(args: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, ...environment };
  return spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', env });
}

test('verbs find folder and backups by --config, TALLYWELL_CONFIG or TALLYWELL_DATA', () => {
  const folder = testFolder();
  const [data, backups, config] = ['data', 'elsewhere', 'c.yaml'].map((one) => join(folder, one));
  mkdirSync(data);
  madeFolder(data, 2).close();
  writeFileSync(config, `data: ${data}\nbackup:\n  folder: ${backups}\n  usb: false\n`);
  const named = ['--config', config];
  const add = ['account', 'add', 'anna', '--scope', 'admin', '--random', '--json'];
  expect(tallywell([...add, ...named]).status).toBe(0);
  const list = tallywell(['account', 'list', '--json'], { TALLYWELL_CONFIG: config });
  expect(JSON.parse(list.stdout).accounts).toMatchObject([{ name: 'anna' }]);
  const token = tallywell(['token', 'list', '--json'], { TALLYWELL_DATA: data });
  expect(JSON.parse(token.stdout)).toEqual({ tokens: [] });
  expect(tallywell(['recovery-key', 'show', ...named]).stdout).toMatch(/no recovery key/);
  const made = JSON.parse(tallywell(['backup', '--json', ...named]).stdout);
  expect(made.backups).toMatchObject([{ verified: true, file: expect.stringContaining(backups) }]);
  const listed = JSON.parse(tallywell(['backup', 'list', '--json', ...named]).stdout);
  expect(listed.folders[0]).toBe(backups);
  const repaired = tallywell(['repair', '--force', '--no-usb', ...named]);
  expect([repaired.status, repaired.stderr]).toEqual([0, '']);
  expect(tallywell(['restore', backups, '--replace', ...named]).stdout).toMatch(/is restored/);
});

test('a broken configuration is told; a folder that is named counts all the same', () => {
  const folder = testFolder();
  const config = join(folder, 'c.yaml');
  writeFileSync(config, 'dta: x\n');
  const broken = tallywell(['account', 'list', '--config', config]);
  expect([broken.status, broken.stderr]).toEqual([1, expect.stringContaining('dta')]);
  madeFolder(join(folder), 1).close();
  expect(tallywell(['account', 'list', '--config', config, '--data', folder]).status).toBe(0);
});
