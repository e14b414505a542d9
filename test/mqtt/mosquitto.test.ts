/*
 * Tests with Debian's Mosquitto: its subscriber reads our embedded broker, its broker takes what we
 * publish, also across its restart.
 */
import { expect, onTestFinished, test } from 'vitest';
import { type RunningGateway, startGateway } from '../../gateway/gateway';
import { packetOf, testNode, usage } from '../gateway/support/nodes';
import { type OracleRadio, startOracleRadio } from '../gateway/support/oracle-radio';
import { registerFile, testFolder, until } from '../gateway/support/places';
import { freePort, type Printed, publishes, startMosquitto, subscribe, tool } from './tools';

const NODE = testNode(1);
const CANTEEN = testNode(2);

interface Scene {
  radio: OracleRadio;
  gateway: RunningGateway;
}

async function scene(folder: string, mqttUrl?: string): Promise<Scene> {
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: [radio.url],
    registerFile: registerFile(folder, [1, 2]),
    mqttUrl,
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  return { radio, gateway };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function of(printed: Printed[], topicEnd: string): Printed[] {
  return printed.filter(({ topic }) => topic.endsWith(topicEnd));
}

test('mosquitto_sub reads the site topics from the embedded broker', async () => {
  const path = tool('mosquitto_sub');
  if (path === null) return;
  const { radio, gateway } = await scene(testFolder());
  const printed = subscribe(path, portOf(gateway.mqttUrl), ['-t', 'tallywell/testpod/#']);
  await until(() => of(printed, 'bridge/state').length > 0);
  expect(of(printed, 'bridge/state')[0]).toMatchObject({ retain: 1, payload: { state: 'online' } });
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  radio.hear({ payload: packetOf(CANTEEN, usage(CANTEEN, 1, { kind: 2 })) });
  await until(() => of(printed, '/site/canteen-01/record/canteen').length === 1);
  const [record] = of(printed, '/site/wp-01/record/water-point');
  expect(record).toMatchObject({
    qos: 1,
    payload: { epoch: 1, seq: 1, verified: true, counters: { volumeDl: 60, draws: 12 } },
  });
  await until(() =>
    of(printed, '/site/canteen-01/state').some(({ payload }) => payload.total.adultMeals),
  );
  expect(of(printed, '/site/canteen-01/availability').at(-1)?.payload).toEqual({ state: 'ready' });
});

test('nobody else may publish to the embedded broker', async () => {
  const [sub, pub] = [tool('mosquitto_sub'), tool('mosquitto_pub')];
  if (sub === null || pub === null) return;
  const { gateway } = await scene(testFolder());
  const port = portOf(gateway.mqttUrl);
  const printed = subscribe(sub, port, ['-t', '#']);
  await until(() => of(printed, 'bridge/state').length > 0);
  const topic = 'tallywell/testpod/bridge/state';
  const told = publishes(pub, port, ['-t', topic, '-r', '-q', '1', '-m', '{"state":"offline"}']);
  expect(await told).toBe(false);
  await publishes(pub, port, ['-t', 'other', '-q', '0', '-m', '{}']);
  const late = subscribe(sub, port, ['-t', '#']);
  await until(() => of(late, 'bridge/health').length > 0);
  expect(of(late, 'bridge/state').map(({ payload }) => payload)).toEqual([{ state: 'online' }]);
  expect(of(printed, 'bridge/state').map(({ payload }) => payload)).toEqual([{ state: 'online' }]);
  expect(of(printed, 'other')).toEqual([]);
});

test('a real Mosquitto gets every record, also those from before its restart, and the last will', async () => {
  const [sub, broker] = [tool('mosquitto_sub'), tool('mosquitto')];
  if (sub === null || broker === null) return;
  const port = await freePort();
  const [folder, brokerFolder] = [testFolder(), testFolder()];
  const first = await startMosquitto(broker, brokerFolder, port);
  const { radio, gateway } = await scene(folder, `mqtt://127.0.0.1:${port}`);
  const session = ['-c', '-i', 'reader', '-t', 'tallywell/testpod/#'];
  const printed = subscribe(sub, port, session);
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => of(printed, 'record/water-point').length === 1);
  const ended = new Promise((resolve) => first.on('exit', resolve));
  first.kill('SIGTERM');
  await ended;

  for (const sequence of [2, 3, 4]) radio.hear({ payload: packetOf(NODE, usage(NODE, sequence)) });
  await until(() => gateway.status().records.stored === 4);
  expect(gateway.status().outbox).toMatchObject({
    waiting: 3,
    broker: 'external',
    connected: false,
  });
  await startMosquitto(broker, brokerFolder, port);
  const again = subscribe(sub, port, session);
  await until(() => gateway.status().outbox.waiting === 0);
  const records = () => [...of(printed, 'record/water-point'), ...of(again, 'record/water-point')];
  await until(() => new Set(records().map(({ payload }) => payload.seq)).size === 4);
  const texts = new Set(records().map(({ payload }) => JSON.stringify(payload)));
  expect(texts.size).toBe(4);
  await until(() => of(again, 'site/wp-01/state').some(({ payload }) => payload.newest?.seq === 4));

  await gateway.stop();
  const after = subscribe(sub, port, ['-t', 'tallywell/testpod/bridge/state']);
  await until(() => after.length > 0);
  expect(after[0]).toMatchObject({ retain: 1, payload: { state: 'offline' } });
});

test('what the broker has acknowledged is not told again after a restart of the gateway', async () => {
  const [sub, broker] = [tool('mosquitto_sub'), tool('mosquitto')];
  if (sub === null || broker === null) return;
  const port = await freePort();
  const folder = testFolder();
  await startMosquitto(broker, testFolder(), port);
  const printed = subscribe(sub, port, ['-t', 'tallywell/testpod/site/+/record/+']);
  const first = await scene(folder, `mqtt://127.0.0.1:${port}`);
  first.radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => printed.length === 1);
  await first.gateway.stop();
  const second = await scene(folder, `mqtt://127.0.0.1:${port}`);
  second.radio.hear({ payload: packetOf(NODE, usage(NODE, 2)) });
  await until(() => printed.length === 2);
  expect(printed.map(({ payload }) => payload.seq)).toEqual([1, 2]);
});
