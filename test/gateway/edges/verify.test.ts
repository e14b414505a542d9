/*
 * Tests of gateway/edges/verify.ts: OpenSSL against the portable verifier and against what noble signs.
 */
import { readFileSync } from 'node:fs';
import { getPublicKey, hashes, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageVerifier, createVerifier } from '../../../gateway/edges/verify';
import { fromHex } from '../../../shared/bytes';
import { RECORD_AAD, sigStructure } from '../../../shared/cose';
import { verifyEd25519, verifySigned } from '../../../shared/verify';

hashes.sha512 = sha512;
const verify = createVerifier();
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test('both verifiers agree on good signatures and on every changed byte', () => {
  const payload = fc.uint8Array({ minLength: 1, maxLength: 136 });
  fc.assert(
    fc.property(
      bytes(32),
      payload,
      fc.nat(95),
      fc.integer({ min: 1, max: 255 }),
      (seed, message, at, flip) => {
        const publicKey = getPublicKey(seed);
        const signature = sign(sigStructure(RECORD_AAD, message), seed);
        expect(verify(RECORD_AAD, message, signature, publicKey)).toBe(true);
        expect(verifySigned(RECORD_AAD, message, signature, publicKey)).toBe(true);
        const forged = new Uint8Array([...signature, ...publicKey]);
        forged[at] ^= flip;
        const [badSignature, badKey] = [forged.slice(0, 64), forged.slice(64)];
        expect(verify(RECORD_AAD, message, badSignature, badKey)).toBe(false);
        expect(verifySigned(RECORD_AAD, message, badSignature, badKey)).toBe(false);
      },
    ),
    { numRuns: 20 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1), seed: 6 },
  );
});

test('wrong lengths and points off the curve are false, never an exception', () => {
  const payload = new Uint8Array([1]);
  for (const length of [0, 1, 31, 33, 64]) {
    expect(verify(RECORD_AAD, payload, new Uint8Array(64), new Uint8Array(length).fill(2))).toBe(
      false,
    );
  }
  expect(verify(RECORD_AAD, payload, new Uint8Array(63), getPublicKey(new Uint8Array(32)))).toBe(
    false,
  );
});

test('a signature for one purpose does not hold for another', () => {
  const seed = new Uint8Array(32).fill(3);
  const payload = new Uint8Array([1, 2, 3]);
  const signature = sign(sigStructure(RECORD_AAD, payload), seed);
  expect(verify('tallywell-bulletin-v1', payload, signature, getPublicKey(seed))).toBe(false);
});

interface Group {
  publicKey: { pk: string };
  tests: { tcId: number; msg: string; sig: string; result: 'valid' | 'invalid' }[];
}

test('every Wycheproof vector is judged as it says, and as the portable verifier judges it', () => {
  const file = new URL('../../fixtures/wycheproof/ed25519_test.json', import.meta.url);
  const { testGroups, numberOfTests } = JSON.parse(readFileSync(file, 'utf8')) as {
    testGroups: Group[];
    numberOfTests: number;
  };
  const verifyMessage = createMessageVerifier();
  let judged = 0;
  for (const { publicKey, tests } of testGroups) {
    const key = fromHex(publicKey.pk);
    for (const { tcId, msg, sig, result } of tests) {
      const verdict = verifyMessage(fromHex(msg), fromHex(sig), key);
      expect([tcId, verdict]).toEqual([tcId, result === 'valid']);
      expect([tcId, verifyEd25519(fromHex(msg), fromHex(sig), key)]).toEqual([tcId, verdict]);
      judged += 1;
    }
  }
  expect(judged).toBe(numberOfTests);
});
