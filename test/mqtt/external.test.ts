/*
 * Tests of the way to an external broker with a real Mosquitto: password file, ACL, TLS by an authority of its own, and
 * requests that other clients send through it.
 */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { type RunningGateway, startGateway } from '../../gateway/gateway';
import type { GatewayOptions } from '../../gateway/options';
import { SCHEMAS } from '../../gateway/views';
import { faultsOf, knowSchemas } from '../gateway/support/json-schema';
import { happening, packetOf, testNode, usage } from '../gateway/support/nodes';
import { type OracleRadio, startOracleRadio } from '../gateway/support/oracle-radio';
import { registerFile, testFolder, until } from '../gateway/support/places';
import { freePort, publishes, startMosquitto, subscribe, subscribed, tool } from './tools';

const NODE = testNode(1);
const SECRET = 'k7-wrong-horse';

knowSchemas(Object.values(SCHEMAS));

interface Scene {
  radio: OracleRadio;
  gateway: RunningGateway;
  log: string[];
}

async function scene(options: Partial<GatewayOptions>): Promise<Scene> {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const log: string[] = [];
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: [radio.url],
    registerFile: registerFile(folder, [1, 2]),
    httpPort: 0,
    log: (line) => log.push(line),
    ...options,
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  return { radio, gateway, log };
}

/** A password file as mosquitto_passwd makes it, for gateway and reader. */
function passwordFile(folder: string): string {
  const path = join(folder, 'passwords');
  writeFileSync(path, '');
  for (const [name, password] of [
    ['gateway', SECRET],
    ['reader', 'reader'],
  ]) {
    execFileSync('mosquitto_passwd', ['-b', path, name, password], { stdio: 'ignore' });
  }
  return path;
}

function secretFile(folder: string, text: string): string {
  const path = join(folder, 'secret');
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  return path;
}

const OPEN_ACL = 'user gateway\ntopic readwrite #\nuser reader\ntopic readwrite #\n';

interface Guarded {
  process: ChildProcess;
  port: number;
  folder: string;
  /** Changes the ACL: Mosquitto reads it again at SIGHUP. */
  allow(acl: string): void;
}

/** A Mosquitto that wants passwords and has an ACL. */
async function guardedMosquitto(
  path: string,
  acl = OPEN_ACL,
  more: string[] = [],
): Promise<Guarded> {
  const [folder, port] = [testFolder(), await freePort()];
  const aclFile = join(folder, 'acl');
  writeFileSync(aclFile, acl);
  const access = ['allow_anonymous false', `password_file ${passwordFile(folder)}`];
  const process = await startMosquitto(path, folder, port, [
    ...access,
    `acl_file ${aclFile}`,
    ...more,
  ]);
  const allow = (text: string) => {
    writeFileSync(aclFile, text);
    process.kill('SIGHUP');
  };
  return { process, port, folder, allow };
}

const READER = ['-u', 'reader', '-P', 'reader'];

test('a wrong password is told in plain words; when the file is right, it goes on by itself', async () => {
  const [mosquitto, sub] = [tool('mosquitto'), tool('mosquitto_sub')];
  if (mosquitto === null || sub === null) return;
  const { port, folder } = await guardedMosquitto(mosquitto);
  const file = secretFile(folder, 'no-such-word');
  const mqttLogin = { username: 'gateway', passwordFile: file };
  const { radio, gateway, log } = await scene({ mqttUrl: `mqtt://127.0.0.1:${port}`, mqttLogin });
  await until(() => gateway.status().outbox.problem !== null);
  expect(gateway.status().outbox).toMatchObject({
    connected: false,
    problem: expect.stringMatching(/does not take this user name and password: look at/),
  });
  expect(gateway.status().warnings.join()).toMatch(/broker: .*password/);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => gateway.status().records.stored === 1);

  secretFile(folder, SECRET);
  const printed = subscribe(sub, port, [...READER, '-t', 'tallywell/#']);
  await until(() => gateway.status().outbox.waiting === 0);
  expect(gateway.status().outbox).toMatchObject({ connected: true, problem: null });
  await until(() => printed.some(({ topic }) => topic.endsWith('/record/water-point')));
  const everything = log.join('\n') + JSON.stringify(gateway.status()) + process.argv.join(' ');
  for (const word of [SECRET, 'no-such-word']) expect(everything).not.toContain(word);
});

