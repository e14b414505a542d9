/*
 * Tests of gateway/bulletins.ts: the bulletin sequence through clock jumps and power cuts, what a bulletin says and when it
 * may say it, on real files.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBulletinSequence, makeBulletin } from '../../gateway/bulletins';
import { addSequence, newSequenceState } from '../../gateway/core/sequences';
import { parentClock } from '../../gateway/edges/clock';
import { loadGatewayKey } from '../../gateway/edges/key';
import { META_BULLETIN_SEQUENCE, openStore, type Store } from '../../gateway/edges/store/store';
import { BULLETIN_CLOCK_S_MAX } from '../../gateway/limits/clock';
import { decodeBulletin } from '../../shared/bulletin';
import { keyIdOf, verifySigned } from '../../shared/verify';
import { testNode } from './support/nodes';
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

/** A store with a fact that is not committed, and what makes bulletins from it. */
function scene() {
  const folder = testFolder();
  const store = openStore(join(folder, 'gateway.sqlite'));
  const key = loadGatewayKey(join(folder, 'gateway.key'), true);
  const clock = parentClock();
  const state = newSequenceState({ keyRowId: 1, keyId: testNode(1).keyId, slot: 3 }, 7);
  for (const sequence of [1, 2, 5]) addSequence(state, sequence);
  const nextSequence = createBulletinSequence(store, clock);
  const doors = { store, clock, key, gatewayKeyId: keyIdOf(key.publicKey), nextSequence };
  const read = () => {
    const packet = makeBulletin(doors, 0, [state]);
    const [payload, signature] = [packet.slice(0, -64), packet.slice(-64)];
    expect(verifySigned('tallywell-bulletin-v1', payload, signature, key.publicKey)).toBe(true);
    const bulletin = decodeBulletin(payload);
    if (typeof bulletin === 'string') throw new Error(bulletin);
    return bulletin;
  };
  return { store, clock, state, read, reader: store.openReader() };
}

test('when a bulletin is made, all that was written before it and its own number are durable', () => {
  const { store, reader, read, state } = scene();
  const meta = reader.prepare('SELECT value FROM meta WHERE name = ?').pluck();
  store.setMeta('fact', 'written');
  expect(meta.get('fact')).toBeUndefined();
  const { sequence, entries } = read();
  expect(meta.get('fact')).toBe('written');
  expect(meta.get(META_BULLETIN_SEQUENCE)).toBeGreaterThanOrEqual(sequence);
  expect(entries).toMatchObject([{ slotInGroup: 3, epoch: 7, contiguous: 2, stored: 0b10 }]);
  expect(state.toldCount).toBe(1);
  reader.close();
  store.close();
});

test('a time that is less sure than the nodes own clocks is not told', () => {
  const { store, clock, read, reader } = scene();
  expect(read()).toMatchObject({ timeS: 0, clockUncertainty: 15 });
  clock.set({ timeMs: 1000, isVouched: false });
  const timeS = Date.UTC(2026, 5, 1) / 1000;
  clock.offer('nodes', timeS * 1000, BULLETIN_CLOCK_S_MAX + 1);
  expect(read()).toMatchObject({ timeS: 0, clockUncertainty: 15 });
  clock.offer('nodes', timeS * 1000, BULLETIN_CLOCK_S_MAX);
  expect(read()).toMatchObject({ timeS, clockUncertainty: 9 });
  reader.close();
  store.close();
});

test('the first bulletin that knows the time lifts the number to the minutes, also when others went before', () => {
  const { store, clock, read, reader } = scene();
  const first = read().sequence;
  expect(read().sequence).toBe(first + 1);
  const timeMs = Date.UTC(2026, 5, 1);
  clock.set(timeMs);
  const lifted = read().sequence;
  expect(lifted).toBeGreaterThan(first + 500_000);
  expect(lifted).toBeLessThanOrEqual(timeMs / 60_000);
  expect(read().sequence).toBe(lifted + 1);
  reader.close();
  store.close();
});
