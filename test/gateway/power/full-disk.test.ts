/*
 * A full disk, with a real gateway process whose writes fail with ENOSPC while a flag is up (record-calls.c).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mqtt, { type IClientOptions } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { Sqlite as Database } from '../../../gateway/edges/store/sqlite';
import { bundleForNode } from '../support/bundle';
import { packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { registerFile, testFolder, until } from '../support/places';
import { recordingEnv } from './preload';

const NODE = testNode(1);

async function subscribeAndLeave(broker: string, options: IClientOptions): Promise<void> {
  const client = await mqtt.connectAsync(broker, options);
  await client.subscribeAsync('tallywell/testpod/site/+/record/+', { qos: 1 });
  await client.endAsync();
}

test('a full disk: nothing is lost, nothing acknowledged, the page stays, and it goes on by itself', async () => {
  const made = testFolder();
  const folder = join(made, 'data');
  mkdirSync(folder);
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const script = await bundleForNode('gateway-process');
  const args = ['--data', folder, '--radio', radio.url, '--register', registerFile(made, [1, 2])];
  const child = spawn(
    process.execPath,
    [script, 'gateway', '--hold-back', '0', '--http-port', '0', '--mqtt-port', '0', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'], env: recordingEnv(made, folder, join(made, 'calls')) },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await until(() => lines.some((line) => line.includes('radio ready')));
  const url = /page (\S+)/.exec(lines.join(' '))?.[1] as string;
  const health = async () =>
    (await (await fetch(`${url}health`)).json()) as { healthy: boolean; problems: string[] };
  const stored = () => {
    const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
    const count = database.prepare('SELECT count(*) FROM record').pluck().get();
    database.close();
    return count;
  };
  const broker = /broker (mqtt:\S+)/.exec(lines.join(' '))?.[1] as string;
  const hub = { clientId: 'hub', clean: false, reconnectPeriod: 0 };
  await subscribeAndLeave(broker, hub);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => stored() === 1);

  writeFileSync(join(made, 'full'), '');
  for (const sequence of [2, 3, 4]) radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
  await until(async () => (await health()).problems.some((problem) => problem.startsWith('disk')));
  expect((await fetch(url)).status).toBe(200);
  expect(stored()).toBe(1);
  // A session cannot be promised now.
  const late = await mqtt.connectAsync(broker, { ...hub, clientId: 'late' });
  const refused = new Promise<void>((resolve) => late.once('close', () => resolve()));
  late.subscribe('tallywell/#', { qos: 1 });
  await refused;

  rmSync(join(made, 'full'));
  await until(async () => !(await health()).problems.some((problem) => problem.startsWith('disk')));
  // The node heard no bulletin of them, so it sends again. The first record is a duplicate, not forgotten.
  for (const sequence of [1, 2, 3, 4, 5]) {
    radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
  }
  await until(() => stored() === 5);
  const status = (await (await fetch(`${url}api/v1/status`)).json()) as {
    records: { duplicate: number; byReason: Record<string, number> };
  };
  expect(status.records.duplicate).toBe(1);
  expect(status.records.byReason['disk-full']).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes('disk full')).length).toBeGreaterThan(0);
  expect(child.exitCode).toBeNull();
  // The place in the outbox and what waits for a client that is away went back, and on, together.
  const back = mqtt.connect(broker, hub);
  onTestFinished(() => void back.end(true));
  const heard: number[] = [];
  back.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()).seq));
  await until(() => new Set(heard).size === 5);
  expect([...new Set(heard)]).toEqual([1, 2, 3, 4, 5]);
});
