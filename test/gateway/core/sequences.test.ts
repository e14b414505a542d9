/*
 * Tests of gateway/core/sequences.ts: a plain Set is the oracle for the sequence state, entryOf of the
 * wire is the oracle for the entry.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addSequence,
  chooseForBulletin,
  entryFor,
  hasSequence,
  missingCount,
  newSequenceState,
  noteKept,
  type SequenceState,
} from '../../../gateway/core/sequences';
import { entryOf } from '../../../shared/bulletin';

const KEY_ID = new Uint8Array([1, 2, 3, 0xab]);
const RUNS = 200 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

function state(keyRowId: number, slot: number, epoch: number): SequenceState {
  return newSequenceState({ keyRowId, keyId: KEY_ID, slot }, epoch);
}

test('any order and any repetition gives the state a set gives, and the entry of the wire', () => {
  const sequences = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 120 });
  fc.assert(
    fc.property(sequences, (added) => {
      const one = state(1, 37, 9);
      for (const sequence of added) addSequence(one, sequence);
      const stored = new Set(added);
      for (let sequence = 0; sequence <= 61; sequence += 1) {
        expect(hasSequence(one, sequence)).toBe(stored.has(sequence));
      }
      const ascending = [...stored].sort((a, b) => a - b);
      expect(missingCount(one)).toBe((ascending.at(-1) ?? 0) - ascending.length);
      expect(entryFor(one)).toEqual(entryOf(37 % 16, KEY_ID, 9, ascending));
    }),
    { numRuns: RUNS, seed: 2 },
  );
});

test('a state far ahead of a gap tells the 16 sequences after the gap only', () => {
  const one = state(1, 0, 1);
  for (let sequence = 3; sequence <= 40; sequence += 1) addSequence(one, sequence);
  expect(entryFor(one)).toMatchObject({ contiguous: 0, stored: 0xfffe });
});

test('every newest epoch is told each time; an older one four times after its last record', () => {
  const old = state(1, 3, 1);
  const fresh = state(1, 3, 2);
  addSequence(old, 1);
  const told: number[][] = [];
  for (let round = 0; round < 6; round += 1) {
    const chosen = chooseForBulletin([old, fresh], 0);
    for (const one of chosen) one.toldCount += 1;
    told.push(chosen.map((one) => one.epoch));
  }
  expect(told).toEqual([[2, 1], [2, 1], [2, 1], [2, 1], [2], [2]]);
  addSequence(old, 1);
  expect(chooseForBulletin([old, fresh], 0)).toContain(old);
});

test('an older epoch with a gap, or of which nothing ever came, is told longer', () => {
  const gap = state(1, 3, 1);
  addSequence(gap, 2);
  const empty = state(1, 3, 2);
  const fresh = state(1, 3, 3);
  let rounds = 0;
  for (; chooseForBulletin([gap, empty, fresh], 0).length === 3; rounds += 1) {
    for (const one of [gap, empty, fresh]) one.toldCount += 1;
  }
  expect(rounds).toBe(12);
});

test('more states than entries go round: each is told within two bulletins', () => {
  const states: SequenceState[] = [];
  for (let slot = 0; slot < 16; slot += 1) states.push(state(slot, slot, 1), state(slot, slot, 2));
  const told = new Set<SequenceState>();
  for (let round = 0; round < 2; round += 1) {
    const chosen = chooseForBulletin(states, 0);
    expect(chosen.length).toBe(16);
    for (const one of chosen) {
      one.toldCount += 1;
      told.add(one);
    }
    // Those without clock or with fresh records come first: the newest epochs.
    if (round === 0) expect(chosen.every((one) => one.epoch === 2)).toBe(true);
  }
  expect(told.size).toBe(32);
});

test('of more epochs of one node than fit, the newest are told first', () => {
  const states = Array.from({ length: 40 }, (_, at) => state(1, 3, at + 1));
  const told = chooseForBulletin(states, 0).map(({ epoch }) => epoch);
  expect(told).toEqual(Array.from({ length: 16 }, (_, at) => 40 - at));
});

test('only the slots of the group are told', () => {
  const states = [state(1, 15, 1), state(2, 16, 1), state(3, 255, 1)];
  expect(chooseForBulletin(states, 1).map((one) => one.slot)).toEqual([16]);
  expect(chooseForBulletin(states, 15).map((one) => one.slot)).toEqual([255]);
});

test('a gap that no one can fill any more holds nothing up', () => {
  const holed = state(1, 3, 1);
  for (const sequence of [1, 2, 3, 80, 81, 83]) {
    addSequence(holed, sequence);
    noteKept(holed, sequence, Math.min(sequence, 6));
  }
  expect(entryFor(holed)).toMatchObject({ contiguous: 77, stored: 0b10110 });
  expect(hasSequence(holed, 40)).toBe(false);
  noteKept(holed, 84, 84);
  expect(entryFor(holed).contiguous).toBe(77);
});
