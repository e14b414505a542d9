/*
 * Tests of the gateway's clock (gateway/core/clock-keeper.ts, machine-time.ts, nodes-time.ts, bulletin-sequence.ts).
 * The oracle is a world with a true time: whoever vouches is right within what he says, everything else may be anything.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  lastSequenceAfterRestore,
  nextBulletinSequence,
} from '../../../gateway/core/bulletin-sequence';
import {
  CLOCK_SOURCES,
  type ClockKeeper,
  createClockKeeper,
  readSavedClock,
  uncertaintyCode,
} from '../../../gateway/core/clock-keeper';
import { createMachineTime, type MachineSample } from '../../../gateway/core/machine-time';
import { createNodesTime } from '../../../gateway/core/nodes-time';

const RUNS = 300 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const DAY = 86_400_000;
const START = Date.UTC(2026, 9, 1);
const offer = (
  keeper: ClockKeeper,
  source: 'ntp' | 'technician' | 'radio-gps' | 'rtc' | 'nodes',
) => ({
  says: (timeMs: number, uncertaintyS: number, steadyMs = 0) =>
    keeper.offer({ source, timeMs, uncertaintyS }, steadyMs),
});

test('trusted decays to held, and whoever is surer wins', () => {
  const keeper = createClockKeeper();
  expect(keeper.read(0)).toMatchObject({ state: 'unknown', uncertaintyS: null, source: null });
  expect(offer(keeper, 'rtc').says(START, 240)).toBe('taken');
  expect(keeper.read(1000)).toMatchObject({ state: 'held', timeMs: START + 1000, source: 'rtc' });
  expect(offer(keeper, 'nodes').says(START, 500)).toBe('less-sure');
  expect(offer(keeper, 'ntp').says(START + 100_000, 2)).toBe('taken');
  expect(keeper.read(0)).toMatchObject({ state: 'trusted', source: 'ntp' });
  expect(offer(keeper, 'rtc').says(START, 1)).toBe('less-sure');
  expect(offer(keeper, 'technician').says(START, 5)).toBe('less-sure');
  expect(keeper.read(13 * DAY).state).toBe('trusted');
  expect(keeper.read(14 * DAY)).toMatchObject({ state: 'held', source: 'ntp' });
  expect(offer(keeper, 'technician').says(START + 14 * DAY, 5, 14 * DAY)).toBe('taken');
  expect(keeper.read(14 * DAY).sinceMs).toBe(START + 14 * DAY);
});

test('nothing absurd is taken, and only a time server or a technician turns the clock back', () => {
  const keeper = createClockKeeper();
  keeper.raiseFloor(START, 0);
  expect(offer(keeper, 'ntp').says(0, 1)).toBe('implausible');
  expect(offer(keeper, 'ntp').says(Date.UTC(2080, 0, 1), 1)).toBe('implausible');
  expect(offer(keeper, 'ntp').says(Number.NaN, 1)).toBe('implausible');
  expect(offer(keeper, 'radio-gps').says(START - 1024 * 7 * DAY, 1)).toBe('implausible');
  expect(offer(keeper, 'radio-gps').says(START - DAY, 1)).toBe('implausible');
  expect(offer(keeper, 'nodes').says(START - DAY, 100)).toBe('implausible');
  expect(offer(keeper, 'nodes').says(START + DAY, 100)).toBe('taken');
  expect(offer(keeper, 'nodes').says(START + DAY / 2, 90)).toBe('backward');
  expect(offer(keeper, 'radio-gps').says(START, 2)).toBe('backward');
  expect(keeper.takeSteps()).toEqual([]);
  expect(offer(keeper, 'technician').says(START - DAY, 2)).toBe('taken');
  expect(keeper.takeSteps()).toEqual([
    { source: 'technician', fromMs: START + DAY, toMs: START - DAY },
  ]);
});

test('a restart of the process goes on to the millisecond, a restart of the machine knows nothing', () => {
  const keeper = createClockKeeper();
  offer(keeper, 'technician').says(START, 5);
  const saved = keeper.save({ bootId: 'a', uptimeMs: 50_000 }, 10_000);
  const text = JSON.stringify(saved);
  const again = createClockKeeper();
  expect(saved && again.restore(saved, { bootId: 'a', uptimeMs: 80_000 }, 7)).toBe(true);
  expect(again.read(7)).toMatchObject({ state: 'trusted', timeMs: START + 40_000 });
  const other = createClockKeeper();
  expect(saved && other.restore(saved, { bootId: 'b', uptimeMs: 80_000 }, 7)).toBe(false);
  expect(saved && other.restore(saved, { bootId: 'a', uptimeMs: 1 }, 7)).toBe(false);
  expect(other.read(7).state).toBe('unknown');
  expect(readSavedClock(text)).toEqual(saved);
  for (const bad of ['', '{', 'null', '{}', text.replace('technician', 'oracle')]) {
    expect(readSavedClock(bad)).toBe(null);
  }
});

test('an uncertainty is told as the next power of two', () => {
  expect([null, 0, 1, 2, 2.1, 60, 512, 1e9].map(uncertaintyCode)).toEqual([
    15, 0, 0, 1, 2, 6, 9, 14,
  ]);
});

test('property: what is called trusted is right, the time runs on, and goes back only for those who may', () => {
  const step = fc.record({
    passMs: fc.integer({ min: 0, max: 40 * DAY }),
    source: fc.constantFrom(...CLOCK_SOURCES),
    uncertaintyS: fc.double({ min: 0, max: 400, noNaN: true }),
    /** Of those who vouch: within their uncertainty; of the others: anything. */
    off: fc.double({ min: -1, max: 1, noNaN: true }),
    wrongMs: fc.integer({ min: -3000 * DAY, max: 3000 * DAY }),
    happens: fc.constantFrom('offer', 'offer', 'offer', 'process restart', 'reboot'),
    outageMs: fc.integer({ min: 0, max: 10 * DAY }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let keeper = createClockKeeper();
      keeper.raiseFloor(0, 0);
      let trueMs = START;
      let boot = { at: START - 5_000, id: 0 };
      let processAt = START;
      const moment = () => ({ bootId: String(boot.id), uptimeMs: trueMs - boot.at });
      for (const one of steps) {
        const before = keeper.read(trueMs - processAt);
        trueMs += one.passMs;
        const run = keeper.read(trueMs - processAt);
        expect(Math.abs(run.timeMs - before.timeMs - one.passMs)).toBeLessThan(1);
        const saved = keeper.save(moment(), trueMs - processAt);
        if (one.happens === 'offer') {
          const vouches = ['ntp', 'technician', 'radio-gps'].includes(one.source);
          const wrongMs = vouches ? one.off * one.uncertaintyS * 1000 : one.wrongMs;
          const said = { ...one, timeMs: trueMs + wrongMs };
          const verdict = keeper.offer(said, trueMs - processAt);
          const after = keeper.read(trueMs - processAt);
          if (verdict !== 'taken') expect(after.timeMs).toBe(run.timeMs);
          else if (!vouches) expect(after.timeMs).toBeGreaterThanOrEqual(run.timeMs - 1);
        } else {
          if (one.happens === 'reboot') {
            trueMs += one.outageMs;
            boot = { at: trueMs, id: boot.id + 1 };
          }
          keeper = createClockKeeper();
          processAt = trueMs;
          keeper.raiseFloor(saved?.timeMs ?? 0, 0);
          const known = saved !== null && keeper.restore(saved, moment(), 0);
          if (one.happens === 'reboot') expect(known).toBe(false);
          else expect(keeper.read(0).state).toBe(run.state);
        }
        const now = keeper.read(trueMs - processAt);
        if (now.state !== 'trusted') continue;
        expect(Math.abs(now.timeMs - trueMs)).toBeLessThanOrEqual(
          (now.uncertaintyS ?? 0) * 1000 + 1,
        );
        expect(now.uncertaintyS).toBeLessThanOrEqual(60);
      }
    }),
    { numRuns: RUNS },
  );
});

