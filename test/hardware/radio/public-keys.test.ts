/*
 * Public-key frames of the virtual radio against real frames of the firmware.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyPairOf, openFrom, sealFor } from '../../../hardware/virtual/public-keys';

interface Vector {
  encryption?: string;
  raw_hex: string;
  plaintext_hex: string;
  header: { id: number; from: number };
  pki?: { sender_public_hex: string; receiver_private_hex: string; receiver_public_hex: string };
}

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const { vectors } = JSON.parse(
  readFileSync(new URL('../../fixtures/meshtasticd/onair-vectors.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };
const sealed = vectors.filter(({ encryption }) => encryption === 'pki');

test('real frames are opened with the receiver’s key, and by no other', () => {
  expect(sealed.length).toBeGreaterThan(10);
  for (const { pki, raw_hex, plaintext_hex, header } of sealed) {
    if (!pki) throw new Error('a frame without its keys');
    const own = keyPairOf(bytes(pki.receiver_private_hex));
    expect(own.publicKey).toEqual(bytes(pki.receiver_public_hex));
    const body = bytes(raw_hex).subarray(16);
    const sender = bytes(pki.sender_public_hex);
    expect(openFrom(sender, own, header, body)).toEqual(bytes(plaintext_hex));
    const other = keyPairOf(new Uint8Array(32).fill(9));
    expect(openFrom(sender, other, header, body)).toBeUndefined();
    expect(openFrom(sender, own, { ...header, id: header.id + 1 }, body)).toBeUndefined();
  }
});

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyData = fc.uint8Array({ minLength: 1, maxLength: 220 });
test('what one seals the other opens; a flipped bit opens nothing', () => {
  fc.assert(
    fc.property(key, key, anyData, fc.nat(), fc.nat(), (first, second, data, id, at) => {
      const [a, b] = [keyPairOf(first), keyPairOf(second)];
      const name = { id, from: 5 };
      const body = sealFor(b.publicKey, a, name, data, new Uint8Array([1, 2, 3, 4]));
      expect(body).toHaveLength(data.length + 12);
      expect(openFrom(a.publicKey, b, name, body)).toEqual(data);
      const torn = Uint8Array.from(body);
      torn[at % body.length] ^= 1;
      expect(openFrom(a.publicKey, b, name, torn)).toBeUndefined();
    }),
  );
});
