/*
 * Everything told over MQTT and HTTP fits the published JSON Schemas, and the schemas are served.
 */
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../gateway/gateway';
import { SCHEMAS } from '../../gateway/views';
import { faultsOf, knowSchemas } from './support/json-schema';
import { happening, packetOf, testNode, usage } from './support/nodes';
import { startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);
const CANTEEN = testNode(2);

knowSchemas(Object.values(SCHEMAS));

/** Name of the schema of a topic. */
function schemaOf(topic: string): string {
  const [, , kind, name, what] = topic.split('/');
  if (kind === 'bridge') return `bridge-${name}`;
  return what === 'state' ? 'site' : what;
}

const PACKETS = [
  packetOf(
    NODE,
    usage(NODE, 1, {
      timeS: 0,
      status: 0x7ffff,
      readings: [
        [1, -5],
        [9, 7],
      ],
    }),
  ),
  packetOf(NODE, happening(NODE, 2, { eventCode: 3, value: -7 })),
  packetOf(NODE, usage(NODE, 2)),
  packetOf(NODE, usage(NODE, 3, { buckets: Array.from({ length: 24 }, () => [7, 1]) })),
  packetOf(NODE, usage(NODE, 4, { buckets: Array.from({ length: 24 }, () => [8, 1]) })),
  packetOf(CANTEEN, usage(CANTEEN, 1, { kind: 2 })),
];

test('every message on every topic and every API answer fits its schema', async () => {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: [radio.url],
    registerFile: registerFile(folder, [1, 2]),
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  const seen = new Map<string, unknown[]>();
  const client = await mqtt.connectAsync(gateway.mqttUrl);
  onTestFinished(() => client.endAsync().then(() => {}));
  client.on('message', (topic, payload) => {
    const name = schemaOf(topic);
    seen.set(name, [...(seen.get(name) ?? []), JSON.parse(payload.toString())]);
  });
  await client.subscribeAsync('tallywell/#', { qos: 1 });
  await until(() => gateway.status().radio.session === 'ready');
  for (const payload of PACKETS) radio.hear({ payload });
  await until(() => seen.get('record')?.length === 5 && seen.get('bridge-event')?.length === 2);

  const told = Object.keys(SCHEMAS).filter((name) => !/^(request-|response-|config$)/.test(name));
  expect([...seen.keys()].sort()).toEqual(told.sort());
  for (const [name, messages] of seen) {
    for (const message of messages) expect(faultsOf(SCHEMAS[name], message)).toEqual([]);
  }
  const get = async (path: string) => (await fetch(new URL(path, gateway.httpUrl))).json();
  expect(faultsOf(SCHEMAS['bridge-health'], await get('/api/v1/status'))).toEqual([]);
  const { sites } = (await get('/api/v1/sites')) as { sites: unknown[] };
  for (const site of sites) expect(faultsOf(SCHEMAS.site, site)).toEqual([]);
  const { records } = (await get('/api/v1/sites/wp-01/records?limit=10')) as { records: unknown[] };
  expect(records.length).toBe(4);
  for (const record of records) expect(faultsOf(SCHEMAS.record, record)).toEqual([]);
  const { schemas } = (await get('/api/v1/schemas/')) as { schemas: string[] };
  for (const file of schemas) {
    expect(await get(`/api/v1/schemas/${file}`)).toEqual(SCHEMAS[file.replace('.json', '')]);
  }
});

test('the checker finds faults: a schema that says nothing would pass everything', () => {
  const good = { state: 'online' };
  expect(faultsOf(SCHEMAS['bridge-state'], good)).toEqual([]);
  expect(faultsOf(SCHEMAS['bridge-state'], {})).not.toEqual([]);
  expect(faultsOf(SCHEMAS['bridge-state'], { state: 'asleep' })).not.toEqual([]);
  expect(faultsOf(SCHEMAS['bridge-state'], { ...good, more: 1 })).not.toEqual([]);
  expect(() => faultsOf({ contains: 1 }, '')).toThrow(/contains/);
});
