/*
 * What: a restart that was asked for costs nothing: no pulse, no litre, whatever moment it comes at.
 * From where to where: the built bundle on a virtual board; the oracle is the count of pulses that went in.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBench, HOUR_MS, METER_PIN, PULSE_UL, readFlash } from './bench';

const RUNS = 12 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const METER_PIN_XIAO = 0;

/** Whole steps of 0.1 L in so many pulses. */
function stepsOf(pulses: number): number {
  return Math.floor((pulses * PULSE_UL) / 100_000);
}

const step = fc.record({
  pulses: fc.integer({ min: 1, max: 5000 }),
  waitMs: fc.integer({ min: 1, max: HOUR_MS }),
  restart: fc.constantFrom('reload', 'reboot', 'none'),
});

test.each([
  ['water-point', METER_PIN],
  ['water-point-xiao', METER_PIN_XIAO],
] as const)('%s: reloads and reboots at any moment lose no pulse', (profile, pin) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const bench = createBench('water-point', profile === 'water-point' ? 4 : 70, profile);
      let pulses = 0;
      let boots = 1;
      for (const { pulses: more, waitMs, restart } of steps) {
        pulses += bench.board.addPulses(pin, more);
        bench.run(bench.board.nowMs() + waitMs);
        pulses += bench.board.addPulses(pin, 3);
        if (restart === 'none') continue;
        bench.board[restart]();
        boots++;
        expect(readFlash(bench.board).states.at(-1)?.counters[0]).toBe(stepsOf(pulses));
      }
      bench.run(bench.board.nowMs() + 300_000);
      const last = readFlash(bench.board).states.at(-1);
      expect([last?.counters[0], last?.epoch]).toEqual([stepsOf(pulses), boots]);
      expect(bench.board.counts().uncaught).toEqual([]);
    }),
    { numRuns: RUNS, seed: 5 },
  );
});

test('pulses that come while the program starts again are counted: the hardware counter runs on', () => {
  const bench = createBench();
  bench.board.addPulses(METER_PIN, 1000);
  bench.run(60_000);
  bench.board.onBoot(() => {});
  bench.board.reload();
  expect(bench.board.addPulses(METER_PIN, 700)).toBe(700);
  bench.restart();
  bench.run(bench.board.nowMs() + 300_000);
  expect(readFlash(bench.board).states.at(-1)?.counters[0]).toBe(stepsOf(1700));
});
