/*
 * The client side of a virtual radio beyond the recordings: what hardware does and the recorded build does not
 * (serial ports, limited queues, repeated ids), silence, power, broken byte streams. And our own session against it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRadioSession, type SessionEvent } from '../../../gateway/core/radio-session';
import { createModem } from '../../../hardware/virtual/modem';
import type { Radio } from '../../../hardware/virtual/radio';
import { createStreamParser } from '../../../hardware/virtual/stream-parser';
import type { World } from '../../../hardware/virtual/world';
import { MEDIUM_FAST } from '../../../shared/meshtastic/airtime';
import { connectClient, frameOf, type TestClient } from './client';
import { writeToRadio } from './official';
import { conclude, loadRecording, play } from './recording';
import { createScene, type Scene } from './scene';

const RUNS = 40 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const BROADCAST = 0xffffffff;
const PRIVATE_PORT = 287;
const MINUTE_MS = 60_000;

function ready(scene: Scene, index: number, serial = false): TestClient {
  const client = connectClient(scene.world, scene.radios[index], serial);
  client.send({ case: 'wantConfigId', value: 69420 });
  scene.world.runUntil(scene.world.nowMs() + 2000);
  return client;
}

function completions(client: TestClient): number {
  return client.heard.filter(({ message }) => message.payloadVariant.case === 'configCompleteId')
    .length;
}

test('the parser finds every frame behind any bytes without 94, however cut', () => {
  const noise = fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => bytes.filter((byte) => byte !== 0x94));
  const body = fc.uint8Array({ maxLength: 512 });
  const parts = fc.array(fc.tuple(noise, body), { maxLength: 6 });
  fc.assert(
    fc.property(parts, fc.array(fc.nat(2000), { maxLength: 8 }), (pairs, cuts) => {
      const stream = pairs.flatMap(([before, inside]) => [...before, ...frameOf(inside)]);
      const got: Uint8Array[] = [];
      const parser = createStreamParser((found) => got.push(found));
      const ends = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort(
        (a, b) => a - b,
      );
      let start = 0;
      for (const end of ends) {
        parser.push(new Uint8Array(stream.slice(start, end)));
        start = end;
      }
      expect(got).toEqual(pairs.map(([, inside]) => inside));
    }),
    { numRuns: RUNS, seed: 4 },
  );
});

test('as in the firmware, a stray 94 before a frame costs the frame; a length over 512 starts over', () => {
  const got: number[] = [];
  const parser = createStreamParser((body) => got.push(body.length));
  parser.push(new Uint8Array([0x94, ...frameOf(new Uint8Array(3)), ...frameOf(new Uint8Array(5))]));
  expect(got).toEqual([5]);
  parser.push(new Uint8Array([0x94, 0xc3, 0xff, 0xff, ...frameOf(new Uint8Array(7))]));
  expect(got).toEqual([5, 7]);
});

test('nothing is sent before the client asks; then what waited comes', () => {
  const scene = createScene([101, 102]);
  const silent = connectClient(scene.world, scene.radios[0]);
  const other = ready(scene, 1);
  const id = other.sendPacket({ to: 101, payload: new Uint8Array(5), wantAck: true, hopLimit: 3 });
  const own = silent.sendPacket({ to: BROADCAST, payload: new Uint8Array(6), hopLimit: 3 });
  scene.world.runUntil(20_000);
  expect(silent.heard).toEqual([]);
  expect(conclude(other, 102, id, scene.onAir).routing.map(({ kind }) => kind)).toEqual([
    'real_ack',
  ]);
  expect(
    scene.onAir.filter(({ bytes }) => bytes[0] === 0xff).map(({ nodeNum }) => nodeNum),
  ).toEqual([101, 102]);
  silent.send({ case: 'wantConfigId', value: 69420 });
  scene.world.runUntil(22_000);
  expect(silent.packets(PRIVATE_PORT).map(({ packet }) => packet.id)).toEqual([id]);
  expect(silent.queueStatuses().map(({ meshPacketId }) => meshPacketId)).toEqual([own]);
});

test('the queue for the client holds 32 packets; newer ones are dropped', () => {
  const scene = createScene([101, 102]);
  const sender = ready(scene, 1);
  const ids: number[] = [];
  for (let i = 0; i < 40; i += 1) {
    ids.push(sender.sendPacket({ to: BROADCAST, payload: new Uint8Array(5), hopLimit: 0 }));
    scene.world.runUntil(scene.world.nowMs() + 1000);
  }
  const late = ready(scene, 0);
  expect(late.packets(PRIVATE_PORT).map(({ packet }) => packet.id)).toEqual(ids.slice(0, 32));
  expect(scene.radios[0].statistics().toPhoneDropped).toBe(8);
});

test('a packet id among the last 20 of the client is dropped without a word', () => {
  const scene = createScene([101, 102]);
  const client = ready(scene, 0);
  const send = (id: number): void => {
    client.sendPacket({ to: BROADCAST, id, payload: new Uint8Array(5), hopLimit: 0 });
    scene.world.runUntil(scene.world.nowMs() + 1000);
  };
  for (let id = 1; id <= 20; id += 1) send(id);
  send(1);
  expect(client.queueStatuses()).toHaveLength(20);
  expect(scene.onAir).toHaveLength(20);
  send(21);
  send(1);
  expect(client.queueStatuses()).toHaveLength(22);
});

test('TCP is closed after 15 minutes without a message; heartbeats keep it open', () => {
  const scene = createScene([101]);
  const client = ready(scene, 0);
  for (let minute = 1; minute <= 20; minute += 5) {
    scene.world.at(minute * MINUTE_MS, () =>
      client.send({ case: 'heartbeat', value: { nonce: 0 } }),
    );
  }
  scene.world.runUntil(30 * MINUTE_MS);
  expect(client.closed).toBe(0);
  scene.world.runUntil(32 * MINUTE_MS);
  expect(client.closed).toBe(1);
});

test('a serial port goes quiet after 15 minutes, keeps packets, and speaks again when asked', () => {
  const scene = createScene([101, 102]);
  const client = ready(scene, 0, true);
  scene.world.runUntil(16 * MINUTE_MS);
  const other = ready(scene, 1);
  const before = client.heard.length;
  other.sendPacket({ to: BROADCAST, payload: new Uint8Array(5), hopLimit: 3 });
  scene.world.runUntil(17 * MINUTE_MS);
  expect(client.heard).toHaveLength(before);
  client.send({ case: 'wantConfigId', value: 69420 });
  scene.world.runUntil(18 * MINUTE_MS);
  expect(client.packets(PRIVATE_PORT)).toHaveLength(1);
  expect(client.closed).toBe(0);
});

test('a serial port has the speed of its line and a buffer of its own size', () => {
  const scene = createScene([101], { serialBaud: 9600, serialBufferBytes: 256 });
  const client = ready(scene, 0, true);
  scene.world.runUntil(20_000);
  const times = client.heard.map(({ atMs }) => atMs);
  expect(times[times.length - 1] - times[0]).toBeGreaterThan(500);
  expect(new Set(times).size).toBeGreaterThan(20);
  const body = writeToRadio({ case: 'heartbeat', value: { nonce: 0 } });
  const filler = new Uint8Array(300).fill(0xc3);
  client.write(new Uint8Array([...filler, ...frameOf(body)]));
  scene.world.runUntil(21_000);
  expect(client.queueStatuses()).toHaveLength(0);
  client.write(frameOf(body));
  scene.world.runUntil(22_000);
  expect(client.queueStatuses()).toHaveLength(1);
});

test('a power cut closes TCP, forgets queues and time; on serial the radio says rebooted', () => {
  const scene = createScene([101, 102]);
  const tcp = ready(scene, 0);
  const serial = connectClient(scene.world, scene.radios[0], true);
  tcp.sendPacket({ to: 102, payload: new Uint8Array(100), wantAck: true, hopLimit: 3 });
  scene.radios[1].powerOff();
  scene.world.runUntil(scene.world.nowMs() + 2000);
  scene.radios[0].powerOff();
  expect(tcp.closed).toBe(1);
  const refused = connectClient(scene.world, scene.radios[0]);
  const sent = scene.onAir.length;
  scene.world.runUntil(scene.world.nowMs() + 60_000);
  expect(refused.closed).toBe(1);
  expect(scene.onAir).toHaveLength(sent);
  expect(serial.heard).toEqual([]);
  scene.radios[0].powerOn();
  scene.world.runUntil(scene.world.nowMs() + 5000);
  expect(serial.order()).toEqual(['rebooted']);
  expect(completions(ready(scene, 0))).toBe(1);
});

test.each(['radio-rebooted', 'radio-rebooted-2'])(
  '%s: a reboot order is acked, then TCP closes',
  (name) => {
    const recording = loadRecording(name);
    const scene = createScene([recording.expect.my_node_num]);
    const clients = play(scene.world, scene.radios[0], recording, 20_000);
    scene.world.runUntil(24_500);
    const [order] = recording.expect.sent;
    const mine = conclude(
      clients.get(1) as TestClient,
      recording.expect.my_node_num,
      order.id,
      scene.onAir,
    );
    expect(mine.routing.map(({ error, hop_limit }) => [error, hop_limit])).toEqual(
      order.routing.map(({ error, hop_limit }) => [error, hop_limit]),
    );
    expect(clients.get(1)?.closed).toBe(1);
  },
);

test('a broadcast on a foreign channel with our hash reaches the client encrypted, and is relayed', () => {
  const scene = createScene([101, 102]);
  const client = ready(scene, 0);
  const foreign = new Uint8Array(40).fill(7);
  foreign.set([0xff, 0xff, 0xff, 0xff, 9, 0, 0, 0, 1, 2, 3, 4, 0x63, 0x20, 0, 9]);
  scene.air.inject(foreign, { latitude: 0, longitude: 0 }, createModem(MEDIUM_FAST, 'EU_868'));
  scene.world.runUntil(20_000);
  expect(client.encrypted().map(({ from, channel }) => [from, channel])).toEqual([[9, 0x20]]);
  expect(scene.onAir.length).toBeGreaterThan(1);
  expect(scene.radios[0].statistics().undecryptable).toBe(1);
});

/** Our own session on a virtual radio's connection. */
function attachSession(world: World, radio: Radio, events: SessionEvent[]) {
  let nonce = 5000;
  const session = createRadioSession({
    nonce: () => (nonce += 1),
    packetId: () => (nonce += 7919),
  });
  const connection = radio.connect(
    (bytes) => take(session.feed(bytes, world.nowMs())),
    () => take(session.closed(world.nowMs())),
  );
  const take = (step: { write: Uint8Array[]; events: SessionEvent[] }): void => {
    events.push(...step.events);
    for (const bytes of step.write) connection.write(bytes);
  };
  const tick = (): void => {
    take(session.tick(world.nowMs()));
    world.at(world.nowMs() + 1000, tick);
  };
  take(session.start(world.nowMs()));
  tick();
  return {
    session,
    send: (packet: Parameters<typeof session.send>[0]) => take(session.send(packet, world.nowMs())),
  };
}

