/*
 * Tests of what bounds who asks and guesses: waits, buckets, addresses.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressKey, isLoopback } from '../../../gateway/core/addresses';
import { createBackoff } from '../../../gateway/core/backoff';
import { createTokenBuckets } from '../../../gateway/core/token-bucket';
import { LOGIN_FORGET_MS, LOGIN_FREE_TRIES, LOGIN_KEYS_MAX } from '../../../gateway/limits/http';

test('five tries are free, then the wait doubles up to the longest one, and is forgotten at last', () => {
  const backoff = createBackoff(30_000);
  const waits: number[] = [];
  let nowMs = 1_000;
  for (let i = 0; i < 12; i++) {
    backoff.failed('ann', nowMs);
    waits.push(backoff.waitMs('ann', nowMs));
    nowMs += backoff.waitMs('ann', nowMs);
    expect(backoff.waitMs('ann', nowMs)).toBe(0);
  }
  const doubling = [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000);
  expect(waits).toEqual([...Array(LOGIN_FREE_TRIES - 1).fill(0), ...doubling]);
  expect(backoff.waitMs('bob', nowMs)).toBe(0);
  backoff.failed('ann', nowMs + LOGIN_FORGET_MS);
  expect(backoff.waitMs('ann', nowMs + LOGIN_FORGET_MS)).toBe(0);
});

test('a good try is forgiven, not the wrong ones around it', () => {
  const backoff = createBackoff(30_000);
  for (let i = 0; i < 5; i++) backoff.failed('10.0.0.7', 0);
  backoff.failed('10.0.0.7', 1_000);
  backoff.forgive('10.0.0.7');
  backoff.failed('10.0.0.7', 1_000);
  expect(backoff.waitMs('10.0.0.7', 1_000)).toBe(2_000);
  backoff.clear('10.0.0.7');
  expect(backoff.size()).toBe(0);
  backoff.failed('10.0.0.7', 2_000);
  backoff.forgive('10.0.0.7');
  expect(backoff.size()).toBe(0);
});

test('a guesser who also has an account of his own gains nothing by logging in between', () => {
  const backoff = createBackoff(300_000);
  let nowMs = 0;
  let guesses = 0;
  while (nowMs < 3_600_000) {
    const waitMs = backoff.waitMs('10.0.0.7', nowMs);
    nowMs += waitMs;
    backoff.failed('10.0.0.7', nowMs); // his own, right
    backoff.forgive('10.0.0.7');
    if (backoff.waitMs('10.0.0.7', nowMs) > 0) continue;
    backoff.failed('10.0.0.7', nowMs);
    guesses += 1;
  }
  expect(guesses).toBeLessThan(30);
});

test('neither waits nor buckets grow beyond their limit, whoever asks', () => {
  const backoff = createBackoff(30_000);
  const buckets = createTokenBuckets({ perS: 1, burst: 2, keysMax: 100 });
  for (let i = 0; i < LOGIN_KEYS_MAX * 3; i++) {
    backoff.failed(`name-${i}`, i);
    buckets.take(`10.0.${i >> 8}.${i & 255}`, i);
  }
  expect([backoff.size(), buckets.size()]).toEqual([LOGIN_KEYS_MAX, 100]);
});

test('a bucket lets through its burst and its rate, never more, whenever one asks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 200 }),
      (gapsMs) => {
        const buckets = createTokenBuckets({ perS: 2, burst: 10, keysMax: 4 });
        let nowMs = 0;
        let taken = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const waitMs = buckets.take('a', nowMs);
          if (waitMs === 0) taken += 1;
          else expect(waitMs).toBeLessThanOrEqual(500);
          expect(taken).toBeLessThanOrEqual(10 + Math.floor((nowMs / 1000) * 2) + 1);
        }
      },
    ),
  );
  const buckets = createTokenBuckets({ perS: 2, burst: 1, keysMax: 4 });
  expect([buckets.take('a', 0), buckets.take('a', 0), buckets.take('b', 0)]).toEqual([0, 500, 0]);
  expect(buckets.take('a', 500)).toBe(0);
});

test('addresses: a network of IPv6 counts as one, IPv4 in IPv6 as IPv4, this machine is known', () => {
  expect(addressKey('192.168.1.7')).toBe('192.168.1.7');
  expect(addressKey('::ffff:192.168.1.7')).toBe('192.168.1.7');
  expect(addressKey('2001:db8:0:1:aaaa::1')).toBe('2001:db8:0:1::/64');
  expect(addressKey('2001:db8:0:1:bbbb:1:2:3')).toBe('2001:db8:0:1::/64');
  expect(addressKey('2001:0DB8::1')).toBe('2001:db8:0:0::/64');
  expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
  expect(['10.0.0.1', '::2', '128.0.0.1', '1127.0.0.1', ''].some(isLoopback)).toBe(false);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), (text) => {
      expect(addressKey(text).length).toBeLessThanOrEqual(text.length + 32);
    }),
  );
});
