/*
 * Tests of /health: it answers 503 and says why when radio, clock or disk fail. (A disk that fills up: power/full-disk.test.ts.)
 */
import { fork } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { HEARTBEAT_MS, HEARTBEATS_MISSED_MAX } from '../../gateway/limits/radio';
import { bundleForNode } from './support/bundle';
import { BOOT_S } from './support/nodes';
import { startOracleRadio } from './support/oracle-radio';
import { testFolder, until } from './support/places';

interface Health {
  status: number;
  problems: string[];
}

/** A gateway whose time the test moves, and its radio. */
async function pacedGateway() {
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const script = await bundleForNode('gateway-process');
  const args = ['--data', testFolder(), '--radio', radio.url, '--clock', 'parent'];
  const child = fork(script, ['gateway', ...args, '--mqtt-port', '0', '--http-port', '0'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const heard: Record<string, unknown>[] = [];
  child.on('message', (message) => heard.push(message as Record<string, unknown>));
  await until(() => heard.some(({ type }) => type === 'ready'));
  const httpUrl = heard.find(({ type }) => type === 'ready')?.httpUrl as string;
  let last = 0;
  const barrier = async (timeS: number, isVouched = true) => {
    last += 1;
    const id = last;
    const radioBytes = radio.bytesWritten();
    child.send({ type: 'barrier', id, timeMs: timeS * 1000, radioBytes, isVouched });
    await until(() => heard.some((message) => message.id === id));
    return heard.find((message) => message.id === id)?.session as string;
  };
  const health = async (): Promise<Health> => {
    const response = await fetch(new URL('/health', httpUrl));
    const { problems } = (await response.json()) as { problems: string[] };
    return { status: response.status, problems };
  };
  return { radio, barrier, health };
}

test('a radio that stays connected and says nothing more fails health within its heartbeats', async () => {
  const { radio, barrier, health } = await pacedGateway();
  await until(async () => (await barrier(BOOT_S)) === 'ready');
  expect(await health()).toEqual({ status: 200, problems: [] });
  radio.fallSilent();
  const heartbeats = HEARTBEATS_MISSED_MAX + 1;
  for (let beat = 1; beat <= heartbeats; beat += 1) {
    await barrier(BOOT_S + (beat * HEARTBEAT_MS) / 1000);
  }
  const silent = await health();
  expect(silent.status).toBe(503);
  expect(silent.problems).toEqual([expect.stringMatching(/^radio: .*nothing is heard/)]);
});

test('a clock that nobody vouches for fails health, and says what to do', async () => {
  const { barrier, health } = await pacedGateway();
  await until(async () => (await barrier(BOOT_S, false)) === 'ready');
  expect(await health()).toEqual({
    status: 503,
    problems: [expect.stringMatching(/^clock: .*tallywell clock set/)],
  });
  await barrier(BOOT_S + 60, true);
  expect(await health()).toEqual({ status: 200, problems: [] });
});
