/*
 * Tests of gateway/edges/broker/delivery.ts with mqtt.js: a subscriber that catches up.
 */
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { startTestBroker } from '../../support/brokers';
import { until } from '../../support/places';

const TOPIC = 'tallywell/testpod/site/a/record/event';

test('thousands of messages reach a client that was away, in order, before newer ones, on one connection', async () => {
  const broker = await startTestBroker();
  onTestFinished(() => broker.close());
  const options = { clientId: 'hub', clean: false, reconnectPeriod: 0 };
  const away = await mqtt.connectAsync(broker.url, options);
  await away.subscribeAsync(['tallywell/#', TOPIC], { qos: 1 });
  await away.endAsync();
  for (let at = 0; at < 3_000; at += 1) await broker.publish(TOPIC, String(at), false);
  const back = mqtt.connect(broker.url, options);
  onTestFinished(() => void back.end(true));
  let closed = 0;
  back.on('close', () => {
    closed += 1;
  });
  const heard: number[] = [];
  back.on('message', (_topic, payload) => heard.push(Number(payload)));
  for (let at = 3_000; at < 3_500; at += 1) await broker.publish(TOPIC, String(at), false);
  await until(() => heard.length >= 3_500);
  expect(heard).toEqual(Array.from({ length: 3_500 }, (_, at) => at));
  await until(() => broker.state.sessions.queuedPackets() === 0);
  expect([closed, broker.refused()['too-fast']]).toEqual([0, 0]);
});
