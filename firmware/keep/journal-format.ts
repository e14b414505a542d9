/*
 * What: how the journal lies in flash: pages, entries, and the bytes of each.
 * From where to where: journal.ts writes and reads it on the node; judges read a flash image with it.
 * Source: our own. All integers little-endian. Espruino-safe.
 *
 * | page byte | field |
 * |---|---|
 * | 0..3 | "TWJ1" |
 * | 4..7 | page sequence, 1, 2, 3 …: the highest is the newest page |
 * | 8..11 | CRC-32 of bytes 0..7 |
 * | 12.. | entries, each from a multiple of 4 bytes; FF FF FF FF = free from here |
 *
 * | entry byte | field |
 * |---|---|
 * | 0 | length of the content, 0..254 |
 * | 1 | type: 1 state, 2 record, 3 gateway key |
 * | 2 | 255 - length |
 * | 3 | 255 - type |
 * | 4..7 | CRC-32 of the content |
 * | 8.. | content, filled with FF to a multiple of 4 |
 *
 * | state byte | field |
 * |---|---|
 * | 0..1 | epoch |
 * | 2..3 | number of counters |
 * | 4..7 | remainder below one tenth of a litre, µL |
 * | 8..11 | sequence of the newest bulletin |
 * | 12.. | counters since commissioning, 4 bytes each |
 *
 * | record byte | field |
 * |---|---|
 * | 0..1 | epoch |
 * | 2..3 | sequence |
 * | 4.. | the signed packet as it goes on the air |
 *
 * | gateway key byte | field |
 * |---|---|
 * | 0..3 | its number: higher than every earlier one's |
 * | 4..35 | public Ed25519 key |
 */

export const PAGE_HEADER_BYTES = 12;
export const ENTRY_HEADER_BYTES = 8;
export const TYPE_STATE = 1;
export const TYPE_RECORD = 2;
export const TYPE_GATEWAY_KEY = 3;
/** Content of a record entry before the packet. */
export const RECORD_PREFIX_BYTES = 4;

export type Crc32 = (bytes: Uint8Array) => number;

/** What must outlive a power cut besides the records. */
export interface NodeState {
  epoch: number;
  remainderUl: number;
  bulletinSequence: number;
  counters: number[];
}

function putUint(bytes: Uint8Array, at: number, value: number, size: number): void {
  let rest = value;
  for (let i = 0; i < size; i++) {
    bytes[at + i] = rest & 255;
    rest = Math.floor(rest / 256);
  }
}

/** Reads a little-endian integer of 2 or 4 bytes. */
export function getUint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  return value;
}

/** The first bytes of a fresh page. */
export function encodePageHeader(sequence: number, crc32: Crc32): Uint8Array {
  const header = new Uint8Array(PAGE_HEADER_BYTES);
  header.set([84, 87, 74, 49], 0);
  putUint(header, 4, sequence, 4);
  putUint(header, 8, crc32(new Uint8Array(header.subarray(0, 8))), 4);
  return header;
}

/** The sequence in a page's first bytes; 0 = this is no page of the journal. */
export function decodePageHeader(header: Uint8Array, crc32: Crc32): number {
  if (getUint(header, 0, 4) !== 826955604) return 0;
  if (getUint(header, 8, 4) !== crc32(new Uint8Array(header.subarray(0, 8)))) return 0;
  return getUint(header, 4, 4);
}

/** Bytes an entry takes in flash. */
export function entryBytes(contentBytes: number): number {
  return ENTRY_HEADER_BYTES + ((contentBytes + 3) & ~3);
}

/** An entry as it is written; content of at most 254 bytes. */
export function encodeEntry(type: number, content: Uint8Array, crc32: Crc32): Uint8Array {
  const entry = new Uint8Array(entryBytes(content.length));
  entry.fill(255);
  entry.set([content.length, type, 255 - content.length, 255 - type], 0);
  putUint(entry, 4, crc32(content), 4);
  entry.set(content, ENTRY_HEADER_BYTES);
  return entry;
}

/**
 * Goes through a page. `onEntry` gets the type, content and place of each whole entry; torn ones are passed over:
 * a torn first word is skipped alone, for nothing was written behind it.
 * Gives the offset of the first free byte, or the page's length when nothing more may be written to it.
 */
export function scanPage(
  page: Uint8Array,
  crc32: Crc32,
  onEntry: (type: number, content: Uint8Array, offset: number) => void,
): number {
  let at = PAGE_HEADER_BYTES;
  while (at + ENTRY_HEADER_BYTES <= page.length) {
    const length = page[at];
    const type = page[at + 1];
    if (getUint(page, at, 4) === 4294967295) return at;
    const start = at + ENTRY_HEADER_BYTES;
    const isTorn = length + page[at + 2] !== 255 || type + page[at + 3] !== 255;
    if (isTorn || start + length > page.length) {
      at += 4;
      continue;
    }
    const content = new Uint8Array(page.subarray(start, start + length));
    if (crc32(content) === getUint(page, at + 4, 4)) onEntry(type, content, at);
    at += entryBytes(length);
  }
  return page.length;
}

/** The content of a state entry. */
export function encodeState(state: NodeState): Uint8Array {
  const content = new Uint8Array(12 + 4 * state.counters.length);
  putUint(content, 0, state.epoch, 2);
  putUint(content, 2, state.counters.length, 2);
  putUint(content, 4, state.remainderUl, 4);
  putUint(content, 8, state.bulletinSequence, 4);
  for (let i = 0; i < state.counters.length; i++) {
    putUint(content, 12 + 4 * i, state.counters[i], 4);
  }
  return content;
}

/** Reads the content of a state entry. */
export function decodeState(content: Uint8Array): NodeState {
  const counters: number[] = [];
  const count = getUint(content, 2, 2);
  for (let i = 0; i < count; i++) counters.push(getUint(content, 12 + 4 * i, 4));
  return {
    epoch: getUint(content, 0, 2),
    remainderUl: getUint(content, 4, 4),
    bulletinSequence: getUint(content, 8, 4),
    counters: counters,
  };
}

/** The content of a record entry. */
export function encodeRecordEntry(epoch: number, sequence: number, packet: Uint8Array): Uint8Array {
  const content = new Uint8Array(RECORD_PREFIX_BYTES + packet.length);
  putUint(content, 0, epoch, 2);
  putUint(content, 2, sequence, 2);
  content.set(packet, RECORD_PREFIX_BYTES);
  return content;
}

/** The content of a gateway key entry. */
export function encodeGatewayKey(sequence: number, key: Uint8Array): Uint8Array {
  const content = new Uint8Array(36);
  putUint(content, 0, sequence, 4);
  content.set(key, 4);
  return content;
}
