/*
 * Nodes whose own radio sleeps learn the time soon after their first start: the gateway answers their records while they listen.
 * Runs the village in this process, its gateway in a process of its own, with the real firmware on every node.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { checkOptions } from '../../scripts/village/options';
import { runVillage } from '../../scripts/village/run';
import { decodeRecord } from '../../shared/record';

/** Seeds are fixed: a seed that fails is a village that fails. */
const SEEDS = ['5', '6', '7'];
const RECORDS_WITHOUT_TIME_MAX = 3;
const scratch = mkdtempSync(join(tmpdir(), 'tallywell-first-time-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function run(seed: string): Promise<string> {
  const folder = join(scratch, seed);
  const options = checkOptions({
    ...{ sites: '4', days: '0.5', speed: 'max', exit: true, json: true, seed, lora: '100' },
    ...{ httpPort: '0', mqttPort: '0', loss: '10', data: folder },
  });
  const told = { stdout: '', stderr: '' };
  const code = await runVillage(options, {
    stdout: { write: (text: string) => (told.stdout += text) },
    stderr: { write: (text: string) => (told.stderr += text) },
  });
  expect(code, told.stderr).toBe(0);
  return join(folder, 'gateway.sqlite');
}

/** How many records of each node say that it does not know the time. */
function recordsWithoutTime(file: string): Map<number, number> {
  const database = new Database(file, { readonly: true });
  const rows = database.prepare('SELECT node_key_id AS node, payload FROM record').all();
  database.close();
  const counts = new Map<number, number>();
  for (const { node, payload } of rows as { node: number; payload: Uint8Array }[]) {
    const record = decodeRecord(payload);
    if (typeof record === 'string') throw new Error(record);
    counts.set(node, (counts.get(node) ?? 0) + (record.timeS === 0 ? 1 : 0));
  }
  return counts;
}

test.skipIf(process.platform !== 'linux').each(SEEDS)(
  'seed %s: four nodes with radios of their own know the time after their first records',
  async (seed) => {
    const counts = recordsWithoutTime(await run(seed));
    expect(counts.size).toBe(4);
    for (const count of counts.values())
      expect(count).toBeLessThanOrEqual(RECORDS_WITHOUT_TIME_MAX);
  },
);
