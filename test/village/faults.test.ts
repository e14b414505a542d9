/*
 * A village with power cuts, restarts and heavy loss, whose gateway is put back to a backup of the day before: nothing
 * that was saved is missing, nothing is there twice.
 * Runs the village in this process, its gateway in one of its own.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import type { Village } from '../../scripts/village/build';
import { checkOptions } from '../../scripts/village/options';
import { runVillage } from '../../scripts/village/run';
import type { Summary } from '../../scripts/village/summary';
import { storedValue, untilEnded } from './gateway-beside';

const HOUR_MS = 3_600_000;
const scratch = mkdtempSync(join(tmpdir(), 'tallywell-faults-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function run(folder: string, days: string, built: (village: Village) => void) {
  const options = checkOptions({
    ...{ sites: '3', days, speed: 'max', exit: true, json: true, seed: '11', loss: '30' },
    ...{ httpPort: '0', mqttPort: '0', faults: true, data: folder },
  });
  const told = { stdout: '', stderr: '' };
  const code = await runVillage(options, {
    built,
    stdout: { write: (text: string) => (told.stdout += text) },
    stderr: { write: (text: string) => (told.stderr += text) },
  });
  expect(code, told.stderr).toBe(0);
  return JSON.parse(told.stdout) as Summary;
}

function expectAccounted({ volume_dl: volume, meals }: Summary): void {
  for (const [all, account] of [
    [volume.drawn, volume],
    [meals.served, meals],
  ] as const) {
    const { stored, journaled, between_boots, uncounted, open, lost } = account;
    expect(all).toBe(stored + journaled + between_boots + uncounted + open + lost);
    expect(lost).toBe(0);
    expect(stored).toBeGreaterThan(5 * (between_boots + journaled));
  }
  expect(volume.between_boots).toBeGreaterThan(0);
  expect(volume.uncounted).toBeGreaterThan(0);
}

test('power cuts and restarts at every node, thirty percent loss: lost 0, nothing twice', async () => {
  const folder = join(scratch, 'faults');
  let nodes: Village['nodes'] = [];
  const summary = await run(folder, '5', (village) => {
    nodes = village.nodes;
  });
  expectAccounted(summary);
  expect(Math.min(...nodes.map(({ power }) => power.bootsMs.length))).toBeGreaterThanOrEqual(7);
  expect(storedValue(folder, 'SELECT count(*) FROM record')).toBe(summary.records.stored);
  const different = 'SELECT count(*) FROM (SELECT DISTINCT payload FROM record)';
  expect(storedValue(folder, different)).toBe(summary.records.stored);
  expect(storedValue(folder, 'SELECT count(*) FROM conflict')).toBe(0);
});

test.skipIf(process.platform !== 'linux')(
  'a gateway put back to a backup of the day before gets all of it again',
  async () => {
    const folder = join(scratch, 'restored');
    const database = join(folder, 'gateway.sqlite');
    const backup = join(scratch, 'backup.sqlite');
    const counts = { atBackup: 0, atRestore: 0 };
    const summary = await run(folder, '6', ({ world }) => {
      world.at(30 * HOUR_MS, () => {
        const open = new Database(database, { readonly: true });
        open.exec(`VACUUM INTO '${backup}'`);
        open.close();
        counts.atBackup = storedValue(folder, 'SELECT count(*) FROM record') as number;
      });
      world.at(54 * HOUR_MS, () => {
        const pid = Number(readFileSync(join(folder, 'gateway.pid'), 'utf8'));
        process.kill(pid, 'SIGKILL');
        untilEnded(pid);
        counts.atRestore = storedValue(folder, 'SELECT count(*) FROM record') as number;
        const image = readFileSync(backup);
        for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true });
        rmSync(database);
        writeFileSync(database, image);
      });
    });
    expect(counts.atRestore - counts.atBackup).toBeGreaterThan(50);
    expectAccounted(summary);
    expect(summary.records.stored).toBeGreaterThan(counts.atRestore);
  },
);
