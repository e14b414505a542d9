/*
 * Whole meshes of virtual radios: delivery, relays, loss, duty cycle, power, determinism.
 * Oracles: what must hold whatever the dice say; frames on the air read with node:crypto and the official definitions.
 */
import { createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AirOptions, Transmission } from '../../../hardware/virtual/air';
import { LONG_FAST } from '../../../shared/meshtastic/airtime';
import { connectClient, type TestClient } from './client';
import { readData, routingError } from './official';
import { createScene, PSK_B, type Scene } from './scene';

const RUNS = 8 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const PRIVATE_PORT = 287;
const ROUTING_APP = 5;
const BROADCAST = 0xffffffff;

function connectAll(scene: Scene): TestClient[] {
  const clients = scene.radios.map((radio) => connectClient(scene.world, radio));
  for (const client of clients) client.send({ case: 'wantConfigId', value: 69420 });
  scene.world.runUntil(1000);
  return clients;
}

/** A row of radios, each hearing only its neighbours. */
function inARow(from: number, to: number): number {
  return Math.abs(from - to) === 1 ? 4 : -99;
}

function realAcks(client: TestClient, id: number, from: number): number {
  return client
    .packets(ROUTING_APP)
    .filter(({ packet, data }) => packet.from === from && data.requestId === id)
    .filter(({ data }) => routingError(data.payload) === 0).length;
}

function decrypt(bytes: Uint8Array): Uint8Array {
  const frame = Buffer.from(bytes);
  const nonce = Buffer.alloc(16);
  frame.copy(nonce, 0, 8, 12);
  frame.copy(nonce, 8, 4, 8);
  const decipher = createDecipheriv('aes-256-ctr', PSK_B, nonce);
  return new Uint8Array(decipher.update(frame.subarray(16)));
}

test('without loss and in range, every direct message with want_ack yields a real ack', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), fc.nat(1000), (count, seed) => {
      const nums = Array.from({ length: count }, (_, index) => index + 100);
      const scene = createScene(nums, {}, {}, seed);
      const clients = connectAll(scene);
      for (let i = 0; i < 6; i += 1) {
        const from = i % count;
        const to = (i + 1 + Math.floor(i / count)) % count;
        if (from === to) continue;
        const payload = new Uint8Array(20 + 30 * i).fill(i);
        const id = clients[from].sendPacket({ to: nums[to], payload, wantAck: true, hopLimit: 3 });
        scene.world.runUntil(scene.world.nowMs() + 30_000);
        expect(realAcks(clients[from], id, nums[to])).toBe(1);
        const got = clients[to]
          .packets(PRIVATE_PORT)
          .filter(({ packet }) => packet.id === id && packet.from === nums[from]);
        expect(got.map(({ data }) => data.payload)).toEqual([payload]);
      }
    }),
    { numRuns: RUNS, seed: 1 },
  );
});

test('a row of radios: hops are counted, the hop limit ends the way', () => {
  const nums = [101, 102, 103, 104, 105, 106];
  const scene = createScene(nums, {}, { snrOverrideDb: inARow });
  const clients = connectAll(scene);
  const id = clients[0].sendPacket({ to: BROADCAST, payload: new Uint8Array(9), hopLimit: 3 });
  scene.world.runUntil(30_000);
  const hops = clients.map((client) =>
    client
      .packets(PRIVATE_PORT)
      .filter(({ packet }) => packet.id === id)
      .map(({ packet }) => [packet.hopStart, packet.hopLimit, packet.relayNode]),
  );
  expect(hops).toEqual([[], [[3, 3, 101]], [[3, 2, 102]], [[3, 1, 103]], [[3, 0, 104]], []]);
  expect(scene.onAir.map(({ nodeNum }) => nodeNum)).toEqual([101, 102, 103, 104]);
});

