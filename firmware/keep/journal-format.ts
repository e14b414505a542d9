/*
 * What: how the journal lies in flash: pages, entries, and the bytes of each. Version 3 ("TWJ3").
 * From where to where: journal.ts writes and reads it on the node; judges read a flash image with it.
 * Source: our own, for NOR flash whose words are written once (nRF52832 Product Specification, NVMC: twice at most).
 * "Number" is unsigned LEB128 (DWARF 5, section 7.6), up to 2^53. Imports nothing, so that constants become numbers.
 * Espruino-safe.
 *
 * A page is a row of entries, the first a state; a page whose first entry is not whole is no page. FF FF FF FF = free
 * from here. The highest page sequence is the newest page.
 *
 * | entry byte | field |
 * |---|---|
 * | 0 | type x 64 + words of 4 bytes in this entry, 1..62 |
 * | 1.. | content, filled with 80 (an unfinished number) |
 * | last 2 of a rise, last 4 of the others | CRC-32 of all before it XOR 3, the lowest 15 or 31 bits, little-endian |
 *
 * The last byte is below 80, so an entry whose end was never written is known without luck. A torn entry keeps its
 * place: its first byte is written first, and nothing goes behind it before that byte is read.
 *
 * | type | content |
 * |---|---|
 * | 0 rise | numbers: what each number of the state rose by since the state before; zeros at the end are left out |
 * | 1 state | page sequence (1, 2, 3 …) as a number, then the numbers of the state |
 * | 3 record | epoch (2 bytes, high one first), sequence (2), bytes of the payload (1), the payload without signature |
 * | 2 record that a bulletin covered | the same: bit 6 of its first byte was cleared later; the CRC-32 is of a 3 |
 *
 * Numbers of the state: counter 0 x 100,000 + remainder in µL; the other counters; bulletin sequence; epoch; and, when a
 * new gateway key was accepted, its sequence and its 32 bytes.
 */

export const TYPE_RISE = 0;
export const TYPE_STATE = 1;
/** At least this: a record. */
export const TYPE_COVERED = 2;
export const TYPE_RECORD = 3;
/** Cleared in the first byte of a record's entry once a bulletin covers it. */
export const UNCOVERED_BIT = 64;
/** Content of a record entry before the payload. */
export const RECORD_PREFIX_BYTES = 5;

const VERSION = 3;
const FREE_WORD = 4294967295;
/** Fills up: a byte that says "the number goes on". */
const FILL = 128;

export type Crc32 = (bytes: Uint8Array) => number;

/** Reads a little-endian integer of 1 to 4 bytes. */
export function getUint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  return value;
}

/** What the last `size` bytes of an entry must say. */
function checkOf(entry: Uint8Array, size: number, crc32: Crc32): number {
  const bytes = new Uint8Array(entry.subarray(0, entry.length - size));
  if (bytes[0] > 127) bytes[0] |= UNCOVERED_BIT;
  return (crc32(bytes) ^ VERSION) & (size === 2 ? 32767 : 2147483647);
}

/** An entry as it is written; content of at most 243 bytes. */
export function encodeEntry(type: number, content: Uint8Array, crc32: Crc32): Uint8Array {
  const size = type === TYPE_RISE ? 2 : 4;
  const bytes = (content.length + size + 4) & ~3;
  const entry = new Uint8Array(bytes);
  entry.fill(FILL);
  entry[0] = type * 64 + bytes / 4;
  entry.set(content, 1);
  const check = checkOf(entry, size, crc32);
  for (let i = 0; i < size; i++) entry[bytes - size + i] = check >> (8 * i);
  return entry;
}

/** The content of the entry at `at` (a view, with its filling); null when there is no whole one. */
export function contentAt(page: Uint8Array, at: number, crc32: Crc32): Uint8Array | null {
  const entry = page.subarray(at, at + (page[at] & 63) * 4);
  const size = page[at] < 64 ? 2 : 4;
  const end = entry.length - size;
  return getUint(entry, end, size) === checkOf(entry, size, crc32) ? entry.subarray(1, end) : null;
}

/**
 * Goes through a page from offset `at` on. `onEntry` gets the type, content and place of each entry of at least type
 * `leastType`; the content is null where the entry is not whole. Gives the offset of the first free byte, or the page's
 * length when nothing more may be written to it.
 */
export function scanPage(
  page: Uint8Array,
  crc32: Crc32,
  leastType: number,
  onEntry: (type: number, content: Uint8Array | null, offset: number) => void,
): number {
  let at = 0;
  while (at < page.length && getUint(page, at, 4) !== FREE_WORD) {
    const type = page[at] >> 6;
    if (type >= leastType) onEntry(type, contentAt(page, at, crc32), at);
    at += (page[at] & 63) * 4 || 4;
  }
  return Math.min(at, page.length);
}

/** Writes numbers; of a rise, when `before` are the numbers before it and not []. */
export function encodeNumbers(numbers: number[], before: number[]): Uint8Array {
  const content: number[] = [];
  for (let i = 0; i < numbers.length; i++) {
    let rest = numbers[i] - (before[i] || 0);
    while (rest > 127) {
      content.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    content.push(rest);
  }
  while (before.length > 0 && content[content.length - 1] === 0) content.pop();
  return new Uint8Array(content);
}

/** Reads numbers, each added to the one in the same place of `before`. */
export function decodeNumbers(content: Uint8Array, before: number[]): number[] {
  const numbers = before.slice(0);
  let i = 0;
  let factor = 1;
  let value = 0;
  for (let at = 0; at < content.length; at++) {
    value += (content[at] & 127) * factor;
    factor *= 128;
    if (content[at] < 128) {
      numbers[i] = (numbers[i] || 0) + value;
      i++;
      factor = 1;
      value = 0;
    }
  }
  return numbers;
}

/** The page sequence of a page that begins with these bytes, at least 252; 0 = this is no page of the journal. */
export function pageSequenceOf(start: Uint8Array, crc32: Crc32): number {
  const content = start[0] >> 6 === TYPE_STATE ? contentAt(start, 0, crc32) : null;
  return content ? decodeNumbers(content, [])[0] : 0;
}

/** The payload in the content of a record entry, a copy. */
export function payloadOf(content: Uint8Array): Uint8Array {
  return new Uint8Array(content.subarray(RECORD_PREFIX_BYTES, RECORD_PREFIX_BYTES + content[4]));
}
