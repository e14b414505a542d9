/*
 * Table tests of completeness, totals, indicators and milestones (gateway/core/facts/). Definitions: BGS OR/17/029 (UPGro's
 * tiers), the Sphere Handbook 2018 (water supply 2.1), JMP's ladder (washdata.org), WHO's Five Keys to Safer Food.
 */
import { expect, test } from 'vitest';
import { type Milestone, milestoneOf } from '../../../../gateway/core/facts/milestones';
import type { IndicatorKey, SiteFacts } from '../../../../gateway/core/facts/site-facts';
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

function total(facts: SiteFacts, period: string) {
  return facts.totals.find((one) => one.period === period);
}

function indicator(facts: SiteFacts, key: IndicatorKey) {
  const found = facts.indicators.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no indicator ${key}`);
  return found;
}

test('"23 of 24 hours, 1 late": an hour that the node still has is late', () => {
  const hours = rows(DAY_S - DAY, NOW_S - HOUR, HOUR, [600, 12, 0, 0]);
  hours.splice(5, 1);
  const facts = factsOf({ stays: [stay({ hours })] });
  expect(total(facts, 'yesterday')).toMatchObject({
    counters: { volumeDl: 23 * 600, draws: 23 * 12 },
    completeness: { expected: 24, counted: 23, late: 1, missing: 0 },
  });
  const gone = factsOf({ stays: [stay({ hours, keptFromS: DAY_S })] });
  expect(total(gone, 'yesterday')?.completeness).toEqual({
    ...{ expected: 24, counted: 23, late: 0, missing: 1 },
  });
});

test.each<[string, Partial<Parameters<typeof stay>[0]>, object]>([
  ['whole', {}, { expected: 16, counted: 16, late: 0, missing: 0 }],
  ['the node came at noon', { fromS: DAY_S + 12 * HOUR }, { expected: 4, counted: 4 }],
  ['the node went at noon', { toS: DAY_S + 12 * HOUR }, { expected: 12, counted: 12 }],
  ['nothing is here', { hours: [] }, { expected: 16, counted: 0, late: 16, missing: 0 }],
  ['and nobody knows what it has', { hours: [], keptFromS: null }, { late: 0, missing: 16 }],
  ['it was never heard', { fromS: null, hours: [] }, { expected: 0, counted: 0 }],
])('today at six in the evening: %s', (_what, other, completeness) => {
  const facts = factsOf({ stays: [stay(other)] });
  expect(total(facts, 'today')?.completeness).toMatchObject(completeness);
});

test('two nodes at one site: both are expected, and added up', () => {
  const facts = factsOf({ stays: [stay(), stay({ hours: [] })] });
  expect(total(facts, 'yesterday')).toMatchObject({
    counters: { volumeDl: 24 * 600 },
    completeness: { expected: 48, counted: 24 },
  });
});

test('periods add whole days to today', () => {
  const facts = factsOf();
  const hoursToday = 17;
  expect(total(facts, 'week')?.counters.volumeDl).toBe(7 * 14_400 + hoursToday * 600);
  expect(total(facts, 'year')?.counters.draws).toBe(365 * 288 + hoursToday * 12);
  expect(facts.ever.counters).toEqual({ volumeDl: 9_000_000, draws: 180_000 });
});

const SAID = (about: string, value: number | string) => ({ statements: [saying(about, value)] });
const BROKEN_LONG = { buttons: [press(NOW_S - 31 * DAY, 'broken'), press(NOW_S - HOUR, 'fixed')] };
const THROUGH = {
  because: recordAgo(HOUR),
  ...{ bucketMinutes: 5, readings: [], batteryMv: null },
  buckets: [
    [10, 1],
    [550, 0],
    [10, 0],
  ],
};

test.each<[IndicatorKey, string, number | string | null, Partial<StoredSite>]>([
  ['upgro-1', 'yes', null, {}],
  ['upgro-1', 'no', null, SAID('works', 'broken')],
  ['upgro-1', 'unknown', null, { stays: [stay({ hours: [] })] }],
  ['upgro-2', 'yes', 10.1, SAID('stroke-test-litres-per-minute', 10.1)],
  ['upgro-2', 'no', 10, SAID('stroke-test-litres-per-minute', 10)],
  ['upgro-2', 'unknown', 1, {}],
  ['upgro-2', 'yes', 11, { usage: THROUGH }],
  ['upgro-3', 'unknown', 0, {}],
  ['upgro-3', 'yes', 0, SAID('stroke-test-litres-per-minute', 12)],
  ['upgro-3', 'no', 31, BROKEN_LONG],
  ['upgro-4', 'unknown', null, {}],
  ['upgro-4', 'no', null, SAID('quality-safe', 'no')],
  ['sphere-litres', 'unknown', null, {}],
  ['sphere-litres', 'unknown', null, SAID('people', 0)],
  ['sphere-litres', 'yes', 15, SAID('people', 96)],
  ['sphere-litres', 'no', 14.8, SAID('people', 97)],
  ['sphere-queue', 'yes', 30, SAID('queue-minutes', 30)],
  ['sphere-queue', 'no', 31, SAID('queue-minutes', 31)],
  ['sphere-distance', 'yes', 500, SAID('distance-metres', 500)],
  ['sphere-fill', 'unknown', 20, {}],
  ['sphere-fill', 'yes', 1.8, { usage: THROUGH }],
  ['jmp-level', 'unknown', null, {}],
  ['jmp-level', 'no', 'surface-water', SAID('water-source', 'surface-water')],
  ['jmp-level', 'no', 'unimproved', SAID('water-source', 'unprotected-well')],
  ['jmp-level', 'unknown', null, SAID('water-source', 'borehole')],
])('%s: %s, %j', (key, answer, value, stored) => {
  expect(indicator(factsOf(stored), key)).toMatchObject({ answer, value });
});

const SOURCE = saying('water-source', 'borehole');

test.each([
  ['basic', 'yes', [SOURCE, saying('round-trip-minutes', 30)]],
  ['limited', 'no', [SOURCE, saying('round-trip-minutes', 31)]],
  ['basic', 'yes', [SOURCE, saying('on-premises', 'yes')]],
  [
    'safely-managed',
    'yes',
    ['on-premises', 'available-when-needed', 'quality-safe'].map((about) => saying(about, 'yes')),
  ],
])('JMP: %s', (value, answer, statements) => {
  const told = indicator(factsOf({ statements: [SOURCE, ...statements] }), 'jmp-level');
  expect(told).toMatchObject({ value, answer, estimate: true });
  expect(told.caveats).toContain('from-source-and-time');
});

test.each([
  ['hand-pump', 500, 'yes'],
  ['hand-pump', 501, 'no'],
  ['tapstand', 500, 'yes'],
  ['tapstand', 501, 'no'],
  ['rope-and-bucket', 400, 'yes'],
  ['rope-and-bucket', 401, 'no'],
])('Sphere: %s for %i people: %s', (technology, people, answer) => {
  const statements = [
    ...[saying('water-technology', technology), saying('people', people), saying('taps', 2)],
  ];
  expect(indicator(factsOf({ statements }), 'sphere-people').answer).toBe(answer);
});

test('litres per person leave out days that are not whole, and always carry the caveat', () => {
  const days = rows(DAY_S - 7 * DAY, DAY_S - DAY, DAY, [14_400, 288, 0, 0]);
  days[0] = { ...days[0], minutes: 600, counters: [10, 1, 0, 0] };
  const told = indicator(
    factsOf({ stays: [stay({ days })], ...SAID('people', 96) }),
    'sphere-litres',
  );
  expect(told).toMatchObject({ value: 15, estimate: true, unit: 'L/person/day', standard: 15 });
  expect(told.completeness).toMatchObject({ expected: 168, counted: 154 });
  expect(told.caveats).toContain('pumped-is-not-used');
  expect(told.because.map(({ by }) => by)).toEqual(['sums', 'person']);
});

function canteen(stored: Partial<StoredSite>): SiteFacts {
  return factsOf(stored, { kind: 'canteen', totals: [10, 20] });
}

const DAYS_OPEN = rows(DAY_S - 365 * DAY, DAY_S - DAY, DAY, [40, 60, 0, 0]);

test('days without a meal: a day that was not counted is none', () => {
  const days = DAYS_OPEN.map((day) => ({ ...day }));
  days[days.length - 3].counters = [0, 0, 0, 0];
  days[days.length - 8] = { ...days[days.length - 8], minutes: 60, counters: [0, 0, 0, 0] };
  const hours = rows(DAY_S - DAY, NOW_S - HOUR, HOUR, [4, 6, 0, 0]);
  const stays = [stay({ days, hours })];
  const key = 'canteen-days-without-meal';
  const told = indicator(canteen({ stays }), key);
  expect(told).toMatchObject({ answer: 'unknown', value: 1 });
  expect(told.caveats).toContain('planned-days-not-known');
  const daily = canteen({ stays, ...SAID('meal-days-a-week', 7) });
  expect(indicator(daily, key)).toMatchObject({ answer: 'no', standard: 0 });
  const school = canteen({ stays, ...SAID('meal-days-a-week', 5) });
  expect(indicator(school, key)).toMatchObject({ answer: 'yes', standard: 9 });
  expect(total(school, 'yesterday')?.counters).toEqual({ adultMeals: 96, childMeals: 144 });
});

test.each<[IndicatorKey, number, number, string]>([
  ['canteen-fridge', 3, 500, 'yes'],
  ['canteen-fridge', 3, 501, 'no'],
  ['canteen-hot-holding', 4, 6_000, 'yes'],
  ['canteen-hot-holding', 4, 5_999, 'no'],
  ['canteen-fridge', 4, 5_999, 'unknown'],
])('%s: reading %i of %i is %s', (key, id, value, answer) => {
  const usage = { ...THROUGH, readings: [[id, value]] };
  expect(indicator(canteen({ usage }), key).answer).toBe(answer);
});

test.each<[string, number | null, number | null, object]>([
  ['no scale', null, 50, { answer: 'unknown', value: null, standard: 50 }],
  ['nobody said when it is low', 60_500, null, { answer: 'unknown', value: 60.5, standard: null }],
  ['more than the mark', 50_001, 50, { answer: 'yes', value: 50.001 }],
  ['the mark', 50_000, 50, { answer: 'no', value: 50, standard: 50, unit: 'kg' }],
  ['a scale that drifts below nothing', -200, 0, { answer: 'no', value: -0.2 }],
])('stock: %s', (_, grams, low, wanted) => {
  const usage = { ...THROUGH, readings: grams === null ? [] : [[2, grams]] };
  const stated = low === null ? {} : SAID('stock-low-kilograms', low);
  const told = indicator(canteen({ usage, ...stated }), 'canteen-stock');
  expect(told).toMatchObject(wanted);
  expect(told.caveats.includes('stock-low-not-known')).toBe(grams !== null && low === null);
});

function milestone(goal: string, target: number, base: number, all: SiteFacts[]): Milestone {
  const row = {
    ...{ id: 1, title: 'Water', goal, target, base, dueS: NOW_S + DAY, madeS: NOW_S - DAY },
    ...{ clockState: 'trusted', reporter: 'technician', endedS: null },
  };
  return milestoneOf(row, all);
}

test('"15 L a person a day at every point": unknown points are not reached, and are named', () => {
  const good = factsOf(SAID('people', 96));
  const bad = factsOf(SAID('people', 200));
  const unasked = factsOf();
  const goal = 'litres-per-person';
  expect(milestone(goal, 15, 0, [good, good])).toMatchObject({ reached: 2, of: 2, answer: 'yes' });
  expect(milestone(goal, 15, 0, [good, bad])).toMatchObject({ reached: 1, of: 2, answer: 'no' });
  expect(milestone(goal, 15, 0, [good, unasked])).toMatchObject({
    ...{ reached: 1, of: 2, unknown: 1, answer: 'unknown' },
    sites: [{ answer: 'yes' }, { answer: 'unknown', value: null }],
  });
  expect(milestone(goal, 15, 0, [])).toMatchObject({ of: 0, answer: 'unknown' });
});

test('"3 more canteens open": open ones above the base; silence is unknown, not closed', () => {
  const open = canteen({});
  const closed = canteen({
    stays: [stay({ days: [], hours: [], fromS: null })],
  });
  const goal = 'canteens-open';
  expect(milestone(goal, 3, 2, [open, open, open])).toMatchObject({
    reached: 1,
    of: 3,
    answer: 'no',
  });
  const all = [open, open, open, open, open];
  expect(milestone(goal, 3, 2, all)).toMatchObject({ reached: 3, of: 3, answer: 'yes' });
  expect(milestone(goal, 3, 0, [open, open, closed])).toMatchObject({
    ...{ reached: 2, unknown: 1, answer: 'unknown' },
  });
});
