/*
 * AES encryption of single blocks (FIPS 197), plain and slow, keys of 128 and 256 bits, for the
 * channel encryption's check on an interpreter. From: codec-checks.ts. Espruino-safe.
 */

function double(value: number): number {
  return ((value << 1) ^ (value & 128 ? 0x11b : 0)) & 255;
}

/** The S-box, walked along the powers of the generator 3 and of its inverse. */
function buildSbox(): Uint8Array {
  const sbox = new Uint8Array(256);
  let p = 1;
  let q = 1;
  do {
    p = p ^ double(p);
    q = q ^ (q << 1);
    q = q ^ (q << 2);
    q = (q ^ (q << 4)) & 255;
    if (q & 128) q = q ^ 9;
    const turned = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4);
    sbox[p] = (turned ^ (turned >> 8) ^ 0x63) & 255;
  } while (p !== 1);
  sbox[0] = 0x63;
  return sbox;
}

const SBOX = buildSbox();

/** Round keys, 16 bytes a round. */
function expandKey(key: Uint8Array, rounds: number): Uint8Array {
  const keys = new Uint8Array(16 * (rounds + 1));
  keys.set(key, 0);
  const word = new Uint8Array(4);
  let constant = 1;
  for (let at = key.length; at < keys.length; at += 4) {
    word.set(keys.subarray(at - 4, at), 0);
    if (at % key.length === 0) {
      const first = word[0];
      word[0] = SBOX[word[1]] ^ constant;
      word[1] = SBOX[word[2]];
      word[2] = SBOX[word[3]];
      word[3] = SBOX[first];
      constant = double(constant);
    } else if (key.length === 32 && at % 32 === 16) {
      for (let i = 0; i < 4; i++) word[i] = SBOX[word[i]];
    }
    for (let i = 0; i < 4; i++) keys[at + i] = keys[at + i - key.length] ^ word[i];
  }
  return keys;
}

function mixColumns(state: Uint8Array): void {
  for (let c = 0; c < 16; c += 4) {
    const all = state[c] ^ state[c + 1] ^ state[c + 2] ^ state[c + 3];
    const first = state[c];
    for (let i = 0; i < 4; i++) {
      const next = i < 3 ? state[c + i + 1] : first;
      state[c + i] = state[c + i] ^ all ^ double(state[c + i] ^ next);
    }
  }
}

/** Encrypts whole blocks of 16 bytes, each for itself (ECB). */
export function encryptBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const rounds = key.length / 4 + 6;
  const keys = expandKey(key, rounds);
  const out = new Uint8Array(blocks.length);
  const state = new Uint8Array(16);
  const moved = new Uint8Array(16);
  for (let at = 0; at < blocks.length; at += 16) {
    for (let i = 0; i < 16; i++) state[i] = blocks[at + i] ^ keys[i];
    for (let round = 1; round <= rounds; round++) {
      for (let i = 0; i < 16; i++) moved[i] = SBOX[state[(i * 5) % 16]];
      state.set(moved, 0);
      if (round < rounds) mixColumns(state);
      for (let i = 0; i < 16; i++) state[i] = state[i] ^ keys[16 * round + i];
    }
    out.set(state, at);
  }
  return out;
}
