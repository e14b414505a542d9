/*
 * What: the node's memory through power cuts: an append-only ring of flash pages.
 * From where to where: states and unsigned records -> flash; at boot flash -> state and index;
 * sender <- packets, signed anew: Ed25519 is deterministic (RFC 8032), so a packet is the same bytes each time.
 * A page is erased only to become the newest one, and begins with a copy of the state: until that is whole it is no
 * page, so nothing the node needs lives only in the page that goes next. Espruino-safe.
 */
import { concat } from '../../shared/bytes';
import { RECORD_AAD, sigStructure } from '../../shared/cose';
import type { Board } from '../board';
import {
  ENTRY_BYTES_MAX,
  KEY_NUMBERS,
  RECORD_ENTRY_BYTES_MIN,
  RECORDS_MAX,
  STEP_UL,
} from '../node-limits';
import {
  contentAt,
  decodeNumbers,
  encodeEntry,
  encodeNumbers,
  pageSequenceOf,
  payloadOf,
  scanPage,
  TYPE_COVERED,
  TYPE_RECORD,
  TYPE_RISE,
  TYPE_STATE,
  UNCOVERED_BIT,
} from './journal-format';
import { addRecord, createRecordIndex, dropOldest, type RecordIndex } from './record-index';
import { isTooLowToWrite } from './voltage';

/** What must outlive a power cut besides the records. */
export interface NodeState {
  epoch: number;
  remainderUl: number;
  bulletinSequence: number;
  /** One to four; none before the first state. */
  counters: number[];
}

export interface Journal {
  records: RecordIndex;
  /** Numbers that go behind those of the state: none, or the gateway key's. */
  behindState: number[];
  /** An uncovered record had to make room. */
  hasOverwritten: boolean;
  /** The state and what is behind it as they stand in flash, in the order of the format. */
  numbers: number[];
  page: number;
  pageSequence: number;
  /** First free byte of the page. */
  free: number;
}

/** The state in `journal.numbers`; epoch 0: this journal was never written. */
export function stateOf(numbers: number[]): NodeState {
  const end = numbers.length % KEY_NUMBERS;
  return {
    epoch: numbers[end - 1],
    remainderUl: numbers[0] % STEP_UL,
    bulletinSequence: numbers[end - 2],
    counters: [Math.floor(numbers[0] / STEP_UL)].concat(numbers.slice(1, end - 2)),
  };
}

/** Reads the pages in the order of the ring, the newest last. The state stands in each of the last two. */
function readPages(board: Board, journal: Journal): void {
  const flash = board.flash;
  const newest = journal.page;
  const pageCount = flash.pageCount;
  let unreadable = 0;
  const readEntry = (type: number, content: Uint8Array | null, offset: number): void => {
    if (!content) unreadable++;
    else if (type >= TYPE_COVERED) {
      const epoch = content[0] * 256 + content[1];
      const sequence = content[2] * 256 + content[3];
      const place = journal.page * 1024 + offset / 4;
      addRecord(journal.records, epoch, sequence, place, TYPE_RECORD - type);
    } else if (type === TYPE_STATE) journal.numbers = decodeNumbers(content, []).slice(1);
    else journal.numbers = decodeNumbers(content, journal.numbers);
  };
  for (let i = 1; i <= pageCount; i++) {
    board.kickWatchdog();
    journal.page = (newest + i) % pageCount;
    const page = flash.read(journal.page, 0, flash.pageBytes);
    const leastType = i < pageCount - 1 ? TYPE_COVERED : TYPE_RISE;
    if (pageSequenceOf(page, board.crc32) > 0) {
      journal.free = scanPage(page, board.crc32, leastType, readEntry);
    } else if (page[0] < 255) unreadable++;
  }
  if (unreadable > 0) board.say(`journal: ${unreadable} unreadable`);
}