test('three hops with want_ack: implicit ack first, then the real one; then the next hop is known', () => {
  const nums = [101, 102, 103, 104];
  const scene = createScene(nums, {}, { snrOverrideDb: inARow });
  const clients = connectAll(scene);
  const nextHops: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const before = scene.onAir.length;
    const id = clients[0].sendPacket({
      to: 104,
      payload: new Uint8Array(50),
      wantAck: true,
      hopLimit: 3,
    });
    scene.world.runUntil(scene.world.nowMs() + 30_000);
    const answers = clients[0].packets(ROUTING_APP).filter(({ data }) => data.requestId === id);
    expect(answers.map(({ packet }) => packet.from)).toEqual([101, 104]);
    nextHops.push(scene.onAir[before].bytes[14]);
  }
  expect(nextHops).toEqual([0, 102, 102]);
});

test('frames on the air are what an independent reader expects', () => {
  const scene = createScene([0x11223344, 0x55667788]);
  const clients = connectAll(scene);
  const payload = new Uint8Array([1, 2, 3, 0x94, 0xc3]);
  const id = clients[0].sendPacket({ to: 0x55667788, payload, wantAck: true, hopLimit: 2 });
  scene.world.runUntil(10_000);
  const [sent, ack] = scene.onAir.map(({ bytes }) => ({
    header: [...bytes.subarray(0, 16)],
    data: readData(decrypt(bytes)),
  }));
  const idBytes = [id & 255, (id >>> 8) & 255, (id >>> 16) & 255, id >>> 24];
  expect(sent.header).toEqual([
    0x88,
    0x77,
    0x66,
    0x55,
    0x44,
    0x33,
    0x22,
    0x11,
    ...idBytes,
    0x4a,
    0x20,
    0,
    0x44,
  ]);
  expect(sent.data).toMatchObject({ portnum: PRIVATE_PORT, payload, bitfield: 0 });
  expect(ack.data).toMatchObject({ portnum: ROUTING_APP, requestId: id, bitfield: 0 });
  expect(ack.data.payload).toEqual(new Uint8Array([0x18, 0]));
  expect(ack.header.slice(0, 8)).toEqual([0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55]);
});

test('of two relays in reach of each other one keeps silent', () => {
  const snrOverrideDb = (from: number, to: number): number => (Math.abs(from - to) === 3 ? -99 : 4);
  let relayed = 0;
  for (let seed = 0; seed < 20; seed += 1) {
    // 101 and 104 do not hear each other; 102 and 103 hear everyone.
    const scene = createScene([101, 102, 103, 104], {}, { snrOverrideDb }, seed);
    const clients = connectAll(scene);
    const id = clients[0].sendPacket({ to: BROADCAST, payload: new Uint8Array(9), hopLimit: 1 });
    scene.world.runUntil(20_000);
    const got = clients[3].packets(PRIVATE_PORT).filter(({ packet }) => packet.id === id);
    const relays = scene.onAir.length - 1;
    relayed += relays;
    expect(relays === 1 ? got.length : 1).toBe(1);
    expect(relays).toBeLessThanOrEqual(2);
  }
  expect(relayed).toBeLessThan(24);
});

test('roles: CLIENT_MUTE never relays, ROUTER neither relays nor delivers private ports', () => {
  for (const role of ['CLIENT_MUTE', 'ROUTER'] as const) {
    const scene = createScene([101, 102, 103], { role }, { snrOverrideDb: inARow });
    const clients = connectAll(scene);
    clients[0].sendPacket({ to: BROADCAST, payload: new Uint8Array(9), hopLimit: 3 });
    scene.world.runUntil(20_000);
    expect(scene.onAir).toHaveLength(1);
    expect(clients[1].packets(PRIVATE_PORT)).toHaveLength(role === 'ROUTER' ? 0 : 1);
  }
});

test('public-key messages are refused: no key is known, or the client asks for one', () => {
  const scene = createScene([101, 102], { channels: [{ name: 'farm', psk: PSK_B }] });
  const [client] = connectAll(scene);
  const id = client.sendPacket({ to: 102, payload: new Uint8Array(9), wantAck: true, hopLimit: 3 });
  scene.world.runUntil(5000);
  expect(client.queueStatuses().map(({ res, meshPacketId }) => [res, meshPacketId])).toEqual([
    [39, id],
  ]);
  expect(client.packets(ROUTING_APP).map(({ data }) => routingError(data.payload))).toEqual([39]);
  expect(scene.onAir).toHaveLength(0);
});

interface Village {
  scene: Scene;
  clients: TestClient[];
  log: string[];
}

