/*
 * chance.ts: seeded chance for the fuzz tests, and what is often done with it to bytes.
 */

/** Chance that is the same for the same seed. */
export interface Chance {
  /** 0..1, below 1. */
  next(): number;
  /** A whole number 0..most - 1. */
  below(most: number): number;
  /** u32, small ones and ones near the limits more often. */
  u32(): number;
  bytes(length: number): Uint8Array;
  pick<T>(from: readonly T[]): T;
}

/** Starts a row of chances. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  // mulberry32 (public domain, Tommy Ettinger).
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most: number) => Math.floor(next() * most);
  return {
    next,
    below,
    u32: () => {
      const kind = below(4);
      if (kind === 0) return below(300);
      if (kind === 1) return 2 ** below(32);
      if (kind === 2) return 2 ** 32 - 1 - below(3);
      return below(2 ** 32);
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    pick: (from) => from[below(from.length)],
  };
}

/** Flips 1 to 8 bits. */
export function flipBits(chance: Chance, bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  if (copy.length === 0) return copy;
  for (let left = 1 + chance.below(8); left > 0; left -= 1)
    copy[chance.below(copy.length)] ^= 1 << chance.below(8);
  return copy;
}

/** Writes other bytes over some, inserts some, takes some out. */
export function tear(chance: Chance, bytes: Uint8Array): Uint8Array {
  const at = chance.below(bytes.length + 1);
  const kind = chance.below(4);
  const before = bytes.subarray(0, at);
  if (kind === 0) return new Uint8Array(before);
  const skipped = kind === 1 ? 0 : 1 + chance.below(6);
  const put = kind === 2 ? new Uint8Array(0) : chance.bytes(1 + chance.below(6));
  return new Uint8Array([...before, ...put, ...bytes.subarray(at + skipped)]);
}
