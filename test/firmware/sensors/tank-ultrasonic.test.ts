/*
 * The ultrasonic sensor: frames by hand, any noise around them, and a tank that runs dry on the built program.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { levelOf, takeFrames } from '../../../firmware/sensors/tank-ultrasonic';
import { createA02yyuw, type UltrasonicTrouble } from '../../../hardware/virtual/sensors/a02yyuw';
import { holds } from './property';
import { sensorBench } from './sensor-bench';

/** The maker's example: FF 07 A1 A7 is 1953 mm. */
const EXAMPLE = [0xff, 0x07, 0xa1, 0xa7];

test("the maker's example, a sum that wraps, a wrong sum, a frame in two pieces", () => {
  expect(takeFrames([...EXAMPLE])).toEqual([1953]);
  expect(takeFrames([0xff, 0x00, 0x1e, 0x1d, 0xff, 0x11, 0x94, 0xa4])).toEqual([30, 4500]);
  expect(takeFrames([0xff, 0x07, 0xa1, 0xa8, ...EXAMPLE])).toEqual([1953]);
  const bytes = [0x13, 0xff, 0x07];
  expect(takeFrames(bytes)).toEqual([]);
  bytes.push(0xa1, 0xa7);
  expect(takeFrames(bytes)).toEqual([1953]);
  expect(bytes).toEqual([]);
});

holds(
  [
    fc.array(fc.integer({ min: 0, max: 254 }), { maxLength: 12 }),
    fc.array(fc.integer({ min: 30, max: 4500 }), { minLength: 1, maxLength: 8 }),
    fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  ],
  'frames after noise are found, however the line cuts them',
  (noise, distances, cuts) => {
    const frames = distances.flatMap((mm) => {
      const three = [255, mm >> 8, mm & 255];
      return [...three, three.reduce((sum, byte) => sum + byte) & 255];
    });
    const line = [...noise, ...frames];
    const found: number[] = [];
    const kept: number[] = [];
    for (let at = 0, i = 0; at < line.length; i++) {
      const step = cuts[i % cuts.length] ?? 1;
      kept.push(...line.slice(at, at + step));
      found.push(...takeFrames(kept));
      at += step;
    }
    expect(found).toEqual(distances);
    expect(kept.length).toBeLessThan(4);
  },
);

test('what cannot be a level is said, not told', () => {
  expect(levelOf([], 0, 2000)).toMatch('nothing heard');
  expect(levelOf([500, 500], 400, 2000)).toMatch('broken frames');
  expect(levelOf([0, 0, 0, 0, 500], 20, 2000)).toMatch('no echo');
  expect(levelOf([29, 29, 4501, 4501], 16, 2000)).toMatch('no echo');
  expect(levelOf([500, 900, 1300, 1700], 16, 2000)).toMatch('not steady');
  expect(levelOf([2051, 2051, 2051, 2051], 16, 2000)).toMatch('below the floor');
  expect(levelOf([2050, 2050, 2050, 2050], 16, 2000)).toBe(0);
  expect(levelOf([1500, 1500, 1500, 1500], 16, 2000)).toBe(500);
  expect(levelOf([1490, 1500, 1510, 4000, 1500], 20, 2000)).toBe(500);
});

function tank(powerPin?: string) {
  const ultrasonic = { pin: 'D3', powerPin, mountMm: 2000, dryMm: 150, everyS: 60 };
  return sensorBench('water-point', { ultrasonic }, (plugs) =>
    createA02yyuw(plugs, 3, powerPin ? 8 : -1),
  );
}

test('level through the line, powered only to measure', () => {
  for (const powerPin of ['D8', undefined]) {
    const bench = tank(powerPin);
    bench.models.distanceMm = 777;
    bench.runS(20);
    expect(bench.told().readings).toEqual({ levelMm: 1223 });
    expect(bench.models.isPowered).toBe(powerPin === undefined);
    bench.models.distanceMm = 1800;
    bench.runS(90);
    expect(bench.told().readings).toEqual({ levelMm: 200 });
    expect(bench.board.counts().uncaught).toEqual([]);
  }
});

