/*
 * Tests with Debian's mosquitto_sub and mosquitto_pub: sessions that last, over a restart and over kill -9 of a real
 * gateway process; accounts and topics; TLS with a certificate made by openssl.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import type { Scope } from '../../gateway/core/scopes';
import type { Accounts } from '../../gateway/edges/accounts';
import type { Heard } from '../../gateway/edges/publisher';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { startTestBroker } from '../gateway/support/brokers';
import { bundleForNode } from '../gateway/support/bundle';
import { packetOf, testNode, usage } from '../gateway/support/nodes';
import { type OracleRadio, startOracleRadio } from '../gateway/support/oracle-radio';
import { registerFile, testFolder, until } from '../gateway/support/places';
import { freePort, publishes, subscribe, tool } from './tools';

const NODE = testNode(1);

/** Accounts as a table: name, or token, and password to scope. */
function accountsOf(table: Record<string, [string, Scope]>): Accounts {
  return {
    login: async (name, password) => (table[name]?.[0] === password ? table[name][1] : null),
    tokenScope: (token) => (token === 'secret-token' ? 'technician' : null),
  };
}

const ACCOUNTS = accountsOf({
  rita: ['right', 'reader'],
  tom: ['right', 'technician'],
});

function portOf(url: string | null): number {
  return Number(new URL(url ?? '').port);
}

/** Runs mosquitto_sub until it ends. @returns exit code, what it printed */
function subscribes(path: string, port: number, args: string[]) {
  const child = spawn(path, ['-p', String(port), '-W', '5', ...args]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out, err })),
  );
}

interface GatewayProcess {
  child: ChildProcess;
  lines: string[];
  ended: Promise<unknown>;
}

async function gatewayProcess(script: string, args: string[]): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [script, 'gateway', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until(() => lines.some((line) => line.includes('radio ready')));
  return { child, lines, ended };
}

/** Sequences of all records a subscriber printed. */
function sequences(printed: { topic: string; payload: { seq: number } }[]): number[] {
  return printed
    .filter(({ topic }) => topic.includes('/record/'))
    .map(({ payload }) => payload.seq);
}

async function village(): Promise<{
  radio: OracleRadio;
  args: (port: number) => string[];
  data: string;
}> {
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const made = testFolder();
  const data = join(made, 'data');
  const register = registerFile(made, [1, 2]);
  const args = (port: number) =>
    ['--data', data, '--radio', radio.url, '--register', register, '--http-port', '0'].concat([
      ...['--hold-back', '0', '--mqtt-port', String(port)],
    ]);
  return { radio, args, data };
}

function query(data: string, sql: string): unknown {
  const database = new Database(join(data, 'gateway.sqlite'), { readonly: true });
  const answer = database.prepare(sql).pluck().get();
  database.close();
  return answer;
}

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a session that lasts gets everything in order over a %s of the gateway',
  async (signal) => {
    const path = tool('mosquitto_sub');
    if (path === null) return;
    const { radio, args, data } = await village();
    const script = await bundleForNode('gateway-process');
    const port = await freePort();
    const session = ['-c', '-i', 'hub', '-t', 'tallywell/testpod/site/+/record/+'];
    const first = await gatewayProcess(script, args(port));
    // Subscribes, and is gone. Its session was durable before it was answered.
    expect((await subscribes(path, port, [...session, '-q', '1', '-E'])).code).toBe(0);
    expect(query(data, 'SELECT client_id FROM mqtt_session')).toBe('hub');
    const hear = (from: number, to: number) => {
      for (let sequence = from; sequence <= to; sequence += 1)
        radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
    };
    hear(1, 40);
    await until(() => query(data, 'SELECT count(*) FROM record') === 40);
    first.child.kill(signal);
    await first.ended;
    const second = await gatewayProcess(script, args(port));
    hear(41, 60);
    await until(() => query(data, 'SELECT count(*) FROM record') === 60);
    const printed = subscribe(path, port, session);
    await until(() => new Set(sequences(printed)).size === 60);
    expect([...new Set(sequences(printed))]).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    if (signal === 'SIGTERM') expect(sequences(printed).length).toBe(60);
    hear(61, 62);
    await until(() => new Set(sequences(printed)).size === 62);
    second.child.kill('SIGTERM');
    await second.ended;
    // What was printed last may have been on its way back, acknowledged, when the gateway ended.
    expect(query(data, 'SELECT count(*) FROM mqtt_outgoing WHERE outbox_id <= 60')).toBe(0);
    expect(query(data, "SELECT count(*) FROM mqtt_retained WHERE topic LIKE '%/state'")).toBe(3);
  },
);

