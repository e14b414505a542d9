/*
 * Tests of a gateway whose clock a parent keeps (gateway/edges/parent.ts), as a process of its own:
 * barriers, bulletins by the parent's time, stop, kill -9 and restart.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { decodeBulletin, entryCovers } from '../../shared/bulletin';
import { fromHex, toHex } from '../../shared/bytes';
import { splitSigned } from '../../shared/record';
import { keyIdOf, verifySigned } from '../../shared/verify';
import { bundleForNode } from './support/bundle';
import { BOOT_S, packetOf, testNode, usage } from './support/nodes';
import { type OracleRadio, startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);

interface Answer {
  id: number;
  radioBytes: number;
  session: string;
}

interface Child {
  process: ChildProcess;
  ready: { publicKey: string; pid: number; httpUrl: string; mqttUrl: string };
  /** Moves the clock and waits for the answer, then for the bytes the gateway says it wrote. */
  barrier(timeS: number): Promise<Answer>;
  exit: Promise<number | null>;
}

async function start(script: string, folder: string, radio: OracleRadio): Promise<Child> {
  const args = ['--data', folder, '--radio', radio.url, '--register', registerFile(folder, [1, 2])];
  args.push('--clock', 'parent', '--mqtt-port', '0', '--http-port', '0');
  const child = fork(script, ['gateway', ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const heard: { type: string; id: number }[] = [];
  child.on('message', (message) => heard.push(message as (typeof heard)[0]));
  await until(() => heard.some(({ type }) => type === 'ready'));
  let last = 0;
  const barrier = async (timeS: number) => {
    last += 1;
    const id = last;
    child.send({ type: 'barrier', id, timeMs: timeS * 1000, radioBytes: radio.bytesWritten() });
    await until(() => heard.some((message) => message.type === 'barrier' && message.id === id));
    const answer = heard.find((message) => message.id === id) as unknown as Answer;
    await until(() => answer.session === 'closed' || radio.bytesRead() >= answer.radioBytes);
    return answer;
  };
  const ready = heard.find(({ type }) => type === 'ready') as unknown as Child['ready'];
  return { process: child, ready, barrier, exit };
}

/** Barriers at one time until the session is ready. */
async function meet(child: Child, timeS: number): Promise<void> {
  for (;;) {
    const { session } = await child.barrier(timeS);
    if (session === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function stored(folder: string): number {
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const count = database.prepare('SELECT count(*) FROM record').pluck().get() as number;
  database.close();
  return count;
}

function readBulletin(packet: Uint8Array, publicKeyHex: string) {
  const parts = splitSigned(packet);
  if (typeof parts === 'string') throw new Error(parts);
  const publicKey = fromHex(publicKeyHex);
  expect(verifySigned('tallywell-bulletin-v1', parts.payload, parts.signature, publicKey)).toBe(
    true,
  );
  const bulletin = decodeBulletin(parts.payload);
  if (typeof bulletin === 'string') throw new Error(bulletin);
  expect(toHex(bulletin.gatewayKeyId)).toBe(toHex(keyIdOf(publicKey)));
  return bulletin;
}

async function world() {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const script = await bundleForNode('gateway-process');
  return { folder, radio, script };
}

test('after a barrier everything written before it is durable, and the clock stands where it was put', async () => {
  const { folder, radio, script } = await world();
  const child = await start(script, folder, radio);
  expect(child.ready).toMatchObject({ pid: child.process.pid });
  await meet(child, BOOT_S + 7000);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await child.barrier(BOOT_S + 7200);
  expect(stored(folder)).toBe(1);
  const status = (await (await fetch(`${child.ready.httpUrl}api/v1/status`)).json()) as object;
  expect(status).toMatchObject({
    t: BOOT_S + 7200,
    records: { stored: 1 },
    clock: { state: 'trusted' },
  });
  child.process.send({ type: 'stop' });
  expect(await child.exit).toBe(0);
});

test('an early bulletin answers a node without clock, then one an hour; each tells what is stored', async () => {
  const { folder, radio, script } = await world();
  const child = await start(script, folder, radio);
  const startS = BOOT_S + 5 * 3600 + 600;
  await meet(child, startS);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1, { timeS: 0 })) });
  await child.barrier(startS + 10);
  await child.barrier(startS + 60);
  expect(radio.broadcasts()).toEqual([]);
  await child.barrier(startS + 80);
  const early = readBulletin(radio.broadcasts()[0], child.ready.publicKey);
  expect(early).toMatchObject({ timeS: startS + 80, clockUncertainty: 0, group: 0 });
  expect(entryCovers(early.entries[0], 1, 1)).toBe(true);
  expect(entryCovers(early.entries[0], 1, 2)).toBe(false);

  radio.hear({ payload: packetOf(NODE, usage(NODE, 3)) });
  const hourS = BOOT_S + 6 * 3600;
  for (let timeS = startS + 120; timeS <= hourS + 60; timeS += 30) await child.barrier(timeS);
  expect(radio.broadcasts().length).toBe(2);
  const hourly = readBulletin(radio.broadcasts()[1], child.ready.publicKey);
  expect(hourly.timeS).toBe(hourS);
  expect(hourly.sequence).toBeGreaterThan(early.sequence);
  expect([1, 2, 3].map((sequence) => entryCovers(hourly.entries[0], 1, sequence))).toEqual([
    true,
    false,
    true,
  ]);
});

test('kill -9 and a restart: what a barrier confirmed is there, and the bulletin sequence rises', async () => {
  const { folder, radio, script } = await world();
  const first = await start(script, folder, radio);
  await meet(first, BOOT_S + 7000);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  for (let timeS = BOOT_S + 7020; timeS <= BOOT_S + 7230; timeS += 30) await first.barrier(timeS);
  const before = readBulletin(radio.broadcasts()[0], first.ready.publicKey);
  first.process.kill('SIGKILL');
  await first.exit;

  const second = await start(script, folder, radio);
  expect(second.ready.publicKey).toBe(first.ready.publicKey);
  await meet(second, BOOT_S + 7240);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  radio.hear({ payload: packetOf(NODE, usage(NODE, 2, { timeS: 0 })) });
  for (let timeS = BOOT_S + 7260; timeS <= BOOT_S + 7900; timeS += 30) await second.barrier(timeS);
  expect(stored(folder)).toBe(2);
  const after = readBulletin(radio.broadcasts()[1], second.ready.publicKey);
  expect(after.sequence).toBeGreaterThan(before.sequence);
  expect(after.entries[0].contiguous).toBe(2);
});

test('a parent that is gone ends the gateway', async () => {
  const { folder, radio, script } = await world();
  const child = await start(script, folder, radio);
  child.process.disconnect();
  expect(await child.exit).toBe(0);
});