test('a start with a password in the address, or without its file, is refused with what to do', async () => {
  const withPassword = scene({ mqttUrl: `mqtt://gateway:${SECRET}@127.0.0.1:1` });
  await expect(withPassword).rejects.toThrow(/put it into a file of its own/);
  await withPassword.catch((error) => expect(error.message).not.toContain(SECRET));
  const mqttUrl = 'mqtt://127.0.0.1:1';
  const missing = scene({ mqttUrl, mqttLogin: { username: 'a', passwordFile: '/nowhere/secret' } });
  await expect(missing).rejects.toThrow(
    /password file \/nowhere\/secret cannot be read \(ENOENT\)/,
  );
  const path = secretFile(testFolder(), '');
  const empty = scene({ mqttUrl, mqttLogin: { username: 'a', passwordFile: path } });
  await expect(empty).rejects.toThrow(/is empty/);
  const noName = scene({ mqttUrl, mqttLogin: { passwordFile: secretFile(testFolder(), 'x') } });
  await expect(noName).rejects.toThrow(/needs a user name/);
  const noCertificate = scene({ mqttUrl, mqttLogin: { caFile: path } });
  await expect(noCertificate).rejects.toThrow(/holds no certificate/);
});

test('a password file that others may read is warned of', async () => {
  const path = secretFile(testFolder(), 'x');
  chmodSync(path, 0o644);
  const mqttLogin = { username: 'gateway', passwordFile: path };
  const { log, gateway } = await scene({
    mqttUrl: `mqtt://127.0.0.1:${await freePort()}`,
    mqttLogin,
  });
  expect(log.join('\n')).toMatch(/WARNING: others may read .*chmod 600/);
  await until(() => gateway.status().outbox.problem !== null);
  expect(gateway.status().outbox.problem).toMatch(/is the broker running/);
});

/** A topic the gateway may not write holds the outbox up, and only until it may. */
test('a topic that the ACL forbids is noticed, told, neither skipped nor hammered, and told once allowed', async () => {
  const [mosquitto, sub] = [tool('mosquitto'), tool('mosquitto_sub')];
  if (mosquitto === null || sub === null) return;
  const narrow = OPEN_ACL.replace(
    'topic readwrite #',
    'topic write tallywell/testpod/bridge/#\ntopic write tallywell/testpod/site/+/state\ntopic write tallywell/testpod/site/+/availability\ntopic write tallywell/testpod/site/+/record/water-point',
  );
  const { port, folder, allow } = await guardedMosquitto(mosquitto, narrow);
  const mqttLogin = { username: 'gateway', passwordFile: secretFile(folder, SECRET) };
  const { radio, gateway, log } = await scene({ mqttUrl: `mqtt://127.0.0.1:${port}`, mqttLogin });
  await until(() => gateway.status().outbox.connected);
  const printed = await subscribed(sub, port, [
    ...READER,
    '-t',
    'tallywell/testpod/site/+/record/+',
  ]);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => printed.length === 1);
  radio.hear({ payload: packetOf(NODE, happening(NODE, 2)) });
  await until(() => gateway.status().outbox.problem !== null);
  expect(gateway.status().outbox.problem).toMatch(
    /does not authorise .* publish to tallywell\/testpod\/site\/wp-01\/record\/event: allow its user/,
  );
  for (const sequence of [3, 4, 5]) {
    radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
    await until(() => gateway.status().records.stored === sequence);
  }
  expect(gateway.status().outbox).toMatchObject({ connected: true, waiting: 4 });
  expect(printed.map(({ payload }) => payload.seq)).toEqual([1]);
  expect(log.filter((line) => line.includes('does not authorise')).length).toBe(1);

  allow(OPEN_ACL);
  let sequence = 5;
  // Each new record is an occasion to try again.
  await until(async () => {
    sequence += 1;
    radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
    await until(() => gateway.status().records.stored === sequence);
    // Told after a moment, or not at all: then the broker had not read its new list yet.
    const endMs = performance.now() + 500;
    await until(() => gateway.status().outbox.waiting === 0 || performance.now() > endMs);
    return gateway.status().outbox.waiting === 0;
  });
  await until(() => printed.length === sequence);
  const told = printed.map(({ payload }) => payload.seq);
  expect(told).toEqual(Array.from({ length: sequence }, (_, at) => at + 1));
  expect(gateway.status().outbox.problem).toBe(null);
});

/** An authority and a certificate for 127.0.0.1, made by openssl. */
function certificates(folder: string) {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'other']) {
    const out = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    openssl('req', '-x509', ...key, ...out, '-subj', `/CN=${name}`, '-days', '2');
  }
  openssl('req', ...key, '-keyout', 'broker.key', '-out', 'broker.csr', '-subj', '/CN=broker');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'broker.csr', ...sign, '-out', 'broker.pem', '-days', '2');
  return (name: string) => join(folder, name);
}