test('records that an online subscriber has not acknowledged when the gateway is killed come again', async () => {
  const { radio, args, data } = await village();
  const script = await bundleForNode('gateway-process');
  const port = await freePort();
  const first = await gatewayProcess(script, args(port));
  const options = { clientId: 'mute', clean: false, reconnectPeriod: 0 };
  const mute = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, options);
  onTestFinished(() => void mute.end(true));
  const heard: number[] = [];
  // Never calling back is never acknowledging.
  mute.handleMessage = (packet) => {
    heard.push(JSON.parse(String(packet.payload)).seq);
  };
  await mute.subscribeAsync('tallywell/testpod/site/+/record/+', { qos: 1 });
  const other = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  onTestFinished(() => void other.end(true));
  let told = 0;
  other.on('message', () => {
    told += 1;
  });
  await other.subscribeAsync('tallywell/testpod/site/+/record/+', { qos: 1 });
  for (const sequence of [1, 2, 3]) radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
  await until(() => told === 3 && heard.length > 0);
  // The place in the outbox is durable with the next commit, and with it what waits for its acknowledgement.
  radio.hear({ payload: packetOf(testNode(2), usage(testNode(2), 1, { kind: 2 })) });
  const cursor = "SELECT coalesce(max(value), 0) FROM meta WHERE name = 'cursor:embedded:record'";
  await until(() => Number(query(data, cursor)) >= 3);
  expect(query(data, 'SELECT count(*) FROM mqtt_outgoing')).toBeGreaterThanOrEqual(3);
  first.child.kill('SIGKILL');
  await first.ended;
  await gatewayProcess(script, args(port));
  const again = mqtt.connect(`mqtt://127.0.0.1:${port}`, options);
  onTestFinished(() => void again.end(true));
  const texts: string[] = [];
  again.on('message', (_topic, payload) => texts.push(payload.toString()));
  await until(() => new Set(texts).size === 4);
  expect([...new Set(texts)].map((text) => JSON.parse(text).seq)).toEqual([1, 2, 3, 1]);
});

test('accounts: right and wrong names, passwords and tokens', async () => {
  const path = tool('mosquitto_sub');
  if (path === null) return;
  const broker = await startTestBroker({ accounts: ACCOUNTS, anonymous: 'nobody' });
  onTestFinished(() => broker.close());
  await broker.publish('tallywell/testpod/bridge/state', '{}', true);
  const read = (...login: string[]) =>
    subscribes(path, portOf(broker.url), ['-t', 'tallywell/#', '-C', '1', ...login]);
  expect((await read('-u', 'rita', '-P', 'right')).out).toBe('{}\n');
  expect((await read('-u', 'token', '-P', 'secret-token')).out).toBe('{}\n');
  const wrong = [
    ['-u', 'rita', '-P', 'wrong'],
    ['-u', 'nobody', '-P', 'right'],
    ['-u', 'rita'],
    [],
  ];
  const answers = await Promise.all(
    [...wrong, ['-u', 'token', '-P', 'x']].map((one) => read(...one)),
  );
  expect(new Set(answers.map(({ code, out, err }) => `${code} ${out} ${err}`)).size).toBe(1);
  expect(answers[0]).toMatchObject({ code: 5, out: '' });
  expect(broker.refused().login).toBe(5);
  // Too many wrong ones: now the right password is refused as well.
  for (let at = 0; at < 10; at += 1) await read('-u', 'rita', '-P', `wrong ${at}`);
  expect((await read('-u', 'rita', '-P', 'right')).code).toBe(5);
});

test('what an account may read and publish', async () => {
  const [sub, pub] = [tool('mosquitto_sub'), tool('mosquitto_pub')];
  if (sub === null || pub === null) return;
  const broker = await startTestBroker({ accounts: ACCOUNTS });
  onTestFinished(() => broker.close());
  const port = portOf(broker.url);
  const asked: Heard[] = [];
  broker.listen('tallywell/testpod/bridge/request/+', (message) => asked.push(message));
  const [rita, tom] = ['rita', 'tom'].map((name) => ['-u', name, '-P', 'right']);
  const request = 'tallywell/testpod/bridge/request/clock';
  const send = (login: string[], topic: string, ...more: string[]) =>
    publishes(pub, port, [...login, '-q', '1', '-t', topic, '-m', '{"a":1}', ...more]);
  const everything = subscribe(sub, port, ['-t', '#', ...rita]);
  const answers = subscribe(sub, port, ['-t', 'tallywell/testpod/bridge/#', ...tom]);
  await broker.publish('tallywell/testpod/bridge/state', '{"s":0}', true);
  await until(() => everything.length === 1 && answers.length === 1);
  expect(await send(tom, request)).toBe(true);
  await send(tom, request, '-r');
  await send(tom, 'tallywell/testpod/bridge/state', '-r');
  await send(rita, request);
  await send([], request);
  await send([], 'other', '--will-topic', 'tallywell/testpod/bridge/state', '--will-payload', '{}');
  await broker.publish('tallywell/testpod/bridge/response/clock', '{"r":1}', false);
  await broker.publish('tallywell/testpod/bridge/event', '{"e":1}', false);
  await until(() => answers.length === 4 && everything.length === 2);
  expect(everything.map(({ payload }) => payload)).toEqual([{ s: 0 }, { e: 1 }]);
  expect(answers.map(({ payload }) => payload)).toEqual([{ s: 0 }, { a: 1 }, { r: 1 }, { e: 1 }]);
  expect(
    asked.map(({ topic, scope, payload }) => [topic, scope, String(Buffer.from(payload))]),
  ).toEqual([[request, 'technician', '{"a":1}']]);
  const refused = await subscribes(sub, port, [...rita, '-t', '$SYS/#', '-W', '1']);
  expect(refused.err).toMatch(/denied|not allowed|rejected/i);
});

