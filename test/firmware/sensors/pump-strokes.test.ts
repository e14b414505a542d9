/*
 * Strokes of a hand pump: swings by hand, registers by the datasheet of the LIS2DH12, and a handle that moves on the
 * built program.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Swing, takeSwing } from '../../../firmware/sensors/pump-strokes';
import { createLis2dh12 } from '../../../hardware/virtual/sensors/lis2dh12';
import { holds } from './property';
import { sensorBench } from './sensor-bench';

const WIRING = { strokes: { sda: 'D4', scl: 'D5', wakePin: 'D2', axis: 0 } };

function strokesOf(values: number[], swingMg = 300): number {
  const swing: Swing = { turnMg: values[0] ?? 0, isUp: false };
  return values.filter((mg) => takeSwing(swing, mg, swingMg)).length;
}

test('each swing up is one stroke, from either rest, however the sensor is tilted', () => {
  expect(strokesOf([0, 300, 0, 300, 0])).toBe(2);
  expect(strokesOf([300, 0, 300, 0, 300])).toBe(2);
  expect(strokesOf([-900, -500, -900, -500])).toBe(2);
  expect(strokesOf([0, 299, 0, 299, 0])).toBe(0);
  expect(strokesOf([0, 100, 200, 150, 350, 300, 400, 90, 0, 100, 390])).toBe(2);
});

holds(
  [
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: -1000, max: 1000 }),
    fc.integer({ min: 400, max: 900 }),
    fc.array(fc.integer({ min: -49, max: 49 }), { minLength: 8, maxLength: 8 }),
  ],
  'n swings with noise are n strokes',
  (count, restMg, heightMg, noise) => {
    const values = [restMg];
    for (let i = 0; i < count; i++) {
      for (const part of [0.3, 0.7, 1, 0.6, 0.2, 0]) values.push(restMg + heightMg * part);
    }
    const noisy = values.map((mg, i) => Math.round(mg + (noise[i % 8] ?? 0)));
    expect(strokesOf(noisy)).toBe(count);
  },
);

/** A handle at rest, and swinging ±20 degrees between `fromMs` and `toMs`, once in `periodMs`. */
function handle(fromMs: number, toMs: number, periodMs: number) {
  return (atMs: number): number[] => {
    const isMoving = atMs >= fromMs && atMs < toMs;
    const phase = isMoving ? (2 * Math.PI * (atMs - fromMs)) / periodMs : 0;
    const angle = (20 * Math.PI * -Math.cos(phase)) / 180;
    return [Math.round(1000 * Math.sin(angle)), 0, Math.round(1000 * Math.cos(angle))];
  };
}

function pump() {
  return sensorBench('water-point', WIRING, (plugs) => {
    const chip = createLis2dh12(plugs, 4, 5, 2, 24);
    chip.mgAt = handle(0, 0, 1);
    return chip;
  });
}

test('the chip is set up as its datasheet says, and again after it lost its power', () => {
  const bench = pump();
  const isSetUp = () => {
    // 10 Hz low power xyz; high-pass for INT1; INT1 to the pin; block update ±2 g; latched.
    expect([0x20, 0x21, 0x22, 0x23, 0x24].map(bench.models.register)).toEqual([
      0x2f, 0x01, 0x40, 0x80, 0x08,
    ]);
    // A quarter of 300 mg in steps of 16 mg; at once; any axis.
    expect([0x32, 0x33, 0x30].map(bench.models.register)).toEqual([4, 0, 0x2a]);
  };
  bench.runS(5);
  isSetUp();
  bench.models.brownOut();
  expect(bench.models.register(0x20)).toBe(0x07);
  bench.runS(25);
  isSetUp();
  expect(bench.told().faults).toEqual({});
});

test('strokes at 40 to 90 a minute are counted to the last one, and rest costs nothing', () => {
  const bench = pump();
  let expected = 0;
  for (const perMinute of [40, 60, 90]) {
    bench.runS(61);
    const fromMs = bench.board.nowMs() + 1234;
    const periodMs = Math.round(60_000 / perMinute);
    bench.models.mgAt = handle(fromMs, fromMs + 30 * periodMs, periodMs);
    bench.runS(60);
    expected += 30;
    expect(bench.counters()).toEqual([0, 0, expected]);
  }
  bench.runS(3600);
  expect(bench.counters()[2]).toBe(expected);
  expect(bench.told().faults).toEqual({});
  const hour = bench.records()[0];
  expect(hour?.counters).toEqual([0, 0, expected]);
  expect(bench.board.counts().uncaught).toEqual([]);
});

test('a stroke after a short rest is counted: the wake wire is let go when the handle rests', () => {
  const bench = pump();
  bench.board.runUntil(30_500);
  const first = handle(30_500, 32_000, 1500);
  const second = handle(37_500, 39_000, 1500);
  bench.models.mgAt = (atMs) => (atMs < 35_000 ? first(atMs) : second(atMs));
  bench.board.runUntil(60_000);
  expect(bench.counters()[2]).toBe(2);
});

test('a knock against the pump is no stroke', () => {
  const bench = pump();
  bench.runS(30);
  const atMs = bench.board.nowMs() + 500;
  bench.models.mgAt = (nowMs) => (Math.abs(nowMs - atMs) < 60 ? [-150, 400, 900] : [-342, 0, 940]);
  bench.runS(60);
  expect(bench.counters()[2]).toBe(0);
});

test('no chip, another chip, a bus to ground: each has its words', () => {
  const bench = pump();
  bench.runS(15);
  bench.models.trouble = 'unplugged';
  bench.runS(15);
  expect(bench.told().faults).toEqual({ 'pump-strokes': 'no answer: power or wire' });
  bench.models.trouble = '';
  bench.plugs.setPin(4, 0);
  bench.runS(15);
  expect(bench.told().faults).toEqual({ 'pump-strokes': 'bus blocked: a wire touches ground' });
  bench.plugs.setPin(4, 1);
  bench.runS(15);
  expect(bench.told().faults).toEqual({});
  const other = sensorBench('water-point', WIRING, (plugs) =>
    plugs.i2c(4, 5, { address: 24, write: () => {}, read: (n) => new Uint8Array(n).fill(0x44) }),
  );
  other.runS(15);
  expect(other.told().faults).toEqual({ 'pump-strokes': 'another chip answers' });
});

test('a broken wake wire is noticed by the chip itself, strokes are still counted from the tick on', () => {
  const bench = pump();
  bench.models.trouble = 'no-wake';
  bench.runS(20);
  for (let i = 0; i < 3; i++) {
    const fromMs = bench.board.nowMs();
    bench.models.mgAt = handle(fromMs, fromMs + 60_000, 1000);
    bench.runS(90);
  }
  expect(bench.told().faults).toEqual({ 'pump-strokes': 'wake wire broken' });
  expect(bench.counters()[2]).toBeGreaterThan(120);
  bench.models.trouble = '';
  const fromMs = bench.board.nowMs();
  bench.models.mgAt = handle(fromMs, fromMs + 30_000, 1000);
  bench.runS(60);
  expect(bench.told().faults).toEqual({});
});

test('a wake wire that is stuck high is told', () => {
  const bench = pump();
  bench.models.trouble = 'stuck-high';
  bench.runS(60);
  expect(bench.told().faults).toEqual({ 'pump-strokes': 'wake wire stuck high' });
});
