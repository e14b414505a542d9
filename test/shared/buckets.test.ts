/*
 * What: the Rice packing of buckets against a second, slow way of writing the same layout as text of 0 and 1.
 * From where to where: random buckets -> packBuckets -> unpackBuckets. Source: the layout of shared/buckets.ts.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packBuckets, unpackBuckets } from '../../shared/buckets';
import { anyBuckets, RUNS, SEED } from './samples';

const options = { numRuns: RUNS, seed: SEED };

function riceText(value: number, k: number): string {
  const ones = Math.floor(value / 2 ** k);
  if (ones >= 12) return '1'.repeat(12) + value.toString(2).padStart(32, '0');
  const low = k === 0 ? '' : (value % 2 ** k).toString(2).padStart(k, '0');
  return `${'1'.repeat(ones)}0${low}`;
}

function bestK(values: number[]): number {
  const lengths = Array.from({ length: 16 }, (_, k) =>
    values.map((value) => riceText(value, k)).join(''),
  ).map((text) => text.length);
  return lengths.indexOf(Math.min(...lengths));
}

function packText(buckets: number[][]): number[] {
  const ks = buckets[0].map((_, c) => bestK(buckets.map((bucket) => bucket[c])));
  const nibbles = ks.map((k) => k.toString(2).padStart(4, '0')).join('');
  const head = nibbles.padEnd(Math.ceil(nibbles.length / 8) * 8, '0');
  const body = buckets.map((bucket) => bucket.map((v, c) => riceText(v, ks[c])).join('')).join('');
  const text = (head + body).padEnd(Math.ceil((head + body).length / 8) * 8, '0');
  return (text.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
}

test('packs as the layout says, k by trying all', () => {
  fc.assert(
    fc.property(anyBuckets(), (buckets) => {
      expect(packBuckets(buckets)).toEqual(packText(buckets));
    }),
    options,
  );
});

test('unpacks what it packed', () => {
  fc.assert(
    fc.property(anyBuckets(), (buckets) => {
      const bytes = new Uint8Array(packBuckets(buckets));
      expect(unpackBuckets(bytes, buckets[0].length, buckets.length)).toEqual(buckets);
    }),
    options,
  );
});

test('packs the edges of a value', () => {
  for (const value of [0, 11, 12, 393215, 393216, 0x7fffffff, 0x80000000, 0xffffffff]) {
    const bytes = new Uint8Array(packBuckets([[value]]));
    expect([...bytes]).toEqual(packText([[value]]));
    expect(unpackBuckets(bytes, 1, 1)).toEqual([[value]]);
  }
});

test('refuses what is cut, longer, or padded with ones', () => {
  const bytes = packBuckets([
    [250, 1],
    [160, 1],
  ]);
  const unpack = (all: number[]) => unpackBuckets(new Uint8Array(all), 2, 2);
  for (let n = 0; n < bytes.length; n++) expect(unpack(bytes.slice(0, n))).toBe('too-short');
  expect(unpack([...bytes, 0])).toBe('malformed');
  expect(unpackBuckets(new Uint8Array([0x00, 0b00000001]), 1, 1)).toBe('malformed');
  expect(unpackBuckets(new Uint8Array([0x01, 0]), 1, 1)).toBe('malformed');
});
