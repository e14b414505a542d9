/*
 * Tests of stored passwords and random secrets.
 * Oracles: RFC 7914's published vector, Python's hashlib.scrypt (OpenSSL's, by another program).
 */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createPasswordChecker,
  decodeStoredPassword,
  encodeStoredPassword,
  passwordFault,
  randomPassword,
  randomSession,
  randomToken,
  storePassword,
} from '../../../gateway/edges/passwords';
import {
  PASSWORD_CHECKS_WAITING_MAX,
  PASSWORD_SCRYPT_BYTES_MAX,
} from '../../../gateway/limits/http';
import { fromHex } from '../../../shared/bytes';

/** RFC 7914 §12: "pleaseletmein", "SodiumChloride", N 16384, r 8, p 1; the first 32 of its 64 bytes. */
const PUBLISHED = encodeStoredPassword({
  ...{ log2N: 14, r: 8, p: 1 },
  salt: new TextEncoder().encode('SodiumChloride'),
  hash: fromHex('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2'),
});

test('the published vector is right, other passwords and no account are wrong', async () => {
  const { check } = createPasswordChecker();
  expect(PUBLISHED).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/);
  expect(await check('pleaseletmein', PUBLISHED)).toBe('right');
  expect(await check('pleaseletmeIn', PUBLISHED)).toBe('wrong');
  expect(await check('', PUBLISHED)).toBe('wrong');
  expect(await check('pleaseletmein', undefined)).toBe('wrong');
  expect(await check('pleaseletmein', 'pleaseletmein')).toBe('wrong');
  expect(await check('x'.repeat(257), PUBLISHED)).toBe('wrong');
});

test('what we store, Python computes too', async () => {
  const password = 'Brunnen-Schlüssel 7';
  const stored = decodeStoredPassword(await storePassword(password));
  if (stored === null) throw new Error('not of our form');
  const program = `import hashlib,sys
print(hashlib.scrypt(sys.argv[1].encode(), salt=bytes.fromhex(sys.argv[2]), n=2**int(sys.argv[3]), r=int(sys.argv[4]), p=int(sys.argv[5]), maxmem=2**26, dklen=32).hex())`;
  const salt = Buffer.from(stored.salt).toString('hex');
  const numbers = [stored.log2N, stored.r, stored.p].map(String);
  const hex = execFileSync('python3', ['-c', program, password, salt, ...numbers]);
  expect(hex.toString().trim()).toBe(Buffer.from(stored.hash).toString('hex'));
});

test('the same password twice is stored differently, and letters in another form are the same', async () => {
  const { check } = createPasswordChecker();
  const [one, two] = [
    await storePassword('Schl\u00fcssel-12'),
    await storePassword('Schl\u00fcssel-12'),
  ];
  expect(one).not.toBe(two);
  expect(await check('Schlu\u0308ssel-12', one)).toBe('right');
});

test('parameters may change: a line with others is checked by its own', async () => {
  const { check } = createPasswordChecker();
  // RFC 7914 §12: "password", "NaCl", N 1024, r 8, p 16 asks for more lanes than we allow.
  const lanes = '$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI';
  expect(decodeStoredPassword(lanes)).toBe(null);
  const cheap = PUBLISHED.replace('ln=14', 'ln=11');
  expect(decodeStoredPassword(cheap)).toMatchObject({ log2N: 11, r: 8, p: 1 });
  expect(await check('pleaseletmein', cheap)).toBe('wrong');
  expect(decodeStoredPassword(PUBLISHED.replace('ln=14', 'ln=16'))).toBe(null);
});

test('every stored password is read back; no text throws or asks for too much memory', () => {
  const bytes = (least: number, most: number) =>
    fc.uint8Array({ minLength: least, maxLength: most });
  const stored = fc.record({
    log2N: fc.integer({ min: 1, max: 14 }),
    r: fc.integer({ min: 1, max: 16 }),
    p: fc.integer({ min: 1, max: 4 }),
    salt: bytes(1, 64),
    hash: bytes(32, 32),
  });
  fc.assert(
    fc.property(stored, (one) => {
      expect(decodeStoredPassword(encodeStoredPassword(one))).toEqual(one);
    }),
  );
  const mutated = fc
    .tuple(fc.nat(PUBLISHED.length - 1), fc.string({ unit: 'grapheme', maxLength: 3 }))
    .map(([at, text]) => PUBLISHED.slice(0, at) + text + PUBLISHED.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(fc.string(), mutated), (line) => {
      const read = decodeStoredPassword(line);
      if (read === null) return;
      expect(128 * read.r * 2 ** read.log2N).toBeLessThanOrEqual(PASSWORD_SCRYPT_BYTES_MAX);
      expect(encodeStoredPassword(read)).toBe(line);
    }),
    { numRuns: 2000 },
  );
});

test('many logins at once wait in a short queue, and the rest are turned away', async () => {
  const { check } = createPasswordChecker();
  const asked = Array.from({ length: PASSWORD_CHECKS_WAITING_MAX + 10 }, (_, at) =>
    check(at === 3 ? 'pleaseletmein' : 'wrong', PUBLISHED),
  );
  const verdicts = await Promise.all(asked);
  expect(verdicts.filter((verdict) => verdict === 'busy').length).toBe(10);
  expect(verdicts.indexOf('right')).toBe(3);
  expect(await check('pleaseletmein', PUBLISHED)).toBe('right');
});

test('random secrets: long enough, easy to type, never the same', () => {
  const many = Array.from({ length: 500 }, () => [
    randomPassword(),
    randomToken(),
    randomSession(),
  ]);
  expect(new Set(many.flat()).size).toBe(1500);
  for (const [password, token, session] of many) {
    expect(password).toMatch(/^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/);
    expect(token).toMatch(/^tw_[a-km-np-z2-9]{32}$/);
    expect(session).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(passwordFault(password)).toBe(null);
  }
  const letters = new Set(many.flatMap(([, token]) => [...token.slice(3)]));
  expect(letters.size).toBe(32);
});

test('passwords that are too short or too long are refused in words', () => {
  expect(passwordFault('nine char')).toContain('10 characters');
  expect(passwordFault('ten chars!')).toBe(null);
  expect(passwordFault('🔑'.repeat(65))).toContain('256 bytes');
});
