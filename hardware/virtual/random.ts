/*
 * Seeded randomness for the virtual world.
 * From: one world seed and a stream name; to: every virtual thing that throws dice.
 * Each name has its own generator, so a new consumer never shifts the draws of another.
 * Source: xoshiro128** (Blackman, Vigna 2018), seeded by splitmix32 over an FNV-1a hash of the name.
 */

/** One stream of pseudo-random numbers. */
export interface RandomStream {
  /** Next number, 0..4294967295. */
  u32(): number;
  /** Next integer in 0..count-1. Throws: count is not an integer in 1..2^32. */
  below(count: number): number;
  /** Next number in [0, 1), 32 bits of resolution. */
  unit(): number;
  /** Next number of a normal distribution, mean 0, deviation 1, clamped to +-6. */
  normal(): number;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

const U32_RANGE = 4294967296;

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** FNV-1a over the UTF-16 code units of `text`, 32 bit. */
function hashName(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Four well mixed words out of one 32-bit start value (splitmix32). */
function splitmixWords(start: number): [number, number, number, number] {
  let state = start | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return [next(), next(), next(), next()];
}

/**
 * The bare generator xoshiro128**.
 * `state`: four words, not all zero. Returns a function giving the next number, 0..4294967295.
 */
export function createXoshiro128(state: [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

/**
 * The stream called `name` of the world with this `seed` (any integer; its low 32 bits count).
 * The same pair always gives the same numbers.
 */
export function createRandomStream(seed: number, name: string): RandomStream {
  const u32 = createXoshiro128(splitmixWords(hashName(name) ^ Math.imul(seed | 0, 0x9e3779b1)));
  const below = (count: number): number => {
    if (!Number.isInteger(count) || count < 1 || count > U32_RANGE) {
      throw new Error(`random below(${count}) is not possible`);
    }
    const limit = U32_RANGE - (U32_RANGE % count);
    let drawn = u32();
    while (drawn >= limit) drawn = u32();
    return drawn % count;
  };
  const unit = (): number => u32() / U32_RANGE;
  const normal = (): number => {
    const radius = Math.sqrt(-2 * Math.log(1 - unit()));
    const value = radius * Math.cos(2 * Math.PI * unit());
    return Math.max(-6, Math.min(6, value));
  };
  const bytes = (count: number): Uint8Array => {
    const filled = new Uint8Array(count);
    for (let i = 0; i < count; i += 1) filled[i] = u32() & 0xff;
    return filled;
  };
  return { u32, below, unit, normal, bytes };
}
