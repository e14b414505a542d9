/*
 * kill -9 in the middle of a migration, at an exact call on the database's files: whoever opens it next brings it to the very
 * same content as one that was never disturbed.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../../gateway/edges/store/migrations';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { openStore } from '../../../gateway/edges/store/store';
import { bundleForNode } from '../support/bundle';
import { testFolder } from '../support/places';
import { random } from './kill-village';
import { preloadLibrary } from './preload';

const KILLS = 4 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const FOLDER = new URL('../../fixtures/databases/', import.meta.url).pathname;
const FORMS = MIGRATIONS.slice(1).map((_, at) => `form-${at + 1}.sqlite`);

/** Everything in a database: its tables and their rows. */
function contentOf(path: string): unknown {
  const database = new Database(path, { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
  const tables = database
    .prepare("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    .all() as { name: string; sql: string | null }[];
  const rows = tables
    .filter(({ sql }) => sql?.startsWith('CREATE TABLE'))
    .map(({ name }) => database.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all());
  database.close();
  return { tables, rows };
}

test.each(FORMS)(`${KILLS} x kill -9 while %s becomes the newest form`, async (form) => {
  const made = testFolder();
  const library = preloadLibrary(made, 'kill-calls');
  const script = await bundleForNode('opener-process');
  const whole = join(made, 'whole.sqlite');
  copyFileSync(join(FOLDER, form), whole);
  openStore(whole).close();
  const wanted = contentOf(whole);
  const chance = random(23);
  let killed = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const folder = join(made, `${kill}`);
    mkdirSync(folder);
    const path = join(folder, 'gateway.sqlite');
    copyFileSync(join(FOLDER, form), path);
    const { signal, stderr } = spawnSync(process.execPath, [script, path], {
      encoding: 'utf8',
      env: {
        ...process.env,
        ...{ LD_PRELOAD: library, TALLYWELL_KILL_FOLDER: folder },
        TALLYWELL_KILL_AT: String(1 + Math.floor(300 ** chance())),
        TALLYWELL_KILL_HOW: String(kill % 3),
      },
    });
    expect(stderr).toBe('');
    if (signal === 'SIGKILL') killed += 1;
    openStore(path).close();
    expect(contentOf(path)).toEqual(wanted);
  }
  expect(killed).toBeGreaterThan(KILLS / 2);
});
