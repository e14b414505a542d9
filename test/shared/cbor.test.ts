/*
 * What: integers and strings of our CBOR against cborg, and the edges at which a longer form begins.
 * From where to where: numbers -> putHead, putInt -> cborg and readers. Source: RFC 8949 section 4.2.1.
 */
import * as cborg from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createReader,
  Major,
  putBytes,
  putInt,
  readBytes,
  readInt,
  readUint,
} from '../../shared/cbor';
import { RUNS, SEED } from './samples';

const U32 = 0xffffffff;

function written(value: number): Uint8Array {
  const out: number[] = [];
  putInt(out, value);
  return new Uint8Array(out);
}

function readAs(bytes: number[]): number | string {
  const reader = createReader(new Uint8Array(bytes));
  const value = readUint(reader, 0, U32);
  return reader.reason === '' ? value : reader.reason;
}

/** The value in a form of 1, 2, 4 or 8 bytes after the head. */
function inForm(value: number, form: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return [Major.Uint + form, ...bytes.subarray(8 - (1 << (form - 24)))];
}

test('integers are what cborg writes, and are read again', () => {
  const edges = [0, 23, 24, 255, 256, 65535, 65536, U32];
  const values = fc.oneof(
    fc.constantFrom(...edges, ...edges.map((edge) => -1 - edge)),
    fc.integer({ min: -U32, max: U32 }),
  );
  fc.assert(
    fc.property(values, (value) => {
      expect(Buffer.from(written(value))).toEqual(Buffer.from(cborg.encode(value)));
      const reader = createReader(written(value));
      expect(readInt(reader, -1 - U32, U32)).toBe(value);
      expect(reader).toMatchObject({ reason: '', at: reader.bytes.length });
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test('each form begins where the shorter one ends', () => {
  for (const [form, first] of [
    [24, 24],
    [25, 256],
    [26, 65536],
  ]) {
    expect(readAs(inForm(first, form))).toBe(first);
    expect(readAs(inForm(first - 1, form))).toBe('not-canonical');
    expect(readAs(inForm(first, form).slice(0, -1))).toBe('too-short');
  }
  expect(readAs(inForm(U32, 26))).toBe(U32);
  expect(readAs(inForm(U32, 27))).toBe('not-canonical');
  expect(readAs(inForm(U32 + 1, 27))).toBe('out-of-range');
  expect(readAs([])).toBe('too-short');
});

test('byte strings are what cborg writes; a length beyond the end is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const out: number[] = [];
      putBytes(out, bytes);
      expect(Buffer.from(out)).toEqual(Buffer.from(cborg.encode(bytes)));
      expect(readBytes(createReader(new Uint8Array(out)))).toEqual(bytes);
      const cut = createReader(new Uint8Array(out.slice(0, -1)));
      expect(readBytes(cut).length).toBe(0);
      expect(cut.reason).toBe('too-short');
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test('the first fault stays', () => {
  const reader = createReader(new Uint8Array([0x18, 5, 0x01, 0x60]));
  readUint(reader, 0, 10);
  expect(reader.reason).toBe('not-canonical');
  readBytes(reader);
  expect(reader.reason).toBe('not-canonical');
});
