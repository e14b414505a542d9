/*
 * Counters and the clock's arithmetic, against exact integers.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClock, setClock, timeAt, uncertaintyAt } from '../../firmware/sense/clock';
import { addVolume, closeBucket, createCounting } from '../../firmware/sense/counting';

const RUNS = 200 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

test('no microlitre is lost or made, whatever the pulses and the calibration', () => {
  const pulses = fc.array(fc.nat(1_800_000), { maxLength: 60 });
  const given = fc.tuple(pulses, fc.integer({ min: 1, max: 1_000_000 }), fc.nat(99_999));
  fc.assert(
    fc.property(given, ([counts, pulseUl, remainderUl]) => {
      const counting = createCounting([0, 0], remainderUl);
      let expectedUl = BigInt(remainderUl);
      for (const count of counts) {
        addVolume(counting, count, pulseUl);
        expectedUl += BigInt(count) * BigInt(pulseUl);
        expect(counting.remainderUl).toBeLessThan(100_000);
      }
      const keptUl = BigInt(counting.counters[0]) * 100_000n + BigInt(counting.remainderUl);
      expect(keptUl).toBe(expectedUl);
    }),
    { numRuns: RUNS, seed: 11 },
  );
});

test('the buckets add up to the counter, and only the last two hours are kept', () => {
  const counting = createCounting([500, 7], 0);
  for (let bucket = 1; bucket <= 30; bucket++) {
    addVolume(counting, bucket, 100_000);
    closeBucket(counting);
  }
  expect(counting.counters).toEqual([500 + 465, 7]);
  expect(counting.buckets.length).toBe(24);
  expect(counting.buckets[0]).toEqual([7, 0]);
  expect(counting.buckets[23]).toEqual([30, 0]);
});

test('the clock is unknown before the first bulletin and grows unsure after it', () => {
  const clock = createClock();
  expect([timeAt(clock, 50), uncertaintyAt(clock, 50)]).toEqual([0, 15]);
  setClock(clock, 0, 1, 60);
  setClock(clock, 1_790_000_000, 15, 60);
  expect(timeAt(clock, 60)).toBe(0);
  setClock(clock, 1_790_000_000, 1, 60);
  expect(timeAt(clock, 100)).toBe(1_790_000_040);
  expect(uncertaintyAt(clock, 60)).toBe(5);
  // Thirty days at 50 ppm are 130 s.
  expect(uncertaintyAt(clock, 60 + 30 * 86_400)).toBe(8);
});
