/*
 * What a real subscriber gets of Home Assistant's discovery, checked against the documented rules, and with the values
 * of the real messages. Where Debian's python3-jinja2 is installed, the templates are rendered by Jinja itself, too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { type RunningGateway, startGateway } from '../../gateway/gateway';
import { happening, packetOf, testNode, usage } from '../gateway/support/nodes';
import { type OracleRadio, startOracleRadio } from '../gateway/support/oracle-radio';
import { registerFile, registerJson, testFolder, until } from '../gateway/support/places';
import { discoveryFaults, isAvailable, rendered, stateOf } from './home-assistant-schema';
import { freePort, startMosquitto, tool } from './tools';

// biome-ignore lint/suspicious/noExplicitAny: configurations and messages are any JSON
type Json = any;

const PREFIX = 'homeassistant';
const SITE_TOPIC = (site: string) => `${PREFIX}/device/tallywell_testpod/site_${site}/config`;

/** A Mosquitto, a gateway that tells it, and what is retained there as a subscriber sees it. */
async function scene(mosquitto: string) {
  const [folder, port] = [testFolder(), await freePort()];
  await startMosquitto(mosquitto, testFolder(), port);
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const mqttUrl = `mqtt://127.0.0.1:${port}`;
  const client = await mqtt.connectAsync(mqttUrl);
  onTestFinished(() => client.endAsync().then(() => {}));
  const retained = new Map<string, Json>();
  client.on('message', (topic, payload) => {
    if (payload.length === 0) retained.delete(topic);
    else retained.set(topic, JSON.parse(payload.toString()));
  });
  await client.subscribeAsync(['tallywell/#', `${PREFIX}/#`], { qos: 1 });
  const start = (numbers: number[]) => startIn(folder, numbers, radio, mqttUrl);
  return { folder, radio, retained, start };
}

async function startIn(folder: string, numbers: number[], radio: OracleRadio, mqttUrl: string) {
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttUrl, httpPort: 0 },
    registerFile: registerFile(folder, numbers),
    homeAssistantPrefix: PREFIX,
    clock: 'machine',
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  return gateway;
}

function configs(retained: Map<string, Json>): [string, Json][] {
  return [...retained].filter(([topic]) => topic.startsWith(PREFIX));
}

/** What each entity of a device shows. */
function states(config: Json, retained: Map<string, Json>): Record<string, Json> {
  const entries = Object.entries(config.components as Record<string, Json>);
  return Object.fromEntries(
    entries.map(([name, one]) => [
      name,
      stateOf(one, retained.get(one.state_topic ?? config.state_topic)),
    ]),
  );
}

async function tellAll(gateway: RunningGateway, radio: OracleRadio): Promise<void> {
  const nowS = Math.floor(Date.now() / 1000);
  const [node, canteen] = [testNode(1), testNode(2)];
  const readings = [
    [1, 1_234],
    [2, 56_789],
    [3, -1_825],
    [4, 6_300],
  ];
  const packets = [
    packetOf(node, usage(node, 1, { timeS: nowS, readings })),
    packetOf(node, happening(node, 2, { timeS: nowS, eventCode: 3, status: 165 | (1 << 8) })),
    packetOf(canteen, usage(canteen, 1, { kind: 2, timeS: nowS })),
  ];
  for (const payload of packets) radio.hear({ payload });
  await until(() => gateway.status().records.stored === packets.length);
}

