/*
 * What: how many days of hourly records a journal holds, by board and use.
 * From where to where: firmware/keep/journal.ts over erased pages in memory, hour after hour, until the first record that
 * no bulletin covered is overwritten -> a table on stdout.
 */
import { crc32 } from 'node:zlib';
import type { Board } from '../../firmware/board';
import { keepRecord, keepState, openJournal } from '../../firmware/keep/journal';

const PAGE_BYTES = 4096;
const BOARDS = [
  ['MDBT42Q, 2 pages', 2],
  ['XIAO nRF52840, 63 pages', 63],
] as const;
/** Draws in buckets of the hour, bytes of the payload. */
const USES = [
  ['busy', 12, 62],
  ['typical', 5, 52],
  ['idle', 0, 47],
] as const;
const XIAO_DAYS_MIN = 60;
const HOURS_MAX = 24 * 400;

function boardOf(pageCount: number) {
  const pages = Array.from({ length: pageCount }, () => new Uint8Array(PAGE_BYTES).fill(255));
  const counts = { erases: 0 };
  const flash = {
    pageBytes: PAGE_BYTES,
    pageCount,
    read: (page: number, offset: number, length: number) =>
      pages[page].slice(offset, offset + length),
    write: (page: number, offset: number, bytes: Uint8Array) => {
      for (let i = 0; i < bytes.length; i++) pages[page][offset + i] &= bytes[i];
    },
    erase: (page: number) => {
      counts.erases++;
      pages[page].fill(255);
    },
  };
  const board = {
    flash,
    crc32: (b: Uint8Array) => crc32(b),
    say: () => {},
    kickWatchdog: () => {},
    batteryMv: () => 3000,
  };
  return { board: board as unknown as Board, counts };
}

/** Days until the first uncovered record is overwritten, and pages erased a year. */
function live(pageCount: number, busyBuckets: number, payloadBytes: number) {
  const { board, counts } = boardOf(pageCount);
  const journal = openJournal(board);
  const counters = [0, 0];
  let hours = 0;
  for (; !journal.hasOverwritten && hours < HOURS_MAX; hours++) {
    for (let bucket = 0; bucket < busyBuckets; bucket++) {
      counters[0] += 300 + ((hours * 7 + bucket * 13) % 400);
      counters[1] += 3;
      const remainderUl = (counters[0] * 7919) % 100_000;
      keepState(board, journal, {
        epoch: 1,
        remainderUl,
        bulletinSequence: 5 + hours,
        counters: [...counters],
      });
    }
    keepRecord(board, journal, 1, hours + 1, new Uint8Array(payloadBytes).fill(7));
  }
  return { days: hours / 24, erasesAYear: (counts.erases * 24 * 365) / hours / pageCount };
}

/** Prints the table. Gives whether a XIAO holds sixty days of any use. */
export async function bench(): Promise<boolean> {
  let holds = true;
  console.log('board                      use       days   erases of a page a year');
  for (const [board, pages] of BOARDS) {
    for (const [use, busyBuckets, payloadBytes] of USES) {
      const { days, erasesAYear } = live(pages, busyBuckets, payloadBytes);
      if (pages > 10 && days < XIAO_DAYS_MIN) holds = false;
      console.log(
        `${board.padEnd(26)} ${use.padEnd(8)} ${days.toFixed(1).padStart(5)} ${erasesAYear.toFixed(0).padStart(26)}`,
      );
    }
  }
  console.log(`XIAO nRF52840: ${holds ? 'at least' : 'LESS THAN'} ${XIAO_DAYS_MIN} days`);
  return holds;
}