const sample = (over: Partial<MachineSample>): MachineSample => ({
  ...{ dateMs: START, syncedAtMs: null, isKernelSynced: false, rtcMs: null },
  ...over,
});

test('a machine is believed while a time server sets it, or as far as its clock chip goes', () => {
  const machine = createMachineTime();
  expect(machine.offers(sample({}), 0)).toEqual([]);
  expect(machine.offers(sample({ rtcMs: START + 5 }), 0)).toEqual([
    { source: 'rtc', timeMs: START + 5, uncertaintyS: 240 },
  ]);
  const [fresh] = machine.offers(sample({ syncedAtMs: START - 60_000, rtcMs: 1 }), 0);
  expect(fresh).toMatchObject({ source: 'ntp', timeMs: START });
  expect(fresh.uncertaintyS).toBeCloseTo(2.003);
  const [old] = machine.offers(
    sample({ dateMs: START + 10 * DAY, syncedAtMs: START - 60_000 }),
    10 * DAY,
  );
  expect(old.uncertaintyS).toBeGreaterThan(45);
  expect(machine.offers(sample({ isKernelSynced: true }), 10 * DAY)).toHaveLength(1);
});

test('a clock that somebody moved by hand is not believed until a time server sets it again', () => {
  const machine = createMachineTime();
  const synced = START - 1000;
  expect(machine.offers(sample({ syncedAtMs: synced }), 0)).toHaveLength(1);
  const moved = { dateMs: START + 60_000 + DAY, syncedAtMs: synced };
  expect(machine.offers(sample(moved), 60_000)).toEqual([]);
  expect(machine.offers(sample({ ...moved, dateMs: moved.dateMs + 60_000 }), 120_000)).toEqual([]);
  const again = { dateMs: START + 180_000, syncedAtMs: START + 179_000 };
  expect(machine.offers(sample(again), 180_000)).toHaveLength(1);
});

