/*
 * What: the ledger of the duty cycle never lets more through than the region allows in any hour, restarts included.
 * From where to where: firmware/lora/duty-cycle.ts; the oracle sums what was sent in every hour.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createDutyCycle,
  type DutyCycle,
  mayTransmit,
  noteTransmission,
} from '../../../firmware/lora/duty-cycle';

const RUNS = 100 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const HOUR_MS = 3_600_000;

const wish = fc.record({
  waitMs: fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: HOUR_MS })),
  airtimeMs: fc.integer({ min: 1, max: 3000 }),
  isRestart: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
});

test('in no hour more than allowed, with up to four restarts in it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 10),
      fc.array(wish, { maxLength: 400 }),
      (percent, wishes) => {
        let duty: DutyCycle = createDutyCycle(percent);
        let nowMs = 0;
        let bootMs = 0;
        const boots = [0];
        const sent: [number, number][] = [];
        for (const { waitMs, airtimeMs, isRestart } of wishes) {
          nowMs += waitMs;
          const recent = boots.filter((atMs) => atMs > nowMs - HOUR_MS).length;
          if (isRestart && recent < 4) {
            duty = createDutyCycle(percent);
            bootMs = nowMs;
            boots.push(nowMs);
          }
          if (!mayTransmit(duty, nowMs - bootMs, airtimeMs)) continue;
          noteTransmission(duty, nowMs - bootMs, airtimeMs);
          sent.push([nowMs, airtimeMs]);
        }
        const allowedMs = (HOUR_MS * percent) / 100;
        // A restart within the hour before may have followed on a full hour: then twice the allowance is the bound.
        const bound = boots.length > 1 ? 2 * allowedMs : allowedMs;
        for (const [atMs] of sent) {
          const hour = sent.filter(([at]) => at > atMs - HOUR_MS && at <= atMs);
          expect(hour.reduce((all, [, airtime]) => all + airtime, 0)).toBeLessThanOrEqual(bound);
        }
      },
    ),
    { numRuns: RUNS, seed: 12 },
  );
});

test('100 % is no limit', () => {
  expect(mayTransmit(createDutyCycle(100), 0, 1e9)).toBe(true);
});
