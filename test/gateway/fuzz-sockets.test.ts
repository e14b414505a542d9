/*
 * Broken and hostile HTTP requests and MQTT streams, wrong logins among them, against the real sockets of a real gateway
 * process. It must not crash, not grow, publish and store nothing of it, and go on to hear and to serve. Its clock runs
 * fast, so that its time limits end the connections that never finish. TALLYWELL_TEST_RUNS=50: 100,000 connections.
 * Growth is that of what is still held after garbage is collected. What the process takes of the machine's memory says
 * less: in its first minute compiled code, checks of passwords and the allocator's reserves add 100 MB and then no more.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { HTTP_CLIENTS_MAX } from '../../gateway/limits/http';
import { BROKER_CLIENTS_MAX } from '../../gateway/limits/mqtt';
import { freePort } from '../mqtt/tools';
import { chanceFrom } from './fuzz/chance';
import { httpBytes, mqttBytes } from './fuzz/socket-mutations';
import { exchangeAll, lingering } from './fuzz/socket-runner';
import { fastClockEnv } from './power/preload';
import { bundleForNode } from './support/bundle';
import { packetOf, testNode, usage } from './support/nodes';
import { type OracleRadio, startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const CONNECTIONS = 1_000 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const CLOCK_FACTOR = 10;
/** Connections after which the sessions, caches and compiled code stand. */
const WARM_UP = 1_000;
/** What is still held after garbage is collected may grow by this between the warm-up and the end, MB. */
const HELD_MB_MAX = 2;
/** What the process takes of the machine's memory may grow by this in the same time, MB. */
const RESIDENT_MB_MAX = 40;
/** What the planted leak keeps of each connection, bytes, and of how many. */
const PLANTED_BYTES = 8_192;
const PLANTED_CONNECTIONS = 1_000;
const NODE = testNode(1);

interface Scene {
  child: ChildProcess;
  folder: string;
  radio: OracleRadio;
  http: number;
  mqtt: number;
  get(path: string): Promise<Response>;
}

async function scene(leakBytes = 0): Promise<Scene> {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const ports = { http: await freePort(), mqtt: await freePort() };
  const args = ['--data', folder, '--radio', radio.url, '--register', registerFile(folder, [1, 2])];
  args.push('--clock', 'machine', '--hold-back', '0');
  args.push('--http-port', String(ports.http), '--mqtt-port', String(ports.mqtt));
  const script = await bundleForNode('../fuzz/probed-gateway');
  const child = spawn(process.execPath, ['--expose-gc', script, 'gateway', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...fastClockEnv(folder, CLOCK_FACTOR), TALLYWELL_LEAK_BYTES: String(leakBytes) },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stderr?.resume();
  await until(radio.isReady);
  const get = (path: string) => fetch(`http://127.0.0.1:${ports.http}${path}`);
  return { child, folder, radio, ...ports, get };
}

/** Memory of the process, MB: what it holds after its garbage was collected, and what it takes of the machine. */
interface Memory {
  held: number;
  resident: number;
}

async function memoryMb({ child }: Scene): Promise<Memory> {
  const told = new Promise((resolve) => child.once('message', resolve));
  child.send('memory');
  const { heapUsed, external, rss } = (await told) as NodeJS.MemoryUsage;
  return { held: (heapUsed + external) / 1e6, resident: rss / 1e6 };
}

function openFiles({ child }: Scene): number {
  return readdirSync(`/proc/${child.pid}/fd`).length;
}

/** What no stranger may change. */
function tables({ folder }: Scene): unknown[] {
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const names = ['record', 'site', 'node_key', 'placement', 'quarantine', 'account', 'token'];
  const rows = names.map((name) => database.prepare(`SELECT * FROM ${name}`).all());
  database.close();
  return rows;
}

/** A subscriber of everything. @returns what it is told */
async function listener({ mqtt: port }: Scene): Promise<{ topic: string; text: string }[]> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 20 });
  onTestFinished(() => void client.end(true));
  const told: { topic: string; text: string }[] = [];
  client.on('message', (topic, payload) => told.push({ topic, text: payload.toString() }));
  await client.subscribeAsync('#', { qos: 1 });
  return told;
}