const startS = START / 1000;
const said = (keyRowId: number, timeS: number, delayS: number | null = 300) => ({
  ...{ keyRowId, timeS, delayS, uncertainty: 4 },
});

test('two nodes that agree give the time; one alone never does where there are more', () => {
  const nodes = createNodesTime();
  expect(nodes.hear(said(1, startS), 3, 0)).toBe(null);
  expect(nodes.hear(said(1, startS + 3600), 3, 3_600_000)).toBe(null);
  const offered = nodes.hear(said(2, startS + 3700, 230), 3, 3_630_000);
  expect(offered).toEqual({
    source: 'nodes',
    timeMs: START + 3_930_000,
    uncertaintyS: 60 + 16 + 0,
  });
});

test('a stolen node that lies about the time moves nothing, an old record of another never makes it later', () => {
  const nodes = createNodesTime();
  expect(nodes.hear(said(9, startS + 900 * 86_400), 3, 0)).toBe(null);
  expect(nodes.hear(said(1, startS - 86_400), 3, 0)).toBe(null);
  expect(nodes.hear(said(2, startS), 3, 0)).toBe(null);
  expect(nodes.hear(said(1, startS + 30), 3, 0)?.timeMs).toBe(START + 300_000);
  expect(nodes.hear(said(9, startS + 800 * 86_400), 3, 0)?.timeMs).toBe(START + 300_000);
  expect(nodes.hear({ ...said(3, startS), uncertainty: 15 }, 3, 0)).toBe(null);
});

test('property: with one liar among honest nodes the time is never later than the latest honest one says', () => {
  const heard = fc.record({
    key: fc.integer({ min: 0, max: 4 }),
    passMs: fc.integer({ min: 0, max: DAY / 8 }),
    lieS: fc.integer({ min: -1e8, max: 1e8 }),
    wayS: fc.integer({ min: 0, max: 2_000 }),
    replayS: fc.constantFrom(0, 0, 0, 7_200, 864_000),
  });
  fc.assert(
    fc.property(fc.array(heard, { maxLength: 60 }), (all) => {
      const nodes = createNodesTime();
      let steadyMs = 0;
      for (const { key, passMs, lieS, wayS, replayS } of all) {
        steadyMs += passMs;
        const trueS = startS + steadyMs / 1000;
        const timeS = key === 0 ? trueS + lieS : trueS - wayS - replayS;
        const offered = nodes.hear(said(key, Math.floor(timeS), 0), 5, steadyMs);
        if (offered) expect(offered.timeMs).toBeLessThanOrEqual(trueS * 1000);
      }
    }),
    { numRuns: RUNS },
  );
});

test('the only key of a pod is believed alone', () => {
  expect(createNodesTime().hear(said(1, startS), 1, 0)).toMatchObject({ timeMs: START + 300_000 });
});

test("property: a bulletin's number always rises, through jumps of the clock and through restores", () => {
  const event = fc.record({
    what: fc.constantFrom('send', 'send', 'send', 'restart', 'back up', 'restore'),
    jumpMs: fc.constantFrom(0, 0, 60_000, 30 * DAY, -30 * DAY, 54 * 365 * DAY, -54 * 365 * DAY),
    isKnown: fc.boolean(),
    passMs: fc.integer({ min: 60_000, max: 90 * DAY }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let last = 0;
      let backup = 0;
      let heard = 0;
      let isFirst = true;
      let timeMs = START;
      let lifts = 0;
      for (const { what, jumpMs, isKnown, passMs } of events) {
        timeMs += passMs + jumpMs;
        if (what === 'restart') isFirst = true;
        else if (what === 'back up') {
          backup = last;
          lifts = 0;
        } else if (what === 'restore' && backup > 0 && lifts <= 1) {
          last = lastSequenceAfterRestore(backup);
          backup = last;
          isFirst = true;
          lifts = 0;
        } else if (what === 'send') {
          if (isFirst && isKnown) lifts += 1;
          const next = nextBulletinSequence({ last, isFirst, timeMs: isKnown ? timeMs : null });
          if (isKnown) isFirst = false;
          expect(next).toBeGreaterThan(heard);
          expect(next).toBeLessThan(2 ** 32);
          last = next;
          heard = next;
        }
      }
    }),
    { numRuns: RUNS },
  );
});
