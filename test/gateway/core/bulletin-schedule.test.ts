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

/** The next moment of a regular bulletin of the group 5. */
function hourOf(nowMs: number): number {
  const minuteMs = groupMinute(5) * MINUTE;
  return Math.floor((nowMs - minuteMs) / HOUR) * HOUR + minuteMs + HOUR;
}

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

test('each node without clock is answered a minute after it was heard: a sleeping link listens only then', () => {
  const schedule = createBulletinSchedule();
  schedule.setGroups([5], START);
  schedule.heardWithoutClock(5, START);
  schedule.heardWithoutClock(5, START + 50_000);
  expect(schedule.due(START + 59_999)).toEqual([]);
  expect(schedule.due(START + 60_000)).toEqual([5]);
  schedule.sent(5, START + 60_000);
  // The second began to listen only after that.
  expect(schedule.due(START + 109_999)).toEqual([]);
  expect(schedule.due(START + 110_000)).toEqual([5]);
  schedule.sent(5, START + 110_000);
  // A regular bulletin answers, too: no early one follows it.
  const regular = hourOf(START);
  expect(schedule.due(regular - 1)).toEqual([]);
  schedule.heardWithoutClock(5, regular - 56_000);
  expect(schedule.due(regular)).toEqual([5]);
  schedule.sent(5, regular);
  expect(schedule.due(regular + HOUR - 1)).toEqual([]);
});

test('however many ask, early bulletins come at most four at once and then one in ten minutes', () => {
  const schedule = createBulletinSchedule();
  schedule.setGroups([5], START);
  const hour = hourOf(START);
  schedule.sent(5, hour);
  const sentAt: number[] = [];
  for (let atMs = hour; atMs < hour + HOUR; atMs += 5000) {
    if (schedule.due(atMs).length > 0) {
      schedule.sent(5, atMs);
      sentAt.push(atMs - hour);
    }
    schedule.heardWithoutClock(5, atMs);
  }
  const within = (ms: number) => sentAt.filter((atMs) => atMs < ms).length;
  expect(within(6 * MINUTE)).toBe(4);
  expect(sentAt.length).toBeGreaterThanOrEqual(9);
  expect(sentAt.length).toBeLessThanOrEqual(10);
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
