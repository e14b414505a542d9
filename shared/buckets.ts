/*
 * What: the buckets of a record in few bytes: Rice codes with one parameter for each counter.
 * From where to where: buckets[i][c] (oldest first, what counter c rose by in bucket i) <-> the byte string of record.ts.
 * Source: our own layout of Rice, "Some practical universal noiseless coding techniques", JPL 79-22. Espruino-safe.
 *
 * | part | size | meaning |
 * |---|---|---|
 * | parameters | 4 bits a counter, whole bytes | k of each counter, first in the high nibble; a nibble left over is 0 |
 * | values | bits, first in the highest bit | bucket by bucket, in it counter by counter: Rice(value, k) |
 * | padding | 0..7 bits | 0 |
 *
 * Rice(v, k): v >> k ones, a zero, the k low bits of v. When v >> k is 12 or more: twelve ones, then v in 32 bits.
 * Each k (0..15) is the one with the fewest bits in all, the lowest of equals.
 */
import type { Reason } from './reasons';

const ONES_MAX = 12;
const ESCAPE_BITS = 44;
const K_MAX = 15;

/** The bits that grow into bytes. */
interface BitWriter {
  bytes: number[];
  /** Bits not yet written, fewer than 8 between calls, in the low end. */
  pending: number;
  pendingBits: number;
}

/** Appends `count` bits, 0..16. */
function putBits(writer: BitWriter, value: number, count: number): void {
  let bits = writer.pendingBits + count;
  const all = (writer.pending << count) | value;
  while (bits > 7) {
    bits -= 8;
    writer.bytes.push((all >> bits) & 255);
  }
  writer.pendingBits = bits;
  writer.pending = all & 127;
}

function putRice(writer: BitWriter, value: number, k: number): void {
  const ones = value >>> k;
  if (ones < ONES_MAX) {
    putBits(writer, (2 << ones) - 2, ones + 1);
    putBits(writer, value & ((1 << k) - 1), k);
  } else {
    putBits(writer, (1 << ONES_MAX) - 1, ONES_MAX);
    putBits(writer, value >>> 16, 16);
    putBits(writer, value & 65535, 16);
  }
}

/** The k of fewest bits. A k costs at least k + 1 bits a value, so the search ends where no higher one can win. */
function chooseK(buckets: number[][], counter: number): number {
  let best = 0;
  let bestBits = buckets.length * ESCAPE_BITS + 1;
  for (let k = 0; k <= K_MAX && buckets.length * (k + 1) < bestBits; k++) {
    let bits = 0;
    for (let i = 0; i < buckets.length && bits < bestBits; i++) {
      const ones = buckets[i][counter] >>> k;
      bits += ones < ONES_MAX ? ones + k + 1 : ESCAPE_BITS;
    }
    if (bits < bestBits) {
      best = k;
      bestBits = bits;
    }
  }
  return best;
}

/**
 * Packs buckets: at least one, each with the same number of values (1..4) of 0..2^32-1.
 * Values are not checked here; what is no such integer is packed as another one.
 */
export function packBuckets(buckets: number[][]): number[] {
  const counters = buckets[0].length;
  const ks: number[] = [];
  for (let c = 0; c < counters; c++) ks.push(chooseK(buckets, c));
  const writer: BitWriter = { bytes: [], pending: 0, pendingBits: 0 };
  for (let c = 0; c < counters; c++) putBits(writer, ks[c], 4);
  if (counters & 1) putBits(writer, 0, 4);
  for (let i = 0; i < buckets.length; i++) {
    for (let c = 0; c < counters; c++) putRice(writer, buckets[i][c], ks[c]);
  }
  if (writer.pendingBits > 0) putBits(writer, 0, 8 - writer.pendingBits);
  return writer.bytes;
}

/** A place in the bits. After the end every bit is 0 and `at` is beyond. */
interface BitReader {
  bytes: Uint8Array;
  /** Index of the next bit. */
  at: number;
}

function readBits(reader: BitReader, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const byte = reader.at >> 3 < reader.bytes.length ? reader.bytes[reader.at >> 3] : 0;
    value = value * 2 + ((byte >> (7 - (reader.at & 7))) & 1);
    reader.at++;
  }
  return value;
}

function readRice(reader: BitReader, k: number): number {
  let ones = 0;
  while (ones < ONES_MAX && readBits(reader, 1) === 1) ones++;
  if (ones === ONES_MAX) return readBits(reader, 32);
  return ones * (1 << k) + readBits(reader, k);
}

/**
 * Unpacks `bucketCount` buckets of `counters` values. Whether the parameters are the best ones is not asked here.
 * Rejects: too-short; malformed (bytes left over, padding that is not 0).
 */
export function unpackBuckets(
  bytes: Uint8Array,
  counters: number,
  bucketCount: number,
): number[][] | Reason {
  const reader: BitReader = { bytes: bytes, at: 0 };
  const ks: number[] = [];
  for (let c = 0; c < counters; c++) ks.push(readBits(reader, 4));
  if (counters & 1 && readBits(reader, 4) !== 0) return 'malformed';
  const buckets: number[][] = [];
  for (let i = 0; i < bucketCount; i++) {
    const bucket: number[] = [];
    for (let c = 0; c < counters; c++) bucket.push(readRice(reader, ks[c]));
    buckets.push(bucket);
  }
  if (reader.at > bytes.length * 8) return 'too-short';
  if (bytes.length * 8 - reader.at > 7) return 'malformed';
  return readBits(reader, bytes.length * 8 - reader.at) === 0 ? buckets : 'malformed';
}
