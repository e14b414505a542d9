/*
 * What happened of late, and for how long a temperature was outside: tables of records made by hand.
 */
import { expect, test } from 'vitest';
import { type RecentRecord, recentFactsOf } from '../../../../gateway/core/facts/recent';
import { HOUR, NOW_S, recordAgo } from './facts-kit';

const POWER = 1 << 18;
const FAULT = 1 << 11;
const TAMPER = 1 << 8;

function record(hoursAgo: number, other: Partial<RecentRecord> = {}): RecentRecord {
  return { because: recordAgo(hoursAgo * HOUR), status: 0, event: null, readings: [], ...other };
}

const event = (code: number, value = 0) => ({ event: { code, value } });
const told = (records: RecentRecord[], olderEvents: RecentRecord[] = []) =>
  recentFactsOf([{ records, olderEvents }], 10).happenings.map(
    ({ atS, name }) => `${(NOW_S - atS) / HOUR} ${name}`,
  );

test.each<[string, RecentRecord[], string[]]>([
  ['nothing', [record(1), record(2)], []],
  [
    'a flag once, when it rises',
    [record(1, { status: FAULT }), record(2, { status: FAULT }), record(3)],
    ['2 sensor-fault'],
  ],
  [
    'a flag again, after it fell',
    [record(1, { status: FAULT }), record(2), record(3, { status: FAULT }), record(4)],
    ['1 sensor-fault', '3 sensor-fault'],
  ],
  [
    'two power cuts in a row are two',
    [record(1, { status: POWER }), record(2, { status: POWER }), record(3)],
    ['1 power-was-cut', '2 power-was-cut'],
  ],
  [
    'the lid, by event and flag, is told once',
    [record(1, { status: TAMPER, ...event(1, 1) }), record(2)],
    ['1 tamper'],
  ],
  ['what the oldest record says may be old', [record(1, { status: FAULT })], []],
  ['a start is told by what follows from it', [record(1, event(7)), record(2)], []],
  [
    'presses and temperatures',
    [record(1, event(5, 900)), record(2, event(3)), record(3)],
    ['1 temperature-out-of-range', '2 broken-pressed'],
  ],
])('%s', (_, records, wanted) => {
  expect(told(records)).toEqual(wanted);
});

test('events older than the records come after them; there are no more than wanted', () => {
  const older = [record(50, event(2)), record(60, event(1))];
  expect(told([record(1, event(6)), record(2)], older)).toEqual([
    '1 battery-low',
    '50 dry',
    '60 tamper',
  ]);
  const stays = [{ records: [record(1, event(6)), record(2)], olderEvents: older }];
  expect(recentFactsOf(stays, 2).happenings.length).toBe(2);
});

const fridge = (hoursAgo: number, value: number) => record(hoursAgo, { readings: [[3, value]] });

test.each<[string, RecentRecord[], object[]]>([
  ['no thermometer', [record(1)], []],
  [
    'cold',
    [fridge(1, 400), fridge(2, 500)],
    [{ sinceS: null, lastedS: 0, readings: 2, outside: 0 }],
  ],
  [
    'warm now, since two hours',
    [fridge(1, 501), fridge(2, 900), fridge(3, 700), fridge(4, 500)],
    [{ sinceS: NOW_S - 3 * HOUR, lastedS: 2 * HOUR, readings: 4, outside: 3 }],
  ],
  [
    'warm before, cold now',
    [fridge(1, 400), fridge(2, 900)],
    [{ sinceS: null, lastedS: 0, outside: 1 }],
  ],
  [
    'records without reading in between',
    [fridge(1, 900), record(2), fridge(3, 900), fridge(4, 1)],
    [{ lastedS: 2 * HOUR, readings: 3 }],
  ],
  [
    'warm in all that is known',
    [fridge(1, 900), fridge(2, 900)],
    [{ sinceS: NOW_S - 2 * HOUR, fromS: NOW_S - 3 * HOUR }],
  ],
  [
    'hot food too cold',
    [record(1, { readings: [[4, 5_999]] })],
    [{ name: 'hotHoldingCentiC', outside: 1 }],
  ],
  [
    'hot food hot',
    [record(1, { readings: [[4, 6_000]] })],
    [{ name: 'hotHoldingCentiC', outside: 0 }],
  ],
])('out of range: %s', (_, records, wanted) => {
  expect(recentFactsOf([{ records, olderEvents: [] }], 1).outOfRange).toMatchObject(wanted);
});
