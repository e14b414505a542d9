/*
 * Tests of the small edges: key file, clocks, embedded broker's limits, publisher's fallback to MQTT 3.1.1.
 */
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { parentClock, systemClock } from '../../../gateway/edges/clock';
import { loadGatewayKey } from '../../../gateway/edges/key';
import { keptMachine, thisMachine } from '../../../gateway/edges/machine';
import { connectBroker, urlForLog } from '../../../gateway/edges/mqtt-out';
import { verifyEd25519 } from '../../../shared/verify';
import { startTestBroker } from '../support/brokers';
import { BOOT_S } from '../support/nodes';
import { testFolder, until } from '../support/places';

test('the key is made once, for its owner only, and signs what the portable verifier accepts', () => {
  const path = join(testFolder(), 'gateway.key');
  const made = loadGatewayKey(path, true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const read = loadGatewayKey(path, false);
  expect(read.publicKey).toEqual(made.publicKey);
  const message = new Uint8Array([1, 2, 3]);
  expect(verifyEd25519(message, read.sign(message), made.publicKey)).toBe(true);
});

test('a key that is missing, damaged or unreadable is never replaced by a new one', () => {
  const path = join(testFolder(), 'gateway.key');
  expect(() => loadGatewayKey(path, false)).toThrow(/put the file back/);
  loadGatewayKey(path, true);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, 60));
  expect(() => loadGatewayKey(path, true)).toThrow();
  expect(readFileSync(path, 'utf8')).toBe(text.slice(0, 60));
  rmSync(path);
  chmodSync(join(path, '..'), 0o700);
});

test("a parent's clock stands still, then runs timers in the order of their times", () => {
  const clock = parentClock();
  const ran: string[] = [];
  expect([clock.state(), clock.uncertainty()]).toEqual(['unknown', 15]);
  clock.at(BOOT_S * 1000 + 20, () => ran.push('b'));
  clock.at(BOOT_S * 1000 + 10, () => {
    ran.push('a');
    clock.at(clock.nowMs(), () => ran.push('a2'));
  });
  const cancel = clock.at(BOOT_S * 1000 + 15, () => ran.push('never'));
  clock.at(BOOT_S * 1000 + 31, () => ran.push('later'));
  cancel();
  clock.set(BOOT_S * 1000 + 30);
  expect(ran).toEqual([]);
  clock.runDue();
  expect(ran).toEqual(['a', 'b', 'a2']);
  expect([clock.state(), clock.nowMs()]).toEqual(['trusted', BOOT_S * 1000 + 30]);
});

test('the system clock believes a machine only as far as there is evidence', () => {
  const clock = systemClock(thisMachine());
  expect(['trusted', 'held', 'unknown']).toContain(clock.state());
  expect(clock.uncertainty() === 15).toBe(clock.state() === 'unknown');
  const kept = systemClock(keptMachine());
  expect([kept.state(), kept.uncertainty()]).toEqual(['trusted', 2]);
  expect(Math.abs(kept.nowMs() - Date.now())).toBeLessThan(60_000);
  const { bootId, uptimeMs } = thisMachine().moment();
  expect([thisMachine().moment().bootId, uptimeMs > 0]).toEqual([bootId, true]);
});

test('the embedded broker ends a connection that announces a huge packet, and serves the others', async () => {
  const broker = await startTestBroker();
  onTestFinished(() => broker.close());
  const port = Number(new URL(broker.url).port);
  const socket = connect({ host: '127.0.0.1', port });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => {});
  socket.write(new Uint8Array([0x10, 0xff, 0xff, 0xff, 0x7f]));
  await closed;
  const client = await mqtt.connectAsync(broker.url);
  onTestFinished(() => client.endAsync().then(() => {}));
  const heard: string[] = [];
  client.on('message', (_topic, payload) => heard.push(payload.toString()));
  await client.subscribeAsync('tallywell/testpod/#', { qos: 1 });
  await Promise.all([
    broker.publish('tallywell/testpod/retained', '1', true),
    broker.publish('tallywell/testpod/plain', '2', false),
    broker.publish('tallywell/testpod/retained', '3', true),
  ]);
  await until(() => heard.length === 3);
  expect(heard).toEqual(['1', '2', '3']);
});

test('a broker that knows no MQTT 5 is spoken to in 3.1.1', async () => {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  onTestFinished(() => broker.close());
  const { port } = server.address() as { port: number };
  let connects = 0;
  const publisher = connectBroker({
    url: `mqtt://127.0.0.1:${port}`,
    login: () => ({ username: 'user', password: 'secret' }),
    clientId: 'test',
    will: { topic: 'will', payload: 'gone' },
    onConnect: () => {
      connects += 1;
    },
    onLost: () => {},
    log: (line) => expect(line).not.toContain('secret'),
    random: () => 0,
  });
  await until(() => connects === 1);
  const published: string[] = [];
  broker.on('publish', (packet) => published.push(`${packet.topic} ${packet.payload}`));
  await publisher.publish('topic', 'text', false);
  expect(published).toContain('topic text');
  await publisher.close();
  await expect(publisher.publish('topic', 'late', false)).rejects.toThrow(/not connected/);
});

test('an address in a log has no password', () => {
  expect(urlForLog('mqtts://user:secret@example.org:8883')).toBe('mqtts://example.org:8883');
});