test('TLS: an unknown authority is told in plain words, the right one lets the gateway in', async () => {
  const mosquitto = tool('mosquitto');
  if (mosquitto === null) return;
  const at = certificates(testFolder());
  const tls = [`certfile ${at('broker.pem')}`, `keyfile ${at('broker.key')}`];
  const { port, folder } = await guardedMosquitto(mosquitto, OPEN_ACL, tls);
  const login = { username: 'gateway', passwordFile: secretFile(folder, SECRET) };
  const mqttUrl = `mqtts://127.0.0.1:${port}`;
  const caFile = join(folder, 'authority.pem');
  writeFileSync(caFile, readFileSync(at('other.pem')));
  const { gateway } = await scene({ mqttUrl, mqttLogin: { ...login, caFile } });
  await until(() => gateway.status().outbox.problem !== null);
  expect(gateway.status().outbox.problem).toMatch(/authority that is not known here/);
  writeFileSync(caFile, readFileSync(at('ca.pem')));
  await until(() => gateway.status().outbox.connected && gateway.status().outbox.waiting === 0);
  expect(gateway.status().outbox.problem).toBe(null);

  const plain = await scene({ mqttUrl: `mqtt://127.0.0.1:${port}`, mqttLogin: login });
  await until(() => plain.gateway.status().outbox.problem !== null);
  expect(plain.gateway.status().outbox.problem).toMatch(/mqtt:\/\/ or mqtts:\/\//);
});

interface Asked {
  topic: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is JSON of any verb
  body: any;
  packet: IPublishPacket;
}

/** A client that asks, and collects every answer. */
async function asker(url: string): Promise<{ client: MqttClient; answers: Asked[] }> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
  onTestFinished(() => client.endAsync().then(() => {}));
  const answers: Asked[] = [];
  client.on('message', (topic, payload, packet) =>
    answers.push({ topic, body: JSON.parse(payload.toString()), packet }),
  );
  await client.subscribeAsync('tallywell/testpod/bridge/response/#', { qos: 1 });
  return { client, answers };
}

async function requestScene() {
  const mosquitto = tool('mosquitto');
  if (mosquitto === null) return null;
  const port = await freePort();
  await startMosquitto(mosquitto, testFolder(), port);
  const mqttUrl = `mqtt://127.0.0.1:${port}`;
  const { radio, gateway } = await scene({ mqttUrl, mqttRequests: true });
  await until(() => gateway.status().outbox.connected);
  const { client, answers } = await asker(mqttUrl);
  const ask = async (verb: string, body: object | string, transaction?: string) => {
    const named = typeof body === 'string' ? body : JSON.stringify({ ...body, transaction });
    const before = answers.length;
    await client.publishAsync(`tallywell/testpod/bridge/request/${verb}`, named, { qos: 1 });
    await until(() => answers.length > before);
    return answers[before];
  };
  return { port, radio, gateway, client, answers, ask };
}

test('requests are answered through a real broker, each verb as its schema says', async () => {
  const made = await requestScene();
  if (made === null) return;
  const { radio, gateway, ask } = made;
  for (const sequence of [1, 2, 3]) radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
  await until(() => gateway.status().records.stored === 3 && gateway.status().outbox.waiting === 0);
  // No machine's clock is surer than this.
  const [timeMs, uncertaintyS] = [Date.now(), 0];
  const questions: [string, object, object][] = [
    ['health', {}, { pod: 'testpod', records: { stored: 3 } }],
    ['info', {}, { publicKey: gateway.publicKey, sites: 2 }],
    ['sites', {}, { sites: [{ site: 'canteen-01' }, { site: 'wp-01' }] }],
    ['records', { site: 'wp-01', limit: 2 }, { records: [{ seq: 1 }, { seq: 2 }], next: 2 }],
    ['records', { site: 'wp-01', after: 2 }, { records: [{ seq: 3 }], next: null }],
    ['clock', { timeMs, uncertaintyS }, { words: 'taken', clock: { source: 'technician' } }],
    ['retell', { site: 'wp-01', from: 2 }, { site: 'wp-01', from: 2, records: 2 }],
  ];
  for (const [verb, body, data] of questions) {
    expect(faultsOf(SCHEMAS[`request-${verb}`], { ...body, transaction: verb })).toEqual([]);
    const { topic, body: answer, packet } = await ask(verb, body, verb);
    expect(topic).toBe(`tallywell/testpod/bridge/response/${verb}`);
    expect(answer).toMatchObject({ status: 'ok', transaction: verb, data });
    expect(faultsOf(SCHEMAS[`response-${verb}`], answer)).toEqual([]);
    expect(packet.properties).toMatchObject({ contentType: 'application/json' });
    expect(packet.retain).toBe(false);
  }
  expect(gateway.status().requests).toEqual({ answered: questions.length, refused: {} });
});

