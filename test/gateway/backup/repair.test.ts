/*
 * Damaged databases: pages of a real file are zeroed, filled with garbage or get single bits flipped. Either it is found
 * whole and is, or it is found damaged; and repair brings back every record that lies on a page nobody touched.
 * Oracle: the bytes of each record as they were written, and the page of the file they lie on.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupsIn, makeBackup } from '../../../gateway/backups';
import { checkDatabase, isDamage } from '../../../gateway/checking';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { openStore } from '../../../gateway/edges/store/store';
import { startGateway } from '../../../gateway/gateway';
import { type Repaired, repairDatabase } from '../../../gateway/repairing';
import { createRandomStream } from '../../../hardware/virtual/random';
import { registerFile, testFolder } from '../support/places';
import { addRecords, madeFolder, readValue, rowsOf, tallywell } from './kit';

const PAGE = 1024;
const RECORDS = 150;
const AT_BACKUP = 100;
const RUNS = 24 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const RECORD_SQL = 'SELECT id, hex(payload || signature) AS bytes FROM record ORDER BY id';
const scratch = mkdtempSync(join(tmpdir(), 'tallywell-repair-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Written {
  id: number;
  /** Payload and signature, hex. */
  bytes: string;
  /** Page of the file, from 0. */
  page: number;
}

const whole = join(scratch, 'whole');
/** What is damaged first, and in which ways: they take turns, so that one round has each with and without a backup. */
const KINDS = ['free', 'schema', 'table', 'index'] as const;
const WAYS = ['zeroed', 'garbage', 'bits'] as const;
type Kind = (typeof KINDS)[number];

/** Pages of each kind, from 0. */
type Places = Record<Kind, number[]>;

let written: Written[] = [];
let register = '';
let places: Places = { free: [], schema: [], table: [], index: [] };

