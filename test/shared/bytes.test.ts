/*
 * What: byte helpers against Node's Buffer. From where to where: random bytes -> both.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, equal, fromHex, toHex } from '../../shared/bytes';
import { RUNS, SEED } from './samples';

const options = { numRuns: RUNS, seed: SEED };
const bytes = () => fc.uint8Array({ maxLength: 40 });

test('hexadecimal both ways as Buffer does', () => {
  fc.assert(
    fc.property(bytes(), (some) => {
      const hex = Buffer.from(some).toString('hex');
      expect(toHex(some)).toBe(hex);
      expect(fromHex(hex.toUpperCase())).toEqual(some);
    }),
    options,
  );
});

test('joins and compares as Buffer does', () => {
  fc.assert(
    fc.property(bytes(), bytes(), (a, b) => {
      expect(Buffer.from(concat([a, b, []]))).toEqual(Buffer.concat([a, b]));
      expect(equal(a, b)).toBe(Buffer.compare(a, b) === 0);
      expect(equal(a, [...a])).toBe(true);
    }),
    options,
  );
});

test('throws on what is no hexadecimal', () => {
  for (const text of ['0', 'zz', '0x12', '12 4', '１２']) expect(() => fromHex(text)).toThrow();
});