test('every device is as Home Assistant documents it, before anything was heard and after', async () => {
  const mosquitto = tool('mosquitto');
  if (mosquitto === null) return;
  const { radio, retained, start } = await scene(mosquitto);
  const gateway = await start([1, 2]);
  await until(() => configs(retained).length === 3);
  await until(() => retained.has('tallywell/testpod/site/canteen-01/availability'));
  for (const [topic, config] of configs(retained)) {
    expect(discoveryFaults(topic, config)).toEqual([]);
    states(config, retained);
  }
  const never = retained.get(SITE_TOPIC('wp-01'));
  expect(states(never, retained)).toMatchObject({
    ...{ volumeDl: null, volumeDlToday: null, battery: null, lastHeard: null },
    ...{ state: 'never-heard', tamper: 'OFF', broken: 'OFF' },
  });
  expect(isAvailable(never, retained)).toBe(false);
  expect(isAvailable(never.components.state, retained)).toBe(true);

  await tellAll(gateway, radio);
  await until(() => retained.get(SITE_TOPIC('wp-01')).components.levelMm !== undefined);
  await until(() => retained.get('tallywell/testpod/site/wp-01/state').state === 'says-broken');
  const told = configs(retained);
  for (const [topic, config] of told) expect(discoveryFaults(topic, config)).toEqual([]);
  const water = retained.get(SITE_TOPIC('wp-01'));
  expect(states(water, retained)).toMatchObject({
    ...{ state: 'says-broken', broken: 'ON', tamper: 'ON', leak: 'OFF', sensorFault: 'OFF' },
    ...{ volumeDl: 12, draws: 24, battery: 3_300, levelMm: 1_234, weightG: 56_789 },
    ...{ temperatureCentiC: -18.25, hotHoldingCentiC: 63 },
    lastHeard: expect.stringMatching(/^20\d\d-\d\d-\d\dT/),
  });
  expect(isAvailable(water, retained)).toBe(true);
  await until(() => retained.get('tallywell/testpod/site/canteen-01/state').total.adultMeals);
  const canteen = states(retained.get(SITE_TOPIC('canteen-01')), retained);
  expect(canteen).toMatchObject({ adultMeals: 60, childMeals: 12 });
  expect(Object.keys(canteen).some((name) => /volume|draws/.test(name))).toBe(false);
  const ids = told.flatMap(([, { components }]) =>
    Object.values(components as Record<string, Json>).map((one) => one.unique_id),
  );
  expect(new Set(ids).size).toBe(ids.length);
  const devices = told.map(([, { device }]) => device.identifiers[0]);
  for (const [, { device }] of told) {
    if (device.via_device !== undefined) expect(devices).toContain(device.via_device);
  }
});

test('a replaced node keeps the ids of its site; a site taken out of the register takes its device away', async () => {
  const mosquitto = tool('mosquitto');
  if (mosquitto === null) return;
  const { folder, retained, start } = await scene(mosquitto);
  const gateway = await start([1, 2]);
  await until(() => configs(retained).length === 3);
  const idsOf = (topic: string) =>
    Object.values(retained.get(topic).components as Record<string, Json>).map(
      (one) => one.unique_id,
    );
  const before = idsOf(SITE_TOPIC('wp-01'));
  await gateway.stop();
  expect(isAvailable(retained.get(SITE_TOPIC('wp-01')).components.state, retained)).toBe(false);

  // Node 3 stands where node 1 stood; the canteen is gone.
  const second = await start([3]);
  await until(() => configs(retained).length === 2);
  expect(retained.has(SITE_TOPIC('canteen-01'))).toBe(false);
  expect(idsOf(SITE_TOPIC('wp-01'))).toEqual(before);
  expect(registerJson([3]).sites.map(({ site }) => site)).toEqual(['wp-01']);
  await second.stop();
  expect(folder).not.toBe('');
});

test('without the option nothing is told to Home Assistant', async () => {
  const mosquitto = tool('mosquitto');
  if (mosquitto === null) return;
  const { folder, radio, retained } = await scene(mosquitto);
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0, log: () => {} },
    registerFile: registerFile(folder, [1]),
  });
  onTestFinished(() => gateway.stop());
  const client = await mqtt.connectAsync(gateway.mqttUrl);
  onTestFinished(() => client.endAsync().then(() => {}));
  const topics: string[] = [];
  client.on('message', (topic) => topics.push(topic));
  await client.subscribeAsync('#', { qos: 1 });
  await until(() => topics.some((topic) => topic.endsWith('/availability')));
  expect(topics.filter((topic) => !topic.startsWith('tallywell/'))).toEqual([]);
  expect(configs(retained)).toEqual([]);
});

/** Debian's own: another python3 in the PATH does not see Debian's packages. */
const PYTHON = '/usr/bin/python3';

