/*
 * What: a program file that proves itself: its text, and in its last line its sequence and a check.
 * From where to where: scripts/build seals a program; the loader asks each slot what it holds. Espruino-safe.
 *
 * | last 24 characters | field |
 * |---|---|
 * | 0..5 | line feed and "//TW1" |
 * | 6..13 | sequence, 8 hex digits: of two whole programs the higher one is the newer |
 * | 14..15 | ", " |
 * | 16..23 | CRC-32 of all characters before it, 8 hex digits |
 */

const SEAL_CHARACTERS = 24;
const SEAL_START = '\n//TW1';

/** The sequence of a program, 1..0xFFFFFF; 0 = no file, or not whole. */
export function sequenceOf(text: string | undefined, crc32: (text: string) => number): number {
  if (!text || text.length <= SEAL_CHARACTERS) return 0;
  const at = text.length - SEAL_CHARACTERS;
  if (text.substr(at, SEAL_START.length) !== SEAL_START) return 0;
  const crc = parseInt(text.substr(at + 16, 8), 16);
  if (crc32(text.substr(0, at + 16)) >>> 0 !== crc) return 0;
  return parseInt(text.substr(at + 6, 8), 16) & 0xffffff;
}

function hex8(value: number): string {
  return `0000000${(value >>> 0).toString(16)}`.substr(-8);
}

/** The program with its seal. `sequence`: 1..0xFFFFFF. */
export function sealProgram(
  text: string,
  sequence: number,
  crc32: (text: string) => number,
): string {
  const start = `${text}${SEAL_START}${hex8(sequence)}, `;
  return start + hex8(crc32(start));
}
