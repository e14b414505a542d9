/*
 * The gateway's machine loses power and starts without network, with no idea of the time: the nodes, which run on batteries,
 * bring it back. Then its process is restarted, and nothing is forgotten.
 * Runs the village in this process, its gateway in one of its own.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { VILLAGE_START_S } from '../../scripts/village/data-dir';
import { checkOptions } from '../../scripts/village/options';
import { runVillage } from '../../scripts/village/run';

const HOUR_MS = 3_600_000;
const OUTAGE_H = 26;
const RESTART_H = 34;
const scratch = mkdtempSync(join(tmpdir(), 'tallywell-clock-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('a power cut without network: records go on in order, the nodes bring the time back, a restart keeps it', async () => {
  const folder = join(scratch, 'village');
  const options = checkOptions({
    ...{ sites: '4', days: '2', speed: 'max', exit: true, json: true, seed: '9', loss: '5' },
    ...{ httpPort: '0', mqttPort: '0', data: folder },
  });
  const startMs = VILLAGE_START_S * 1000;
  const told = { stdout: '', stderr: '' };
  const code = await runVillage(options, {
    built: ({ world }) => {
      for (const hour of [OUTAGE_H, RESTART_H]) {
        world.at(hour * HOUR_MS, () => {
          process.kill(Number(readFileSync(join(folder, 'gateway.pid'), 'utf8')), 'SIGKILL');
        });
      }
    },
    evidence: (timeMs) =>
      timeMs < startMs + OUTAGE_H * HOUR_MS ? {} : { isVouched: false, bootId: 'second' },
    stdout: { write: (text: string) => (told.stdout += text) },
    stderr: { write: (text: string) => (told.stderr += text) },
  });
  expect(code, told.stderr).toBe(0);
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const rows = database
    .prepare('SELECT received_at_s AS atS, clock_state AS state FROM record ORDER BY id')
    .all() as { atS: number; state: string }[];
  const saved = JSON.parse(
    database.prepare("SELECT value FROM meta WHERE name = 'clock'").pluck().get() as string,
  );
  database.close();
  const states = rows.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1]);
  expect(states).toEqual(['trusted', 'unknown', 'held']);
  // At most two nodes' next records come before two of them agree.
  expect(rows.filter(({ state }) => state === 'unknown').length).toBeLessThan(6);
  for (let i = 1; i < rows.length; i++) expect(rows[i].atS).toBeGreaterThanOrEqual(rows[i - 1].atS);
  // A parent's uptime is the true time.
  expect(saved).toMatchObject({ source: 'nodes', bootId: 'second' });
  const wrongS = Math.abs(saved.timeMs - saved.uptimeMs) / 1000;
  expect(wrongS).toBeLessThanOrEqual(saved.uncertaintyS);
  expect(wrongS).toBeLessThan(120);
});
