/*
 * Broken and hostile HTTP requests and MQTT streams against the real sockets of a real gateway process. It must not
 * crash, not grow, publish and store nothing of it, and go on to hear and to serve. Its clock runs fast, so that its time
 * limits end the connections that never finish. TALLYWELL_TEST_RUNS=50 makes it 100,000 connections.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
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
/** What the process may grow by between the first fifth and the end, MB. */
const GROWTH_MB_MAX = 40;
const NODE = testNode(1);

interface Scene {
  child: ChildProcess;
  folder: string;
  radio: OracleRadio;
  http: number;
  mqtt: number;
  get(path: string): Promise<Response>;
}

async function scene(): Promise<Scene> {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const ports = { http: await freePort(), mqtt: await freePort() };
  const args = ['--data', folder, '--radio', radio.url, '--register', registerFile(folder, [1, 2])];
  args.push('--clock', 'machine', '--hold-back', '0');
  args.push('--http-port', String(ports.http), '--mqtt-port', String(ports.mqtt));
  const script = await bundleForNode('gateway-process');
  const child = spawn(process.execPath, [script, 'gateway', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: fastClockEnv(folder, CLOCK_FACTOR),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stderr.resume();
  await until(radio.isReady);
  const get = (path: string) => fetch(`http://127.0.0.1:${ports.http}${path}`);
  return { child, folder, radio, ...ports, get };
}

function memoryMb({ child }: Scene): number {
  const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
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

/** Runs the connections in fifths; the first warms up. */
async function fuzz(
  all: Scene,
  port: number,
  make: () => Uint8Array,
  take: (answer: Buffer) => void,
) {
  await expectAlive(all, 1);
  const [before, files, told] = [tables(all), openFiles(all), await listener(all)];
  await exchangeAll(CONNECTIONS / 5, port, make, take);
  const firstMb = memoryMb(all);
  await exchangeAll((4 * CONNECTIONS) / 5, port, make, take);
  const grownMb = memoryMb(all) - firstMb;
  expectOwnWords(told);
  expect(tables(all)).toEqual(before);
  // Of this test itself one connection more: its listener.
  await until(() => openFiles(all) <= files + 1);
  await expectAlive(all, 2);
  return grownMb;
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
  const grownMb = await fuzz(
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
  console.log(`http, grown ${grownMb.toFixed(1)} MB`, JSON.stringify([...counts].sort()));
  const others = [...counts.keys()].filter((status) => status !== 0 && !STATUSES.includes(status));
  expect(others).toEqual([]);
  expect(counts.get(404)).toBeGreaterThan(0);
  expect(counts.get(400)).toBeGreaterThan(0);
  expect(grownMb).toBeLessThan(GROWTH_MB_MAX);
}, 3_600_000);

test(`${CONNECTIONS} broken MQTT connections: no crash, no growth, nothing published`, async () => {
  const all = await scene();
  const chance = chanceFrom(12);
  const counts = new Map<string, number>();
  const grownMb = await fuzz(
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
  console.log(`mqtt, grown ${grownMb.toFixed(1)} MB`, JSON.stringify([...counts].sort()));
  expect(counts.get('other')).toBeUndefined();
  expect(counts.get('closed')).toBeGreaterThan(0);
  expect(counts.get('connack 0')).toBeGreaterThan(0);
  expect(grownMb).toBeLessThan(GROWTH_MB_MAX);
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
