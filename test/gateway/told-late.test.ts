/*
 * Tests of gateway/told-late.ts against a model that remembers everything: lives of outages, kills, restarts and slow
 * brokers. Whatever happens: a message is told again as it was told first, what was certainly told late is historical,
 * what was told in time for the first time is not.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowRun } from '../../gateway/edges/store/told-late';
import { HISTORICAL_AFTER_S } from '../../gateway/limits/store';
import { createToldLate, type ToldLate } from '../../gateway/told-late';

/** What is durable, and what would be with the next commit. */
interface Disk {
  untold: number | undefined;
  cursor: number | undefined;
  later: { untold?: number; cursor?: number };
  runs: Map<number, number>;
  received: number[];
  commits: number;
}

function commit(disk: Disk): void {
  Object.assign(disk, { untold: disk.untold, cursor: disk.cursor }, disk.later);
  disk.later = {};
  disk.commits += 1;
}

function start(disk: Disk, nowS: () => number): ToldLate {
  const runs = [...disk.runs].map(([first, last]): RowRun => ({ first, last }));
  return createToldLate({
    untold: disk.untold,
    isNew: disk.cursor === undefined,
    cursor: disk.cursor ?? 0,
    lastStored: disk.received.length,
    runs: runs.sort((a, b) => a.first - b.first),
    nowS,
    clockState: () => 'trusted',
    runReceivedBefore(id, beforeS, limit) {
      let last = id;
      while (last < id + limit && (disk.received[last] ?? beforeS) < beforeS) last += 1;
      return last;
    },
    noteUntold(id) {
      disk.later.untold = id;
    },
    decideDurably(untold, found) {
      disk.later.untold = untold;
      if (disk.cursor === undefined && disk.later.cursor === undefined) disk.later.cursor = 0;
      for (const { first, last } of found) disk.runs.set(first, last);
      commit(disk);
      return true;
    },
  });
}

type Step =
  | { do: 'receive' }
  | { do: 'wait'; hours: number }
  | { do: 'lose' | 'return' | 'kill' }
  | { do: 'tell'; windows: number; acknowledged: boolean };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.constant({ do: 'receive' as const }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.double({ min: 0.1, max: 6 }) }),
  fc.record({ do: fc.constantFrom('lose' as const, 'return' as const, 'kill' as const) }),
  fc.record({
    do: fc.constant('tell' as const),
    windows: fc.integer({ min: 1, max: 3 }),
    acknowledged: fc.boolean(),
  }),
);

/** Lives a life. @returns what was told of each record: when, and whether as historical. */
function live(steps: Step[], window: number) {
  const disk: Disk = {
    ...{ untold: undefined, cursor: undefined, later: {} },
    ...{ runs: new Map(), received: [], commits: 0 },
  };
  let nowS = 1_000_000;
  let late = start(disk, () => nowS);
  let cursor = 0;
  let isThere = true;
  const told = new Map<number, { atS: number; late: boolean }[]>();
  const tellWindow = (): boolean => {
    const rows = disk.received
      .map((receivedAtS, at) => ({ id: at + 1, receivedAtS }))
      .slice(cursor, cursor + window);
    if (rows.length === 0 || !late.decide(rows)) return false;
    for (const { id } of rows) {
      told.set(id, [...(told.get(id) ?? []), { atS: nowS, late: late.isLate(id) }]);
    }
    return true;
  };
  for (const step of steps) {
    if (step.do === 'wait') nowS += Math.round(step.hours * 3600);
    if (step.do === 'receive') {
      disk.received.push(nowS);
      commit(disk);
    }
    if (step.do === 'lose' && isThere) {
      isThere = false;
      late.away();
    }
    if (step.do === 'return') isThere = true;
    if (step.do === 'kill') {
      disk.later = {};
      late = start(disk, () => nowS);
      cursor = disk.cursor ?? 0;
      if (!isThere) late.away();
    }
    if (step.do !== 'tell' || !isThere) continue;
    for (let at = 0; at < step.windows && tellWindow(); at += 1) {
      if (!step.acknowledged) break;
      cursor = Math.min(cursor + window, disk.received.length);
      disk.later.cursor = cursor;
    }
  }
  return { told, disk };
}

