/*
 * Tests of the whole gateway (gateway/gateway.ts) over real sockets: a radio that speaks through the
 * official protobuf definitions, a real database file, a real MQTT client, real HTTP.
 */
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { type RunningGateway, startGateway } from '../../gateway/gateway';
import type { GatewayOptions } from '../../gateway/options';
import { toHex } from '../../shared/bytes';
import { happening, packetOf, signedBy, testNode, usage } from './support/nodes';
import { type OracleRadio, startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);
const CANTEEN = testNode(2);

interface Scene {
  options: GatewayOptions;
  folder: string;
  radio: OracleRadio;
  gateway: RunningGateway;
  get(path: string): Promise<Response>;
}

async function scene(): Promise<Scene> {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  return startIn(folder, radio);
}

async function startIn(folder: string, radio: OracleRadio): Promise<Scene> {
  const options = {
    holdBackMs: 0,
    dataDir: folder,
    radios: [radio.url],
    registerFile: join(folder, 'register.json'),
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  };
  const gateway = await startGateway({ ...options, registerFile: registerFile(folder, [1, 2]) });
  onTestFinished(() => gateway.stop());
  const get = (path: string) => fetch(new URL(path, gateway.httpUrl));
  await until(() => gateway.status().radio.session === 'ready');
  return { options, folder, radio, gateway, get };
}

function table(folder: string, sql: string): unknown[] {
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Everything a bad packet must not change. */
function counted(folder: string): unknown[] {
  return ['record', 'hour', 'day', 'epoch', 'node_key', 'placement', 'site'].map((name) =>
    table(folder, `SELECT * FROM ${name}`),
  );
}

test('a record heard by the radio is stored, told over HTTP and over MQTT', async () => {
  const { folder, radio, gateway, get } = await scene();
  const told: { topic: string; body: Record<string, unknown> }[] = [];
  const client = await mqtt.connectAsync(gateway.mqttUrl);
  onTestFinished(() => client.endAsync().then(() => {}));
  client.on('message', (topic, payload) =>
    told.push({ topic, body: JSON.parse(payload.toString()) }),
  );
  await client.subscribeAsync('tallywell/#', { qos: 1 });

  const packet = packetOf(NODE, usage(NODE, 1, { timeS: 0 }));
  radio.hear({ payload: packet });
  await until(() => gateway.status().records.stored === 1);
  expect(
    table(folder, 'SELECT epoch, sequence, payload, signature, rssi_dbm, hops FROM record'),
  ).toEqual([
    {
      epoch: 1,
      sequence: 1,
      payload: Buffer.from(packet.slice(0, -64)),
      signature: Buffer.from(packet.slice(-64)),
      rssi_dbm: -70,
      hops: 1,
    },
  ]);
  await until(() =>
    told.some(({ topic }) => topic === 'tallywell/testpod/site/wp-01/record/water-point'),
  );
  const record = told.find(({ topic }) => topic.endsWith('/record/water-point'));
  expect(record?.body).toMatchObject({
    epoch: 1,
    seq: 1,
    t: null,
    clock: 'never-set',
    verified: true,
    counters: { volumeDl: 60, draws: 12 },
  });
  await until(() => gateway.status().outbox.waiting === 0);
  const site = (await (await get('/api/v1/sites/wp-01')).json()) as Record<string, unknown>;
  expect(site).toMatchObject({
    state: 'in-use',
    total: { volumeDl: 60, draws: 12 },
    records: { stored: 1, expected: 1 },
    bucketSums: [60, 12],
  });
});

test('an event is stored at once, told as an event over MQTT, and shown on the page', async () => {
  const { radio, gateway, get } = await scene();
  const client = await mqtt.connectAsync(gateway.mqttUrl);
  onTestFinished(() => client.endAsync().then(() => {}));
  const told: Record<string, unknown>[] = [];
  client.on('message', (_, payload) => told.push(JSON.parse(payload.toString())));
  await client.subscribeAsync('tallywell/testpod/site/wp-01/record/event', { qos: 1 });
  radio.hear({ payload: packetOf(NODE, happening(NODE, 1, { eventCode: 3, value: 0 })) });
  await until(() => told.length === 1);
  expect(told[0]).toMatchObject({ kind: 'event', event: 'broken-pressed', eventCode: 3, value: 0 });
  expect(await (await get('/')).text()).toContain('data-word="says-broken"');
  radio.hear({ payload: packetOf(NODE, happening(NODE, 2, { eventCode: 4, value: 0 })) });
  await until(() => told.length === 2);
  expect(await (await get('/')).text()).not.toContain('data-word="says-broken"');
});

const FOREIGN = packetOf(testNode(9), usage(testNode(9), 1));
const GOOD = packetOf(NODE, usage(NODE, 1));
const FORGED = signedBy(CANTEEN, GOOD.slice(0, -64));

test('bad input is refused with its reason, counted for ever, told, and changes nothing else', async () => {
  const { folder, radio, gateway, get } = await scene();
  const client = await mqtt.connectAsync(gateway.mqttUrl);
  onTestFinished(() => client.endAsync().then(() => {}));
  let health: { records?: { byReason: Record<string, number> } } = {};
  client.on('message', (_topic, payload) => {
    health = JSON.parse(payload.toString());
  });
  await client.subscribeAsync('tallywell/testpod/bridge/health', { qos: 1 });
  radio.hear({ payload: GOOD });
  await until(() => gateway.status().records.stored === 1);
  const before = counted(folder);

  radio.hear({ payload: FORGED });
  radio.hear({ payload: GOOD });
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1, { calibrationId: 2 })) });
  radio.hear({ payload: GOOD.slice(0, 40) });
  radio.hear({ payload: GOOD.slice(0, -70) });
  radio.hear({ payload: new Uint8Array(220).fill(1) });
  radio.hear({ payload: FOREIGN });
  radio.hear({ payload: GOOD, portnum: 256 });
  radio.hear({ payload: GOOD, channel: 3 });
  radio.hear({ encrypted: GOOD });
  radio.hear({ payload: GOOD, portnum: 4 });
  radio.write(new Uint8Array([0x94, 0xc3, 0xff, 0xff, 1, 2, 3]));
  // A last good one: when it is stored, everything before it was dealt with.
  radio.hear({ payload: packetOf(CANTEEN, usage(CANTEEN, 1, { kind: 2 })) });
  await until(() => gateway.status().records.stored === 2);
  const expected = {
    'bad-signature': 1,
    conflict: 1,
    'too-short': 2,
    'too-long': 1,
    'unknown-key': 1,
    'foreign-port': 1,
    'foreign-channel': 1,
    undecryptable: 1,
    'bad-frame': 1,
  };
  const { records } = (await (await get('/api/v1/status')).json()) as ReturnType<
    RunningGateway['status']
  >;
  expect(records).toMatchObject({ stored: 2, duplicate: 1, byReason: expected });
  // Cut inside the payload or inside the signature: both are too short for what they announce.
  expect(records.rejected).toBe(10);
  await until(() => health.records?.byReason['bad-frame'] === 1);
  expect(health.records?.byReason).toMatchObject(expected);
  const after = counted(folder);
  const ofNode = (rows: unknown[]) =>
    rows.filter((row) => (row as { node_key_id: number }).node_key_id === 1);
  for (let at = 0; at < 3; at += 1) {
    expect(ofNode(after[at] as unknown[])).toEqual(ofNode(before[at] as unknown[]));
  }
  expect(table(folder, 'SELECT count(*) AS n FROM conflict')).toEqual([{ n: 1 }]);
  await gateway.stop();
  expect(table(folder, "SELECT count FROM refusal WHERE reason = 'bad-signature'")).toEqual([
    { count: 1 },
  ]);
});

