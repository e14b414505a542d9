/*
 * What: power cuts at random bytes of flash writes and erases, water flowing all the while.
 * From where to where: the built bundle on a virtual board with NOR flash -> what flash, key and radio hold afterwards.
 * The oracle is the count of pulses that went in while the board had power, by time.
 */
import { expect, test } from 'vitest';
import { createRandomStream } from '../../hardware/virtual/random';
import { toHex } from '../../shared/bytes';
import { type Bench, createBench, METER_PIN, PULSE_UL, readStates } from './bench';

const CUTS = 50 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
/** A cut costs at most the pulses of one save interval, and those of the tick it was torn in. */
const INTERVAL_MS = 300_000 + 10_000;
const STEP_MS = 30_000;
const FILES = ['ed25519', 'tw.cfg'];
const STATUS_AFTER_POWER_CUT = 262_144;

interface Life {
  bench: Bench;
  pin: number;
  random: ReturnType<typeof createRandomStream>;
  /** Pulses that the board counted: world time, number. */
  counted: [number, number][];
}

/** Lets water run until the power is gone. */
function runUntilCut(life: Life): void {
  const { bench, random } = life;
  const { board } = bench;
  for (let steps = 0; board.isPowered(); steps++) {
    if (steps > 200_000) throw new Error('the power never went');
    if (random.below(3) > 0) {
      life.counted.push([board.nowMs(), board.addPulses(life.pin, 1 + random.below(15_000))]);
    }
    bench.run(board.nowMs() + STEP_MS);
  }
}

/** Pulses counted after this world time. */
function pulsesSince(life: Life, atMs: number): number {
  let pulses = 0;
  for (let i = life.counted.length - 1; i >= 0 && life.counted[i][0] >= atMs; i--) {
    pulses += life.counted[i][1];
  }
  return pulses;
}

function volumeDl(bench: Bench): number {
  return readStates(bench.board).at(-1)?.counters[0] ?? 0;
}

/** What must never change: the files and the key's region. */
function keepsakes(bench: Bench): string[] {
  const files = FILES.map((name) => toHex(bench.board.storage.read(name) ?? []));
  return [...files, toHex(bench.board.spareFlash())];
}

test.each([
  ['water-point', METER_PIN, 4],
  ['water-point-xiao', 0, 6],
] as const)(
  '%s: cuts at any byte',
  (profile, pin, pages) => {
    const bench = createBench('water-point', pages, profile);
    const { board } = bench;
    const random = createRandomStream(20261124, profile);
    const life: Life = { bench, pin, random, counted: [] };
    const before = keepsakes(bench);
    const worst = { lostDl: 0, boundDl: 0 };
    for (let cut = 1; cut <= CUTS; cut++) {
      // Half of the cuts within the next write or two, half anywhere up to an erase of the next page.
      board.powerCutAfterFlashBytes(random.below(2) === 0 ? random.below(70) : random.below(9000));
      const startDl = volumeDl(bench);
      const since = life.counted.length;
      runUntilCut(life);
      const cutMs = board.nowMs();
      const drawn = life.counted.slice(since).reduce((all, [, pulses]) => all + pulses, 0);
      const keptDl = volumeDl(bench) - startDl;
      expect(keptDl, `cut ${cut}: backwards`).toBeGreaterThanOrEqual(0);
      const drawnDl = (drawn * PULSE_UL) / 100_000;
      const boundDl = (pulsesSince(life, cutMs - INTERVAL_MS) * PULSE_UL) / 100_000 + 1;
      // Water drawn in pieces below 0.1 L is carried: it may come up in this boot or in a later one.
      expect(keptDl, `cut ${cut}: more than was drawn`).toBeLessThanOrEqual(drawnDl + 1);
      const lostDl = Math.max(0, drawnDl - keptDl);
      expect(lostDl, `cut ${cut}: more than one save interval`).toBeLessThanOrEqual(boundDl);
      if (lostDl > worst.lostDl) Object.assign(worst, { lostDl, boundDl });
      board.runUntil(cutMs + random.below(900_000));
      board.powerOn();
    }
    expect(keepsakes(bench)).toEqual(before);
    expect(board.counts().uncaught).toEqual([]);
    expect(worst.lostDl).toBeGreaterThan(10);
    checkHeard(bench);
  },
  900_000,
);

/** Every packet was verified where it was heard (bench.ts); here: what they say. */
function checkHeard(bench: Bench): void {
  const told = new Map<string, string>();
  let flagged = 0;
  for (const { record, packet } of bench.heard) {
    const name = `${record.epoch}/${record.sequence}`;
    expect(told.get(name) ?? toHex(packet), name).toBe(toHex(packet));
    told.set(name, toHex(packet));
    const isFirst = record.sequence === 1 && record.epoch > 1;
    expect((record.status & STATUS_AFTER_POWER_CUT) !== 0, name).toBe(isFirst);
    if (isFirst) flagged++;
  }
  expect(flagged).toBeGreaterThan(CUTS / 25);
  const records = bench.heard
    .map(({ record }) => record)
    .sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);
  for (let i = 1; i < records.length; i++) {
    expect(records[i].counters[0]).toBeGreaterThanOrEqual(records[i - 1].counters[0]);
  }
}
