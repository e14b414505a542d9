/*
 * Tests of gateway/bulletins.ts: the bulletin sequence through clock jumps and power cuts, on real files.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBulletinSequence } from '../../gateway/bulletins';
import { parentClock } from '../../gateway/edges/clock';
import { openStore, type Store } from '../../gateway/edges/store/store';
import { testFolder } from './support/places';

const YEAR_MS = 365 * 86_400_000;

test('every bulletin has a higher sequence than all before, whatever clock and power do', () => {
  const folder = testFolder();
  let runs = 0;
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('bulletin' as const) }),
      fc.record({ kind: fc.constant('power-cut' as const) }),
      fc.record({
        kind: fc.constant('clock' as const),
        // 1970 (unknown), today, far ahead and back again.
        timeMs: fc.integer({ min: 0, max: 130 }).map((years) => years * YEAR_MS),
      }),
    ),
    { minLength: 5, maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      runs += 1;
      const path = join(folder, `${runs}.sqlite`);
      const clock = parentClock();
      let store: Store = openStore(path);
      let next = createBulletinSequence(store, clock);
      let last = 0;
      for (const step of all) {
        if (step.kind === 'clock') clock.set(step.timeMs);
        else if (step.kind === 'bulletin') {
          const sequence = next();
          // A bulletin goes out only after this commit.
          store.commit();
          expect(sequence).toBeGreaterThan(last);
          last = sequence;
        } else {
          store.close();
          store = openStore(path);
          next = createBulletinSequence(store, clock);
        }
      }
      store.close();
    }),
    { numRuns: 30 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1), seed: 11 },
  );
});