test('the radio hangs up and comes back: the gateway asks again and goes on', async () => {
  const { radio, gateway } = await scene();
  radio.hangUp();
  await until(() => gateway.status().radio.session !== 'ready');
  expect(gateway.status().healthy).toBe(false);
  expect(gateway.status().problems[0]).toContain('nothing is heard');
  await radio.handshakes(2);
  await until(() => gateway.status().radio.session === 'ready');
  radio.hear({ payload: GOOD });
  await until(() => gateway.status().records.stored === 1);
});

test('a restart keeps key, records and counts, and hears the same record as a duplicate', async () => {
  const first = await scene();
  first.radio.hear({ payload: GOOD });
  await until(() => first.gateway.status().records.stored === 1);
  await first.gateway.stop();
  const second = await startIn(first.folder, first.radio);
  expect(second.gateway.publicKey).toBe(first.gateway.publicKey);
  second.radio.hear({ payload: GOOD });
  second.radio.hear({ payload: packetOf(NODE, usage(NODE, 2)) });
  await until(() => second.gateway.status().records.stored === 2);
  expect(second.gateway.status().records.duplicate).toBe(1);
});

test('records of a node nobody registered wait, are listed, and count once it is registered', async () => {
  const first = await scene();
  for (const payload of [FOREIGN, FOREIGN, GOOD]) first.radio.hear({ payload });
  await until(() => first.gateway.status().records.stored === 1);
  const key = toHex(testNode(9).keyId);
  expect(first.gateway.status().quarantine).toMatchObject([{ key, packets: 1 }]);
  await first.gateway.stop();
  registerFile(first.folder, [1, 2, 9]);
  const second = await startGateway({ ...first.options, registerFile: undefined });
  expect(second.status().quarantine).toMatchObject([{ key, packets: 1 }]);
  await second.stop();
  const third = await startGateway(first.options);
  onTestFinished(() => third.stop());
  expect(third.status()).toMatchObject({ quarantine: [], records: { stored: 2 } });
});
