/*
 * Bar "Restore": the card dies. Yesterday's backup, made by the real `tallywell backup` beside the running gateway, is put on
 * a new card by the real `tallywell restore`: nodes send again, nothing is lost, and no bulletin is refused.
 * Runs the village in this process, its gateways in processes of their own, with the real firmware on every node.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BULLETIN_RESTORE_LIFT } from '../../gateway/limits/bulletins';
import type { Village } from '../../scripts/village/build';
import { checkOptions, packageFolder } from '../../scripts/village/options';
import { runVillage } from '../../scripts/village/run';
import type { Summary } from '../../scripts/village/summary';
import { storedValue, untilEnded } from './gateway-beside';

const HOUR_MS = 3_600_000;
const DUPLICATES = "SELECT coalesce(sum(count), 0) FROM refusal WHERE reason = 'duplicate'";
const SEQUENCE = "SELECT value FROM meta WHERE name = 'bulletin_sequence'";
const scratch = mkdtempSync(join(tmpdir(), 'tallywell-restore-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function run(folder: string, days: string, built: (village: Village) => void) {
  const options = checkOptions({
    ...{ sites: '3', days, speed: 'max', exit: true, json: true, seed: '21', loss: '15' },
    ...{ httpPort: '0', mqttPort: '0', data: folder },
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

function read(folder: string, sql: string): number {
  return Number(storedValue(folder, sql));
}

function tallywell(...args: string[]) {
  const script = join(packageFolder(), 'dist/tallywell.js');
  const done = spawnSync(process.execPath, [script, ...args, '--json'], { encoding: 'utf8' });
  expect(done.status, done.stderr).toBe(0);
  return JSON.parse(done.stdout);
}

test.skipIf(process.platform !== 'linux')(
  'yesterday’s backup on a new card: nodes send again, lost 0, no bulletin refused',
  { timeout: 300_000 },
  async () => {
    const folder = join(scratch, 'village');
    const stick = join(scratch, 'stick');
    const at = { backup: 0, death: 0, sequence: 0, restoredSequence: 0 };
    const lastDay = { records: 0, duplicates: 0 };
    let key = '';
    const summary = await run(folder, '4', ({ world }) => {
      world.at(30 * HOUR_MS, () => {
        const time = ['--time', '2026-09-08T06:00Z'];
        const made = tallywell('backup', '--data', folder, '--to', stick, ...time);
        at.backup = made.backups[0].manifest.records;
        expect(made.backups[0].file).toContain('20260908T0600Z');
        expect(at.backup).toBe(read(folder, 'SELECT count(*) FROM record'));
      });
      world.at(54 * HOUR_MS, () => {
        const pid = Number(readFileSync(join(folder, 'gateway.pid'), 'utf8'));
        process.kill(pid, 'SIGKILL');
        untilEnded(pid);
        at.death = read(folder, 'SELECT count(*) FROM record');
        at.sequence = read(folder, SEQUENCE);
        key = readFileSync(join(folder, 'gateway.key'), 'utf8');
        // The card is dead, with everything the gateway had on it.
        for (const file of readdirSync(folder)) {
          if (/^(gateway\.(sqlite.*|key|lock)|backup.*)$/.test(file))
            rmSync(join(folder, file), { recursive: true });
        }
        const done = tallywell('restore', stick, '--data', folder);
        expect(done).toMatchObject({ records: at.backup, key: 'restored', aside: null });
        at.restoredSequence = read(folder, SEQUENCE);
      });
      world.at(76 * HOUR_MS, () => {
        lastDay.records = read(folder, 'SELECT count(*) FROM record');
        lastDay.duplicates = read(folder, DUPLICATES);
      });
    });
    expect(at.death - at.backup).toBeGreaterThan(40);
    expect(readFileSync(join(folder, 'gateway.key'), 'utf8')).toBe(key);
    // Above every number that was sent or reserved before the card died.
    expect(at.restoredSequence).toBeGreaterThan(at.sequence + BULLETIN_RESTORE_LIFT / 2);
    expect([summary.volume_dl.lost, summary.meals.lost]).toEqual([0, 0]);
    expect(read(folder, 'SELECT count(*) FROM record')).toBe(summary.records.stored);
    expect(summary.records.stored).toBeGreaterThan(at.death);
    const gaps =
      'SELECT count(*) FROM (SELECT 1 FROM record GROUP BY node_key_id, epoch HAVING count(*) < max(sequence))';
    expect(read(folder, gaps)).toBe(0);
    // Believed: on the last day nodes no longer send again what bulletins told them is stored.
    const twice = read(folder, DUPLICATES) - lastDay.duplicates;
    expect(twice).toBeLessThan((summary.records.stored - lastDay.records) / 4);
    expect(read(folder, 'SELECT count(*) FROM conflict')).toBe(0);
  },
);