test('what cannot be done is refused with a reason of the list; response topic and correlation data are honoured', async () => {
  const made = await requestScene();
  if (made === null) return;
  const { gateway, client, answers, ask } = made;
  const questions: [string, object | string, string][] = [
    ['health', 'no json', 'not-json'],
    ['health', ' '.repeat(5_000), 'too-long'],
    ['records', { site: 'wp-99' }, 'no-such-site'],
    ['records', { site: '../x' }, 'bad-argument'],
    ['clock', { timeMs: 0 }, 'not-taken'],
    // An external broker tells of nobody that he is an admin.
    ['backup', {}, 'no-scope'],
    ['retell', { site: 'wp-99', from: 1 }, 'no-such-site'],
  ];
  for (const [verb, body, error] of questions) {
    const { body: answer } = await ask(verb, body);
    expect(answer).toMatchObject({ status: 'error', error });
    expect(faultsOf(SCHEMAS[`response-${verb}`], answer)).toEqual([]);
  }
  expect((await ask('reboot', {})).topic).toMatch(/\/response\/reboot$/);
  expect((await ask('Re+boot'.replace('+', '!'), {})).topic).toMatch(/\/response\/unknown$/);
  expect(gateway.status().requests.refused).toEqual({
    ...{ 'not-json': 1, 'too-long': 1, 'no-such-site': 2, 'bad-argument': 1 },
    ...{ 'not-taken': 1, 'no-scope': 1, 'unknown-verb': 2 },
  });

  const request = 'tallywell/testpod/bridge/request/health';
  const own = 'tallywell/testpod/bridge/response/phone-7';
  const correlationData = Buffer.from([1, 2, 255]);
  await client.publishAsync(request, '', { properties: { responseTopic: own, correlationData } });
  await until(() => answers.some(({ topic }) => topic === own));
  const mine = answers.find(({ topic }) => topic === own);
  expect(Buffer.from(mine?.packet.properties?.correlationData as Buffer)).toEqual(correlationData);
  // Elsewhere the gateway must not write for others.
  const stolen = 'tallywell/testpod/bridge/state';
  const before = answers.length;
  await client.publishAsync(request, '', { properties: { responseTopic: stolen } });
  await until(() => answers.length > before);
  expect(answers[before].topic).toMatch(/\/response\/health$/);
});

test('a flood of requests is answered in part and counted; the gateway goes on', async () => {
  const made = await requestScene();
  if (made === null) return;
  const { radio, gateway, client, answers } = made;
  const topic = 'tallywell/testpod/bridge/request/sites';
  await Promise.all(Array.from({ length: 500 }, () => client.publishAsync(topic, '', { qos: 1 })));
  const counted = () => {
    const { answered, refused } = gateway.status().requests;
    return answered + (refused['too-many'] ?? 0);
  };
  await until(() => counted() === 500);
  expect(gateway.status().requests.refused['too-many']).toBeGreaterThan(300);
  expect(answers.length).toBeLessThan(200);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => gateway.status().records.stored === 1 && gateway.status().outbox.waiting === 0);
});

test('a retained request is not done, and without mqttRequests nobody is heard', async () => {
  const [mosquitto, pub] = [tool('mosquitto'), tool('mosquitto_pub')];
  if (mosquitto === null || pub === null) return;
  const port = await freePort();
  await startMosquitto(mosquitto, testFolder(), port);
  const topic = 'tallywell/testpod/bridge/request/health';
  expect(await publishes(pub, port, ['-t', topic, '-r', '-q', '1', '-m', '{}'])).toBe(true);
  const mqttUrl = `mqtt://127.0.0.1:${port}`;
  const asked = await scene({ mqttUrl, mqttRequests: true });
  await until(() => asked.gateway.status().outbox.connected);
  const { client, answers } = await asker(mqttUrl);
  await client.publishAsync(topic, '{"transaction":"live"}', { qos: 1 });
  await until(() => answers.length > 0);
  expect(answers.map(({ body }) => body.transaction)).toEqual(['live']);
  await asked.gateway.stop();

  const silent = await scene({ mqttUrl });
  await until(() => silent.gateway.status().outbox.connected);
  await client.publishAsync(topic, '{"transaction":"nobody"}', { qos: 1 });
  // What is told after it comes after its answer would have come.
  const state = 'tallywell/testpod/site/wp-01/state';
  await client.subscribeAsync(state, { qos: 1 });
  silent.radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => answers.some(({ body }) => body.newest?.seq === 1));
  expect(answers.some(({ body }) => body.transaction === 'nobody')).toBe(false);
  expect(silent.gateway.status().requests).toEqual({ answered: 0, refused: {} });
});
