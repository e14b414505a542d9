/*
 * Tests of the exported signed records: an independent COSE library verifies each with the exported keys, and an independent
 * CBOR reader finds where each begins and ends.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { Sign1 } from '@auth0/cose';
import { decodeFirst } from 'cborg';
import { expect, test } from 'vitest';
import { signedKeys, signedRecords } from '../../../gateway/export/signed';
import { testNode } from '../support/nodes';
import { allOf, EVERYTHING, exportFacts, packets, signedOf } from './kit';

const HEARD = packets();

interface Keys {
  externalAad: string;
  keys: {
    keyId: string;
    publicKey: string;
    jwk: JsonWebKey;
    site: string;
    from: string;
    to: null;
  }[];
}

/** The items of a CBOR sequence (RFC 8742), as bytes. Tag 18 is passed over. */
function itemsOf(sequence: Uint8Array): Uint8Array[] {
  const items: Uint8Array[] = [];
  for (let rest = sequence; rest.length > 0; ) {
    const tags: unknown[] = [];
    tags[18] = (decode: () => unknown) => decode();
    const [, after] = decodeFirst(rest, { tags: tags as never });
    items.push(rest.subarray(0, rest.length - after.length));
    rest = after;
  }
  return items;
}

test('every record verifies with another library and the exported keys; not with one bit changed', async () => {
  const facts = exportFacts();
  const { externalAad, keys } = JSON.parse(signedKeys('p', facts.keys(EVERYTHING))) as Keys;
  const sequence = allOf(signedRecords(facts.records(EVERYTHING)));
  const items = itemsOf(sequence);
  expect(items).toHaveLength(HEARD.length);
  const aad = { externalAAD: new TextEncoder().encode(externalAad) };
  const key = (at: number) => {
    const keyId = Buffer.from(signedOf(HEARD[at]).payload.subarray(4, 8)).toString('hex');
    const { jwk } = keys.find((one) => one.keyId === keyId) as Keys['keys'][0];
    return createPublicKey({ key: jwk, format: 'jwk' });
  };
  for (const [at, item] of items.entries()) {
    const signed = Sign1.decode(item);
    await signed.verify(key(at) as never, aad);
    const { payload } = signed;
    expect(Buffer.from(payload)).toEqual(Buffer.from(signedOf(HEARD[at]).payload));
  }
  const forged = Uint8Array.from(items[0]);
  forged[forged.length - 70] ^= 1;
  await expect(Sign1.decode(forged).verify(key(0) as never, aad)).rejects.toThrow();
});

test('keys: those of the sites asked for, with their place', () => {
  const facts = exportFacts();
  const range = { ...EVERYTHING, sites: ['canteen-01'] };
  const { keys } = JSON.parse(signedKeys('p', facts.keys(range))) as Keys;
  expect(keys).toHaveLength(1);
  expect(keys[0]).toMatchObject({ site: 'canteen-01', from: '2023-11-14T22:13:20Z', to: null });
  expect(keys[0].publicKey).toBe(Buffer.from(testNode(3).publicKey).toString('hex'));
});
