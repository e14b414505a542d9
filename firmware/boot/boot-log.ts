/*
 * What: what became of the last starts, in a file that only ever grows: 4 bytes an entry, oldest first.
 * From where to where: the loader writes and reads it; nothing else does. Espruino-safe.
 *
 * | byte | field |
 * |---|---|
 * | 0 | 1 started, 2 proved good, 3 rejected, 4 safe mode was asked for, 5 safe mode began: the count of starts begins anew; 255 = free from here |
 * | 1..3 | sequence of the program, little-endian; 0 for 4 and 5 |
 */

export const STARTED = 1;
export const GOOD = 2;
export const REJECTED = 3;
export const SAFE_ASKED = 4;
export const SAFE_BEGAN = 5;
export const ENTRY_BYTES = 4;

/** What the log tells. */
export interface BootFacts {
  /** Bytes in use. */
  usedBytes: number;
  /** Program of the last starts, and how many of them since one proved good or safe mode began. */
  sequence: number;
  startsInARow: number;
  /** Programs that once proved good, and programs that are not to be started any more. */
  good: number[];
  rejected: number[];
  /** Somebody asked for safe mode after the last start. */
  isSafeAsked: boolean;
}

/** Reads the log; `log`: the file's bytes as characters, or nothing. */
export function readBootLog(log: string | undefined): BootFacts {
  const facts: BootFacts = {
    usedBytes: 0,
    sequence: 0,
    startsInARow: 0,
    good: [],
    rejected: [],
    isSafeAsked: false,
  };
  const text = log || '';
  while (facts.usedBytes + ENTRY_BYTES <= text.length) {
    const at = facts.usedBytes;
    const kind = text.charCodeAt(at);
    if (kind === 255) break;
    const sequence =
      text.charCodeAt(at + 1) | (text.charCodeAt(at + 2) << 8) | (text.charCodeAt(at + 3) << 16);
    facts.isSafeAsked = kind === SAFE_ASKED;
    if (kind === STARTED) {
      facts.startsInARow = sequence === facts.sequence ? facts.startsInARow + 1 : 1;
      facts.sequence = sequence;
    } else if (kind === GOOD) {
      facts.startsInARow = 0;
      if (facts.good.indexOf(sequence) < 0) facts.good.push(sequence);
    } else if (kind === SAFE_BEGAN) facts.startsInARow = 0;
    else if (kind === REJECTED) facts.rejected.push(sequence);
    facts.usedBytes += ENTRY_BYTES;
  }
  return facts;
}

/** One entry. */
export function encodeBootEntry(kind: number, sequence: number): Uint8Array {
  return new Uint8Array([kind, sequence & 255, (sequence >>> 8) & 255, (sequence >>> 16) & 255]);
}
