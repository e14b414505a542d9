/*
 * What: key, hash and encryption of a Meshtastic channel.
 * From where to where: channel name and PSK -> hash byte of the on-air header; body of an on-air frame <-> Data bytes.
 * Source: meshtastic.org/docs/overview/encryption and frames recorded from firmware 2.7.26. AES itself is handed in,
 * as ECB over whole blocks: the counter mode is built here because Espruino's own ignores the initial counter.
 * Espruino-safe.
 */

const BLOCK_BYTES = 16;
const KEY_128_BYTES = 16;
const KEY_256_BYTES = 32;
/** The key behind the one-byte PSK 1; higher ones add to its last byte. */
const DEFAULT_KEY = [
  0xd4, 0xf1, 0xbb, 0x3a, 0x20, 0x29, 0x07, 0x59, 0xf0, 0xbc, 0xff, 0xab, 0xcf, 0x4e, 0x69, 0x01,
];

/** AES-ECB without padding: `blocks` is a multiple of 16 bytes, `key` 16 or 32; the answer has the length of `blocks`. */
export type EncryptBlocks = (key: Uint8Array, blocks: Uint8Array) => Uint8Array;

/**
 * The key a PSK stands for: 0 bytes (no encryption), 16 or 32 bytes.
 * | PSK | key |
 * |---|---|
 * | none or the byte 0 | none |
 * | one byte n >= 1 | the default key, last byte + n - 1 |
 * | 2..15 bytes | filled up with 0 to 16 |
 * | 17..31 bytes | filled up with 0 to 32 |
 *
 * Throws: over 32 bytes (no radio stores that).
 */
export function expandPsk(psk: Uint8Array): Uint8Array {
  if (psk.length > KEY_256_BYTES) throw new Error('psk too long');
  if (psk.length === 0 || (psk.length === 1 && psk[0] === 0)) return new Uint8Array(0);
  if (psk.length === 1) {
    const key = new Uint8Array(DEFAULT_KEY);
    key[KEY_128_BYTES - 1] = (key[KEY_128_BYTES - 1] + psk[0] - 1) & 255;
    return key;
  }
  const key = new Uint8Array(psk.length <= KEY_128_BYTES ? KEY_128_BYTES : KEY_256_BYTES);
  key.set(psk, 0);
  return key;
}

/**
 * Hash byte of a channel: all bytes of name and expanded key XORed. 0 is what public-key packets carry too: choose
 * another PSK then. `name` is ASCII; of a channel without a name it is the name of the preset ("LongFast").
 */
export function channelHash(name: string, key: Uint8Array): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash ^= name.charCodeAt(i);
  for (let i = 0; i < key.length; i++) hash ^= key[i];
  return hash & 255;
}

/**
 * First counter block of a packet.
 * | bytes | meaning |
 * |---|---|
 * | 0..3 | packet id, little-endian |
 * | 4..7 | 0 |
 * | 8..11 | from, little-endian |
 * | 12..15 | block counter, big-endian, from 0 |
 */
export function nonce(id: number, from: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  for (let i = 0; i < 4; i++) {
    block[i] = (id >>> (8 * i)) & 255;
    block[8 + i] = (from >>> (8 * i)) & 255;
  }
  return block;
}

/**
 * Encrypts or decrypts (AES-CTR: the same) the body of one frame, up to 239 bytes. There is no check value: whether
 * the key was right shows only in the Data that comes out. With an empty key the body is returned as it is.
 * One pair (id, from) must never serve two bodies under one key.
 */
export function cryptChannel(
  encryptBlocks: EncryptBlocks,
  key: Uint8Array,
  id: number,
  from: number,
  body: Uint8Array,
): Uint8Array {
  const result = new Uint8Array(body);
  if (key.length === 0) return result;
  const count = Math.floor((body.length + BLOCK_BYTES - 1) / BLOCK_BYTES);
  const counters = new Uint8Array(count * BLOCK_BYTES);
  const first = nonce(id, from);
  for (let i = 0; i < count; i++) {
    counters.set(first, i * BLOCK_BYTES);
    counters[i * BLOCK_BYTES + 15] = i;
  }
  const stream = encryptBlocks(key, counters);
  for (let i = 0; i < result.length; i++) result[i] ^= stream[i];
  return result;
}
