/*
 * What: the record codec against two CBOR libraries, on random honest records, and on damaged ones.
 * From where to where: random records -> encodeRecord -> cbor-x, cborg, decodeRecord. Source: the table of shared/record.ts.
 */
import { Decoder } from 'cbor-x';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packBuckets } from '../../shared/buckets';
import { REASONS } from '../../shared/reasons';
import {
  decodeRecord,
  encodeRecord,
  isCanonical,
  splitSigned,
  type TallyRecord,
} from '../../shared/record';
import {
  anyRecord,
  anyUsage,
  RUNS,
  SEED,
  STANDPIPE_BUCKETS,
  standpipe,
  tamperEvent,
} from './samples';

const options = { numRuns: RUNS, seed: SEED };
const cborx = new Decoder({ mapsAsObjects: false, useRecords: false });

/** The record as the plain CBOR values of the table. */
function elements(record: TallyRecord): unknown[] {
  const { kind, keyId, epoch, sequence, timeS, uptimeS, counters, status } = record;
  const head = [1, kind, keyId, epoch, sequence, timeS, uptimeS, counters, status];
  const shared = [...head, record.calibrationId, record.kept];
  if (record.kind === 3) return [...shared, record.eventCode, record.value];
  const { bucketMinutes, buckets, readings } = record;
  const packed = new Uint8Array(packBuckets(buckets));
  const usage = [...shared, bucketMinutes, buckets.length, packed];
  return readings.length === 0 ? usage : [...usage, new Map(readings as [number, number][])];
}

/** cborg's bytes of the elements, some of them replaced. */
function altered(record: TallyRecord, changes: Record<number, unknown>): Uint8Array {
  const values = elements(record);
  for (const [index, value] of Object.entries(changes)) values[Number(index)] = value;
  return cborg.encode(values);
}

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? Buffer.from(value).toString('hex')
    : value instanceof Map
      ? [...value]
      : Array.isArray(value)
        ? value.map(plain)
        : value;

const usage = standpipe(5, STANDPIPE_BUCKETS.slice(0, 12));

test('writes the bytes cborg writes, which cbor-x reads', () => {
  fc.assert(
    fc.property(anyRecord(), (record) => {
      const payload = encodeRecord(record);
      expect(Buffer.from(payload)).toEqual(Buffer.from(cborg.encode(elements(record))));
      expect(plain(cborx.decode(payload))).toEqual(plain(elements(record)));
    }),
    options,
  );
});

test('reads what it wrote, and calls it canonical', () => {
  fc.assert(
    fc.property(anyRecord(), (record) => {
      const payload = encodeRecord(record);
      expect(decodeRecord(payload)).toEqual(record);
      expect(isCanonical(payload)).toBe(true);
    }),
    options,
  );
});

function checkDamaged(damaged: Uint8Array): void {
  const record = decodeRecord(damaged);
  if (typeof record === 'string') {
    expect(REASONS).toContain(record);
    return;
  }
  const again = encodeRecord(record);
  expect(decodeRecord(again)).toEqual(record);
  expect(isCanonical(damaged)).toBe(Buffer.compare(again, damaged) === 0);
}

test('gives a value or a reason for every changed byte', () => {
  fc.assert(
    fc.property(anyRecord(), fc.integer({ min: 1, max: 255 }), (record, flip) => {
      const payload = encodeRecord(record);
      for (let i = 0; i < payload.length; i++) {
        const damaged = payload.slice();
        damaged[i] ^= flip;
        checkDamaged(damaged);
      }
    }),
    { ...options, numRuns: Math.ceil(RUNS / 4) },
  );
});

test('refuses every truncation and everything appended', () => {
  fc.assert(
    fc.property(anyRecord(), (record) => {
      const payload = encodeRecord(record);
      for (let n = 0; n < payload.length; n++) {
        expect(decodeRecord(payload.slice(0, n))).toBe('too-short');
      }
      const longer = decodeRecord(new Uint8Array([...payload, 0]));
      expect(longer).toBe(payload.length < 136 ? 'malformed' : 'too-long');
    }),
    { ...options, numRuns: Math.ceil(RUNS / 4) },
  );
});

test('never throws on random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 210 }), (bytes) => {
      const record = decodeRecord(bytes);
      if (typeof record === 'string') expect(REASONS).toContain(record);
      else checkDamaged(bytes);
    }),
    { ...options, numRuns: RUNS * 5 },
  );
});

test('refuses a value outside the table', () => {
  const range: Record<number, unknown[]> = {
    3: [0, 65536],
    4: [0, 65536],
    5: [4294967296],
    6: [4294967296, 12 * 300 - 1],
    7: [[], [1, 2, 3, 4, 5], [4294967296, 1], [1, 91733]],
    8: [524288],
    9: [4294967296],
    10: [4294967296],
    11: [4, 6, 59, 61],
    12: [0, 49],
  };
  for (const [index, values] of Object.entries(range)) {
    for (const value of values) {
      expect(decodeRecord(altered(usage, { [index]: value })), `${index}: ${value}`).toBe(
        'out-of-range',
      );
    }
  }
});

test('buckets may sum to the counter, not to one more', () => {
  const sum = (c: number) => usage.buckets.reduce((total, bucket) => total + bucket[c], 0);
  const counters = [sum(0), sum(1)];
  expect(decodeRecord(encodeRecord({ ...usage, counters }))).toEqual({ ...usage, counters });
  for (const less of [
    [sum(0) - 1, sum(1)],
    [sum(0), sum(1) - 1],
  ]) {
    expect(decodeRecord(encodeRecord({ ...usage, counters: less }))).toBe('out-of-range');
  }
});

