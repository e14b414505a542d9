/*
 * The world's clock and its random streams.
 * Oracle for the generator: outputs of the reference C implementation of xoshiro128** as published
 * with edorfaus/xoshiro-6502 (test-rom/testdata.asm).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandomStream, createXoshiro128 } from '../../../hardware/virtual/random';
import { createWorld } from '../../../hardware/virtual/world';

const RUNS = 50 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

test('xoshiro128** gives the reference outputs', () => {
  const next = createXoshiro128([0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0]);
  expect([next(), next(), next(), next()]).toEqual([
    0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70,
  ]);
});

test('a stream depends on seed and name only, and streams do not disturb each other', () => {
  const alone = createRandomStream(7, 'a');
  const world = createWorld(7);
  const mixed: number[] = [];
  for (let i = 0; i < 20; i += 1) {
    world.random('b').u32();
    mixed.push(world.random('a').u32());
  }
  expect(mixed).toEqual(Array.from({ length: 20 }, () => alone.u32()));
  expect(createRandomStream(8, 'a').u32()).not.toBe(createRandomStream(7, 'a').u32());
  expect(createRandomStream(7, 'b').u32()).not.toBe(createRandomStream(7, 'a').u32());
});

test('below is even and stays in range', () => {
  const stream = createRandomStream(1, 'dice');
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 6000; i += 1) counts[stream.below(6)] += 1;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6000);
});

test('callbacks run by time, ties by insertion; oracle: a stable sort', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.boolean()), { maxLength: 60 }),
      (jobs) => {
        const world = createWorld(1);
        const ran: string[] = [];
        const timers = jobs.map(([ms], index) =>
          world.at(ms, () => ran.push(`${world.nowMs()}:${index}`)),
        );
        jobs.forEach(([, keep], index) => {
          if (!keep) world.cancel(timers[index]);
        });
        world.runUntil(50);
        const expected = jobs
          .map(([ms, keep], index) => ({ ms, keep, index }))
          .filter((job) => job.keep)
          .sort((a, b) => a.ms - b.ms)
          .map((job) => `${job.ms}:${job.index}`);
        expect(ran).toEqual(expected);
        expect(world.nowMs()).toBe(50);
        expect(world.nextDueMs()).toBe(-1);
      },
    ),
    { numRuns: RUNS, seed: 1 },
  );
});

test('a callback may schedule for now; time never goes back', () => {
  const world = createWorld(1);
  const ran: string[] = [];
  world.at(5, () => {
    ran.push('first');
    world.at(2, () => ran.push('late'));
    world.at(6, () => ran.push('next'));
  });
  world.at(5, () => ran.push('second'));
  expect(world.nextDueMs()).toBe(5);
  world.runUntil(5);
  expect(ran).toEqual(['first', 'second', 'late']);
  world.runUntil(6);
  expect(ran).toEqual(['first', 'second', 'late', 'next']);
  expect(() => world.runUntil(5)).toThrow(/back/);
});
