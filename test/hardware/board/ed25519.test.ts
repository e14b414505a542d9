/*
 * The interpreter's Ed25519 against RFC 8032's vectors, Node's OpenSSL and noble.
 */
import { createPrivateKey, createPublicKey, sign as nodeSign } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEs5Ed25519 } from '../../../hardware/virtual/board/ed25519-es5';
import { convolveInLoop } from '../../../hardware/virtual/board/field25519';
import { sha512 } from '../../../hardware/virtual/board/sha512';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';
import wycheproof from '../../fixtures/wycheproof/ed25519_test.json';

const RUNS = Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const es5 = createEs5Ed25519(convolveInLoop);
const noble = createNobleEd25519();
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** RFC 8032 section 7.1: TEST 1, 2, 3. */
const RFC_8032 = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

for (const [name, ed25519] of [
  ['es5', es5],
  ['noble', noble],
] as const) {
  test(`${name}: RFC 8032 vectors`, () => {
    for (const vector of RFC_8032) {
      const seed = fromHex(vector.seed);
      const message = fromHex(vector.message);
      expect(toHex(ed25519.publicKey(seed))).toBe(vector.publicKey);
      expect(toHex(ed25519.sign(seed, message))).toBe(vector.signature);
      const key = fromHex(vector.publicKey);
      expect(ed25519.verify(fromHex(vector.signature), message, key)).toBe(true);
      expect(ed25519.verify(fromHex(vector.signature), new Uint8Array([1]), key)).toBe(false);
    }
  });
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test('SHA-512 equals OpenSSL at every length around the block', async () => {
  const { createHash } = await import('node:crypto');
  for (let length = 0; length < 260; length++) {
    const message = new Uint8Array(length).map((_, i) => (i * 7 + length) & 255);
    expect(toHex(sha512(message))).toBe(createHash('sha512').update(message).digest('hex'));
  }
});

test('random keys and messages: the same signature as OpenSSL, and every flip refused', () => {
  fc.assert(
    fc.property(bytes(32), fc.uint8Array({ maxLength: 200 }), fc.nat(511), (seed, message, bit) => {
      const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
      const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
      const signature = es5.sign(seed, message);
      expect(toHex(signature)).toBe(toHex(nodeSign(null, message, secret)));
      expect(toHex(es5.publicKey(seed))).toBe(toHex(spki.subarray(12)));
      expect(es5.verify(signature, message, es5.publicKey(seed))).toBe(true);
      const flipped = new Uint8Array(signature);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      expect(es5.verify(flipped, message, es5.publicKey(seed))).toBe(false);
    }),
    { seed: 1, numRuns: 15 * RUNS },
  );
});

test('what is not a canonical signature is refused', () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const vector = RFC_8032[1];
  const signature = fromHex(vector.signature);
  let s = 0n;
  for (let i = 63; i >= 32; i--) s = s * 256n + BigInt(signature[i]);
  s += order;
  for (let i = 32; i < 64; i++) {
    signature[i] = Number(s & 255n);
    s >>= 8n;
  }
  const key = fromHex(vector.publicKey);
  for (const ed25519 of [es5, noble]) {
    expect(ed25519.verify(signature, fromHex(vector.message), key)).toBe(false);
    expect(ed25519.verify(new Uint8Array(3), new Uint8Array(0), key)).toBe(false);
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const forged = new Uint8Array(64);
    forged[0] = 1;
    expect(ed25519.verify(forged, new Uint8Array(5), identity)).toBe(false);
  }
});

test('Wycheproof: all 151 verdicts, by the interpreter`s and by the Node one', () => {
  let count = 0;
  for (const group of wycheproof.testGroups) {
    const key = fromHex(group.publicKey.pk);
    for (const vector of group.tests) {
      const signature = fromHex(vector.sig);
      const expected = vector.result === 'valid';
      count++;
      expect(es5.verify(signature, fromHex(vector.msg), key), `es5 ${vector.tcId}`).toBe(expected);
      expect(noble.verify(signature, fromHex(vector.msg), key), `noble ${vector.tcId}`).toBe(
        expected,
      );
    }
  }
  expect(count).toBe(wycheproof.numberOfTests);
});
