/*
 * Tests of gateway/core/mqtt-guard.ts: packets built by mqtt-packet are the oracle.
 */
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import {
  createConnectionCount,
  createStreamGuard,
  type GuardLimits,
} from '../../../gateway/core/mqtt-guard';
import { createTokenBucket, createTokenBuckets } from '../../../gateway/core/token-bucket';

function packets(sizes: number[]): Uint8Array {
  const all = sizes.map((size) =>
    mqttPacket.generate({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.alloc(size, 0xff),
      qos: 0,
      retain: false,
      dup: false,
    }),
  );
  return new Uint8Array(Buffer.concat(all));
}

const LIMITS: GuardLimits = {
  packetBytes: 300,
  connectBytes: 60,
  bytesPerS: 1_000,
  bytesBurst: 100_000,
  packetsPerS: 10,
  packetsBurst: 100,
};

function connect(clientId: string): Uint8Array {
  return mqttPacket.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId });
}

test('packets within the limit pass in any chunks; one beyond it is refused', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 50 }), (lengths, chunkBytes) => {
      const guard = createStreamGuard(LIMITS);
      const bytes = new Uint8Array(Buffer.concat([connect('a'), packets(lengths)]));
      let fault: string | null = null;
      for (let at = 0; at < bytes.length && fault === null; at += chunkBytes) {
        fault = guard(bytes.subarray(at, at + chunkBytes), 0);
      }
      // Remaining length of such a packet: 2 + 1 bytes of topic, then the payload.
      expect(fault).toBe(lengths.every((size) => size + 3 <= 300) ? null : 'too-long');
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('a length of more than four bytes is refused', () => {
  const guard = createStreamGuard({ ...LIMITS, packetBytes: 2 ** 30 });
  expect(guard(connect('a'), 0)).toBe(null);
  expect(guard(new Uint8Array([0x30, 0x80, 0x80, 0x80, 0x80]), 0)).toBe('too-long');
});

test('the first packet is CONNECT, and short', () => {
  expect(createStreamGuard(LIMITS)(packets([1]), 0)).toBe('not-mqtt');
  expect(createStreamGuard(LIMITS)(new TextEncoder().encode('GET / HTTP/1.1'), 0)).toBe('not-mqtt');
  expect(createStreamGuard(LIMITS)(connect('a'.repeat(100)), 0)).toBe('too-long');
});

test('a stream of too many packets or bytes is refused, and a slow one is not', () => {
  const flood = createStreamGuard(LIMITS);
  expect(flood(connect('a'), 0)).toBe(null);
  expect(flood(packets(Array.from({ length: 99 }, () => 0)), 0)).toBe(null);
  expect(flood(packets([0]), 0)).toBe('too-fast');
  const slow = createStreamGuard(LIMITS);
  expect(slow(connect('a'), 0)).toBe(null);
  for (let second = 1; second < 1_000; second += 1) {
    expect(slow(packets([50, 50, 50, 50]), second * 1_000)).toBe(null);
  }
  const heavy = createStreamGuard({ ...LIMITS, bytesBurst: 500 });
  expect(heavy(connect('a'), 0)).toBe(null);
  expect(heavy(packets([290, 290]), 0)).toBe('too-fast');
});

test('a bucket never gives more than its burst and what flowed in since', () => {
  const takings = fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 5_000 }),
      amount: fc.integer({ min: 1, max: 9 }),
    }),
  );
  fc.assert(
    fc.property(takings, (list) => {
      const bucket = createTokenBucket(2, 20);
      let [nowMs, given] = [0, 0];
      for (const { waitMs, amount } of list) {
        nowMs += waitMs;
        if (bucket.take(amount, nowMs)) given += amount;
        expect(given).toBeLessThanOrEqual(20 + (nowMs / 1000) * 2 + 1e-9);
      }
    }),
    { seed: 4 },
  );
});

test('connections are counted in all and of each address, also when they leave', () => {
  const count = createConnectionCount(3, 2);
  expect(['a', 'a', 'a', 'b', 'c'].map((address) => count.enter(address))).toEqual([
    ...[true, true, false, true, false],
  ]);
  count.leave('a');
  expect([count.count(), count.enter('a'), count.enter('c')]).toEqual([3 - 1, true, false]);
  count.leave('nobody');
  expect(count.count()).toBe(3);
});

test('wrong logins of an address are bounded, right ones cost nothing', () => {
  const tries = createTokenBuckets({ perS: 0.1, burst: 3, keysMax: 2 });
  for (let at = 0; at < 10; at += 1) {
    expect(tries.take('good', 0)).toBe(0);
    tries.giveBack('good', 0);
  }
  expect([1, 2, 3, 4].map(() => tries.take('bad', 0))).toEqual([0, 0, 0, 10_000]);
  expect([tries.take('bad', 9_999), tries.take('bad', 10_000)]).toEqual([1, 0]);
});