/** Reads all of the ring. Never throws on what flash holds: what is torn or not ours is passed over and told. */
export function openJournal(board: Board): Journal {
  const flash = board.flash;
  const capacity = Math.floor((flash.pageBytes * flash.pageCount) / RECORD_ENTRY_BYTES_MIN);
  const journal: Journal = {
    records: createRecordIndex(Math.min(RECORDS_MAX, capacity)),
    behindState: [],
    numbers: [0, 0, 0],
    hasOverwritten: false,
    page: flash.pageCount - 1,
    pageSequence: 0,
    free: flash.pageBytes,
  };
  for (let page = 0; page < flash.pageCount; page++) {
    const sequence = pageSequenceOf(flash.read(page, 0, ENTRY_BYTES_MAX), board.crc32);
    if (sequence > journal.pageSequence) {
      journal.pageSequence = sequence;
      journal.page = page;
    }
  }
  readPages(board, journal);
  journal.behindState = journal.numbers.slice(journal.numbers.length % KEY_NUMBERS);
  return journal;
}

/** Writes at the end; gives the place for the index. Space must have been made. */
function put(board: Board, journal: Journal, type: number, content: Uint8Array): number {
  const entry = encodeEntry(type, content, board.crc32);
  const place = journal.page * 1024 + journal.free / 4;
  board.flash.write(journal.page, journal.free, entry);
  journal.free += entry.length;
  return place;
}

function putState(board: Board, journal: Journal): void {
  const numbers = [journal.pageSequence].concat(journal.numbers);
  put(board, journal, TYPE_STATE, encodeNumbers(numbers, []));
}

/** Makes sure that `bytes` of content fit. If not, the oldest page becomes the newest; true: it holds the state. */
function makeRoom(board: Board, journal: Journal, bytes: number): boolean {
  if (journal.free + bytes + 8 <= board.flash.pageBytes) return false;
  const page = (journal.page + 1) % board.flash.pageCount;
  const index = journal.records;
  let dropped = 0;
  while (dropped < index.recordCount && index.places[dropped] >> 10 === page) dropped++;
  if (dropOldest(index, dropped)) journal.hasOverwritten = true;
  board.flash.erase(page);
  journal.page = page;
  journal.pageSequence++;
  journal.free = 0;
  putState(board, journal);
  return true;
}

/** Keeps the state if it is not what flash holds. A power cut costs at most what came since the last call. */
export function keepState(board: Board, journal: Journal, state: NodeState): void {
  const numbers = [state.counters[0] * STEP_UL + state.remainderUl].concat(
    state.counters.slice(1),
    [state.bulletinSequence, state.epoch],
    journal.behindState,
  );
  let before = journal.numbers.length === numbers.length ? journal.numbers : [];
  for (let i = 0; i < numbers.length; i++) if (numbers[i] < before[i]) before = [];
  const content = encodeNumbers(numbers, before);
  journal.numbers = numbers;
  if (content.length === 0 || makeRoom(board, journal, content.length)) return;
  if (before.length > 0) put(board, journal, TYPE_RISE, content);
  else putState(board, journal);
}

/** Keeps the payload of a record, at most 200 bytes. */
export function keepRecord(
  board: Board,
  journal: Journal,
  epoch: number,
  sequence: number,
  payload: Uint8Array,
): void {
  const head = [epoch >> 8, epoch & 255, sequence >> 8, sequence & 255, payload.length];
  const content = concat([head, payload]);
  makeRoom(board, journal, content.length);
  const place = put(board, journal, TYPE_RECORD, content);
  if (addRecord(journal.records, epoch, sequence, place, 0)) journal.hasOverwritten = true;
}

/** A bulletin covers record `i`: that outlives a restart. One bit of flash is cleared. */
export function coverRecord(board: Board, journal: Journal, i: number): void {
  const index = journal.records;
  const place = index.places[i];
  const offset = (place & 1023) * 4;
  if (index.covered[i] === 0 && !isTooLowToWrite(board)) {
    const word = board.flash.read(place >> 10, offset, 4);
    word[0] &= ~UNCOVERED_BIT;
    board.flash.write(place >> 10, offset, word);
  }
  index.covered[i] = 1;
}

/** The packet of record `i` as it goes on the air; null without a signer, and when flash no longer holds the record. */
export function readPacket(board: Board, journal: Journal, i: number): Uint8Array | null {
  const place = journal.records.places[i];
  const offset = (place & 1023) * 4;
  const bytes = Math.min(ENTRY_BYTES_MAX, board.flash.pageBytes - offset);
  const content = contentAt(board.flash.read(place >> 10, offset, bytes), 0, board.crc32);
  if (!content || !board.signer) return null;
  const payload = payloadOf(content);
  return concat([payload, board.signer.sign(sigStructure(RECORD_AAD, payload))]);
}