/** A table comes and goes: its pages hold nothing then. */
function leaveFreePages(path: string): void {
  const database = new Database(path);
  database.exec('CREATE TABLE scrap (x); INSERT INTO scrap VALUES (zeroblob(20000))');
  database.exec('DROP TABLE scrap');
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** What lies where. Source: SQLite's file format, sections 1.3 (header), 1.5 (free pages); its table dbstat. */
function placesOf(path: string): Places {
  const pages = rowsOf(
    path,
    `SELECT pageno - 1 AS page, coalesce(type, 'schema') AS type
     FROM dbstat LEFT JOIN sqlite_schema USING (name)`,
  ) as { page: number; type: Kind }[];
  const file = readFileSync(path);
  const used = new Set(pages.map(({ page }) => page));
  // The first of them lists the others.
  const trunk = file.readUInt32BE(32) - 1;
  const free = Array.from({ length: file.length / PAGE }, (_, page) => page).filter(
    (page) => !used.has(page) && page !== trunk,
  );
  const of = (kind: Kind) => pages.filter(({ type }) => type === kind).map(({ page }) => page);
  return { free, schema: of('schema'), table: of('table'), index: of('index') };
}

beforeAll(async () => {
  mkdirSync(whole);
  register = registerFile(scratch, [1, 2]);
  const store = madeFolder(whole, AT_BACKUP);
  await makeBackup({
    ...{ dataDir: whole, folder: join(whole, 'backup'), keep: 3, withKey: true },
    ...{ otherDisk: false, timeMs: null, clock: 'unknown', program: 'test', progress() {} },
  });
  addRecords(store, AT_BACKUP + 1, RECORDS);
  store.close();
  const path = join(whole, 'gateway.sqlite');
  leaveFreePages(path);
  places = placesOf(path);
  const file = readFileSync(path);
  written = (rowsOf(path, RECORD_SQL) as Written[]).map((row) => {
    const at = file.indexOf(Buffer.from(row.bytes, 'hex'));
    expect(at).toBeGreaterThan(0);
    return { ...row, page: Math.floor(at / PAGE) };
  });
  expect(written).toHaveLength(2 * RECORDS);
});

/** A copy of the whole folder. */
function copied(withBackup: boolean): string {
  const folder = testFolder();
  for (const name of ['gateway.sqlite', 'gateway.key'])
    copyFileSync(join(whole, name), join(folder, name));
  if (!withBackup) return folder;
  mkdirSync(join(folder, 'backup'));
  for (const name of readdirSync(join(whole, 'backup')))
    copyFileSync(join(whole, 'backup', name), join(folder, 'backup', name));
  return folder;
}

/** What a seed damages. */
function planOf(seed: number) {
  return {
    kind: KINDS[seed % KINDS.length],
    way: WAYS[Math.floor(seed / KINDS.length) % WAYS.length],
    withBackup: Math.floor(seed / (KINDS.length * WAYS.length)) % 2 === 1,
  };
}

/** Damages a page of the kind, and some others: of all where the kind is one that matters. @returns which. */
function damage(path: string, seed: number): Set<number> {
  const dice = createRandomStream(seed, 'damage');
  const { kind, way: firstWay } = planOf(seed);
  const file = readFileSync(path);
  const pages = new Set<number>();
  for (let count = 1 + dice.below(5); count > 0; count -= 1) {
    const isFirst = pages.size === 0;
    const among = places[kind];
    const anywhere = !isFirst && kind !== 'free';
    const page = anywhere ? dice.below(file.length / PAGE) : among[dice.below(among.length)];
    const way = isFirst ? firstWay : WAYS[dice.below(WAYS.length)];
    if (pages.has(page)) continue;
    pages.add(page);
    if (way === 'zeroed') file.fill(0, page * PAGE, (page + 1) * PAGE);
    for (let at = 0; at < PAGE && way === 'garbage'; at += 1)
      file[page * PAGE + at] = dice.below(256);
    for (let bits = 0; bits < 4 && way === 'bits'; bits += 1)
      file[page * PAGE + dice.below(PAGE)] ^= 1 << dice.below(8);
  }
  writeFileSync(path, file);
  return pages;
}

function repair(folder: string): Promise<Repaired> {
  const backups = [join(folder, 'backup')];
  const order = { dataDir: folder, backups, registerFile: register, force: false };
  return repairDatabase({ ...order, progress() {} });
}

function bytesIn(path: string): string[] {
  return (rowsOf(path, RECORD_SQL) as Written[]).map(({ bytes }) => bytes);
}

/** Opens it as a gateway does; true = it refused because of damage. */
function isRefused(path: string): boolean {
  try {
    openStore(path).close();
    return false;
  } catch (error) {
    if (isDamage(error)) return true;
    // A page of the schema or a fact that says something else now.
    expect(String(error)).toMatch(
      /newer Tallywell|no such (table|column)|malformed|already exists|constraint|duplicate column/,
    );
    return true;
  }
}

test('a database that is found whole is whole, any other is repaired from what its pages still hold', async () => {
  const outcomes = { whole: 0, refusedAtStart: 0, salvaged: 0 };
  for (let seed = 0; seed < RUNS; seed += 1) {
    const { kind, way, withBackup } = planOf(seed);
    const folder = copied(withBackup);
    const path = join(folder, 'gateway.sqlite');
    const pages = damage(path, seed);
    const damaged = readFileSync(path);
    const checked = checkDatabase(path, { allSignatures: true });
    const refused = isRefused(path);
    if (refused) outcomes.refusedAtStart += 1;
    writeFileSync(path, damaged);
    if (kind === 'free') expect(checked.faults, `seed ${seed}`).toEqual([]);
    else if (way === 'zeroed') expect(checked.faults, `seed ${seed}`).not.toEqual([]);
    const all = written.map(({ bytes }) => bytes);
    if (checked.faults.length === 0) {
      outcomes.whole += 1;
      expect(bytesIn(path), `seed ${seed}`).toEqual(all);
      expect(refused, `seed ${seed}`).toBe(false);
      continue;
    }
    const done = await repair(folder);
    outcomes.salvaged += done.outcome === 'salvaged' ? 1 : 0;
    const after = new Set(bytesIn(path));
    const lost = written.filter(
      ({ id, page, bytes }) =>
        (!pages.has(page) || (withBackup && id <= 2 * AT_BACKUP)) && !after.has(bytes),
    );
    expect(lost, `seed ${seed}: pages ${[...pages]}`).toEqual([]);
    for (const bytes of after) expect(all).toContain(bytes);
    expect(done.records).toBe(after.size);
    expect(checkDatabase(path, { allSignatures: true }).faults, `seed ${seed}`).toEqual([]);
    const key = readValue(path, "SELECT value FROM meta WHERE name = 'gateway_public_key'");
    expect(key).toBe(
      readValue(
        join(whole, 'gateway.sqlite'),
        "SELECT value FROM meta WHERE name = 'gateway_public_key'",
      ),
    );
    const sequence = readValue(path, "SELECT value FROM meta WHERE name = 'bulletin_sequence'");
    if (withBackup) expect(Number(sequence)).toBeGreaterThanOrEqual(29_000_000);
    if (done.outcome === 'salvaged') {
      expect(readFileSync(join(done.aside as string, 'gateway.sqlite')).equals(damaged)).toBe(true);
    }
  }
  console.log(JSON.stringify({ RUNS, ...outcomes }));
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(0);
});

test('only the sums are wrong: made again in place', async () => {
  const folder = copied(false);
  const path = join(folder, 'gateway.sqlite');
  execFileSync(process.execPath, [
    '-e',
    `const D=require('better-sqlite3');const d=new D(process.argv[1]);d.exec('UPDATE day SET counter_0 = counter_0 + 1; DELETE FROM hour WHERE hour_s % 7200 = 0')`,
    path,
  ]);
  const checked = checkDatabase(path);
  expect([checked.onlySums, checked.faults[0]]).toEqual([true, expect.stringMatching(/^sums of/)]);
  const told = await tallywell('repair', '--data', folder, '--json');
  expect(told.code, told.stderr).toBe(0);
  expect(JSON.parse(told.stdout)).toMatchObject({ outcome: 'sums', aside: null, records: 300 });
  const sums = 'SELECT * FROM hour ORDER BY 1, 2';
  expect(rowsOf(path, sums)).toEqual(rowsOf(join(whole, 'gateway.sqlite'), sums));
  expect(checkDatabase(path).faults).toEqual([]);
});

test('records in the write-ahead log are saved when the file itself is beyond opening', async () => {
  const made = testFolder();
  const store = madeFolder(made, 10);
  addRecords(store, 11, 20);
  const folder = testFolder();
  for (const name of ['gateway.sqlite', 'gateway.sqlite-wal', 'gateway.key'])
    copyFileSync(join(made, name), join(folder, name));
  store.close();
  const path = join(folder, 'gateway.sqlite');
  const file = readFileSync(path);
  file.fill(0);
  writeFileSync(path, file);
  // Its first frame no longer fits its checksum: SQLite takes nothing from this log.
  const log = readFileSync(`${path}-wal`);
  log[32 + 24 + 500] ^= 1;
  writeFileSync(`${path}-wal`, log);
  const done = await repair(folder);
  expect([done.outcome, done.records]).toEqual(['salvaged', 40]);
  expect(bytesIn(path)).toEqual(bytesIn(join(made, 'gateway.sqlite')));
});

test('a damaged database is refused in words, never replaced; after repair the gateway starts and counts right', async () => {
  const folder = copied(true);
  const path = join(folder, 'gateway.sqlite');
  const file = readFileSync(path);
  file.fill(0, 0, 40 * PAGE);
  writeFileSync(path, file);
  const options = {
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], registerFile: register },
    ...{ mqttPort: 0, httpPort: 0, log: () => {} },
  };
  await expect(startGateway(options)).rejects.toThrow(/damaged.*tallywell repair --data/s);
  expect(readFileSync(path).equals(file)).toBe(true);
  const told = await tallywell('repair', '--data', folder);
  expect(told.code, told.stderr).toBe(0);
  expect(told.stdout).toContain('no record is missing');
  const gateway = await startGateway(options);
  try {
    expect(gateway.status().records.stored).toBe(2 * RECORDS);
    const again = await tallywell('repair', '--data', folder);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('stop it first')]);
  } finally {
    await gateway.stop();
  }
});

test('a repair that is cut off before its last step is finished by the next', async () => {
  const folder = copied(false);
  const path = join(folder, 'gateway.sqlite');
  copyFileSync(path, `${path}.ready`);
  rmSync(path);
  const told = await tallywell('repair', '--data', folder, '--json');
  expect(JSON.parse(told.stdout)).toMatchObject({ outcome: 'finished', records: 300, key: 'kept' });
  expect([existsSync(`${path}.ready`), bytesIn(path).length]).toEqual([false, 300]);
  expect(backupsIn(join(folder, 'backup'))).toEqual([]);
});
