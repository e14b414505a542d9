/*
 * What: when a sleeping link listens: in its group's minute once that is known, else a search; never above the budget.
 * From where to where: firmware/send/listening.ts against a gateway that broadcasts by its own clock; the oracle is that
 * clock, and the sum of all windows.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createListening,
  type Listening,
  noteBulletin,
  noteRecordWithoutTime,
  planWindow,
} from '../../firmware/send/listening';
import { createRandomStream } from '../../hardware/virtual/random';
import { groupMinute } from '../../shared/bulletin';

const RUNS = 15 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const TICK_S = 10;
/** One second in 120 of uptime, and 240 s once. */
const BUDGET = { shareS: 120, burstS: 240 };

interface Sky {
  group: number;
  /** Gateway's clock at the node's boot, s into its hour. */
  phaseS: number;
  /** The node's clock against the gateway's, parts per million. */
  driftPpm: number;
  /** Whether the bulletin of this hour reaches the node. */
  isHeard: (hour: number) => boolean;
  /** From the group's minute to the bulletin's last symbol, s: at most 16. */
  lagS: (hour: number) => number;
  days: number;
}

interface Result {
  listenedS: number;
  heard: number;
  missed: number;
  firstHeardS: number;
}

/** Uptime, s, at which the bulletin of the gateway's hour `hour` arrives at the node. */
function arrivalS(sky: Sky, hour: number): number {
  const trueS = hour * HOUR_S + groupMinute(sky.group) * 60 + sky.lagS(hour) - sky.phaseS;
  return trueS * (1 + sky.driftPpm / 1e6);
}

/** A window that is open: from, until. */
function hears(listening: Listening, sky: Sky, hour: number, atS: number, result: Result): boolean {
  result.heard++;
  if (result.firstHeardS === 0) result.firstHeardS = atS;
  const timeS = 1_790_000_400 - (1_790_000_400 % HOUR_S) + hour * HOUR_S;
  const sentS = timeS + groupMinute(sky.group) * 60;
  return noteBulletin(listening, sky.group, sentS, Math.floor(atS));
}

/** Lives some days; a bulletin is heard if it arrives inside a window. */
function live(sky: Sky, sendsRecords = false): Result {
  const listening = createListening(sky.group);
  const result: Result = { listenedS: 0, heard: 0, missed: 0, firstHeardS: 0 };
  let hour = 0;
  let window: [number, number] | null = null;
  const close = (atS: number): void => {
    if (window) result.listenedS += Math.max(0, Math.min(atS, window[1]) - window[0]);
    window = null;
  };
  for (let nowS = TICK_S; nowS < sky.days * DAY_S; nowS += TICK_S) {
    const startS = planWindow(listening, nowS, TICK_S);
    if (startS > 0) {
      close(Number.POSITIVE_INFINITY);
      window = [startS, listening.untilS];
    }
    for (; arrivalS(sky, hour) < nowS + TICK_S; hour++) {
      const atS = arrivalS(sky, hour);
      const isInside: boolean = window !== null && atS >= window[0] && atS <= window[1];
      if (atS < TICK_S || !sky.isHeard(hour)) continue;
      if (!isInside) result.missed++;
      else if (hears(listening, sky, hour, atS, result)) close(atS);
    }
    if (sendsRecords && nowS % HOUR_S === 0 && result.heard === 0) {
      noteRecordWithoutTime(listening, nowS);
    }
  }
  close(Number.POSITIVE_INFINITY);
  const uptimeS = sky.days * DAY_S;
  expect(result.listenedS).toBeLessThanOrEqual(uptimeS / BUDGET.shareS + BUDGET.burstS + 120);
  return result;
}

const anySky = fc.record({
  group: fc.integer({ min: 0, max: 15 }),
  phaseS: fc.integer({ min: 0, max: HOUR_S - 1 }),
  driftPpm: fc.integer({ min: -50, max: 50 }),
});

test('once the minute is known every bulletin is heard, in less than 30 s an hour, whatever the drift', () => {
  fc.assert(
    fc.property(anySky, fc.integer({ min: 0, max: 6 }), (parts, lag) => {
      const result = live({ ...parts, isHeard: () => true, lagS: () => lag, days: 60 });
      expect(result.firstHeardS).toBeGreaterThan(0);
      const known = 60 * 24 - result.firstHeardS / HOUR_S;
      expect(result.heard).toBeGreaterThanOrEqual(Math.floor(known) - 1);
      expect(result.listenedS / (60 * 24)).toBeLessThan(30);
    }),
    { numRuns: RUNS, seed: 6 },
  );
});

test('a node without time finds a bulletin within eight days, and within hours when its records are answered', () => {
  fc.assert(
    fc.property(anySky, (parts) => {
      const result = live({ ...parts, isHeard: () => true, lagS: () => 3, days: 9 });
      expect(result.firstHeardS).toBeGreaterThan(0);
      expect(result.firstHeardS).toBeLessThan(8 * DAY_S);
    }),
    { numRuns: RUNS, seed: 7 },
  );
});

test('a mesh that is silent for two months costs no more than the budget, and is found again', () => {
  fc.assert(
    fc.property(anySky, (parts) => {
      const silent = (hour: number): boolean => hour < 48 || hour > 62 * 24;
      const result = live({ ...parts, isHeard: silent, lagS: () => 3, days: 80 });
      expect(result.heard).toBeGreaterThan(6 * 24);
    }),
    { numRuns: RUNS, seed: 8 },
  );
});

test('half of the bulletins lost: most of the others are heard', () => {
  fc.assert(
    fc.property(anySky, fc.nat(1e6), (parts, seed) => {
      const random = createRandomStream(seed, 'luck');
      const luck = Array.from({ length: 31 * 24 }, () => random.below(2) === 1);
      const isHeard = (hour: number): boolean => luck[hour];
      const result = live({ ...parts, isHeard, lagS: (hour) => hour % 7, days: 30 });
      if (result.firstHeardS === 0 || result.firstHeardS > 15 * DAY_S) return;
      const firstHour = Math.ceil(result.firstHeardS / HOUR_S) + 1;
      const possible = luck.slice(firstHour, 30 * 24 - 1).filter(Boolean).length;
      expect(result.heard).toBeGreaterThan(possible * 0.95);
    }),
    { numRuns: RUNS, seed: 9 },
  );
});
