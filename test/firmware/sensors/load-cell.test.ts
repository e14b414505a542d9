/*
 * The load cell: codes of the HX711's datasheet, and the chip on its two wires under the built program.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, weightOf } from '../../../firmware/sensors/load-cell';
import { createHx711 } from '../../../hardware/virtual/sensors/hx711';
import { holds } from './property';
import { sensorBench } from './sensor-bench';

const SETUP = { clockPin: 'D5', dataPin: 'D4', tareCount: 84_000, countsPerKg: 21_500 };

test.each([
  [0x800000, -8388608],
  [0xffffff, -1],
  [0x000000, 0],
  [0x000001, 1],
  [0x7fffff, 8388607],
])("24 bits of two's complement: %i is %i", (bits, count) => {
  expect(countOf(bits)).toBe(count);
});

test('saturated codes are no weight; nor is what the cell cannot carry', () => {
  expect(weightOf(-8388608, SETUP)).toMatch('over range');
  expect(weightOf(8388607, SETUP)).toMatch('over range');
  expect(weightOf(84_000, SETUP)).toBe(0);
  expect(weightOf(84_000 + 10 * 21_500, SETUP)).toBe(10_000);
  const small = { ...SETUP, rangeG: 20_000 };
  expect(weightOf(84_000 + 25 * 21_500, small)).toBe(25_000);
  expect(weightOf(84_000 + 26 * 21_500, small)).toMatch('heavier');
  expect(weightOf(84_000 - 6 * 21_500, small)).toMatch('tare again');
  expect(weightOf(84_000 - 21_500, { ...SETUP, countsPerKg: -21_500 })).toBe(1000);
});

holds(
  [fc.integer({ min: -8388607, max: 8388606 })],
  'every count that is not saturated is the same through 24 bits',
  (count) => {
    expect(countOf(count & 0xffffff)).toBe(count);
  },
);

function scale(more: object = {}) {
  return sensorBench('canteen', { loadCell: { ...SETUP, ...more } }, (plugs) => {
    const cell = createHx711(plugs, 5, 4);
    cell.count = 84_000;
    return cell;
  });
}

test('weights through the wires, at gain 128, and asleep between them', () => {
  const bench = scale();
  for (const weightG of [0, 1, -250, 48_000, 380_000]) {
    bench.models.count = 84_000 + Math.round((weightG * 21_500) / 1000);
    bench.runS(75);
    const told = bench.told().readings.weightG ?? Number.NaN;
    expect(Math.abs(told - weightG)).toBeLessThanOrEqual(1);
    expect(bench.models.isAsleep()).toBe(true);
  }
  expect(bench.models.wrongGains()).toBe(0);
  expect(bench.board.counts().uncaught).toEqual([]);
});

test('unplugged, stuck, saturated: the weight is taken back, the reason is told, and it heals', () => {
  const bench = scale();
  bench.runS(20);
  for (const [trouble, count, reason] of [
    ['unplugged', 84_000, 'not ready'],
    ['stuck-low', 84_000, 'stuck low'],
    ['', 8_388_607, 'over range'],
    ['', -8_388_608, 'over range'],
  ] as const) {
    bench.models.trouble = trouble;
    bench.models.count = count;
    bench.runS(80);
    expect(bench.told().readings).toEqual({});
    expect(bench.told().faults['load-cell']).toMatch(reason);
    bench.models.trouble = '';
    bench.models.count = 84_000;
    bench.runS(30);
    expect(bench.told()).toMatchObject({ readings: { weightG: 0 }, faults: {} });
  }
});

test('one measurement of three may be anything: the median counts', () => {
  for (const place of [0, 1, 2]) {
    const bench = scale();
    let conversions = 0;
    Object.defineProperty(bench.models, 'count', {
      get: () => (conversions++ % 3 === place ? 7_000_000 : 84_000 + 5 * 21_500),
    });
    bench.runS(20);
    expect(bench.told()).toMatchObject({ readings: { weightG: 5000 }, faults: {} });
    expect(conversions).toBe(3);
  }
});

test('a scale that was never calibrated has a fault', () => {
  const bench = scale({ countsPerKg: 0 });
  bench.runS(20);
  expect(bench.told().faults['load-cell']).toMatch('countsPerKg is missing');
});
