/*
 * Parts of the virtual radio on their own: airtime book, packet history, transmit queue, regions.
 * Oracles: slow definitions written out here; the official enum of regions.
 */
// @ts-expect-error the package names a file of types that it does not contain
import { Config } from '@meshtastic/protobufs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAir } from '../../../hardware/virtual/air';
import { createAirtimeLog } from '../../../hardware/virtual/airtime-log';
import { createModem } from '../../../hardware/virtual/modem';
import { createPacketHistory } from '../../../hardware/virtual/packet-history';
import {
  createTransmitter,
  QUEUE_PLACES,
  type QueuedPacket,
  windowByLoad,
  windowBySnr,
} from '../../../hardware/virtual/radio-transmitter';
import { createWorld } from '../../../hardware/virtual/world';
import { LONG_FAST, MEDIUM_FAST } from '../../../shared/meshtastic/airtime';
import type { OnAirHeader } from '../../../shared/meshtastic/onair';
import { REGIONS } from '../../../shared/meshtastic/regions';
import { connectClient } from './client';
import { routingError } from './official';
import { createScene, PSK_B } from './scene';

const RUNS = 40 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const MINUTE_MS = 60_000;

function headerOf(fields: Partial<OnAirHeader>): OnAirHeader {
  return {
    to: 0xffffffff,
    from: 7,
    id: 1,
    hopLimit: 3,
    wantAck: false,
    viaMqtt: false,
    hopStart: 3,
    channelHash: 0x20,
    nextHop: 0,
    relayNode: 7,
    ...fields,
  };
}

test('region numbers and names are the official ones', () => {
  const official = (Config as { Config_LoRaConfig_RegionCode: Record<string, number> })
    .Config_LoRaConfig_RegionCode;
  for (const [name, { code }] of Object.entries(REGIONS))
    expect([name, official[name]]).toEqual([name, code]);
});

