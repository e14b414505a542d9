/*
 * Tests of gateway/core/bulletin-schedule.ts: times worked out by hand.
 */
import { expect, test } from 'vitest';
import { createBulletinSchedule } from '../../../gateway/core/bulletin-schedule';
import { groupMinute } from '../../../shared/bulletin';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** 2026-03-01 10:30 UTC. */
const START = Date.UTC(2026, 2, 1, 10, 30);

test('sixteen groups have sixteen different minutes', () => {
  const minutes = Array.from({ length: 16 }, (_, group) => groupMinute(group));
  expect(new Set(minutes).size).toBe(16);
  expect(minutes[0]).toBe(0);
  expect(Math.max(...minutes)).toBeLessThan(60);
});

test('a group is due once an hour at its minute, and stays due until it was sent', () => {
  const schedule = createBulletinSchedule();
  schedule.setGroups([0, 2], START);
  expect(schedule.due(START)).toEqual([]);
  expect(schedule.due(START + 30 * MINUTE - 1)).toEqual([]);
  expect(schedule.due(START + 30 * MINUTE)).toEqual([0]);
  expect(schedule.due(START + 36 * MINUTE)).toEqual([0]);
  schedule.sent(0, START + 36 * MINUTE);
  expect(schedule.due(START + 37 * MINUTE - 1)).toEqual([]);
  expect(schedule.due(START + 37 * MINUTE)).toEqual([2]);
  expect(schedule.due(START + 30 * MINUTE + HOUR)).toEqual([0, 2]);
});

test('a node without clock is answered after a minute, but not more often than every ten', () => {
  const schedule = createBulletinSchedule();
  schedule.setGroups([5], START);
  schedule.heardWithoutClock(5, START);
  schedule.heardWithoutClock(5, START + 50_000);
  expect(schedule.due(START + 59_999)).toEqual([]);
  expect(schedule.due(START + 60_000)).toEqual([5]);
  schedule.sent(5, START + 60_000);
  schedule.heardWithoutClock(5, START + 70_000);
  expect(schedule.due(START + 10 * MINUTE + 59_999)).toEqual([]);
  expect(schedule.due(START + 11 * MINUTE)).toEqual([5]);
});

test('a refused bulletin is due again after two minutes', () => {
  const schedule = createBulletinSchedule();
  schedule.setGroups([0], START);
  schedule.failed(0, START + 30 * MINUTE);
  expect(schedule.due(START + 32 * MINUTE - 1)).toEqual([]);
  expect(schedule.due(START + 32 * MINUTE)).toEqual([0]);
});

test('a clock that steps back does not silence a group', () => {
  const schedule = createBulletinSchedule();
  schedule.setGroups([0], START);
  schedule.sent(0, START + 30 * MINUTE);
  const back = START - 365 * 24 * HOUR;
  expect(schedule.due(back)).toEqual([0]);
  schedule.sent(0, back);
  schedule.heardWithoutClock(0, back - 24 * HOUR);
  expect(schedule.due(back - 24 * HOUR + 60_000)).toContain(0);
});

test('hearing a node of a group that has no node is our own bug', () => {
  expect(() => createBulletinSchedule().heardWithoutClock(1, START)).toThrow(/never set/);
});
