/*
 * What: our Sig_structure and COSE_Sign1 against an independent COSE library, a CBOR library and node:crypto.
 * From where to where: payload, key -> sigStructure, node's signature, coseSign1 -> @auth0/cose verifies. Source: RFC 9052.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { Sign1 } from '@auth0/cose';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BULLETIN_AAD,
  coseSign1,
  parseCoseSign1,
  RECORD_AAD,
  sigStructure,
} from '../../shared/cose';
import { REASONS } from '../../shared/reasons';
import { encodeRecord } from '../../shared/record';
import { verifySigned } from '../../shared/verify';
import { anyRecord, RUNS, SEED } from './samples';

const options = { numRuns: RUNS, seed: SEED };
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const PROTECTED = new Uint8Array([0xa1, 0x01, 0x27]);

const seed = Buffer.alloc(32, 7);
const privateKey = createPrivateKey({
  key: Buffer.concat([PKCS8, seed]),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = createPublicKey(privateKey);
const rawPublicKey = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(12));

const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'ascii'));

test('the Sig_structure is the one cborg writes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(RECORD_AAD, BULLETIN_AAD),
      fc.uint8Array({ maxLength: 300 }),
      (aad, payload) => {
        const expected = cborg.encode(['Signature1', PROTECTED, ascii(aad), payload]);
        expect(Buffer.from(sigStructure(aad, payload))).toEqual(Buffer.from(expected));
      },
    ),
    options,
  );
});

test('an independent COSE library verifies what we wrap, with our external_aad only', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecord(), async (record) => {
      const payload = encodeRecord(record);
      const signature = new Uint8Array(sign(null, sigStructure(RECORD_AAD, payload), privateKey));
      const wrapped = Sign1.decode(coseSign1(payload, signature));
      expect(Buffer.from(wrapped.payload)).toEqual(Buffer.from(payload));
      await wrapped.verify(publicKey as never, { externalAAD: ascii(RECORD_AAD) });
      await expect(
        wrapped.verify(publicKey as never, { externalAAD: ascii(BULLETIN_AAD) }),
      ).rejects.toThrow();
      expect(verifySigned(RECORD_AAD, payload, signature, rawPublicKey)).toBe(true);
      expect(verifySigned(BULLETIN_AAD, payload, signature, rawPublicKey)).toBe(false);
    }),
    { ...options, numRuns: 20 },
  );
});

test('a COSE_Sign1 is the one cborg writes, and comes apart again', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      (payload, signature) => {
        const bytes = coseSign1(payload, signature);
        const inner = cborg.encode([PROTECTED, new Map(), payload, signature]);
        expect(Buffer.from(bytes)).toEqual(Buffer.concat([Buffer.from([0xd2]), inner]));
        expect(parseCoseSign1(bytes)).toEqual({ payload, signature });
      },
    ),
    options,
  );
});

test('refuses a damaged COSE_Sign1 or reads it as exactly those bytes', () => {
  const bytes = coseSign1(ascii('some payload'), new Uint8Array(64).fill(9));
  expect(parseCoseSign1(new Uint8Array([...bytes, 0]))).toBe('malformed');
  for (let i = 0; i < bytes.length; i++) {
    expect(typeof parseCoseSign1(bytes.slice(0, i))).toBe('string');
    for (const flip of [1, 2, 16, 32, 128, 255]) {
      const damaged = bytes.slice();
      damaged[i] ^= flip;
      const read = parseCoseSign1(damaged);
      if (typeof read === 'string') expect(REASONS).toContain(read);
      else expect(coseSign1(read.payload, read.signature)).toEqual(damaged);
    }
  }
});
