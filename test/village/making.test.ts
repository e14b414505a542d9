/*
 * The world's making: sites on real points, flow to whole pulses, meters, ports and options.
 */
import { createServer } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawDay, PULSE_STEP_S, pulseUlOf, toPulses } from '../../scripts/village/flow';
import { drawMeals } from '../../scripts/village/meals';
import { addToMeter, createMeter, meterTotal, meterTotalBefore } from '../../scripts/village/meter';
import { checkOptions, defaultPoints, defaultTaps } from '../../scripts/village/options';
import { readPoints } from '../../scripts/village/points';
import { choosePort } from '../../scripts/village/ports';
import { canteenCount, planVillage } from '../../scripts/village/sites';
import { readTaps } from '../../scripts/village/taps';

const points = readPoints(defaultPoints()).points;

test('twelve sites: ten water points and two canteens within a mile, each on a point of the file', () => {
  const plan = planVillage(points, 12, 1);
  expect(plan.sites.filter((site) => site.kind === 'canteen')).toHaveLength(2);
  expect(plan.sites.map((site) => site.slot)).toEqual([...Array(12).keys()]);
  expect(new Set(plan.sites.map((site) => site.site)).size).toBe(12);
  expect(plan.radiusM).toBeLessThan(2000);
  for (const site of plan.sites) {
    const real = points.some((p) => p.latitude === site.latitude && p.longitude === site.longitude);
    expect(real, site.site).toBe(true);
  }
  expect(planVillage(points, 12, 1)).toEqual(plan);
});

test('one site is a water point; more sites than places is an error that says how many there are', () => {
  expect(planVillage(points, 1, 5).sites.map((site) => site.kind)).toEqual(['water-point']);
  expect([1, 2, 6, 12, 24].map(canteenCount)).toEqual([0, 1, 1, 2, 4]);
  expect(() => planVillage(points, 256, 1)).toThrow(
    /--sites 256: the points file has only \d+ places/,
  );
});

test('pulses and the carried rest are all that flowed, to the µL', () => {
  const flows = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(flows, fc.integer({ min: 1, max: 10_000 }), (flow, pulseUl) => {
      const { steps, carryUl } = toPulses(Float64Array.from(flow), pulseUl, 0);
      const pulses = steps.reduce((sum, step) => sum + step.pulses, 0);
      const drawnUl = flow.reduce((a, b) => a + b, 0);
      expect(pulses * pulseUl + carryUl).toBe(drawnUl);
      expect(carryUl).toBeLessThan(pulseUl);
    }),
    { seed: 7 },
  );
});

test('a day of many users is the sum of real tap days, the same for the same seed', () => {
  const taps = readTaps(defaultTaps()).days;
  const day = drawDay(taps, 1, 'wp-01', 0);
  const litres = day.reduce((a, b) => a + b, 0) / 1e6;
  expect(litres).toBeGreaterThan(20 * 0.5);
  expect(litres).toBeLessThan(40 * 40);
  expect(drawDay(taps, 1, 'wp-01', 0)).toEqual(day);
  expect(drawDay(taps, 1, 'wp-02', 0)).not.toEqual(day);
  expect(day).toHaveLength(86_400 / PULSE_STEP_S);
  for (const site of ['wp-01', 'wp-02', 'wp-03']) expect(pulseUlOf(1, site) % 3125).toBe(0);
});

test('meals are pressed at meal hours, one button never twice within two seconds', () => {
  const presses = drawMeals(3, 'canteen-01', 0);
  expect(presses.length).toBeGreaterThan(80);
  for (const counter of [0, 1]) {
    const seconds = presses.filter((p) => p.counter === counter).map((p) => p.secondOfDay);
    const gaps = seconds.slice(1).map((second, index) => second - seconds[index]);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2);
    expect(seconds.every((s) => (s >= 25_200 && s < 30_600) || (s >= 43_200 && s < 50_400))).toBe(
      true,
    );
  }
});

test('a meter remembers what had passed before any moment', () => {
  const meter = createMeter(2222);
  expect(meterTotalBefore(meter, 10)).toBe(0);
  addToMeter(meter, 5, 3);
  addToMeter(meter, 5, 1);
  addToMeter(meter, 15, 6);
  expect([5, 6, 15, 16].map((atMs) => meterTotalBefore(meter, atMs))).toEqual([0, 4, 4, 10]);
  expect(meterTotal(meter)).toBe(10);
  expect(() => addToMeter(meter, 14, 1)).toThrow(/past/);
});

test('a taken default port gives way and says so; a taken port that was asked for is an error', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const taken = (server.address() as { port: number }).port;
  const chosen = await choosePort('--http-port', taken, false);
  expect(chosen.port).not.toBe(taken);
  expect(chosen.note).toContain(`port ${taken} is taken`);
  await expect(choosePort('--http-port', taken, true)).rejects.toThrow(/Give another one/);
  server.close();
});

test('options: defaults of the table, and what each refuses', () => {
  const defaults = checkOptions({});
  expect(defaults).toMatchObject({ seed: 1, sites: 12, days: 0, speed: 600, lossPercent: 5 });
  expect(checkOptions({ exit: true }).days).toBe(1);
  expect(checkOptions({ speed: 'max' }).speed).toBe(Number.POSITIVE_INFINITY);
  const bad: [object, RegExp][] = [
    [{ seed: '-1' }, /--seed -1/],
    [{ sites: '0' }, /--sites 0: give a whole number from 1 to 256/],
    [{ sites: '1.5' }, /--sites/],
    [{ days: 'x' }, /--days x/],
    [{ speed: '0' }, /--speed 0/],
    [{ loss: '101' }, /--loss 101/],
    [{ mqtt: 'localhost' }, /--mqtt localhost: give a URL/],
    [{ httpPort: '65536' }, /--http-port/],
    [{ mqtt: 'mqtt://a', mqttPort: '1' }, /exclude/],
  ];
  for (const [raw, message] of bad) expect(() => checkOptions(raw)).toThrow(message);
});