function expectOwnWords(told: { topic: string; text: string }[]): void {
  expect(told.length).toBeGreaterThan(0);
  for (const { topic, text } of told) {
    expect(topic).toMatch(/^tallywell\/testpod\/(bridge|site)\//);
    expect(text).not.toContain('fuzz');
  }
}

/** It hears a record and tells it, over both. */
async function expectAlive(all: Scene, sequence: number): Promise<void> {
  expect(all.child.exitCode).toBeNull();
  const told = await listener(all);
  all.radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
  await until(() => told.some(({ topic }) => topic.endsWith('wp-01/record/water-point')));
  expectOwnWords(told);
  // A request that the fast clock finds too slow is answered with 408.
  let answer = await all.get('/api/v1/sites/wp-01');
  while (answer.status === 408) answer = await all.get('/api/v1/sites/wp-01');
  const site = (await answer.json()) as { total: object };
  expect(site.total).toEqual({ volumeDl: sequence * 60, draws: sequence * 12 });
}

/** Runs connections to warm up, and then those that count. @returns growth during the latter */
async function growth(
  all: Scene,
  count: number,
  connections: (count: number) => Promise<void>,
): Promise<Memory> {
  await connections(WARM_UP);
  const before = await memoryMb(all);
  await connections(count);
  const after = await memoryMb(all);
  return { held: after.held - before.held, resident: after.resident - before.resident };
}

function expectNoGrowth({ held, resident }: Memory): void {
  expect(held).toBeLessThan(HELD_MB_MAX);
  expect(resident).toBeLessThan(RESIDENT_MB_MAX);
}

const inWords = ({ held, resident }: Memory) =>
  `held ${held.toFixed(1)} MB more, resident ${resident.toFixed(1)} MB more`;

/** Runs the connections. */
async function fuzz(
  all: Scene,
  port: number,
  make: () => Uint8Array,
  take: (answer: Buffer) => void,
): Promise<Memory> {
  await expectAlive(all, 1);
  const [before, files, told] = [tables(all), openFiles(all), await listener(all)];
  const grown = await growth(all, CONNECTIONS, (count) => exchangeAll(count, port, make, take));
  expectOwnWords(told);
  expect(tables(all)).toEqual(before);
  // Of this test itself one connection more: its listener.
  await until(() => openFiles(all) <= files + 1);
  await expectAlive(all, 2);
  return grown;
}

/** Every status a gateway may answer a stranger with. */
const STATUSES = [
  100, 200, 303, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 422, 426, 429, 431,
  501, 503, 505,
];

test(`${CONNECTIONS} broken HTTP connections: no crash, no growth, nothing taken`, async () => {
  const all = await scene();
  const chance = chanceFrom(11);
  const counts = new Map<number, number>();
  const grown = await fuzz(
    all,
    all.http,
    () => httpBytes(chance),
    (answer) => {
      const text = answer.toString('latin1');
      expect(text).not.toContain('<fuzz>');
      expect(text).not.toMatch(/root:x:|PRIVATE KEY/);
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) =>
        Number(status),
      );
      for (const status of statuses.length > 0 ? statuses : [0])
        counts.set(status, (counts.get(status) ?? 0) + 1);
    },
  );
  console.log(`http, ${inWords(grown)}`, JSON.stringify([...counts].sort()));
  const others = [...counts.keys()].filter((status) => status !== 0 && !STATUSES.includes(status));
  expect(others).toEqual([]);
  expect(counts.get(404)).toBeGreaterThan(0);
  expect(counts.get(400)).toBeGreaterThan(0);
  expectNoGrowth(grown);
}, 3_600_000);

test(`${CONNECTIONS} broken MQTT connections: no crash, no growth, nothing published`, async () => {
  const all = await scene();
  const chance = chanceFrom(12);
  const counts = new Map<string, number>();
  const grown = await fuzz(
    all,
    all.mqtt,
    () => mqttBytes(chance),
    (answer) => {
      // CONNACK: 20 02, session present, return code (MQTT 3.1.1 section 3.2).
      const how =
        answer.length === 0 ? 'closed' : answer[0] === 0x20 ? `connack ${answer[3]}` : 'other';
      counts.set(how, (counts.get(how) ?? 0) + 1);
    },
  );
  console.log(`mqtt, ${inWords(grown)}`, JSON.stringify([...counts].sort()));
  expect(counts.get('other')).toBeUndefined();
  expect(counts.get('closed')).toBeGreaterThan(0);
  expect(counts.get('connack 0')).toBeGreaterThan(0);
  // Wrong logins: refused, by the check of the password and by the number of tries.
  expect(counts.get('connack 5')).toBeGreaterThan(0);
  expectNoGrowth(grown);
}, 3_600_000);

test('a leak of a few kilobytes each connection would be seen', async () => {
  const all = await scene(PLANTED_BYTES);
  const chance = chanceFrom(13);
  const grown = await growth(all, PLANTED_CONNECTIONS, (count) =>
    exchangeAll(
      count,
      all.mqtt,
      () => mqttBytes(chance),
      () => {},
    ),
  );
  expect(grown.held).toBeGreaterThan((0.9 * PLANTED_BYTES * PLANTED_CONNECTIONS) / 1e6);
  expect(() => expectNoGrowth(grown)).toThrow();
}, 3_600_000);

test('connections that never finish are ended by time, and others are served then', async () => {
  const all = await scene();
  const files = openFiles(all);
  const slow = await lingering(all.http, HTTP_CLIENTS_MAX + 20, 'GET / HTTP/1.1\r\nHost: 127');
  const silent = await lingering(all.http, 20, '');
  const half = await lingering(all.mqtt, BROKER_CLIENTS_MAX + 20, '\x10\x20');
  await until(() => slow.open() + silent.open() + half.open() === 0);
  await until(() => openFiles(all) <= files + 1);
  await expectAlive(all, 1);
});
