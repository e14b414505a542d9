/*
 * What: the codec of the new gateway key against cborg and cbor-x; what the gateway makes, it reads and node:crypto verifies.
 * From where to where: random announcements -> both. Source: the table of shared/gateway-key.ts.
 */
import { createPublicKey, verify as verifyNode } from 'node:crypto';
import { decode as decodeCborX } from 'cbor-x';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeGatewayKeyNotice, readGatewayKeyNotice } from '../../gateway/core/gateway-key-notice';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { isBulletin } from '../../shared/bulletin';
import { sigStructure } from '../../shared/cose';
import {
  decodeGatewayKeyNotice,
  encodeGatewayKeyNotice,
  isGatewayKeyNotice,
} from '../../shared/gateway-key';
import { REASONS } from '../../shared/reasons';
import { decodeRecord, encodeRecord } from '../../shared/record';
import { verifySigned } from '../../shared/verify';
import { anyRecord, RUNS, SEED } from './samples';

const options = { numRuns: RUNS, seed: SEED };
const ed25519 = createNobleEd25519();
const RECOVERY_SEED = new Uint8Array(32).fill(0x52);
const recoveryKey = ed25519.publicKey(RECOVERY_SEED);
const signWith = (seed: Uint8Array) => (message: Uint8Array) => ed25519.sign(seed, message);

const anyNotice = () =>
  fc.record({
    sequence: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 0xffffffff })),
    validFromS: fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffffffff })),
    publicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  });

test('writes the bytes cborg writes, which cbor-x reads, and reads them back', () => {
  fc.assert(
    fc.property(anyNotice(), (notice) => {
      const payload = encodeGatewayKeyNotice(notice);
      const elements = [1, notice.sequence, notice.validFromS, notice.publicKey];
      expect(Buffer.from(payload)).toEqual(Buffer.from(cborg.encode(elements)));
      expect((decodeCborX(payload) as unknown[]).slice(0, 3)).toEqual(elements.slice(0, 3));
      expect(decodeGatewayKeyNotice(payload)).toEqual(notice);
      expect(payload.length + 64).toBeGreaterThanOrEqual(102);
      expect(payload.length + 64).toBeLessThanOrEqual(110);
    }),
    options,
  );
});

test('refuses a damaged one or reads it as exactly those bytes', () => {
  fc.assert(
    fc.property(anyNotice(), fc.integer({ min: 1, max: 255 }), (notice, flip) => {
      const payload = encodeGatewayKeyNotice(notice);
      for (let i = 0; i < payload.length; i++) {
        expect(decodeGatewayKeyNotice(payload.slice(0, i))).toBe('too-short');
        const damaged = payload.slice();
        damaged[i] ^= flip;
        const read = decodeGatewayKeyNotice(damaged);
        if (typeof read === 'string') expect(REASONS).toContain(read);
        else expect(encodeGatewayKeyNotice(read)).toEqual(damaged);
      }
      expect(decodeGatewayKeyNotice(new Uint8Array([...payload, 0]))).toBe('malformed');
    }),
    { ...options, numRuns: Math.ceil(RUNS / 4) },
  );
});

test('number 0 and keys of other lengths are refused both ways', () => {
  const publicKey = new Uint8Array(32);
  const notice = (sequence: number, key: Uint8Array) => ({
    sequence,
    validFromS: 0,
    publicKey: key,
  });
  expect(() => encodeGatewayKeyNotice(notice(0, publicKey))).toThrow();
  expect(() => encodeGatewayKeyNotice(notice(1, new Uint8Array(31)))).toThrow();
  expect(decodeGatewayKeyNotice(cborg.encode([1, 0, 0, publicKey]))).toBe('out-of-range');
  expect(decodeGatewayKeyNotice(cborg.encode([1, 1, 0, new Uint8Array(33)]))).toBe('malformed');
  expect(decodeGatewayKeyNotice(cborg.encode([2, 1, 0, publicKey]))).toBe('unknown-version');
});

test('neither record nor bulletin is taken for it, nor it for one of them', () => {
  fc.assert(
    fc.property(anyNotice(), anyRecord(), (notice, record) => {
      const payload = encodeGatewayKeyNotice(notice);
      expect([isGatewayKeyNotice(payload), isBulletin(payload)]).toEqual([true, false]);
      expect(typeof decodeRecord(payload)).toBe('string');
      expect(isGatewayKeyNotice(encodeRecord(record))).toBe(false);
    }),
    options,
  );
  expect(isGatewayKeyNotice(new Uint8Array(0))).toBe(false);
});

test('what the recovery key signed holds, by node:crypto too; any other signature and purpose does not', () => {
  const notice = {
    sequence: 7,
    validFromS: 1_800_000_000,
    publicKey: ed25519.publicKey(new Uint8Array(32).fill(9)),
  };
  const packet = makeGatewayKeyNotice(notice, signWith(RECOVERY_SEED));
  expect(readGatewayKeyNotice(packet, recoveryKey, verifySigned)).toEqual(notice);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(recoveryKey).toString('base64url') };
  const message = sigStructure('tallywell-gateway-key-v1', packet.subarray(0, -64));
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  expect(verifyNode(null, message, key, packet.subarray(-64))).toBe(true);
  const foreign = makeGatewayKeyNotice(notice, signWith(new Uint8Array(32).fill(1)));
  expect(readGatewayKeyNotice(foreign, recoveryKey, verifySigned)).toBe('bad-signature');
  const asBulletin = ed25519.sign(
    RECOVERY_SEED,
    sigStructure('tallywell-bulletin-v1', packet.subarray(0, -64)),
  );
  const crossed = new Uint8Array([...packet.subarray(0, -64), ...asBulletin]);
  expect(readGatewayKeyNotice(crossed, recoveryKey, verifySigned)).toBe('bad-signature');
});
