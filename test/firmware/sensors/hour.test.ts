/*
 * An hour of a XIAO with everything wired that fits: what stands in its signed record is what the world was. And records
 * that are too full, lost presses of a canteen on the small board.
 */
import { expect, test } from 'vitest';
import { waterPoint } from '../../../firmware/kinds/water-point';
import { startNode } from '../../../firmware/node';
import { createA02yyuw } from '../../../hardware/virtual/sensors/a02yyuw';
import { createContact } from '../../../hardware/virtual/sensors/contact';
import { createDs18b20 } from '../../../hardware/virtual/sensors/ds18b20';
import { createHx711 } from '../../../hardware/virtual/sensors/hx711';
import { createLis2dh12 } from '../../../hardware/virtual/sensors/lis2dh12';
import { decodeRecord, type UsageRecord } from '../../../shared/record';
import { ADULT_PIN, createBench, HOUR_MS, judged, PULSE_UL, readFlash } from '../bench';
import { erasedPages, fakeBoard, fakeLink } from '../fake-board';
import { sensorBench } from './sensor-bench';

const STATUS_TAMPER = 1 << 8;
const STATUS_SENSOR_FAULT = 1 << 11;
const STATUS_PULSES_LOST = 1 << 16;

/** The first record of usage; throws when there is none. */
function usageOf(records: { kind: number }[]): UsageRecord {
  const usage = records.find((record) => record.kind !== 3);
  if (!usage) throw new Error('no record of usage');
  return usage as UsageRecord;
}

function sumOf(record: UsageRecord, counter: number): number {
  return record.buckets.reduce((sum, bucket) => sum + (bucket[counter] ?? 0), 0);
}

test('a water point with reed, hand pump, tank, buttons, lid and battery', () => {
  const wiring = {
    reed: { pin: 'D0' },
    strokes: { sda: 'D4', scl: 'D5', wakePin: 'D2' },
    ultrasonic: { pin: 'D3', powerPin: 'D8', mountMm: 2500, dryMm: 200 },
    brokenButton: { pin: 'D9' },
    fixedButton: { pin: 'D10' },
    tamper: { pin: 'D1' },
    battery: { lowMv: 3400 },
  };
  const bench = sensorBench('water-point', wiring, (plugs) => {
    const lid = createContact(plugs, 1, 3);
    lid.close();
    return {
      lid,
      meter: createContact(plugs, 0, 2),
      broken: createContact(plugs, 9, 3),
      pump: createLis2dh12(plugs, 4, 5, 2, 24),
      tank: createA02yyuw(plugs, 3, 8),
    };
  });
  bench.models.tank.distanceMm = 1234;
  bench.runS(100);
  const fromMs = bench.board.nowMs();
  bench.models.pump.mgAt = (atMs) => {
    const turns = Math.min(90_000, Math.max(0, atMs - fromMs)) / 1500;
    return [Math.round(-400 * Math.cos(2 * Math.PI * turns)), 0, 900];
  };
  for (let i = 0; i < 100; i++) {
    bench.models.meter.pulse(150);
    bench.runS(1);
  }
  bench.models.broken.pulse(3000);
  bench.runS(60);
  bench.models.lid.open();
  bench.runS(3700 - 260);
  const usage = usageOf(bench.records());
  expect(usage.kind).toBe(1);
  expect(usage.counters).toEqual([Math.floor((100 * PULSE_UL) / 100_000), 1, 60]);
  expect([0, 1, 2].map((counter) => sumOf(usage, counter))).toEqual(usage.counters);
  expect(usage.readings).toEqual([[1, 2500 - 1234]]);
  expect(usage.status & (STATUS_TAMPER | STATUS_SENSOR_FAULT | STATUS_PULSES_LOST)).toBe(
    STATUS_TAMPER,
  );
  expect(bench.events()).toEqual([
    [3, 0],
    [1, 1],
  ]);
  expect(bench.told().faults).toEqual({});
  expect(bench.ask('selftest').checks).toContainEqual(['sensors', true, '']);
  expect(bench.board.counts().uncaught).toEqual([]);
});

