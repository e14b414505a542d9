/*
 * What: Ed25519 verification against the public vectors, node:crypto beside it as a second judge.
 * From where to where: test/fixtures/rfc8032, test/fixtures/wycheproof, random keys -> verify.ts and node:crypto.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign as signWithNode,
  verify as verifyWithNode,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getPublicKey, sign as signWithNoble } from '@noble/ed25519';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../shared/bytes';
import { RECORD_AAD, sigStructure } from '../../shared/cose';
import { keyIdOf, verifyEd25519, verifySigned } from '../../shared/verify';
import { RUNS, SEED } from './samples';

interface Rfc8032Vector {
  name: string;
  secretKey: string;
  publicKey: string;
  message: string;
  signature: string;
}

interface WycheproofGroup {
  publicKey: { pk: string };
  tests: { tcId: number; comment: string; msg: string; sig: string; result: string }[];
}

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
const rfc8032: Rfc8032Vector[] = fixture('rfc8032/ed25519.json');
const wycheproof: { numberOfTests: number; testGroups: WycheproofGroup[] } = fixture(
  'wycheproof/ed25519_test.json',
);

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function nodeVerifies(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const key = createPublicKey({
    key: Buffer.concat([SPKI, publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verifyWithNode(null, message, key, signature);
}

function nodeSigns(message: Uint8Array, seed: Uint8Array): Uint8Array {
  const key = Buffer.concat([PKCS8, seed]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return new Uint8Array(signWithNode(null, message, privateKey));
}

test.each(rfc8032)('RFC 8032 section 7.1, $name', (vector) => {
  const message = fromHex(vector.message);
  const publicKey = fromHex(vector.publicKey);
  const signature = fromHex(vector.signature);
  const seed = fromHex(vector.secretKey);
  expect(verifyEd25519(message, signature, publicKey)).toBe(true);
  expect(nodeVerifies(message, signature, publicKey)).toBe(true);
  expect(toHex(getPublicKey(seed))).toBe(vector.publicKey);
  expect(toHex(signWithNoble(message, seed))).toBe(vector.signature);
  expect(toHex(nodeSigns(message, seed))).toBe(vector.signature);
});

test('gives every Wycheproof signature its verdict, and so does node:crypto', () => {
  let seen = 0;
  for (const { publicKey, tests } of wycheproof.testGroups) {
    const key = fromHex(publicKey.pk);
    for (const { tcId, comment, msg, sig, result } of tests) {
      const isValid = result === 'valid';
      const name = `${tcId} ${comment}`;
      expect(verifyEd25519(fromHex(msg), fromHex(sig), key), name).toBe(isValid);
      expect(nodeVerifies(fromHex(msg), fromHex(sig), key), name).toBe(isValid);
      seen++;
    }
  }
  expect(seen).toBe(wycheproof.numberOfTests);
});

test('noble and node:crypto sign alike, and a changed bit is refused by both', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ minLength: 1, maxLength: 136 }),
      fc.nat(63),
      fc.nat(7),
      (seed, payload, byte, bit) => {
        const message = sigStructure(RECORD_AAD, payload);
        const publicKey = getPublicKey(seed);
        const signature = nodeSigns(message, seed);
        expect(toHex(signWithNoble(message, seed))).toBe(toHex(signature));
        expect(verifySigned(RECORD_AAD, payload, signature, publicKey)).toBe(true);
        signature[byte] ^= 1 << bit;
        expect(verifySigned(RECORD_AAD, payload, signature, publicKey)).toBe(false);
        expect(nodeVerifies(message, signature, publicKey)).toBe(false);
      },
    ),
    { numRuns: Math.ceil(RUNS / 8), seed: SEED },
  );
});

test('never throws, whatever the lengths', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 70 }),
      fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ minLength: 64, maxLength: 64 })),
      fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 32, maxLength: 32 })),
      (payload, signature, publicKey) => {
        expect(verifySigned(RECORD_AAD, payload, signature, publicKey)).toBe(false);
      },
    ),
    { numRuns: RUNS, seed: SEED },
  );
});

test('a key of small order signs nothing', () => {
  const identity = fromHex(`01${'00'.repeat(31)}`);
  const signature = fromHex(`01${'00'.repeat(63)}`);
  expect(verifyEd25519(new Uint8Array([1]), signature, identity)).toBe(false);
});

test('the key id is the start of SHA-256', () => {
  const publicKey = fromHex('13ae7578fad3e0b3b06721be0a4b4a6b7f0816e0edc4aa1805f5ec32f3b18851');
  expect(toHex(keyIdOf(publicKey))).toBe('3ce695c4');
  const sha256 = createHash('sha256').update(publicKey).digest('hex');
  expect(toHex(keyIdOf(publicKey))).toBe(sha256.slice(0, 8));
});
