/*
 * What: the journal goes on in the page whose last write was torn; a ring that turned keeps its newest pages in order.
 * From where to where: firmware/keep/journal.ts over fake NOR pages that lose power at a given byte.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Board } from '../../firmware/board';
import {
  type Journal,
  keepRecord,
  keepState,
  type NodeState,
  openJournal,
  readPacket,
  stateOf,
} from '../../firmware/keep/journal';
import { toHex } from '../../shared/bytes';
import { erasedPages, type FakeBoard, fakeBoard, POWER_CUT } from './fake-board';

const RUNS = 60 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const PAGE_BYTES = 1024;

function state(volumeDl: number): NodeState {
  return { epoch: 1, remainderUl: volumeDl, bulletinSequence: 9, counters: [volumeDl, 3] };
}

function packet(sequence: number): Uint8Array {
  return Uint8Array.from({ length: 100 + (sequence % 100) }, (_, i) => (sequence * 7 + i) & 255);
}

/** The sequences in the index, in its order. Each packet must be as it was kept. */
function sequencesOf(board: Board, journal: Journal): number[] {
  return Array.from({ length: journal.records.recordCount }, (_, i) => {
    const sequence = journal.records.sequences[i];
    expect(toHex(readPacket(board, journal, i)?.subarray(0, -64) ?? [])).toBe(
      toHex(packet(sequence)),
    );
    return sequence;
  });
}

/** Does one step; true when the power held. */
function held(step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message === POWER_CUT) return false;
    throw error;
  }
}

test('wherever a write is torn, the page stays in use and nothing else is lost', () => {
  const recordBytes = 1 + 5 + 100 + 2 + 4;
  const riseBytes = 8;
  for (let cut = 0; cut <= recordBytes + riseBytes; cut++) {
    const pages = erasedPages(2, PAGE_BYTES);
    const board = fakeBoard(pages);
    const journal = openJournal(board);
    keepState(board, journal, state(10));
    board.bytesUntilCut = cut;
    held(() => {
      keepRecord(board, journal, 1, 100, packet(100));
      keepState(board, journal, state(11));
    });
    const again = fakeBoard(pages);
    const reopened = openJournal(again);
    expect(stateOf(reopened.numbers).counters[0]).toBe(cut >= recordBytes + riseBytes ? 11 : 10);
    expect(sequencesOf(again, reopened)).toEqual(cut >= recordBytes ? [100] : []);
    keepRecord(again, reopened, 2, 1, packet(1));
    keepState(again, reopened, state(12));
    expect(again.erases, `a cut at byte ${cut} cost a page`).toBe(0);
    const last = openJournal(fakeBoard(pages));
    expect(sequencesOf(again, last).at(-1)).toBe(1);
    expect(stateOf(last.numbers)).toEqual(state(12));
  }
});

const step = fc.record({
  isRecord: fc.boolean(),
  cut: fc.oneof({ weight: 4, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(1400) }),
});

/** A journal, and what it was told to keep. */
interface Model {
  board: FakeBoard;
  journal: Journal;
  /** Newest state asked for, newest state that was surely kept. */
  askedDl: number;
  keptDl: number;
  sequence: number;
  /** Newest record that was surely kept. */
  keptSequence: number;
}

/** One append, maybe torn; after a tear the node boots again. */
function play(model: Model, isRecord: boolean, cut: number): void {
  model.board.bytesUntilCut = cut;
  if (isRecord) model.sequence++;
  else model.askedDl++;
  const { board, journal, sequence, askedDl } = model;
  const isHeld = held(() => {
    if (isRecord) keepRecord(board, journal, 1, sequence, packet(sequence));
    else keepState(board, journal, state(askedDl));
  });
  if (isHeld && isRecord) model.keptSequence = sequence;
  if (isHeld && !isRecord) model.keptDl = askedDl;
  if (isHeld) return;
  model.board = fakeBoard(board.pages);
  model.journal = openJournal(model.board);
}

test('random appends and cuts: the state never goes back, the newest record kept is there', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 150 }), (steps) => {
      const board = fakeBoard(erasedPages(3, PAGE_BYTES));
      const journal = openJournal(board);
      const model = { board, journal, askedDl: 0, keptDl: 0, sequence: 0, keptSequence: 0 };
      for (const { isRecord, cut } of steps) {
        play(model, isRecord, cut);
        const foundDl = stateOf(model.journal.numbers).counters[0] || 0;
        expect(foundDl).toBeGreaterThanOrEqual(model.keptDl);
        expect(foundDl).toBeLessThanOrEqual(model.askedDl);
        const sequences = sequencesOf(model.board, model.journal);
        expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
        if (model.keptSequence > 0) expect(sequences).toContain(model.keptSequence);
      }
    }),
    { numRuns: RUNS, seed: 4 },
  );
});
