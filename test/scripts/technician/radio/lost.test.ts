/*
 * A radio that does not come back, and one that never answers: told after the waits of limits.ts, on a clock that the test moves.
 * The radio is the virtual one behind a real TCP port.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AdminFaults } from '../../../../hardware/virtual/radio-admin';
import { RADIO_BACK_MS } from '../../../../scripts/technician/limits';
import { setUpRadio } from '../../../../scripts/technician/radio/set-up';
import { Trouble } from '../../../../scripts/technician/trouble';
import { testDoors } from './bench-in-memory';
import { radioOnTcp } from './virtual-radio';

const STEP_MS = 20;

/** Moves the clock in small steps, with a look at the sockets between them, until the work has ended. */
async function troubleOf(work: Promise<unknown>): Promise<unknown> {
  let end: unknown;
  work.then(
    () => {
      end = 'done';
    },
    (error: unknown) => {
      end = error;
    },
  );
  while (end === undefined) {
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
  return end;
}

async function setUpWith(adminFaults: AdminFaults) {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  onTestFinished(() => void vi.useRealTimers());
  const { port } = await radioOnTcp({ adminFaults }, STEP_MS);
  const doors = testDoors();
  const startMs = performance.now();
  const trouble = await troubleOf(setUpRadio(doors, { port, role: 'gateway', site: null }));
  expect(trouble).toBeInstanceOf(Trouble);
  return { doors, port, trouble: trouble as Trouble, tookMs: performance.now() - startMs };
}

test('a radio that goes out after the commit and stays away is lost; what it had is saved', async () => {
  const { doors, port, trouble, tookMs } = await setUpWith({ staysAway: true });
  expect(trouble.code).toBe('radio-lost');
  expect(trouble.details).toEqual({ port });
  expect(tookMs).toBeGreaterThanOrEqual(RADIO_BACK_MS);
  expect(doors.steps.at(-1)).toBe('radio-restart');
  expect(doors.saved).toHaveLength(1);
  expect(doors.log).toMatchObject([{ act: 'radio', outcome: 'failed', trouble: 'radio-lost' }]);
});

test('a radio that takes the connection and never tells its settings is silent; nothing is saved', async () => {
  const { doors, port, trouble } = await setUpWith({ isMute: true });
  expect(trouble.code).toBe('radio-silent');
  expect(trouble.details).toMatchObject({ port });
  expect(doors.saved).toEqual([]);
  expect(doors.log).toMatchObject([{ act: 'radio', outcome: 'failed', trouble: 'radio-silent' }]);
});
