/*
 * Key, hash and counter mode of a channel, against published values and Node's own AES-CTR.
 */
import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelHash, cryptChannel, expandPsk, nonce } from '../../../shared/meshtastic/channel';
import { u32 } from './arbitraries';
import { bytes, encryptBlocks, hex } from './on-air';

const RUNS = 200 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

test('hashes of the default key as every radio shows them', () => {
  const key = expandPsk(new Uint8Array([1]));
  const hashes = {
    LongFast: 0x08,
    MediumFast: 0x1f,
    ShortFast: 0x70,
    MediumSlow: 0x18,
    ShortSlow: 0x77,
    LongMod: 0x6e,
    LongSlow: 0x0f,
    ShortTurbo: 0x0e,
    LongTurbo: 0x76,
    serial: 0x02,
    admin: 0x6d,
    farm: 0x1a,
  };
  for (const [name, hash] of Object.entries(hashes)) expect(channelHash(name, key)).toBe(hash);
});

test('what each length of PSK stands for', () => {
  expect(hex(expandPsk(bytes('')))).toBe('');
  expect(hex(expandPsk(bytes('00')))).toBe('');
  expect(hex(expandPsk(bytes('01')))).toBe('d4f1bb3a20290759f0bcffabcf4e6901');
  expect(hex(expandPsk(bytes('0a')))).toBe('d4f1bb3a20290759f0bcffabcf4e690a');
  expect(hex(expandPsk(bytes('ff')))).toBe('d4f1bb3a20290759f0bcffabcf4e69ff');
  expect(hex(expandPsk(bytes('0102')))).toBe('01020000000000000000000000000000');
  expect(hex(expandPsk(new Uint8Array(16).fill(5)))).toBe('05'.repeat(16));
  expect(hex(expandPsk(new Uint8Array(17).fill(5)))).toBe('05'.repeat(17) + '00'.repeat(15));
  expect(hex(expandPsk(new Uint8Array(32).fill(5)))).toBe('05'.repeat(32));
  expect(() => expandPsk(new Uint8Array(33))).toThrow('psk too long');
});

test('the counter mode equals that of Node, any key, length, id and sender', () => {
  const key = fc.oneof(
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
  );
  const body = fc.uint8Array({ maxLength: 239 });
  fc.assert(
    fc.property(key, u32, u32, body, (key, id, from, body) => {
      const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, nonce(id, from));
      const expected = Buffer.concat([cipher.update(body), cipher.final()]);
      const encrypted = cryptChannel(encryptBlocks, key, id, from, body);
      expect(hex(encrypted)).toBe(hex(expected));
      expect(hex(cryptChannel(encryptBlocks, key, id, from, encrypted))).toBe(hex(body));
    }),
    { numRuns: RUNS, seed: 20261123 },
  );
});

test('a channel without key changes nothing', () => {
  const body = bytes('0102');
  expect(hex(cryptChannel(encryptBlocks, bytes(''), 1, 2, body))).toBe('0102');
});
