/*
 * Table tests of gateway/core/facts/status-word.ts, flow.ts and episodes.ts. Definitions: field's list of status words;
 * UPGro's 10 L/min (BGS OR/17/029); a draw begins when water flows after a reading without flow (firmware/sensors/pulse-meter.ts).
 */
import { expect, test } from 'vitest';
import { breakdownsOf, median } from '../../../../gateway/core/facts/episodes';
import { flowOf, isLowFlow } from '../../../../gateway/core/facts/flow';
import type { StoredSite } from '../../../../gateway/core/facts/stored-site';
import {
  DAY,
  DAY_S,
  factsOf,
  HOUR,
  NOW_S,
  press,
  recordAgo,
  rows,
  saying,
  stay,
} from './facts-kit';

const IDLE = stay({ hours: rows(DAY_S - DAY, NOW_S - HOUR, HOUR, [0, 0, 0, 0]) });
const SLOW = {
  because: recordAgo(HOUR),
  bucketMinutes: 5,
  readings: [],
  batteryMv: null,
  buckets: [...Array.from({ length: 9 }, () => [0, 0]), [100, 1], [450, 0], [300, 0]],
};

type Case = [string, string[], Partial<StoredSite>, Partial<StoredSite['reading']>];

test.each<Case>([
  ['in-use', [], {}, {}],
  ['idle', [], { stays: [IDLE] }, { usedInNewest: false }],
  ['low-flow', ['in-use'], { usage: SLOW }, {}],
  ['tampered', ['in-use'], {}, { status: 1 << 8 }],
  ['no-news', [], {}, { lastHeardS: NOW_S - 3 * HOUR - 1 }],
  ['in-use', [], {}, { lastHeardS: NOW_S - 3 * HOUR }],
  ['says-broken', ['in-use'], { buttons: [press(NOW_S - HOUR, 'broken')] }, {}],
  ['says-broken', ['in-use'], { statements: [saying('works', 'broken')] }, {}],
  ['says-broken', ['no-news'], { statements: [saying('works', 'broken')] }, { lastHeardS: 9 }],
  ['never-heard', [], { newest: null, usage: null, stays: [IDLE] }, { lastHeardS: null }],
  ['removed', ['in-use'], { stays: [stay({ toS: NOW_S - 60 })] }, {}],
  ['in-use', [], { stays: [stay({ toS: NOW_S + 60 })] }, {}],
])('a site is %s, and %j', (word, also, stored, reading) => {
  const { status } = factsOf(stored, reading);
  expect([status.word, status.also]).toEqual([word, also]);
});

test('every word says why, and since when it can be known', () => {
  expect(factsOf({ buttons: [press(NOW_S - 5, 'broken')] }).status).toMatchObject({
    since: NOW_S - 5,
    because: { by: 'button', key: '34750f98' },
  });
  const phone = saying('works', 'broken', { reporter: 'somebody', clockState: 'held', id: 4 });
  expect(factsOf({ statements: [phone] }).status.because).toEqual({
    ...{ by: 'person', id: 4, reporter: 'somebody', t: NOW_S - DAY, clock: 'held' },
  });
  expect(factsOf({}, { lastHeardS: 1000 }).status).toMatchObject({
    ...{ since: 1000, because: { by: 'silence', t: 1000 } },
  });
  const { status } = factsOf({ stays: [stay({ toS: NOW_S - 60 })] });
  expect(status.because).toEqual({ by: 'register', t: NOW_S - 60 });
  expect(factsOf().status).toMatchObject({ since: NOW_S - 2 * HOUR, because: { by: 'sums' } });
});

test('just after midnight, use in the evening before still counts', () => {
  const late = stay({ hours: rows(DAY_S - DAY, DAY_S - HOUR, HOUR, [600, 12, 0, 0]) });
  const heard = { lastHeardS: DAY_S - HOUR };
  expect(factsOf({ stays: [late] }, heard, DAY_S + 600).status.word).toBe('in-use');
  const noon = stay({ hours: rows(DAY_S - DAY, DAY_S - 4 * HOUR, HOUR, [600, 12, 0, 0]) });
  const told = { stays: [noon] };
  expect(factsOf(told, { lastHeardS: DAY_S + 1 }, DAY_S + 600).status.word).toBe('idle');
});

test.each<[string, number[][], number, number | null, boolean]>([
  ['nothing flowed', [[0, 0]], 5, null, false],
  [
    'short draws: at least',
    [
      [120, 3],
      [40, 1],
    ],
    5,
    24,
    true,
  ],
  [
    'one draw through a bucket',
    [
      [30, 1],
      [400, 0],
      [60, 0],
    ],
    5,
    80,
    false,
  ],
  [
    'a new draw begins in the next: not through',
    [
      [30, 1],
      [400, 0],
      [60, 1],
    ],
    5,
    80,
    true,
  ],
  [
    'the first bucket may have begun before',
    [
      [400, 0],
      [60, 0],
    ],
    5,
    80,
    true,
  ],
  [
    'hours say nothing',
    [
      [30, 1],
      [400, 0],
      [60, 0],
    ],
    60,
    null,
    false,
  ],
])('flow: %s', (_what, buckets, minutes, dlPerMinute, atLeast) => {
  const flow = flowOf(buckets, minutes);
  expect(flow).toEqual(dlPerMinute === null ? null : { dlPerMinute, atLeast });
});

test.each([
  [99, false, true],
  [100, false, false],
  [10, true, false],
])('%i dl a minute (at least: %j) is low: %j', (dlPerMinute, atLeast, low) => {
  expect(isLowFlow({ dlPerMinute, atLeast })).toBe(low);
});

test('breakdowns: the button and the phone open and close the same one', () => {
  const at = (days: number) => NOW_S - days * DAY;
  const reports = [
    press(at(3), 'broken'),
    press(at(40), 'fixed'),
    press(at(50), 'broken'),
    press(at(45), 'broken'),
    press(at(60), 'fixed'),
    press(at(100), 'broken'),
    press(at(98), 'fixed'),
  ];
  const told = breakdownsOf(reports, NOW_S, (afterS) => afterS + 7);
  const [open, long, short] = told.episodes;
  expect(told.episodes.length).toBe(3);
  expect(open).toMatchObject({ start: at(3), end: null, durationS: 3 * DAY, usedAgain: at(3) + 7 });
  expect(long).toMatchObject({ durationS: 10 * DAY, confirmed: 1, usedAgain: null });
  expect(short).toMatchObject({ durationS: 2 * DAY, confirmed: 0 });
  expect(told).toMatchObject({ open, closed: 2, medianS: 6 * DAY, downtimeYearS: 15 * DAY });
});

test.each([
  ['held', 7, 'says-broken'],
  ['unknown', 7, 'in-use'],
  ['unknown', 6, 'says-broken'],
])(
  'a phone by a clock that stood a week behind (%s), after record %i of 7: %s',
  (clockState, afterRecord, word) => {
    const fixed = saying('works', 'fixed', { atS: NOW_S - 7 * DAY, clockState, afterRecord });
    const { status } = factsOf({ buttons: [press(NOW_S - DAY, 'broken')], statements: [fixed] });
    expect(status.word).toBe(word);
  },
);

test('no use is no breakdown', () => {
  expect(factsOf({ stays: [IDLE] }).breakdowns).toMatchObject({ episodes: [], open: null });
});

test.each([
  [[], null],
  [[5], 5],
  [[9, 1, 5], 5],
  [[1, 2, 3, 10], 3],
])('the median of %j is %j', (values, middle) => {
  expect(median(values as number[])).toBe(middle);
});