test('every trouble of the sensor is a fault with its reason, and heals', () => {
  const troubles: [UltrasonicTrouble, string][] = [
    ['unplugged', 'nothing heard'],
    ['bad-sum', 'broken frames'],
    ['noise', 'broken frames'],
    ['jumps', 'not steady'],
  ];
  const bench = tank('D8');
  for (const [trouble, reason] of troubles) {
    bench.models.trouble = trouble;
    bench.runS(90);
    expect(bench.told().readings).toEqual({});
    expect(bench.told().faults['tank-ultrasonic']).toMatch(reason);
    bench.models.trouble = '';
    bench.runS(30);
    expect(bench.told()).toMatchObject({ readings: { levelMm: 1000 }, faults: {} });
  }
});

/** Whether the board hears a line now: what arrives while its port is closed is counted as lost. */
function isHeard(bench: ReturnType<typeof tank>): boolean {
  const before = bench.board.counts().serialBytesLost;
  bench.plugs.serialIn(3, 9600, new Uint8Array([0x55]));
  return bench.board.counts().serialBytesLost === before;
}

test('the port is open and the sensor powered for 3 s of each measurement, whatever was heard, and never longer', () => {
  const troubles: UltrasonicTrouble[] = ['', 'unplugged', 'noise', 'bad-sum', 'jumps', ''];
  for (const powerPin of ['D8', undefined]) {
    const bench = tank(powerPin);
    const isOn = () => [isHeard(bench), powerPin === undefined || bench.models.isPowered];
    bench.runS(5);
    expect(isOn()).toEqual([false, powerPin === undefined]);
    for (const trouble of troubles) {
      bench.models.trouble = trouble;
      // To the next measurement: each minute after a good one, at the next tick after a failure.
      for (let s = 0; s < 70 && !isHeard(bench); s++) bench.runS(1);
      expect(isOn()).toEqual([true, true]);
      bench.runS(4);
      for (let s = 0; s < 5; s++) {
        expect(isOn()).toEqual([false, powerPin === undefined]);
        bench.runS(1);
      }
    }
    expect(bench.told()).toMatchObject({ readings: { levelMm: 1000 }, faults: {} });
    expect(bench.board.counts().uncaught).toEqual([]);
  }
});

test('garbage that never ends, at any speed, closes the port all the same', () => {
  for (const baud of [9600, 115_200]) {
    const bench = tank('D8');
    bench.models.trouble = 'unplugged';
    for (let ms = 0; ms < 40_000; ms += 50) {
      bench.plugs.at(ms, () => bench.plugs.serialIn(3, baud, new Uint8Array(40).fill(255)));
    }
    for (let tick = 1; tick < 4; tick++) {
      bench.runS(1.5 + (tick === 1 ? 10 : 0));
      expect([isHeard(bench), bench.models.isPowered]).toEqual([true, true]);
      bench.runS(3.5);
      expect([isHeard(bench), bench.models.isPowered]).toEqual([false, false]);
      bench.runS(5);
      expect(bench.told().readings).toEqual({});
      expect(bench.told().faults['tank-ultrasonic']).toBeDefined();
      bench.board.runUntil((tick + 1) * 10_000);
    }
  }
});

test('a tank that runs dry is told once, with its level, and again only after it had water', () => {
  const bench = tank('D8');
  for (const distanceMm of [1500, 1860, 1849, 1880, 1880, 1845, 1900]) {
    bench.models.distanceMm = distanceMm;
    bench.runS(185);
  }
  expect(bench.events()).toEqual([[2, 140]]);
  bench.models.distanceMm = 1000;
  bench.runS(900);
  bench.models.distanceMm = 1999;
  bench.runS(300);
  expect(bench.events()).toEqual([
    [2, 140],
    [2, 1],
  ]);
});

test('settings that are missing are a fault, and the counting goes on', () => {
  const wiring = { ultrasonic: { pin: 'D3' } } as never;
  const bench = sensorBench('water-point', wiring, () => null);
  bench.runS(3700);
  expect(bench.told().faults['tank-ultrasonic']).toMatch('mountMm is missing');
  expect(bench.records()).toHaveLength(1);
});
