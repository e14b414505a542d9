/*
 * journal-flash.ts: the life of a journal on any flash: states and records until its pages went round several times, then the
 * same pages read as after a restart. One line for each thing that must be the same everywhere.
 */
import type { Board, PagedFlash } from '../../firmware/board';
import { coverRecord, keepRecord, keepState, openJournal } from '../../firmware/keep/journal';

const HOURS = 120;
const PAYLOAD_BYTES = 60;

/** Lives it. `flash`: erased. */
export function liveJournal(
  flash: PagedFlash,
  crc32: (bytes: Uint8Array) => number,
  say: (line: string) => void,
): void {
  // biome-ignore lint/suspicious/noExplicitAny: a board of what a journal needs
  const board: any = { flash: flash, crc32: crc32, say: say };
  board.batteryMv = () => 3000;
  board.kickWatchdog = () => {};
  const tell = (name: string): void => {
    const journal = openJournal(board as Board);
    const index = journal.records;
    const parts = [journal.page, journal.pageSequence, journal.free, index.recordCount];
    for (let i = 0; i < index.recordCount; i++) parts.push(index.places[i], index.covered[i]);
    say(`${name} ${journal.numbers.join(',')} ${parts.join(',')}`);
  };
  const journal = openJournal(board as Board);
  tell('empty');
  for (let hour = 1; hour <= HOURS; hour++) {
    keepState(board as Board, journal, {
      epoch: 1,
      remainderUl: hour * 7,
      bulletinSequence: hour,
      counters: [hour * 300, hour * 3],
    });
    const payload = new Uint8Array(PAYLOAD_BYTES);
    for (let i = 0; i < PAYLOAD_BYTES; i++) payload[i] = hour + i;
    keepRecord(board as Board, journal, 1, hour, payload);
    if (hour % 3 === 0) coverRecord(board as Board, journal, journal.records.recordCount - 1);
    if (hour % 20 === 0) tell(`hour ${hour}`);
  }
}