test('whatever happens to broker and gateway, repeats are as the first telling, and never historical without need', () => {
  fc.assert(
    fc.property(
      fc.array(STEP, { maxLength: 120 }),
      fc.integer({ min: 1, max: 4 }),
      (steps, window) => {
        const { told, disk } = live(steps, window);
        for (const [id, times] of told) {
          expect(new Set(times.map((time) => time.late)).size).toBe(1);
          const delayS = times[0].atS - disk.received[id - 1];
          if (delayS <= HISTORICAL_AFTER_S) expect(times[0].late).toBe(false);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('what was received while the broker was away is historical when it is told late, also after kills', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('receive', 'kill', 'wait'), { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      (away, window) => {
        const steps: Step[] = [{ do: 'receive' }, { do: 'tell', windows: 3, acknowledged: true }];
        // The cursor goes to the disk with the next record.
        steps.push({ do: 'receive' }, { do: 'tell', windows: 3, acknowledged: true });
        steps.push({ do: 'receive' }, { do: 'tell', windows: 3, acknowledged: true });
        steps.push({ do: 'lose' });
        for (const what of away) {
          steps.push(what === 'wait' ? { do: 'wait', hours: 1.5 } : { do: what as 'kill' });
        }
        steps.push({ do: 'return' });
        for (let at = 0; at < 10; at += 1) {
          steps.push({ do: 'tell', windows: at, acknowledged: at % 3 > 0 }, { do: 'kill' });
        }
        steps.push({ do: 'tell', windows: 80, acknowledged: true });
        const { told, disk } = live(steps, window);
        expect(told.size).toBe(disk.received.length);
        for (const [id, times] of told) {
          if (id <= 3) continue;
          expect(new Set(times.map((time) => time.late)).size).toBe(1);
          const delayS = times[0].atS - disk.received[id - 1];
          expect(times[0].late).toBe(delayS > HISTORICAL_AFTER_S);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a broker that is new gets years of records as historical, with few commits', () => {
  const received = Array.from({ length: 50_000 }, (_, at) => 1_000_000 + at * 60);
  const disk: Disk = {
    ...{ untold: undefined, cursor: undefined, later: {} },
    ...{ runs: new Map(), received, commits: 0 },
  };
  const nowS = received[received.length - 1] + 60;
  const late = start(disk, () => nowS);
  for (let from = 1; from <= received.length; from += 10) {
    const rows = Array.from({ length: 10 }, (_, at) => ({
      id: from + at,
      receivedAtS: received[from + at - 1],
    }));
    expect(late.decide(rows)).toBe(true);
  }
  expect(late.isLate(1)).toBe(true);
  expect(late.isLate(received.length - 121)).toBe(true);
  expect(late.isLate(received.length - 119)).toBe(false);
  expect(disk.runs.size).toBe(1);
  expect(disk.commits).toBeLessThan(15);
});

test('nothing is told that could not be decided durably', () => {
  const late = createToldLate({
    ...{ untold: 0, isNew: false, cursor: 0, lastStored: 1, runs: [] },
    ...{ nowS: () => 100_000, clockState: () => 'trusted', runReceivedBefore: (id) => id },
    noteUntold: () => {},
    decideDurably: () => false,
  });
  expect(late.decide([{ id: 1, receivedAtS: 1 }])).toBe(false);
  expect(late.isLate(1)).toBe(false);
});

test('without a clock, what an earlier start received is historical, what comes now is not', () => {
  const late = createToldLate({
    ...{ untold: 2, isNew: false, cursor: 2, lastStored: 5, runs: [] },
    ...{ nowS: () => 1_000, clockState: () => 'unknown' },
    runReceivedBefore: (id, beforeS) => (beforeS > 1_000 ? 8 : id),
    noteUntold: () => {},
    decideDurably: () => true,
  });
  const rows = [3, 4, 5, 6, 7].map((id) => ({ id, receivedAtS: 1_000 }));
  expect(late.decide(rows)).toBe(true);
  expect([3, 4, 5, 6, 7].map(late.isLate)).toEqual([true, true, true, false, false]);
});