test('refuses an event value outside the table', () => {
  const event = tamperEvent();
  for (const code of [0, 8])
    expect(decodeRecord(altered(event, { 11: code }))).toBe('out-of-range');
  for (const value of [2147483648, -2147483649, 4294967296, -4294967297]) {
    expect(decodeRecord(altered(event, { 12: value }))).toBe('out-of-range');
  }
  for (const value of [2147483647, -2147483648]) {
    expect(decodeRecord(altered(event, { 12: value }))).toEqual({ ...event, value });
  }
});

test('refuses a wrong type in every place', () => {
  for (const record of [{ ...usage, readings: [[3, 2110]] }, tamperEvent()]) {
    elements(record).forEach((value, index) => {
      for (const wrong of ['x', 1.5, null, -1, [], new Uint8Array(1), new Map()]) {
        const read = decodeRecord(altered(record, { [index]: wrong }));
        const isInt = record.kind === 3 && index === 12;
        if (isInt && wrong === -1) continue;
        expect(typeof read, `${index}: ${value} as ${JSON.stringify(wrong)}`).toBe('string');
      }
    });
  }
});

test('names version, kind and number of elements', () => {
  expect(decodeRecord(altered(usage, { 0: 2 }))).toBe('unknown-version');
  expect(decodeRecord(cborg.encode([2, 'another', 'form']))).toBe('unknown-version');
  expect(decodeRecord(altered(usage, { 1: 4 }))).toBe('unknown-kind');
  expect(decodeRecord(altered(usage, { 2: new Uint8Array(5) }))).toBe('malformed');
  expect(decodeRecord(cborg.encode(elements(usage).slice(0, 13)))).toBe('malformed');
  expect(decodeRecord(cborg.encode([...elements(tamperEvent()), new Map([[1, 1]])]))).toBe(
    'malformed',
  );
  expect(decodeRecord(cborg.encode([...elements(usage), new Map([[1, 1]]), 0]))).toBe('malformed');
  expect(decodeRecord(new Uint8Array(137))).toBe('too-long');
});

test('refuses readings that are empty, out of order, double or too many', () => {
  const withMap = (map: number[]) =>
    decodeRecord(new Uint8Array([0x8f, ...encodeRecord(usage).slice(1), ...map]));
  expect(withMap([0xa2, 1, 5, 3, 6])).toEqual({
    ...usage,
    readings: [
      [1, 5],
      [3, 6],
    ],
  });
  expect(withMap([0xa0])).toBe('not-canonical');
  expect(withMap([0xa2, 3, 6, 1, 5])).toBe('not-canonical');
  expect(withMap([0xa2, 1, 5, 1, 5])).toBe('not-canonical');
  expect(withMap([0xa1, 0, 5])).toBe('out-of-range');
  expect(withMap([0xb1, 1, 5])).toBe('out-of-range');
});

test('refuses every longer form of an integer', () => {
  const payload = encodeRecord(tamperEvent());
  const longer = (at: number, replaced: number, bytes: number[]) =>
    decodeRecord(
      new Uint8Array([...payload.slice(0, at), ...bytes, ...payload.slice(at + replaced)]),
    );
  const at = 1;
  expect(longer(at, 1, [1])).toEqual(tamperEvent());
  expect(longer(at, 1, [0x18, 1])).toBe('not-canonical');
  expect(longer(at, 1, [0x19, 0, 1])).toBe('not-canonical');
  expect(longer(at, 1, [0x1a, 0, 0, 0, 1])).toBe('not-canonical');
  expect(longer(at, 1, [0x1b, 0, 0, 0, 0, 0, 0, 0, 1])).toBe('not-canonical');
  expect(longer(0, 1, [0x9f])).toBe('not-canonical');
  expect(longer(at, 1, [0x1c])).toBe('malformed');
});

test('sees a payload whose buckets could be packed shorter', () => {
  const buckets = [[3], [2]];
  const record = standpipe(5, buckets);
  record.counters = [5];
  const shortest = encodeRecord(record);
  const packed = packBuckets(buckets);
  const other = altered(record, { 13: new Uint8Array([0x20, 0b01101000]) });
  expect([...shortest.slice(-packed.length)]).toEqual(packed);
  expect(isCanonical(shortest)).toBe(true);
  const read = decodeRecord(other);
  expect(typeof read === 'string' ? read : read.kind === 1 && read.buckets).toEqual(buckets);
  expect(isCanonical(other)).toBe(false);
});

test('throws on a record no honest node has', () => {
  for (const epoch of [-1, 1.5, 4294967296, Number.NaN]) {
    expect(() => encodeRecord({ ...usage, epoch })).toThrow();
  }
  const wide = Array.from({ length: 48 }, () => [4294967295]);
  expect(() => encodeRecord({ ...usage, buckets: wide })).toThrow('bytes');
});

test('parts a packet before its last 64 bytes', () => {
  fc.assert(
    fc.property(
      anyUsage(),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      (record, signature) => {
        const payload = encodeRecord(record);
        expect(splitSigned(new Uint8Array([...payload, ...signature]))).toEqual({
          payload,
          signature,
        });
      },
    ),
    options,
  );
  expect(splitSigned(new Uint8Array(64))).toBe('too-short');
  expect(splitSigned(new Uint8Array(201))).toBe('too-long');
});