test('a canteen with meals, scale, fridge, hot holding, buttons and lid', () => {
  const wiring = {
    meals: { adultPin: 'D2', childPin: 'D3' },
    loadCell: { clockPin: 'D5', dataPin: 'D4', tareCount: -1000, countsPerKg: -20_000 },
    fridge: { pin: 'D8' },
    hotHolding: { pin: 'D9' },
    brokenButton: { pin: 'D10' },
    tamper: { pin: 'D1' },
  };
  const bench = sensorBench('canteen', wiring, (plugs) => {
    plugs.setPin(1, 0);
    return {
      adults: createContact(plugs, 2, 4),
      children: createContact(plugs, 3, 4),
      scale: createHx711(plugs, 5, 4),
      cold: createDs18b20(plugs, 8, 1),
      hot: createDs18b20(plugs, 9, 2),
    };
  });
  bench.models.scale.count = -1000 - 20_000 * 12;
  bench.models.cold.sixteenths = 3 * 16 + 1;
  bench.models.hot.sixteenths = 66 * 16;
  for (let i = 0; i < 50; i++) {
    bench.models.adults.pulse(200);
    if (i % 2 === 0) bench.models.children.pulse(150);
    bench.runS(2);
  }
  bench.runS(3700 - 100);
  const usage = usageOf(bench.records());
  expect(usage.kind).toBe(2);
  expect(usage.counters).toEqual([50, 25]);
  expect(usage.readings).toEqual([
    [2, 12_000],
    [3, 306],
    [4, 6600],
  ]);
  expect(usage.status & STATUS_SENSOR_FAULT).toBe(0);
  bench.models.hot.trouble = 'unplugged';
  bench.runS(3600);
  const second = bench.records().filter((record) => record.kind === 2)[1] as UsageRecord;
  expect(second.status & STATUS_SENSOR_FAULT).toBe(STATUS_SENSOR_FAULT);
  expect(second.readings).toEqual([
    [2, 12_000],
    [3, 306],
  ]);
  expect(bench.board.counts().uncaught).toEqual([]);
});

test('a record that would be too long goes without the hour before, then without readings, never not at all', () => {
  const board = fakeBoard(erasedPages(8, 4096));
  const link = fakeLink(board);
  const many: number[][] = [];
  for (let id = 1; id <= 16; id++) many.push([id, -2_000_000_000]);
  const few = [[1, 1234]];
  const kind = {
    ...waterPoint,
    sensors: [
      ...waterPoint.sensors,
      (sense: { readings: number[][] }) => () => {
        sense.readings = Math.floor(board.uptimeMs() / HOUR_MS) % 2 === 0 ? many : few;
        board.pulses += 4_000_000;
      },
    ],
  };
  startNode(board, link, kind);
  board.runUntil(6.5 * HOUR_MS);
  const told = new Map<number, number[][]>();
  for (const { packet } of link.sent) {
    const record = decodeRecord(packet.subarray(0, packet.length - 64));
    if (typeof record === 'string' || record.kind === 3) throw new Error(String(record));
    told.set(record.sequence, record.readings);
  }
  // Records end with the hour: number 1 is made in hour 1, whose readings are few.
  expect([...told].sort(([a], [b]) => a - b)).toEqual([
    [1, few],
    [2, []],
    [3, few],
    [4, []],
    [5, few],
    [6, []],
  ]);
});

test('presses that were lost on the small board are told in the record of their hour', () => {
  const bench = createBench('canteen', 4);
  bench.run(600_000);
  expect(bench.board.addPulses(ADULT_PIN, 200)).toBe(85);
  bench.run(2.5 * HOUR_MS);
  const lost = readFlash(bench.board).records.map(
    (packet) => (judged(packet).status & STATUS_PULSES_LOST) > 0,
  );
  expect(lost).toEqual([true, false]);
});
