/*
 * The gateway's computer is stolen, with everything on it: a new one takes its place with the 24 words on paper. Nothing that
 * the nodes still keep is lost, they believe the new gateway and no longer the old one.
 * Runs the village in this process, its gateways in processes of their own, with the real firmware on every node.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { afterAll, expect, test } from 'vitest';
import type { Village } from '../../scripts/village/build';
import { recoverySeedOf } from '../../scripts/village/keys';
import { checkOptions, packageFolder } from '../../scripts/village/options';
import { runVillage } from '../../scripts/village/run';
import type { Summary } from '../../scripts/village/summary';
import { storedValue, untilEnded } from './gateway-beside';

const HOUR_MS = 3_600_000;
const SEED = 5;
const WORDS = entropyToMnemonic(recoverySeedOf(SEED), wordlist);
const DUPLICATES = "SELECT coalesce(sum(count), 0) FROM refusal WHERE reason = 'duplicate'";
const scratch = mkdtempSync(join(tmpdir(), 'tallywell-stolen-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function run(folder: string, days: string, built: (village: Village) => void) {
  const options = checkOptions({
    ...{ sites: '4', days, speed: 'max', exit: true, json: true, seed: String(SEED), lora: '100' },
    ...{ httpPort: '0', mqttPort: '0', loss: '10', data: folder },
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

function newGateway(folder: string, words: string, more: string[] = []) {
  const script = join(packageFolder(), 'dist/tallywell.js');
  const args = [script, 'recovery-key', 'new-gateway', '--data', folder, ...more];
  return spawnSync(process.execPath, args, { input: `${words}\n`, encoding: 'utf8' });
}

test.skipIf(process.platform !== 'linux')(
  'Pi stolen, no backup: 24 words and the register, and the village goes on',
  async () => {
    const folder = join(scratch, 'village');
    const before = { records: 0, key: '' };
    const lastDay = { records: 0, duplicates: 0 };
    const summary = await run(folder, '4', ({ world }) => {
      world.at(78 * HOUR_MS, () => {
        lastDay.records = storedValue(folder, 'SELECT count(*) FROM record') as number;
        lastDay.duplicates = storedValue(folder, DUPLICATES) as number;
      });
      world.at(30 * HOUR_MS, () => {
        before.records = storedValue(folder, 'SELECT count(*) FROM record') as number;
        before.key = storedValue(
          folder,
          "SELECT value FROM meta WHERE name = 'gateway_public_key'",
        ) as string;
        const pid = Number(readFileSync(join(folder, 'gateway.pid'), 'utf8'));
        process.kill(pid, 'SIGKILL');
        untilEnded(pid);
        for (const file of readdirSync(folder)) {
          if (/^gateway\.(sqlite.*|key)$/.test(file)) rmSync(join(folder, file));
        }
        const made = newGateway(folder, WORDS, ['--time', '2026-09-08T06:00Z']);
        expect(made.status, made.stderr).toBe(0);
        for (const word of WORDS.split(' ').filter((one) => one.length > 6)) {
          expect(made.stdout + made.stderr).not.toContain(word);
        }
      });
    });
    expect(before.records).toBeGreaterThan(50);
    const key = storedValue(folder, "SELECT value FROM meta WHERE name = 'gateway_public_key'");
    expect(key).not.toBe(before.key);
    // Everything since the first day: the nodes' journals hold two months.
    expect([summary.volume_dl.lost, summary.meals.lost]).toEqual([0, 0]);
    expect(summary.records.stored).toBeGreaterThan(before.records * 2.5);
    expect(storedValue(folder, 'SELECT count(*) FROM record')).toBe(summary.records.stored);
    expect(storedValue(folder, 'SELECT min(sequence) FROM record WHERE epoch = 1')).toBe(1);
    // Believed: two days later nodes no longer send again what the new gateway told them is stored.
    const twice = (storedValue(folder, DUPLICATES) as number) - lastDay.duplicates;
    expect(twice).toBeLessThan((summary.records.stored - lastDay.records) / 4);
    expect(readFileSync(join(folder, 'gateway.log'), 'utf8')).toContain('its key is announced');
  },
);
