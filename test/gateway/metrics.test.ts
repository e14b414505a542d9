/*
 * Tests of /metrics against a parser of the exposition format written from its specification, and of /health.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../gateway/gateway';
import type { GatewayOptions } from '../../gateway/options';
import { type Family, parseExposition } from './support/exposition';
import { packetOf, testNode, usage } from './support/nodes';
import { startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);

async function gateway(options: Partial<GatewayOptions> = {}) {
  const [folder, radio] = [testFolder(), await startOracleRadio()];
  onTestFinished(() => radio.close());
  const running = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: [radio.url],
    registerFile: registerFile(folder, [1, 2]),
    clock: 'machine',
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
    ...options,
  });
  onTestFinished(() => running.stop());
  await until(() => running.status().radio.session === 'ready');
  return { running, radio };
}

function figure(families: Map<string, Family>, name: string, labels: Record<string, string> = {}) {
  const samples = families.get(name)?.samples ?? [];
  return samples.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels))?.value;
}

test('the figures are those of the status, in the exposition format, and tell no site', async () => {
  const { running, radio } = await gateway();
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  radio.hear({ payload: new Uint8Array(3) });
  await until(() => running.status().records.rejected === 1);
  await until(() => running.status().outbox.waiting === 0);
  const address = new URL('/metrics', running.httpUrl);
  expect((await fetch(new URL('/nothing', running.httpUrl))).status).toBe(404);
  await fetch(address);
  const response = await fetch(address);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  const families = parseExposition(text);

  expect(figure(families, 'tallywell_records_stored_total')).toBe(1);
  expect(figure(families, 'tallywell_records_duplicate_total')).toBe(1);
  const [[reason, count]] = Object.entries(running.status().records.byReason);
  expect(figure(families, 'tallywell_refused_total', { reason })).toBe(count);
  expect(figure(families, 'tallywell_radio_ready', { radio: radio.url })).toBe(1);
  expect(figure(families, 'tallywell_outbox_waiting')).toBe(0);
  expect(figure(families, 'tallywell_alive')).toBe(1);
  expect(figure(families, 'tallywell_healthy')).toBe(1);
  expect(figure(families, 'tallywell_clock_state', { state: 'trusted' })).toBe(1);
  expect(figure(families, 'tallywell_http_requests_total', { code: '404' })).toBe(1);
  expect(figure(families, 'tallywell_http_requests_total', { code: '200' })).toBe(1);
  expect(figure(families, 'tallywell_disk_free_bytes')).toBeGreaterThan(0);
  expect(figure(families, 'tallywell_database_bytes')).toBeGreaterThan(0);
  expect(figure(families, 'tallywell_database_wal_bytes')).toBeGreaterThan(0);
  expect(figure(families, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  for (const secret of ['wp-01', 'canteen-01', 'Well', running.publicKey]) {
    expect(text).not.toContain(secret);
  }
  // Conventions: counters end in _total, base units, our prefix.
  for (const [name, { type, help }] of families) {
    expect(name).toMatch(/^(tallywell|process|nodejs)_[a-z_]+$/);
    expect(type === 'counter').toBe(name.endsWith('_total'));
    expect(help.length).toBeGreaterThan(5);
    expect(name).not.toMatch(/_(ms|kb|mb|minutes|percent)(_|$)/);
  }
});

test('the broker’s clients, requests and backups are figures too', async () => {
  const folder = testFolder();
  const card = { madeS: Math.floor(Date.now() / 1000) - 7_300, hoursRun: 0 };
  const last = { ...card, file: '/b', records: 1, bytes: 1 };
  writeFileSync(join(folder, 'last-backup.json'), JSON.stringify({ card: last }));
  const { running, radio } = await gateway({ dataDir: folder, backup: { usb: false } });
  const options = { clientId: 'kept', clean: false, reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(running.mqttUrl, options);
  await client.subscribeAsync('tallywell/testpod/site/+/record/+', { qos: 1 });
  await client.endAsync();
  const wrong = mqtt.connectAsync(running.mqttUrl, { username: 'a', password: 'b' }, false);
  await expect(wrong).rejects.toThrow(/not authorized/i);
  const stranger = connect(Number(new URL(running.mqttUrl).port), '127.0.0.1');
  stranger.resume();
  stranger.write('GET / HTTP/1.1\r\n\r\n');
  await once(stranger, 'close');
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => running.status().outbox.clients?.queued === 1);
  const text = await (await fetch(new URL('/metrics', running.httpUrl))).text();
  const families = parseExposition(text);
  const refused = 'tallywell_mqtt_refused_total';
  expect(figure(families, refused, { reason: 'login' })).toBe(1);
  expect(figure(families, refused, { reason: 'not-mqtt' })).toBe(1);
  expect(figure(families, 'tallywell_mqtt_queued_messages')).toBe(1);
  expect(figure(families, 'tallywell_mqtt_requests_answered_total')).toBe(0);
  expect(figure(families, 'tallywell_backup_age_seconds', { place: 'card' })).toBe(7_200);
  expect(figure(families, 'tallywell_backup_age_seconds', { place: 'stick' })).toBeUndefined();
});

test('an unknown clock is +Inf, and the radio that is away 0', async () => {
  const running = await startGateway({
    dataDir: testFolder(),
    radios: ['tcp://127.0.0.1:9'],
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => running.stop());
  const families = parseExposition(
    await (await fetch(new URL('/metrics', running.httpUrl))).text(),
  );
  const { clock } = running.status();
  expect(figure(families, 'tallywell_clock_uncertainty_seconds')).toBe(
    clock.uncertaintyS ?? Number.POSITIVE_INFINITY,
  );
  expect(figure(families, 'tallywell_radio_ready', { radio: 'tcp://127.0.0.1:9' })).toBe(0);
  expect(figure(families, 'tallywell_healthy')).toBe(0);
});

test.each<[string, RegExp]>([
  ['# TYPE a counter\na 1', /last line/],
  ['a{b="c} 1\n', /line 1/],
  ['a{b=c} 1\n', /line 1/],
  ['1a 1\n', /line 1/],
  ['a one\n', /line 1/],
  ['# TYPE a count\n', /line 1/],
  ['# TYPE a gauge\na 1\n# TYPE a gauge\n', /line 3/],
  ['a 1\na 1\n', /line 2/],
  ['# TYPE a gauge\n# TYPE b gauge\na 1\nb 1\na{x="1"} 1\n', /line 5/],
])('the parser itself refuses %j', (text, why) => {
  expect(() => parseExposition(text)).toThrow(why);
});