test('the airtime book: sums over sixty minutes, silence until enough of them have passed', () => {
  const sends = fc.array(fc.tuple(fc.nat(7200_000), fc.integer({ min: 1, max: 20_000 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(sends, fc.nat(7200_000), (plan, askedMs) => {
      let now = 0;
      const log = createAirtimeLog(() => now);
      const past = plan.filter(([ms]) => ms <= askedMs).sort((a, b) => a[0] - b[0]);
      for (const [ms, airtimeMs] of past) {
        now = ms;
        log.logSent(airtimeMs);
      }
      now = askedMs;
      const sentSince = (minute: number): number =>
        past
          .filter(([ms]) => Math.floor(ms / MINUTE_MS) > minute)
          .reduce((sum, [, one]) => sum + one, 0);
      const present = Math.floor(askedMs / MINUTE_MS);
      expect(log.sentPercent()).toBeCloseTo((100 * sentSince(present - 60)) / 3600_000, 6);
      const minutes = log.silentMinutes(1);
      expect(sentSince(present - 60 + minutes)).toBeLessThanOrEqual(36_000);
      if (minutes > 0) expect(sentSince(present - 60 + minutes - 1)).toBeGreaterThan(36_000);
    }),
    { numRuns: RUNS, seed: 5 },
  );
});

test('contention windows: own packets by load, relays by SNR, far ones first', () => {
  expect([0, 19, 20, 50, 100].map(windowByLoad)).toEqual([3, 3, 4, 5, 8]);
  expect([-20, -15, -14, 0, 8.5, 10, 12].map(windowBySnr)).toEqual([3, 3, 4, 6, 7, 8, 8]);
});

test('the history knows what it met, forgets the oldest, and sees a fallback to flooding', () => {
  const history = createPacketHistory(3, 0x99);
  expect(history.hear(headerOf({ id: 1 }))).toBeUndefined();
  expect(history.hear(headerOf({ id: 1 }))).toEqual({ isFallback: false, wasForUs: false });
  for (const id of [2, 3, 4]) history.hear(headerOf({ id }));
  expect(history.hear(headerOf({ id: 1 }))).toBeUndefined();
  history.hear(headerOf({ id: 5, nextHop: 0x55 }));
  expect(history.hear(headerOf({ id: 5 }))).toEqual({ isFallback: true, wasForUs: false });
  history.hear(headerOf({ id: 6, nextHop: 0x99 }));
  expect(history.hear(headerOf({ id: 6, nextHop: 0x99 }))).toEqual({
    isFallback: false,
    wasForUs: true,
  });
  history.send(headerOf({ id: 7 }));
  expect(history.wasOnlyRelayer(0x99, 7, 7)).toBe(true);
  history.hear(headerOf({ id: 7, relayNode: 0x42 }));
  expect([history.wasRelayer(0x42, 7, 7), history.wasOnlyRelayer(0x99, 7, 7)]).toEqual([
    true,
    false,
  ]);
  expect(history.hear(headerOf({ id: 0 }))).toBeUndefined();
  expect(history.hear(headerOf({ id: 0 }))).toBeUndefined();
});

test('the transmit queue: higher priority first, a full one drops the lowest', () => {
  const world = createWorld(1);
  const modem = createModem(MEDIUM_FAST, 'EU_868');
  const station = { nodeNum: 1, position: { latitude: 0, longitude: 0 }, modem, txPowerDbm: 22 };
  const port = createAir(world).attach({ ...station, onFrame: () => {} });
  const sent: number[] = [];
  const transmitter = createTransmitter({
    world,
    port,
    modem,
    airtime: createAirtimeLog(world.nowMs),
    dice: world.random('test'),
    relaysFirst: false,
    onSent: ({ header }) => sent.push(header.id),
  });
  const put = (id: number, priority: number): boolean => {
    const packet: QueuedPacket = { header: headerOf({ id }), body: new Uint8Array(10), priority };
    return transmitter.enqueue(packet);
  };
  for (let id = 1; id <= QUEUE_PLACES; id += 1) expect(put(id, 64)).toBe(true);
  expect([transmitter.free(), put(17, 64), put(18, 120)]).toEqual([0, false, true]);
  expect([transmitter.holds(7, 16), transmitter.cancel(7, 3), transmitter.cancel(7, 3)]).toEqual([
    false,
    true,
    false,
  ]);
  world.runUntil(60_000);
  expect(sent).toEqual([18, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
});

test('a channel the destination does not have: NAK NO_CHANNEL comes on the primary channel', () => {
  const serial = { name: 'serial', psk: PSK_B };
  const gpio = { name: 'gpio', psk: PSK_B.map((byte) => byte + 100) };
  const scene = createScene([101, 102], (num) => ({
    channels: num === 101 ? [serial, gpio] : [serial],
  }));
  const [client, other] = scene.radios.map((radio) => connectClient(scene.world, radio));
  for (const one of [client, other]) one.send({ case: 'wantConfigId', value: 69420 });
  scene.world.runUntil(1000);
  const payload = new Uint8Array(4);
  const id = client.sendPacket({ to: 102, channel: 1, payload, wantAck: true, hopLimit: 3 });
  const none = client.sendPacket({ to: 102, channel: 2, payload, wantAck: true, hopLimit: 3 });
  scene.world.runUntil(3000);
  const answers = client
    .packets(5)
    .map(({ packet, data }) => [data.requestId, packet.from, routingError(data.payload)]);
  expect(answers).toEqual([
    [none, 101, 6],
    [id, 102, 6],
  ]);
  expect(other.encrypted()).toHaveLength(1);
});

test('when the learned next hop falls silent, the last try floods and finds another way', () => {
  // 1 hears 2 and 3, both hear 4; 1 and 4 do not hear each other.
  const snrOverrideDb = (from: number, to: number): number =>
    from + to === 5 && Math.abs(from - to) === 3 ? -99 : 4;
  const scene = createScene([1, 2, 3, 4], { preset: LONG_FAST }, { snrOverrideDb });
  const [first, , , last] = scene.radios.map((radio) => {
    const client = connectClient(scene.world, radio);
    client.send({ case: 'wantConfigId', value: 69420 });
    return client;
  });
  const send = (): number =>
    first.sendPacket({ to: 4, payload: new Uint8Array(30), wantAck: true, hopLimit: 3 });
  scene.world.runUntil(2000);
  send();
  scene.world.runUntil(60_000);
  const before = scene.onAir.length;
  const learned = send();
  scene.world.runUntil(70_000);
  const nextHop = scene.onAir.slice(before).find(({ nodeNum }) => nodeNum === 1)?.bytes[14];
  scene.world.runUntil(120_000);
  expect([2, 3]).toContain(nextHop);
  scene.radios[(nextHop as number) - 1].powerOff();
  const id = send();
  scene.world.runUntil(180_000);
  const got = last.packets(287).map(({ packet }) => packet.id);
  expect(got).toEqual([learned - 1, learned, id]);
  const tries = scene.onAir.filter(
    ({ nodeNum, bytes }) => nodeNum === 1 && bytes[8] === (id & 255),
  );
  expect(tries.map(({ bytes }) => bytes[14])).toEqual([nextHop, nextHop, 0]);
});
