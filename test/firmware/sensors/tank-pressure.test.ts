/*
 * The pressure sensor: a loop's currents by hand with the limits of NAMUR NE 43, a ratiometric sensor, and both on the
 * built program.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { levelOfVoltage } from '../../../firmware/sensors/tank-pressure';
import { createPressureTransmitter } from '../../../hardware/virtual/sensors/pressure-transmitter';
import { holds } from './property';
import { sensorBench } from './sensor-bench';

/** 150 ohm: 3 V at 20 mA. */
const LOOP = { pin: 'D1', shuntOhm: 150, highMm: 5000 };
const RATIO = { pin: 'D1', highMm: 4000, lowMm: 100 };

/** mV over 150 ohm, level in mm. */
const LEVELS: [number, number][] = [
  [600, 0],
  [1200, 1250],
  [1800, 2500],
  [3000, 5000],
  // 3.8 and 20.5 mA are still measurements.
  [570, 0],
  [3075, 5156],
];

test.each(LEVELS)('a loop of 150 ohm: %d mV is %d mm', (mv, levelMm) => {
  expect(levelOfVoltage(mv, LOOP)).toBe(levelMm);
});

test('below 3.6 mA the wire is broken, above 21 mA there is a short: NAMUR NE 43', () => {
  expect(levelOfVoltage(539, LOOP)).toMatch('broken wire');
  expect(levelOfVoltage(540, LOOP)).toBe(0);
  expect(levelOfVoltage(3150, LOOP)).toBe(5313);
  expect(levelOfVoltage(3151, LOOP)).toMatch('short circuit');
  expect(levelOfVoltage(0, LOOP)).toMatch('broken wire');
  expect(levelOfVoltage(-1, LOOP)).toMatch('cannot measure');
});

test('a ratiometric sensor on 3.3 V: 10 to 90 percent, and the same faults', () => {
  expect(levelOfVoltage(330, RATIO)).toBe(100);
  expect(levelOfVoltage(1650, RATIO)).toBe(2050);
  expect(levelOfVoltage(2970, RATIO)).toBe(4000);
  expect(levelOfVoltage(164, RATIO)).toMatch('broken wire');
  expect(levelOfVoltage(3136, RATIO)).toMatch('short circuit');
  expect(levelOfVoltage(1000, { ...RATIO, low: 1000, high: 2000 })).toBe(100);
});

holds(
  [fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 50, max: 160 })],
  'any level over any shunt comes back within what 1 mV is worth',
  (levelMm, shuntOhm) => {
    const mv = Math.round(((4000 + (16000 * levelMm) / 5000) * shuntOhm) / 1000);
    const told = levelOfVoltage(mv, { ...LOOP, shuntOhm });
    expect(Math.abs((told as number) - levelMm)).toBeLessThanOrEqual(500 / (3.2 * shuntOhm) + 2);
  },
);

function loopTank() {
  const pressure = { ...LOOP, powerPin: 'D8', everyS: 60, dryMm: 300 };
  return sensorBench('water-point', { pressure }, (plugs) => {
    const built = { pin: 1, powerPin: 8, shuntOhm: 150, low: 4000, high: 20000, rangeMm: 5000 };
    const sensor = createPressureTransmitter(plugs, built);
    sensor.levelMm = 3210;
    return sensor;
  });
}

test('a level through the loop, with the sensor powered long enough before', () => {
  const bench = loopTank();
  bench.runS(20);
  expect(Math.abs((bench.told().readings.levelMm ?? 0) - 3210)).toBeLessThanOrEqual(3);
  bench.models.levelMm = 200;
  bench.runS(180);
  const [event] = bench.events();
  expect(event?.[0]).toBe(2);
  expect(Math.abs((event?.[1] ?? 0) - 200)).toBeLessThanOrEqual(3);
});

test('a broken and a shorted loop are told with their reason, and heal', () => {
  const bench = loopTank();
  for (const [trouble, reason] of [
    ['open', 'broken wire'],
    ['short', 'short circuit'],
  ] as const) {
    bench.models.trouble = trouble;
    bench.runS(80);
    expect(bench.told().readings).toEqual({});
    expect(bench.told().faults['tank-pressure']).toMatch(reason);
    bench.models.trouble = '';
    bench.runS(30);
    expect(bench.told().faults).toEqual({});
  }
});

test('a shorted loop is no full tank, however low the battery has pulled the supply', () => {
  const bench = loopTank();
  bench.board.setBatteryMv(3050);
  bench.runS(60);
  expect(bench.told().faults).toEqual({});
  bench.models.trouble = 'short';
  bench.runS(80);
  expect(bench.told().readings).toEqual({});
  expect(bench.told().faults['tank-pressure']).toMatch('short circuit');
});

test('a warm-up that is too short shows as a broken wire; a pin without converter as such', () => {
  const short = { ...LOOP, powerPin: 'D8', warmUpMs: 100 };
  const bench = sensorBench('water-point', { pressure: short }, (plugs) => {
    const built = { pin: 1, powerPin: 8, shuntOhm: 150, low: 4000, high: 20000, rangeMm: 5000 };
    createPressureTransmitter(plugs, built);
  });
  bench.runS(20);
  expect(bench.told().faults['tank-pressure']).toMatch('broken wire');
  const digital = { ...LOOP, pin: 'D8' };
  const other = sensorBench('water-point', { pressure: digital }, () => null);
  other.runS(20);
  expect(other.told().faults['tank-pressure']).toMatch('cannot measure');
});

test('two sensors for one level are a fault', () => {
  const wiring = { pressure: LOOP, ultrasonic: { pin: 'D3', mountMm: 2000 } };
  const bench = sensorBench('water-point', wiring, () => null);
  bench.runS(20);
  expect(bench.told().faults['tank-pressure']).toMatch('two sensors for one level');
});
