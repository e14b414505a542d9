/*
 * Tests of gateway/edges/clock.ts: the time it tells between two readings of its keeper is what the keeper would say.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOCK_SOURCES, createClockKeeper } from '../../../gateway/core/clock-keeper';
import { parentClock } from '../../../gateway/edges/clock';

const START_MS = 1_780_000_000_000;
const step = fc.oneof(
  fc.record({ kind: fc.constant('run' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  fc.record({
    kind: fc.constant('offer' as const),
    source: fc.constantFrom(...CLOCK_SOURCES),
    offMs: fc.integer({ min: -1e9, max: 1e9 }),
    uncertaintyS: fc.constantFrom(0, 1, 30, 59, 61, 300),
  }),
  fc.record({ kind: fc.constant('floor' as const), offMs: fc.integer({ min: -1e9, max: 1e6 }) }),
);

test('whatever is offered and whenever it is asked: the same as a keeper that is asked each time', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clock = parentClock();
      const keeper = createClockKeeper();
      let steadyMs = START_MS;
      const run = (ms: number) => {
        steadyMs += ms;
        clock.set({ timeMs: steadyMs, isVouched: false });
      };
      run(0);
      for (const one of steps) {
        if (one.kind === 'run') run(one.ms);
        else if (one.kind === 'floor') {
          clock.raiseFloor(steadyMs + one.offMs);
          keeper.raiseFloor(steadyMs + one.offMs, steadyMs);
        } else {
          const offer = { ...one, timeMs: steadyMs + one.offMs };
          const verdict = clock.offer(one.source, offer.timeMs, one.uncertaintyS);
          expect(verdict).toBe(keeper.offer(offer, steadyMs));
        }
        const { timeMs, state } = keeper.read(steadyMs);
        expect(clock.nowMs()).toBe(Math.floor(timeMs));
        if (clock.state() !== state) {
          // How sure it is may be a second old.
          run(1_000);
          expect(clock.state()).toBe(keeper.read(steadyMs).state);
        }
      }
    }),
  );
});