test('our own session: ready, sends and concludes, stays alive for an hour', () => {
  const scene = createScene([101, 102], { telemetry: true });
  const events: SessionEvent[] = [];
  const { session, send } = attachSession(scene.world, scene.radios[0], events);
  const peer = ready(scene, 1);
  scene.world.runUntil(5000);
  expect(session.state()).toBe('ready');
  send({
    to: 102,
    decoded: { portnum: PRIVATE_PORT, payload: new Uint8Array(200) },
    wantAck: true,
    hopLimit: 3,
  });
  send({
    to: 999,
    decoded: { portnum: PRIVATE_PORT, payload: new Uint8Array(20) },
    wantAck: true,
    hopLimit: 3,
  });
  send({
    to: BROADCAST,
    decoded: { portnum: PRIVATE_PORT, payload: new Uint8Array(232) },
    hopLimit: 3,
  });
  scene.world.runUntil(60_000);
  peer.send({ case: 'heartbeat', value: { nonce: 0 } });
  peer.sendPacket({ to: 101, payload: new Uint8Array(50), wantAck: true, hopLimit: 3 });
  scene.world.runUntil(60 * MINUTE_MS);
  const finals = events.flatMap((event) =>
    event.type === 'sent' && event.final ? [event.outcome] : [],
  );
  expect(finals.sort()).toEqual(['delivered', 'nak_TOO_LARGE', 'relayed']);
  const ports = events.flatMap((event) =>
    event.type === 'packet' ? [event.packet.decoded?.portnum] : [],
  );
  expect(ports.filter((port) => port === PRIVATE_PORT)).toHaveLength(1);
  expect(events.filter((event) => event.type === 'alive').length).toBeGreaterThan(55);
  expect(session.state()).toBe('ready');
  expect(session.skippedBytes()).toBe(0);
});