const JINJA = `
import json, sys
from datetime import datetime, timezone
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
env = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
env.filters["as_datetime"] = lambda v: datetime.fromtimestamp(v, timezone.utc).isoformat()
pairs = json.load(sys.stdin)
print(json.dumps([env.from_string(t).render(value_json=v) for t, v in pairs]))
`;

test('Jinja itself renders every template as the reader of this test does', async () => {
  const mosquitto = tool('mosquitto');
  if (mosquitto === null) return;
  if (spawnSync(PYTHON, ['-c', 'import jinja2']).status !== 0) {
    const text = 'no Jinja (Debian: apt install python3-jinja2)';
    if (process.env.CI) throw new Error(text);
    console.warn(`SKIPPED: ${text}`);
    return;
  }
  const { radio, retained, start, folder } = await scene(mosquitto);
  const gateway = await start([1, 2]);
  await until(() => configs(retained).length === 3);
  const pairs: [string, Json][] = [];
  const collect = () => {
    for (const [, config] of configs(retained)) {
      for (const one of Object.values(config.components as Record<string, Json>)) {
        pairs.push([one.value_template, retained.get(one.state_topic ?? config.state_topic)]);
      }
      for (const { topic, value_template } of config.availability) {
        pairs.push([value_template, retained.get(topic)]);
      }
    }
  };
  await until(() => retained.has('tallywell/testpod/site/wp-01/availability'));
  collect();
  await tellAll(gateway, radio);
  await until(() => retained.get(SITE_TOPIC('wp-01')).components.levelMm !== undefined);
  await until(() => retained.get('tallywell/testpod/site/canteen-01/state').total.adultMeals);
  collect();
  const script = join(folder, 'render.py');
  writeFileSync(script, JINJA);
  const output = execFileSync(PYTHON, [script], { input: JSON.stringify(pairs) });
  const texts: string[] = JSON.parse(output.toString());
  expect(texts.length).toBeGreaterThan(60);
  texts.forEach((text, at) => {
    const [template, message] = pairs[at];
    const value = rendered(template, message);
    if (value === null) expect(text).toBe('None');
    else if (typeof value === 'number') expect(Number(text)).toBe(value);
    else if (template.includes('as_datetime')) expect(Date.parse(text)).toBe(Date.parse(value));
    else expect(text).toBe(value);
  });
});

test('the rules find faults: a configuration that nobody checks would pass everything', () => {
  const good = (): Json => ({
    device: { identifiers: ['a'], name: 'A' },
    origin: { name: 'O' },
    state_topic: 'a/b',
    components: {
      x: {
        ...{ platform: 'sensor', unique_id: 'x', device_class: 'water' },
        ...{ state_class: 'total_increasing', unit_of_measurement: 'L' },
      },
    },
  });
  const topic = 'homeassistant/device/a/config';
  expect(discoveryFaults(topic, good())).toEqual([]);
  const changes: ((config: Json) => void)[] = [
    (config) => Reflect.deleteProperty(config, 'origin'),
    (config) => Reflect.deleteProperty(config.device, 'identifiers'),
    (config) => Reflect.deleteProperty(config.components.x, 'unique_id'),
    (config) => Reflect.deleteProperty(config.components.x, 'platform'),
    (config) => Reflect.deleteProperty(config, 'state_topic'),
    (config) => Object.assign(config.components.x, { state_class: 'measurement' }),
    (config) => Object.assign(config.components.x, { unit_of_measurement: 'mL' }),
    (config) => Object.assign(config.components.x, { device_class: 'enum' }),
    (config) => Object.assign(config.components.x, { options: ['a'] }),
    (config) => Object.assign(config.components.x, { colour: 'blue' }),
    (config) => Object.assign(config, { availability_mode: 'some' }),
    (config) => Object.assign(config, { availability: [{ value_template: 'x' }] }),
  ];
  for (const change of changes) {
    const config = good();
    change(config);
    expect(discoveryFaults(topic, config)).not.toEqual([]);
  }
  expect(discoveryFaults('homeassistant/device/a b/config', good())).not.toEqual([]);
  expect(() => rendered('{{ value_json.x }}', {})).toThrow(/has no x/);
  expect(() => rendered('{{ value_json.x | float }}', { x: 1 })).toThrow(/not understood/);
});
