/*
 * The journal against a model: what was kept before a power cut is there after it, at whatever byte the cut came.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Board, PagedFlash } from '../../firmware/board';
import { keepGatewayKey, keptGatewayKey } from '../../firmware/keep/gateway-key-entry';
import {
  keepRecord,
  keepState,
  openJournal,
  readPacket,
  stateOf,
} from '../../firmware/keep/journal';
import { addRecord, createRecordIndex } from '../../firmware/keep/record-index';
import { crc32 } from '../../hardware/virtual/board/crc32';
import { toHex } from '../../shared/bytes';

const RUNS = 60 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const PAGE_BYTES = 1024;
const PAGES = 3;

/** NOR flash that loses power after `left` more bytes. */
function createFlash(): PagedFlash & { left: number } {
  const cells = new Uint8Array(PAGE_BYTES * PAGES).fill(255);
  const spend = (): void => {
    if (flash.left-- === 0) throw new Error('power cut');
  };
  const flash = {
    left: -1,
    pageBytes: PAGE_BYTES,
    pageCount: PAGES,
    read: (page: number, offset: number, length: number) =>
      cells.slice(page * PAGE_BYTES + offset, page * PAGE_BYTES + offset + length),
    write: (page: number, offset: number, bytes: Uint8Array) => {
      if ((offset | bytes.length) & 3) throw new Error('not aligned');
      for (let i = 0; i < bytes.length; i++) {
        spend();
        cells[page * PAGE_BYTES + offset + i] &= bytes[i];
      }
    },
    erase: (page: number) => {
      for (let i = 0; i < PAGE_BYTES; i++) {
        spend();
        cells[page * PAGE_BYTES + i] = 255;
      }
    },
  };
  return flash;
}

function boardOn(flash: PagedFlash): Board {
  // Signatures are of no length here: what is read is what was kept.
  const signer = { sign: () => new Uint8Array(0) };
  return { flash, crc32, signer, kickWatchdog: () => {}, say: () => {} } as unknown as Board;
}

function packetOf(sequence: number): Uint8Array {
  return new Uint8Array(110 + (sequence % 80)).fill(sequence & 255);
}

function state(count: number) {
  return {
    epoch: 1,
    remainderUl: count % 100_000,
    bulletinSequence: count,
    counters: [count, 2 * count],
  };
}

/** Writes until the cut; gives how many records and states were whole before it. */
function writeUntilCut(
  flash: ReturnType<typeof createFlash>,
  from: number,
): { last: number; states: number } {
  const board = boardOn(flash);
  const done = { last: from, states: 0 };
  try {
    const journal = openJournal(board);
    for (let i = 0; i < 40; i++) {
      keepState(board, journal, state(done.last + 1));
      done.states = done.last + 1;
      keepRecord(board, journal, 1, done.last + 1, packetOf(done.last + 1));
      done.last++;
    }
  } catch (error) {
    expect(String(error)).toContain('power cut');
  }
  flash.left = -1;
  return done;
}

test('a power cut at any byte costs at most what was being written', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(cuts, (bytes) => {
      const flash = createFlash();
      let last = 0;
      for (const left of bytes) {
        flash.left = left;
        const done = writeUntilCut(flash, last);
        const journal = openJournal(boardOn(flash));
        const records = journal.records;
        const newest = records.recordCount === 0 ? 0 : records.sequences[records.recordCount - 1];
        expect([done.last, done.last + 1]).toContain(Math.max(newest, last));
        if (done.states > 0)
          expect(stateOf(journal.numbers).counters[0]).toBeGreaterThanOrEqual(done.states);
        for (let i = 0; i < records.recordCount; i++) {
          const sequence = records.sequences[i];
          if (i > 0) expect(sequence).toBe(records.sequences[i - 1] + 1);
          expect(toHex(readPacket(boardOn(flash), journal, i) ?? [])).toBe(
            toHex(packetOf(sequence)),
          );
        }
        last = Math.max(newest, done.last);
      }
    }),
    { numRuns: RUNS, seed: 12 },
  );
});

test('each single byte of a page turn may be the last one', () => {
  for (let left = 0; left < 1400; left++) {
    const flash = createFlash();
    const board = boardOn(flash);
    const journal = openJournal(board);
    let sequence = 0;
    while (journal.pageSequence < PAGES || journal.free + 160 < PAGE_BYTES) {
      sequence++;
      keepState(board, journal, state(sequence));
      keepRecord(board, journal, 1, sequence, packetOf(sequence));
    }
    flash.left = left;
    writeUntilCut(flash, sequence);
    const again = openJournal(board);
    expect(stateOf(again.numbers).counters[0]).toBeGreaterThanOrEqual(sequence);
    expect(again.records.recordCount).toBeGreaterThan(0);
  }
});

test('an uncovered record that makes room is told, a covered one is not', () => {
  for (const covered of [0, 1]) {
    const flash = createFlash();
    const board = boardOn(flash);
    const journal = openJournal(board);
    for (let sequence = 1; sequence <= 60; sequence++) {
      keepRecord(board, journal, 1, sequence, packetOf(sequence));
      journal.records.covered[journal.records.recordCount - 1] = covered;
    }
    expect(journal.hasOverwritten).toBe(covered === 0);
  }
});

test('the gateway key outlives any number of page turns and a cut at any byte of one', () => {
  for (let left = 0; left < 1400; left += 7) {
    const flash = createFlash();
    const board = boardOn(flash);
    const journal = openJournal(board);
    expect(keptGatewayKey(journal)).toBeNull();
    keepState(board, journal, state(0));
    keepGatewayKey(board, journal, 1, new Uint8Array(32).fill(1));
    keepGatewayKey(board, journal, 70_000, new Uint8Array(32).fill(2));
    let sequence = 0;
    while (journal.pageSequence < 3 * PAGES || journal.free + 160 < PAGE_BYTES) {
      sequence++;
      keepState(board, journal, state(sequence));
      keepRecord(board, journal, 1, sequence, packetOf(sequence));
    }
    flash.left = left;
    writeUntilCut(flash, sequence);
    const again = keptGatewayKey(openJournal(board));
    expect([again?.sequence, again?.key[0], again?.key.length]).toEqual([70_000, 2, 32]);
  }
});

test('a full index: what is dropped uncovered is told, what was covered is not', () => {
  const index = createRecordIndex(32);
  for (let i = 1; i <= 32; i++) expect(addRecord(index, 1, i, i, i <= 4 ? 1 : 0)).toBe(false);
  // Two go at a time: 1 and 2 for the 33rd, 3 and 4 for the 35th, 5 and 6 for the 37th.
  for (let i = 33; i <= 36; i++) expect(addRecord(index, 1, i, i, 0)).toBe(false);
  expect(addRecord(index, 1, 37, 37, 0)).toBe(true);
});