test("nobody takes another account's session or client identifier", async () => {
  const sub = tool('mosquitto_sub');
  if (sub === null) return;
  const broker = await startTestBroker({ accounts: ACCOUNTS });
  onTestFinished(() => broker.close());
  const port = portOf(broker.url);
  const topic = 'tallywell/testpod/site/a/record/event';
  const mine = ['-i', 'hub', '-c', '-q', '1', '-t', topic, '-u', 'tom', '-P', 'right'];
  expect((await subscribes(sub, port, [...mine, '-E'])).code).toBe(0);
  await broker.publish(topic, '"for tom"', false);
  for (const other of [[], ['-u', 'rita', '-P', 'right'], ['-u', 'token', '-P', 'secret-token']]) {
    for (const lasting of [[], ['-c']]) {
      const taken = ['-i', 'hub', ...lasting, '-q', '1', '-t', topic, ...other];
      const { code, out } = await subscribes(sub, port, taken);
      expect([code, out]).toEqual([2, '']);
    }
  }
  expect((await subscribes(sub, port, [...mine, '-C', '1'])).out).toBe('"for tom"\n');
});

function certificate(
  folder: string,
  name: string,
  days: string,
): { certFile: string; keyFile: string } {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'].concat([
      ...['-keyout', keyFile, '-out', certFile, '-days', days, '-subj', `/CN=${name}`],
      ...['-addext', 'subjectAltName=IP:127.0.0.1'],
    ]),
    { stdio: 'ignore' },
  );
  return { certFile, keyFile };
}

test('TLS: with the right authority only, and a new certificate without a restart', async () => {
  const sub = tool('mosquitto_sub');
  if (sub === null) return;
  const folder = testFolder();
  const files = certificate(folder, 'pi', '10');
  const other = certificate(folder, 'other', '10');
  const lines: string[] = [];
  const broker = await startTestBroker({
    ...{ port: null, tls: { port: 0, ...files }, log: (line: string) => lines.push(line) },
  });
  onTestFinished(() => broker.close());
  expect(broker.url).toBe(broker.tlsUrl);
  expect(broker.url).toMatch(/^mqtts:/);
  await broker.publish('tallywell/testpod/bridge/state', '{}', true);
  const read = (caFile: string) =>
    subscribes(sub, portOf(broker.tlsUrl), [
      '-h',
      '127.0.0.1',
      '--cafile',
      caFile,
      '-t',
      'tallywell/#',
      '-C',
      '1',
    ]);
  expect((await read(files.certFile)).out).toBe('{}\n');
  expect((await read(other.certFile)).out).toBe('');
  expect((await subscribes(sub, portOf(broker.tlsUrl), ['-t', '#', '-W', '2'])).out).toBe('');
  const old = join(folder, 'old.pem');
  execFileSync('cp', [files.certFile, old]);
  certificate(folder, 'pi', '20');
  expect((await read(files.certFile)).out).toBe('{}\n');
  expect((await read(old)).out).toBe('');
  rmSync(files.keyFile);
  expect((await read(files.certFile)).out).toBe('{}\n');
  expect(lines.some((line) => line.includes(`key ${files.keyFile}: there is no such file`))).toBe(
    true,
  );
});

test('TLS: what is wrong with the files is said in plain words', async () => {
  const folder = testFolder();
  const good = certificate(folder, 'good', '10');
  const other = certificate(folder, 'other', '10');
  const start = (files: { certFile: string; keyFile: string }, nowMs = Date.now()) => {
    const lines: string[] = [];
    const clock = { nowMs: () => nowMs, steadyMs: () => 0 };
    return startTestBroker({
      ...{ tls: { port: 0, ...files }, clock, log: (line: string) => lines.push(line) },
    }).then((broker) => broker.close().then(() => lines));
  };
  await expect(start({ ...good, certFile: join(folder, 'none') })).rejects.toThrow(/no such file/);
  await expect(start({ ...good, certFile: good.keyFile })).rejects.toThrow(/no certificate in PEM/);
  await expect(start({ ...good, keyFile: other.keyFile })).rejects.toThrow(/is not the key of/);
  await expect(start({ ...good, keyFile: good.certFile })).rejects.toThrow(/no key in PEM/);
  expect(await start(good)).toEqual([]);
  expect((await start(good, Date.now() + 20 * 86_400_000))[0]).toMatch(/WARNING: .* ended on/);
  expect((await start(good, Date.now() - 20 * 86_400_000))[0]).toMatch(/WARNING: .* begins on/);
});