/** Ten radios on a grid, random direct messages to the first for ten minutes. */
function runVillage(seed: number, airOptions: AirOptions): Village {
  const nums = Array.from({ length: 10 }, (_, index) => 0x100 + index * 7);
  const log: string[] = [];
  const scene = createScene(
    nums,
    { nodeInfo: true, telemetry: true },
    {
      snrOverrideDb: (from, to) => 10 - 3 * Math.abs(nums.indexOf(from) - nums.indexOf(to)),
      onFate: ({ number, startMs }, to, fate) => log.push(`${startMs} ${number} ${to} ${fate}`),
      ...airOptions,
    },
    seed,
  );
  const clients = connectAll(scene);
  const dice = scene.world.random('test');
  for (let i = 0; i < 60; i += 1) {
    const from = 1 + dice.below(9);
    const payload = dice.bytes(1 + dice.below(200));
    scene.world.at(2000 + dice.below(600_000), () => {
      clients[from].sendPacket({ to: nums[0], payload, wantAck: true, hopLimit: 3 });
    });
  }
  scene.world.runUntil(700_000);
  return { scene, clients, log };
}

test('same seed, same log to the last fate; another seed, another log', () => {
  const first = runVillage(11, { lossPercent: 10 });
  const again = runVillage(11, { lossPercent: 10 });
  expect(again.log).toEqual(first.log);
  expect(again.scene.world.callbacksRun()).toBe(first.scene.world.callbacksRun());
  expect(runVillage(12, { lossPercent: 10 }).log).not.toEqual(first.log);
});

test('with loss the counters add up, nothing arrives twice, most arrives', () => {
  const { scene, clients } = runVillage(13, { lossPercent: 20 });
  const { transmissions, airtimeMs, pairs, fates } = scene.air.statistics();
  const sums = scene.radios.map((radio) => radio.statistics());
  const sum = (pick: (one: (typeof sums)[number]) => number): number =>
    sums.reduce((total, one) => total + pick(one), 0);
  expect(sum((one) => one.transmissions)).toBe(transmissions);
  expect(sum((one) => one.airtimeMs)).toBe(airtimeMs);
  expect(sum((one) => one.received)).toBe(fates.received);
  expect(Object.values(fates).reduce((total, count) => total + count, 0)).toBe(pairs);
  expect(pairs).toBe(transmissions * 9);
  const ids = clients[0].packets(PRIVATE_PORT).map(({ packet }) => `${packet.from}:${packet.id}`);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(50);
});

/** Most airtime of one node within any hour, ms. */
function busiestHourMs(onAir: Transmission[], nodeNum: number): number {
  const own = onAir.filter((one) => one.nodeNum === nodeNum);
  let most = 0;
  for (const { endMs } of own) {
    const within = own.filter((one) => one.endMs > endMs - 3600_000 && one.endMs <= endMs);
    most = Math.max(
      most,
      within.reduce((sum, one) => sum + one.endMs - one.startMs, 0),
    );
  }
  return most;
}

test('a client that floods does not break the duty cycle, beyond what was queued or in the running minute', () => {
  const scene = createScene(
    [101, 102, 103],
    { region: 'UA_868', preset: LONG_FAST },
    { snrOverrideDb: inARow },
  );
  const clients = connectAll(scene);
  for (let i = 0; i < 1200; i += 1) {
    scene.world.at(1000 + i * 6000, () => {
      const payload = new Uint8Array(200);
      clients[2 * (i % 2)].sendPacket({ to: BROADCAST, payload, hopLimit: 1 });
    });
  }
  scene.world.runUntil(7300_000);
  const frameMs = scene.onAir[0].endMs - scene.onAir[0].startMs;
  expect(scene.onAir.length).toBeGreaterThan(60);
  for (const nodeNum of [101, 102, 103]) {
    // The firmware refuses when more than 1 % was sent, and counts in whole minutes.
    expect(busiestHourMs(scene.onAir, nodeNum)).toBeLessThanOrEqual(
      36_000 + 10 * frameMs + frameMs,
    );
  }
  expect(scene.radios[1].statistics().dutyCycleRefusals).toBeGreaterThan(0);
});
