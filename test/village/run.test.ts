/*
 * The whole village with real processes: compiled firmware on virtual boards, a gateway process, its database.
 * Runs the built program (npm run build comes first in npm test).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { packageFolder } from '../../scripts/village/options';
import type { Summary } from '../../scripts/village/summary';

const scratch = mkdtempSync(join(tmpdir(), 'tallywell-run-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the village to its end; `watch` sees all of stderr so far, whenever there is more. */
function village(args: string[], watch: (stderr: string) => void = () => {}): Promise<Ended> {
  const script = join(packageFolder(), 'dist/tallywell.js');
  const ports = ['--http-port', '0', '--mqtt-port', '0'];
  const child = spawn(process.execPath, [script, 'village', ...ports, ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
    watch(stderr);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

function lastLine(ended: Ended): Summary {
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout.trim().split('\n').pop() as string) as Summary;
}

/** The equation of the summary, to the last digit, and nothing lost. */
function expectAccounted(summary: Summary): void {
  const { volume_dl: volume, meals } = summary;
  expect(volume.drawn).toBe(volume.stored + volume.journaled + volume.open + volume.lost);
  expect(meals.served).toBe(meals.stored + meals.journaled + meals.open + meals.lost);
  expect([volume.lost, meals.lost]).toEqual([0, 0]);
  expect(volume.stored).toBeGreaterThan(0);
  expect(meals.stored).toBeGreaterThan(0);
}

const SMALL = ['--sites', '3', '--speed', 'max', '--exit', '--json'];

test('a small village accounts for every litre and meal, and the same seed gives the same line', async () => {
  const args = [...SMALL, '--days', '1', '--seed', '7', '--loss', '10'];
  const [first, second] = [await village(args), await village(args)];
  const summary = lastLine(first);
  expectAccounted(summary);
  expect(Object.keys(summary)).toEqual([
    ...['seed', 'days', 'sites', 'records', 'volume_dl', 'meals'],
    ...['delivered_percent', 'air_busy_percent'],
  ]);
  expect(Object.keys(summary.records)).toEqual(['sent', 'stored', 'duplicate', 'rejected']);
  expect([summary.seed, summary.days, summary.sites]).toEqual([7, 1, 3]);
  expect(summary.delivered_percent).toBeGreaterThan(90);
  expect(summary.records.rejected).toBeGreaterThan(0);
  expect(lastLine(second)).toEqual(summary);
});

test('hostile packets are counted by reason and change nothing else', async () => {
  const folder = join(scratch, 'hostile');
  const summary = lastLine(
    await village([...SMALL, '--days', '1', '--loss', '0', '--data', folder]),
  );
  expectAccounted(summary);
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const rows = database.prepare('SELECT reason, count FROM refusal').all();
  const foreign = database.prepare('SELECT count(*) FROM conflict').pluck().get();
  const known = database.prepare('SELECT count(*) FROM node_key').pluck().get();
  database.close();
  const reasons = (rows as { reason: string }[]).map((row) => row.reason);
  expect(reasons).toEqual(
    expect.arrayContaining(['unknown-key', 'bad-signature', 'too-long', 'foreign-port']),
  );
  expect([foreign, known]).toEqual([0, 3]);
  const quiet = lastLine(await village([...SMALL, '--days', '0.2', '--loss', '0', '--no-hostile']));
  expect(quiet.records.rejected).toBe(0);
});

test('kill -9 of the gateway in the middle, twice: nothing lost, nothing twice', async () => {
  const folder = join(scratch, 'killed');
  let kills = 0;
  // Paced, so that there are enough lines to count on however fast the machine is: about one in seven village hours.
  const paced = ['--sites', '3', '--speed', '40000', '--exit', '--json'];
  const killAt = (stderr: string): void => {
    const hours = stderr.match(/^2026-09-0\d \d\d:\d\d /gm)?.length ?? 0;
    const back = stderr.match(/the gateway is back/g)?.length ?? 0;
    if (kills >= 2 || back < kills || hours < 3 + 2 * kills) return;
    kills++;
    process.kill(Number(readFileSync(join(folder, 'gateway.pid'), 'utf8')), 'SIGKILL');
  };
  const ended = await village([...paced, '--days', '3', '--loss', '5', '--data', folder], killAt);
  expect(ended.stderr.match(/ended \(signal SIGKILL\); starting it again/g)).toHaveLength(2);
  const summary = lastLine(ended);
  expectAccounted(summary);
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const stored = database.prepare('SELECT count(*) FROM record').pluck().get();
  const different = database
    .prepare('SELECT count(*) FROM (SELECT DISTINCT payload FROM record)')
    .pluck()
    .get();
  database.close();
  expect([stored, different]).toEqual([summary.records.stored, summary.records.stored]);
});

test('started again with the same folder: history stays, new nodes, only their records counted', async () => {
  const folder = join(scratch, 'again');
  const args = [...SMALL, '--days', '0.6', '--data', folder];
  const first = lastLine(await village(args));
  const second = lastLine(await village(args));
  expectAccounted(first);
  expectAccounted(second);
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const stored = database.prepare('SELECT count(*) FROM record').pluck().get();
  const keys = database.prepare('SELECT count(*) FROM node_key').pluck().get();
  const sites = database.prepare('SELECT count(*) FROM site').pluck().get();
  database.close();
  expect(stored).toBe(first.records.stored + second.records.stored);
  expect([sites, keys]).toEqual([3, 6]);
  const other = await village([...args, '--seed', '2']);
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(/belongs to a village with --seed 1 \(not 2\)/);
});

test('what cannot be is said in words: a taken port, a missing file, a wrong value', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const taken = String((server.address() as { port: number }).port);
  const port = await village([...SMALL, '--http-port', taken]);
  server.close();
  expect([port.code, port.stderr]).toEqual([1, expect.stringMatching(/taken.*Give another one/)]);
  const file = await village([...SMALL, '--taps', join(scratch, 'none.csv')]);
  expect([file.code, file.stderr]).toEqual([1, expect.stringMatching(/--taps .*no such file/)]);
  const value = await village([...SMALL, '--loss', 'much']);
  expect([value.code, value.stderr]).toEqual([
    2,
    expect.stringMatching(/--loss much: give a number/),
  ]);
});
