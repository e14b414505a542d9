/*
 * Bars: each hour, day or month against what was expected of the site in it. Oracle: hours counted by hand, and Date for the calendar.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BarPeriod,
  type BarState,
  barEdges,
  barsOf,
} from '../../../../gateway/core/facts/bars';
import type { StoredStay } from '../../../../gateway/core/facts/stored-site';
import { DAY, DAY_S, HOUR, NOW_S, rows, stay, storedSite } from './facts-kit';

function barsFor(stays: StoredStay[], period: BarPeriod = 'week', nowS = NOW_S) {
  return barsOf(storedSite({ stays }), barEdges(period, DAY_S), nowS);
}

const [THREE_DAYS_AGO, YESTERDAY, TODAY] = [4, 6, 7];
const nothingSince = (fromS: number) =>
  stay({
    days: stay().days.filter(({ startS }) => startS < fromS),
    hours: stay().hours.filter(({ startS }) => startS < fromS),
  });

test.each<[string, StoredStay[], number, BarState]>([
  ['one node, all counted', [stay()], THREE_DAYS_AGO, 'whole'],
  ['two nodes, both counted', [stay(), stay()], THREE_DAYS_AGO, 'whole'],
  ['two nodes, one counted', [stay(), nothingSince(DAY_S - 5 * DAY)], THREE_DAYS_AGO, 'part'],
  ['two nodes, one counted, yesterday', [stay(), nothingSince(DAY_S - DAY)], YESTERDAY, 'part'],
  ['the only node counted nothing', [nothingSince(DAY_S - 5 * DAY)], THREE_DAYS_AGO, 'missing'],
  ['no node stood there yet', [stay({ fromS: DAY_S - DAY, days: [] })], THREE_DAYS_AGO, 'none'],
  ['today is not over', [stay()], TODAY, 'running'],
])('%s', (_, stays, at, state) => {
  expect(barsFor(stays)[at].state).toBe(state);
});

test('a second node placed at noon: half a day of it is expected, and with that the day is whole', () => {
  const noonS = DAY_S - 3 * DAY + 12 * HOUR;
  const days = [{ startS: noonS - 12 * HOUR, minutes: 720, counters: [300, 6, 0, 0] }];
  const second = stay({ fromS: noonS, days, hours: [] });
  expect(barsFor([stay(), second])[THREE_DAYS_AGO]).toMatchObject({
    ...{ state: 'whole', counters: { volumeDl: 14_700 } },
    completeness: { expected: 36, counted: 36 },
  });
});

test('a day that ended an hour ago still runs, for its last hours are not due', () => {
  const nowS = DAY_S + HOUR;
  expect(barsFor([stay()], 'week', nowS)[YESTERDAY].state).toBe('running');
  expect(barsFor([stay()], 'week', DAY_S + 2 * HOUR)[YESTERDAY].state).toBe('whole');
});

test('hours of today: what is not due yet is no gap', () => {
  const states = barsFor([stay()], 'today').map(({ state }) => state);
  // Now is 18:00, and an hour is due two hours after its end.
  expect(states.slice(0, 16)).toEqual(Array(16).fill('whole'));
  expect(states.slice(16)).toEqual(Array(8).fill('running'));
});

test('months: whole ones are sums of their days, and one with a gap is not whole', () => {
  const days = rows(DAY_S - 400 * DAY, DAY_S - DAY, DAY, [100, 2, 0, 0]);
  const february = Date.UTC(2026, 1, 10) / 1000;
  const gap = days.filter(({ startS }) => startS !== february);
  const bars = barsFor([stay({ days: gap, fromS: DAY_S - 400 * DAY })], 'year');
  expect(bars.map(({ state }) => state)).toEqual([...Array(10).fill('whole'), 'part', 'running']);
  expect(bars[9].counters.volumeDl).toBe(3100);
  expect(bars[10].counters.volumeDl).toBe(2700);
});

test('months begin where the calendar says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60_000 }), (day) => {
      const edges = barEdges('year', day * DAY);
      const date = new Date(day * DAY * 1000);
      const wanted = Array.from({ length: 12 }, (_, at) =>
        Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 11 + at, 1),
      );
      expect(edges.slice(0, 12).map((edge) => edge * 1000)).toEqual(wanted);
      expect(edges[12]).toBe((day + 1) * DAY);
    }),
  );
});
