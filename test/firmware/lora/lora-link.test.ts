/*
 * What: the LoRa link among official radios: what it puts on the air, and what it makes of all that it hears.
 * From where to where: firmware/links/lora.ts on the virtual air; oracles: node:crypto, the official definitions, and the
 * virtual radios, which are held against recordings of the real firmware.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../../../firmware/link';
import { createModem } from '../../../hardware/virtual/modem';
import { MEDIUM_FAST } from '../../../shared/meshtastic/airtime';
import { decodeUser } from '../../../shared/meshtastic/user';
import { connectClient } from '../../hardware/radio/client';
import {
  createLoraScene,
  GATEWAY,
  type LoraScene,
  NATIVE,
  NEIGHBOUR,
  sentByNode,
} from './lora-scene';

const RUNS = 15 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const MINUTE_MS = 60_000;
const PORT = 287;

function sendAndWait(scene: LoraScene, payload: Uint8Array, waitMs = 2 * MINUTE_MS): Outcome[] {
  const outcomes: Outcome[] = [];
  expect(scene.link.send(payload, (outcome) => outcomes.push(outcome))).toBe(true);
  expect(scene.link.send(payload, () => {})).toBe(false);
  scene.world.runUntil(scene.world.nowMs() + waitMs);
  return outcomes;
}

function gatewayClient(scene: LoraScene) {
  const client = connectClient(scene.world, scene.radios[0]);
  client.send({ case: 'wantConfigId', value: 69420 });
  scene.world.runUntil(scene.world.nowMs() + 2000);
  return client;
}

test.each([1, 100, 200, 231])('%i bytes reach the gateway and are acknowledged', (length) => {
  const scene = createLoraScene();
  const client = gatewayClient(scene);
  const payload = Uint8Array.from({ length }, (_, i) => i & 255);
  expect(sendAndWait(scene, payload)).toEqual(['delivered']);
  expect(client.packets(PORT).map(({ data }) => [...data.payload])).toEqual([[...payload]]);
  const record = sentByNode(scene).find(({ data }) => data?.portnum === PORT);
  expect(record).toMatchObject({
    to: GATEWAY,
    from: NATIVE,
    hopLimit: 3,
    hopStart: 3,
    wantAck: true,
    channelHash: 0x20,
    relayNode: 0xef,
  });
  expect(record?.data?.bitfield).toBe(0);
});

test('NodeInfo at the start and daily: a muted client that takes no messages', () => {
  const scene = createLoraScene();
  scene.world.runUntil(49 * 60 * MINUTE_MS);
  const infos = sentByNode(scene).filter(({ data }) => data?.portnum === 4);
  expect(infos).toHaveLength(3);
  const user = decodeUser(infos[0].data?.payload ?? new Uint8Array(0));
  expect(user).toMatchObject({
    ...{ id: '!deadbeef', longName: 'wp-01', shortName: 'beef' },
    ...{ hwModel: 255, role: 1, isUnmessagable: true },
  });
  expect(new Set(sentByNode(scene).map(({ id }) => id)).size).toBe(sentByNode(scene).length);
});

test('nobody there: three times the same bytes, then silence; a new attempt has a new id', () => {
  const scene = createLoraScene({ air: { lossPercent: 100 } });
  const payload = new Uint8Array(120).fill(3);
  expect(sendAndWait(scene, payload)).toEqual(['silent']);
  expect(sendAndWait(scene, payload)).toEqual(['silent']);
  const frames = sentByNode(scene).filter(({ data }) => data?.portnum === PORT);
  expect(frames).toHaveLength(6);
  expect(new Set(frames.slice(0, 3).map(({ bytes }) => bytes)).size).toBe(1);
  expect(new Set(frames.slice(3).map(({ bytes }) => bytes)).size).toBe(1);
  expect(frames[0].id).not.toBe(frames[3].id);
});

test('only a neighbour passes it on: no repeat, and no word of delivery', () => {
  const snr = (from: number, to: number) => (from === GATEWAY || to === GATEWAY ? -99 : 8);
  const scene = createLoraScene({ air: { snrOverrideDb: snr } });
  expect(sendAndWait(scene, new Uint8Array(80))).toEqual(['silent']);
  expect(sentByNode(scene).filter(({ data }) => data?.portnum === PORT)).toHaveLength(1);
});

test('the gateway behind a neighbour: delivered over two hops', () => {
  const direct = new Set([NATIVE, GATEWAY]);
  const snr = (from: number, to: number) => (direct.has(from) && direct.has(to) ? -99 : 8);
  const scene = createLoraScene({ air: { snrOverrideDb: snr } });
  expect(sendAndWait(scene, new Uint8Array(80))).toEqual(['delivered']);
});

test('asleep it hears nothing; in its window it hears broadcasts of our port, and only those', () => {
  const scene = createLoraScene();
  const client = gatewayClient(scene);
  const say = (portnum: number, byte: number): void => {
    client.sendPacket({
      to: 0xffffffff,
      hopLimit: 3,
      portnum,
      payload: new Uint8Array(50).fill(byte),
    });
    scene.world.runUntil(scene.world.nowMs() + 10_000);
  };
  scene.world.runUntil(2 * MINUTE_MS);
  say(PORT, 1);
  expect(scene.broadcasts).toEqual([]);
  scene.link.listenUntil?.(Math.floor(scene.world.nowMs() / 1000) + 60);
  say(PORT, 2);
  say(256, 3);
  expect(scene.broadcasts.map(({ packet, from }) => [packet[0], from])).toEqual([[2, GATEWAY]]);
  scene.link.listenUntil?.(0);
  say(PORT, 4);
  expect(scene.broadcasts).toHaveLength(1);
});

test('direct packets to the node are acknowledged once more for each repeat; who asks is told who it is', () => {
  const scene = createLoraScene();
  const client = gatewayClient(scene);
  scene.link.listenUntil?.(3600);
  scene.world.runUntil(2 * MINUTE_MS);
  client.sendPacket({ to: NATIVE, hopLimit: 3, wantAck: true, payload: new Uint8Array(9) });
  scene.world.runUntil(scene.world.nowMs() + MINUTE_MS);
  const acks = client.packets(5).filter(({ packet }) => packet.from === NATIVE);
  expect(acks).toHaveLength(1);
  const before = sentByNode(scene).filter(({ data }) => data?.portnum === 4).length;
  for (let i = 0; i < 2; i++) {
    const asked = { to: NATIVE, hopLimit: 3, portnum: 4, wantResponse: true };
    client.sendPacket({ ...asked, payload: new Uint8Array([10, 0]) });
    scene.world.runUntil(scene.world.nowMs() + MINUTE_MS);
  }
  expect(sentByNode(scene).filter(({ data }) => data?.portnum === 4).length - before).toBe(1);
});

test('a duty cycle of 1 % is kept in any hour, whatever is asked; then it goes on', () => {
  const scene = createLoraScene({ dutyCyclePercent: 1, air: { lossPercent: 100 } });
  const outcomes: Outcome[] = [];
  for (let n = 0; n < 200; n++) {
    scene.link.send(new Uint8Array(180), (outcome) => outcomes.push(outcome));
    scene.world.runUntil(scene.world.nowMs() + MINUTE_MS);
  }
  const own = scene.onAir.filter(({ nodeNum }) => nodeNum === NATIVE);
  for (const { startMs } of own) {
    const hour = own.filter(
      (one) => one.startMs >= startMs && one.startMs < startMs + 60 * MINUTE_MS,
    );
    expect(hour.reduce((all, one) => all + one.endMs - one.startMs, 0)).toBeLessThanOrEqual(36_000);
  }
  expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeGreaterThan(50);
  expect(own.at(-1)?.startMs).toBeGreaterThan(180 * MINUTE_MS);
  expect(scene.link.status?.()).toMatchObject({ allowedMs: 36_000 });
});

test('chance: lost frames, seeds: never other bytes under a used id, never more than three of the same', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 0, max: 90 }), (seed, lossPercent) => {
      const scene = createLoraScene({ seed, air: { lossPercent } });
      const outcomes: Outcome[] = [];
      for (let n = 0; n < 6; n++) {
        const payload = new Uint8Array(60 + n).fill(n);
        scene.link.send(payload, (outcome) => outcomes.push(outcome));
        scene.world.runUntil(scene.world.nowMs() + 2 * MINUTE_MS);
      }
      expect(outcomes).toHaveLength(6);
      const byId = new Map<number, string[]>();
      for (const { id, bytes } of sentByNode(scene)) byId.set(id, [...(byId.get(id) ?? []), bytes]);
      for (const bytes of byId.values()) {
        expect(new Set(bytes).size).toBe(1);
        expect(bytes.length).toBeLessThanOrEqual(3);
      }
    }),
    { numRuns: RUNS, seed: 11 },
  );
});

test('a chip that does not answer is tried again, and works when it is back', () => {
  const scene = createLoraScene();
  scene.chip.setDead(true);
  const outcomes = sendAndWait(scene, new Uint8Array(20));
  expect(outcomes).toEqual(['refused']);
  scene.chip.setDead(false);
  expect(sendAndWait(scene, new Uint8Array(20))).toEqual(['delivered']);
});

test('a busy channel is not spoken into', () => {
  const scene = createLoraScene();
  const client = connectClient(scene.world, scene.radios[1]);
  client.send({ case: 'wantConfigId', value: 69420 });
  scene.world.runUntil(2 * MINUTE_MS);
  for (let i = 0; i < 12; i++) {
    client.sendPacket({ to: NEIGHBOUR + 1, hopLimit: 0, payload: new Uint8Array(200) });
    scene.link.send(new Uint8Array(100), () => {});
    scene.world.runUntil(scene.world.nowMs() + 20_000);
  }
  const { detectMs } = createModem(MEDIUM_FAST, 'EU_868');
  const own = scene.onAir.filter(({ nodeNum }) => nodeNum === NATIVE);
  const intoOthers = own.filter(({ startMs }) =>
    scene.onAir.some(
      (one) => one.nodeNum !== NATIVE && one.startMs + detectMs <= startMs && one.endMs > startMs,
    ),
  );
  expect(intoOthers).toEqual([]);
  expect(own.length).toBeGreaterThan(10);
});
