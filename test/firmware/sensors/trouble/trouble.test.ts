/*
 * Random trouble for all sensors of a site at once, on the XIAO's built program: values that change, wires that break or
 * touch, noise, chips that are late or lose their power, a battery that sinks, restarts in the middle of a measurement.
 * Whatever comes: nothing is thrown out of a sensor, no count is lost or doubled by the trouble of another sensor, every
 * reading was true a moment ago or is absent with its fault, all heals, and nothing is left open or running.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BoardPlugs } from '../../../../hardware/virtual/board/plugs';
import { type SensorBench, sensorBench, type Told } from '../sensor-bench';
import { CANTEEN_WIRING, createCanteenSite } from './canteen-site';
import type { Held } from './held';
import { isNow, pick, type Site, wasTrue } from './site';
import { createWaterSite, waterWiring } from './water-site';

const RUNS = 10 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const SEED = 20_261_128;
const TICK_MS = 10_000;
/** Just before the next tick: all measurements are done. */
const LOOK_MS = 9000;
/** Longest wait for a healthy reading of a thermometer, and its tick. */
const HEAL_MS = 140_000;
const LOW_MV = 3400;

/** Seconds to wait, which act, how. */
type Step = [number, number, number];
type TroubledBench = SensorBench & { models: Site };

const steps = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 17 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 1023 }),
  ),
  { minLength: 12, maxLength: 40 },
);

/** Every reading is true or absent with its fault, and no fault is told of a sensor that nothing befell. */
function judge(site: Site, told: Told, nowMs: number, uptimeMs: number): void {
  for (const truth of site.truths) {
    const value = told.readings[truth.reading];
    const context = `${truth.reading} ${value} at ${nowMs}, fault ${told.faults[truth.fault]}`;
    if (value !== undefined) expect(wasTrue(truth, value, nowMs), context).toBe(true);
    if (uptimeMs < truth.graceMs) continue;
    expect(value === undefined, context).toBe(told.faults[truth.fault] !== undefined);
  }
  for (const fault of Object.keys(told.faults)) expect([...site.mayFail]).toContain(fault);
  if (!site.lid.isMoving()) expect(told.flags.includes('tamper')).toBe(site.lid.isOpen());
  expect(told.flags).not.toContain('pulses lost');
}

/** What is open, powered or running between two measurements. */
function judgeRest(bench: TroubledBench, quiet: Held): void {
  const held = bench.held();
  expect(bench.models.isResting()).toBe(true);
  expect(held).toMatchObject({ ports: 0, intervals: quiet.intervals, watches: quiet.watches });
  expect(bench.board.counts()).toMatchObject({ uncaught: [], watchdogResets: 0 });
}

/** The counters are the world's, where their own sensor had no trouble. */
function judgeCounters(bench: TroubledBench): void {
  const truth = bench.models.counters();
  const told = bench.counters().map((count, i) => (truth[i] === -1 ? -1 : count));
  expect(told).toEqual(truth);
}

/** Runs to a world time and looks just before each tick. */
function runTo(bench: TroubledBench, atMs: number, quiet: Held): void {
  for (;;) {
    const nowMs = bench.board.nowMs();
    const lookMs = Math.floor((nowMs + TICK_MS - LOOK_MS) / TICK_MS) * TICK_MS + LOOK_MS;
    if (lookMs > atMs) break;
    bench.board.runUntil(lookMs);
    judge(bench.models, bench.told(), lookMs, lookMs);
    judgeRest(bench, quiet);
  }
  bench.board.runUntil(atMs);
}

/** The first report of a site's buttons is told; nothing is that did not happen. */
function judgeEvents(bench: TroubledBench, wasLow: boolean): void {
  const { buttons, lid } = bench.models;
  const held = buttons.filter((button) => button.wasHeld()).map((button) => button.code);
  const codes = bench.events().map(([code]) => code);
  const reported = codes.filter((code) => code === 3 || code === 4);
  expect(reported.length > 0).toBe(held.length > 0);
  for (const code of reported) expect(held).toContain(code);
  expect(codes.includes(1)).toBe(lid.wasOpened());
  if (!wasLow) expect(codes).not.toContain(6);
}

/** The power goes, or the program starts again, `value` says when in a measurement: the saved counts stand, all works. */
function restartMidway(bench: TroubledBench, value: number, quiet: Held): void {
  const { board, models } = bench;
  board.runUntil((Math.floor(board.nowMs() / TICK_MS) + 1) * TICK_MS + 10 + value * 4);
  const { counters, saved } = bench.ask('counters');
  if (value % 3 === 0) {
    board.powerCut();
    board.runUntil(board.nowMs() + 500 + value);
    board.powerOn();
  } else if (value % 3 === 1) board.reload();
  else board.reboot();
  bench.runS(99);
  const after = bench.told();
  expect(after.faults).toEqual({});
  for (const truth of models.truths) {
    expect(isNow(truth, after.readings[truth.reading] ?? Number.NaN), truth.reading).toBe(true);
  }
  expect(bench.counters()).toEqual(value % 3 === 0 ? saved : counters);
  judgeRest(bench, quiet);
  expect(bench.held()).toEqual(quiet);
}

function holdsInTrouble(
  name: string,
  kind: Site['kind'],
  wiring: Site['wiring'],
  plug: (plugs: BoardPlugs) => Site,
): void {
  const check = (todo: Step[], end: number) => {
    const bench = sensorBench(kind, wiring, plug);
    const { board, models } = bench;
    board.runUntil(LOOK_MS);
    const quiet = bench.held();
    let wasLow = false;
    let atMs = TICK_MS;
    for (const [gapS, act, value] of todo) {
      atMs += gapS * 1000;
      runTo(bench, atMs, quiet);
      if (act > 240) {
        board.setBatteryMv(pick(models.batteriesMv, value));
        wasLow = wasLow || pick(models.batteriesMv, value) < LOW_MV;
      } else pick(models.acts, act)(value);
    }
    models.heal();
    board.setBatteryMv(4100);
    runTo(bench, Math.ceil((atMs + HEAL_MS) / TICK_MS) * TICK_MS, quiet);
    const told = bench.told();
    expect(told).toMatchObject({ faults: {}, flags: [] });
    for (const truth of models.truths) {
      expect(isNow(truth, told.readings[truth.reading] ?? Number.NaN), truth.reading).toBe(true);
    }
    judgeCounters(bench);
    judgeEvents(bench, wasLow);
    restartMidway(bench, end, quiet);
  };
  test(name, () => {
    fc.assert(fc.property(steps, fc.integer({ min: 0, max: 1000 }), check), {
      seed: SEED,
      numRuns: RUNS,
    });
  });
}

holdsInTrouble(
  'a water point with an ultrasonic sensor in any trouble but the pump',
  'water-point',
  waterWiring('ultrasonic'),
  createWaterSite('ultrasonic', false),
);

holdsInTrouble(
  'a water point with a pressure sensor in any trouble, the pump too',
  'water-point',
  waterWiring('pressure'),
  createWaterSite('pressure', true),
);

holdsInTrouble('a canteen in any trouble', 'canteen', CANTEEN_WIRING, createCanteenSite);
