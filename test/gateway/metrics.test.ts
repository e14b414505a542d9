/*
 * Tests of /metrics against a parser of the exposition format written from its specification, and of /health.
 */
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../gateway/gateway';
import { type Family, parseExposition } from './support/exposition';
import { packetOf, testNode, usage } from './support/nodes';
import { startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);

async function gateway() {
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
  expect(figure(families, 'tallywell_radio_ready', { radio: '!11223344' })).toBe(1);
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
  expect(figure(families, 'tallywell_radio_ready', { radio: '1' })).toBe(0);
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
