/*
 * What: the node's memory through power cuts: an append-only ring of flash pages.
 * From where to where: states and signed records -> flash; at boot flash -> state and index; sender <- packets.
 * A page is erased only to become the newest one. It gets a copy of the state and of the gateway's key first and its
 * header last, so nothing the node needs lives only in the page that goes next. Espruino-safe.
 */
import type { Board } from '../board';
import { RECORD_ENTRY_BYTES_MIN } from '../node-limits';
import {
  decodePageHeader,
  decodeState,
  ENTRY_HEADER_BYTES,
  encodeEntry,
  encodeGatewayKey,
  encodePageHeader,
  encodeRecordEntry,
  encodeState,
  entryBytes,
  getUint,
  type NodeState,
  PAGE_HEADER_BYTES,
  RECORD_PREFIX_BYTES,
  scanPage,
  TYPE_GATEWAY_KEY,
  TYPE_RECORD,
  TYPE_STATE,
} from './journal-format';
import { addRecord, createRecordIndex, dropOldest, type RecordIndex } from './record-index';

/** A gateway key that came over the air, 32 bytes, and its number. */
export interface GatewayKey {
  sequence: number;
  key: Uint8Array;
}

export interface Journal {
  records: RecordIndex;
  /** The newest state in flash; null: this journal was never written. */
  state: NodeState | null;
  /** The newest gateway key that was accepted; null: the one of the configuration holds. */
  gatewayKey: GatewayKey | null;
  /** An uncovered record had to make room. */
  hasOverwritten: boolean;
  page: number;
  pageSequence: number;
  /** First free byte of the page. */
  free: number;
}

/** Pages of the journal in order of age: [page, sequence], oldest first. */
function pagesByAge(board: Board): number[][] {
  const found: number[][] = [];
  const flash = board.flash;
  for (let page = 0; page < flash.pageCount; page++) {
    const sequence = decodePageHeader(flash.read(page, 0, PAGE_HEADER_BYTES), board.crc32);
    if (sequence > 0) found.push([page, sequence]);
  }
  found.sort((a, b) => a[1] - b[1]);
  return found;
}

/** Reads all of the ring. Never throws on what flash holds: what is torn is passed over. */
export function openJournal(board: Board): Journal {
  const flash = board.flash;
  const capacity = Math.floor(flash.pageBytes / RECORD_ENTRY_BYTES_MIN) * flash.pageCount;
  const journal: Journal = {
    records: createRecordIndex(capacity),
    state: null,
    gatewayKey: null,
    hasOverwritten: false,
    page: flash.pageCount - 1,
    pageSequence: 0,
    free: flash.pageBytes,
  };
  const pages = pagesByAge(board);
  const readEntry = (type: number, content: Uint8Array, offset: number): void => {
    if (type === TYPE_STATE) journal.state = decodeState(content);
    if (type === TYPE_GATEWAY_KEY) {
      journal.gatewayKey = { sequence: getUint(content, 0, 4), key: content.subarray(4) };
    }
    if (type === TYPE_RECORD) {
      const sequence = getUint(content, 2, 2);
      addRecord(journal.records, getUint(content, 0, 2), sequence, journal.page, offset);
    }
  };
  for (let i = 0; i < pages.length; i++) {
    journal.page = pages[i][0];
    journal.pageSequence = pages[i][1];
    journal.free = scanPage(flash.read(journal.page, 0, flash.pageBytes), board.crc32, readEntry);
  }
  return journal;
}

/** Writes at the end; gives the offset. Space must have been made. */
function append(board: Board, journal: Journal, entry: Uint8Array): number {
  const offset = journal.free;
  board.flash.write(journal.page, offset, entry);
  journal.free = offset + entry.length;
  return offset;
}

function appendGatewayKey(board: Board, journal: Journal, key: GatewayKey): void {
  const content = encodeGatewayKey(key.sequence, key.key);
  append(board, journal, encodeEntry(TYPE_GATEWAY_KEY, content, board.crc32));
}

/** Makes room: the oldest page becomes the newest. Its header is written last: until then it is no page. */
function turnPage(board: Board, journal: Journal): void {
  const page = (journal.page + 1) % board.flash.pageCount;
  const index = journal.records;
  let dropped = 0;
  while (dropped < index.recordCount && index.pages[dropped] === page) {
    if (index.covered[dropped] === 0) journal.hasOverwritten = true;
    dropped++;
  }
  dropOldest(index, dropped);
  board.flash.erase(page);
  journal.page = page;
  journal.pageSequence++;
  journal.free = PAGE_HEADER_BYTES;
  const key = journal.gatewayKey;
  if (journal.state) {
    append(board, journal, encodeEntry(TYPE_STATE, encodeState(journal.state), board.crc32));
  }
  if (key) appendGatewayKey(board, journal, key);
  board.flash.write(page, 0, encodePageHeader(journal.pageSequence, board.crc32));
}

/** Makes sure an entry fits. */
function makeRoom(board: Board, journal: Journal, bytes: number): void {
  if (journal.free + bytes > board.flash.pageBytes) turnPage(board, journal);
}

/** Keeps the state. At most this much is lost by a power cut: what came since the last call. */
export function keepState(board: Board, journal: Journal, state: NodeState): void {
  const entry = encodeEntry(TYPE_STATE, encodeState(state), board.crc32);
  makeRoom(board, journal, entry.length);
  append(board, journal, entry);
  journal.state = state;
}

/** Keeps a gateway key that was accepted: 32 bytes and its number, 0..2^32-1. */
export function keepGatewayKey(
  board: Board,
  journal: Journal,
  sequence: number,
  key: Uint8Array,
): void {
  const kept = { sequence: sequence, key: key };
  makeRoom(board, journal, entryBytes(36));
  appendGatewayKey(board, journal, kept);
  journal.gatewayKey = kept;
}

/** Keeps a signed packet of at most 200 bytes. */
export function keepRecord(
  board: Board,
  journal: Journal,
  epoch: number,
  sequence: number,
  packet: Uint8Array,
): void {
  const content = encodeRecordEntry(epoch, sequence, packet);
  const entry = encodeEntry(TYPE_RECORD, content, board.crc32);
  makeRoom(board, journal, entry.length);
  const offset = append(board, journal, entry);
  addRecord(journal.records, epoch, sequence, journal.page, offset);
}

/** The packet of record `i` of the index, exactly as it was signed. */
export function readPacket(board: Board, journal: Journal, i: number): Uint8Array {
  const page = journal.records.pages[i];
  const offset = journal.records.offsets[i];
  const length = board.flash.read(page, offset, 4)[0] - RECORD_PREFIX_BYTES;
  return board.flash.read(page, offset + ENTRY_HEADER_BYTES + RECORD_PREFIX_BYTES, length);
}
