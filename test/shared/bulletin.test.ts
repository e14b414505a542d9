/*
 * What: the bulletin codec against cborg and cbor-x, and what an entry tells against a plain set of sequences.
 * From where to where: random bulletins and sequences -> both. Source: the tables of shared/bulletin.ts.
 */
import { decode as decodeCborX } from 'cbor-x';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Bulletin,
  type BulletinEntry,
  decodeBulletin,
  encodeBulletin,
  entryCovers,
  entryOf,
  isBulletin,
} from '../../shared/bulletin';
import { airtimeMs, LONG_FAST } from '../../shared/meshtastic/airtime';
import { encodeData } from '../../shared/meshtastic/data';
import { REASONS } from '../../shared/reasons';
import { encodeRecord } from '../../shared/record';
import { anyRecord, RUNS, SEED } from './samples';

const options = { numRuns: RUNS, seed: SEED };
const u16 = () => fc.oneof(fc.nat(300), fc.integer({ min: 65500, max: 65535 }), fc.nat(65535));
const u32 = () => fc.oneof(fc.nat(70000), fc.integer({ min: 0, max: 0xffffffff }));

/** Bits of the map that name a sequence up to 65535. */
const mapMask = (contiguous: number) => 2 ** Math.max(0, Math.min(16, 65534 - contiguous)) - 1;

const anyEntry = (): fc.Arbitrary<BulletinEntry> =>
  fc
    .record({
      slotInGroup: fc.nat(15),
      keyCheck: fc.nat(15),
      epoch: u16().map((epoch) => Math.max(1, epoch)),
      contiguous: u16(),
      stored: fc.nat(65535),
    })
    .map((entry) => ({ ...entry, stored: entry.stored & mapMask(entry.contiguous) }));

const anyBulletin = (): fc.Arbitrary<Bulletin> =>
  fc.record({
    gatewayKeyId: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    sequence: u32(),
    timeS: u32(),
    clockUncertainty: fc.nat(15),
    group: fc.nat(15),
    entries: fc.array(anyEntry(), { maxLength: 16 }),
  });

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');

/** The bulletin as the plain CBOR values of the table, entries by way of hexadecimal text. */
function elements(bulletin: Bulletin): unknown[] {
  const packed = bulletin.entries.map(
    ({ keyCheck, slotInGroup, epoch, contiguous, stored }) =>
      hex(keyCheck, 1) + hex(slotInGroup, 1) + hex(epoch, 4) + hex(contiguous, 4) + hex(stored, 4),
  );
  const { gatewayKeyId, sequence, timeS, clockUncertainty, group } = bulletin;
  const entries = new Uint8Array(Buffer.from(packed.join(''), 'hex'));
  return [1, gatewayKeyId, sequence, timeS, clockUncertainty, group, entries];
}

function sample(entryCount: number, group: number): Bulletin {
  const entries = Array.from({ length: entryCount }, (_, i) => ({
    slotInGroup: i,
    keyCheck: 15 - i,
    epoch: 300 + i,
    contiguous: 4000 + i,
    stored: 0xfffe,
  }));
  const gatewayKeyId = new Uint8Array([0xde, 0xad, 0xbe, 0xef]);
  return {
    gatewayKeyId,
    sequence: 29453760,
    timeS: 1767225600,
    clockUncertainty: 1,
    group,
    entries,
  };
}

test('writes the bytes cborg writes, which cbor-x reads', () => {
  fc.assert(
    fc.property(anyBulletin(), (bulletin) => {
      const payload = encodeBulletin(bulletin);
      expect(Buffer.from(payload)).toEqual(Buffer.from(cborg.encode(elements(bulletin))));
      const read = decodeCborX(payload) as unknown[];
      expect(Buffer.from(read[6] as Uint8Array)).toEqual(
        Buffer.from(elements(bulletin)[6] as Uint8Array),
      );
      expect(read.slice(2, 6)).toEqual(elements(bulletin).slice(2, 6));
    }),
    options,
  );
});

test('reads what it wrote, and a record is no bulletin', () => {
  fc.assert(
    fc.property(anyBulletin(), anyRecord(), (bulletin, record) => {
      const payload = encodeBulletin(bulletin);
      expect(decodeBulletin(payload)).toEqual(bulletin);
      expect(isBulletin(payload)).toBe(true);
      expect(isBulletin(encodeRecord(record))).toBe(false);
      expect(typeof decodeBulletin(encodeRecord(record))).toBe('string');
    }),
    options,
  );
  expect(isBulletin(new Uint8Array(0))).toBe(false);
});

test('refuses a damaged one or reads it as exactly those bytes', () => {
  fc.assert(
    fc.property(anyBulletin(), fc.integer({ min: 1, max: 255 }), (bulletin, flip) => {
      const payload = encodeBulletin(bulletin);
      for (let i = 0; i < payload.length; i++) {
        expect(decodeBulletin(payload.slice(0, i))).toBe('too-short');
        const damaged = payload.slice();
        damaged[i] ^= flip;
        const read = decodeBulletin(damaged);
        if (typeof read === 'string') expect(REASONS).toContain(read);
        else expect(encodeBulletin(read)).toEqual(damaged);
      }
      const longer = decodeBulletin(new Uint8Array([...payload, 0]));
      expect(longer).toBe('malformed');
    }),
    { ...options, numRuns: Math.ceil(RUNS / 4) },
  );
});

test('names what is wrong', () => {
  const altered = (index: number, value: unknown) => {
    const values = elements(sample(2, 0));
    values[index] = value;
    return decodeBulletin(cborg.encode(values));
  };
  expect(altered(0, 2)).toBe('unknown-version');
  expect(altered(1, new Uint8Array(3))).toBe('malformed');
  expect(altered(2, 4294967296)).toBe('out-of-range');
  expect(altered(3, -1)).toBe('malformed');
  expect(altered(4, 16)).toBe('out-of-range');
  expect(altered(5, 16)).toBe('out-of-range');
  expect(altered(6, new Uint8Array(6))).toBe('malformed');
  expect(altered(6, new Uint8Array(7))).toBe('out-of-range');
  expect(altered(6, new Uint8Array(Buffer.from('00000100010001', 'hex')))).not.toBeTypeOf('string');
  expect(altered(6, new Uint8Array(Buffer.from('000001ffff0001', 'hex')))).toBe('out-of-range');
  expect(altered(6, new Uint8Array(Buffer.from('000001fffe0001', 'hex')))).toBe('out-of-range');
  expect(altered(6, new Uint8Array(Buffer.from('000001fffd0002', 'hex')))).toBe('out-of-range');
  expect(altered(6, new Uint8Array(Buffer.from('000001fffd0001', 'hex')))).not.toBeTypeOf('string');
  expect(decodeBulletin(cborg.encode([...elements(sample(2, 0)), 1]))).toBe('malformed');
  expect(decodeBulletin(new Uint8Array(137))).toBe('too-long');
  expect(altered(6, new Uint8Array(17 * 7))).toBe('too-long');
});

/** Ascending sequences: a run from 1 or from near the end, then some scattered ones. */
const anySequences = () =>
  fc
    .tuple(
      fc.oneof(fc.nat(40), fc.integer({ min: 65490, max: 65535 })),
      fc.uniqueArray(fc.integer({ min: 1, max: 45 }), { maxLength: 20 }),
    )
    .map(([run, steps]) => {
      const all = new Set(Array.from({ length: run }, (_, i) => i + 1));
      for (const step of steps) if (run + step <= 65535) all.add(run + step);
      return [...all].sort((a, b) => a - b);
    });

test('an entry tells the run and the 16 sequences after the first gap, nothing else', () => {
  fc.assert(
    fc.property(anySequences(), (sequences) => {
      const stored = new Set(sequences);
      let missing = 1;
      while (stored.has(missing)) missing++;
      const entry = entryOf(9, new Uint8Array([1, 2, 3, 0xa7]), 12, sequences);
      expect(entry).toMatchObject({
        slotInGroup: 9,
        keyCheck: 7,
        epoch: 12,
        contiguous: missing - 1,
      });
      for (let s = Math.max(0, missing - 50); s <= missing + 60; s++) {
        const told = stored.has(s) && s <= missing + 16;
        if (entryCovers(entry, 12, s) !== told) expect.fail(`${s} of ${sequences}`);
        if (entryCovers(entry, 13, s)) expect.fail(`${s} of another epoch`);
      }
      const bulletin = { ...sample(0, 3), entries: [entry] };
      expect(decodeBulletin(encodeBulletin(bulletin))).toEqual(bulletin);
    }),
    { ...options, numRuns: Math.ceil(RUNS / 2) },
  );
});

test('an entry at the last sequence covers all and nothing beyond', () => {
  const all = Array.from({ length: 65535 }, (_, i) => i + 1);
  const entry = entryOf(0, new Uint8Array(4), 65535, all);
  expect(entry).toEqual({
    slotInGroup: 0,
    keyCheck: 0,
    epoch: 65535,
    contiguous: 65535,
    stored: 0,
  });
  expect(entryCovers(entry, 65535, 65535)).toBe(true);
  expect(entryCovers(entry, 65535, 0)).toBe(false);
  expect(entryOf(0, new Uint8Array(4), 1, [])).toMatchObject({ contiguous: 0, stored: 0 });
});

test('bulletins for 16 entries and for 40 nodes fit 200 bytes', () => {
  const sizes = [16, 16, 16, 8].map((count, i) => {
    const bytes = encodeBulletin(sample(count, i)).length + 64;
    const payload = new Uint8Array(bytes);
    const frame = 16 + encodeData({ portnum: 287, payload, bitfield: 1 }).length;
    return { count, bytes, airMs: airtimeMs(LONG_FAST, frame) };
  });
  const groups = sizes.slice(1);
  const airMs = groups.reduce((sum, size) => sum + size.airMs, 0);
  for (const { count, bytes, airMs } of sizes) {
    console.log(`bulletin of ${count} entries: ${bytes} bytes, LongFast ${airMs} ms`);
    expect(bytes).toBeLessThanOrEqual(200);
  }
  console.log(
    `40 nodes: ${groups.length} bulletins, LongFast ${airMs} ms an hour = ${airMs / 36_000} %`,
  );
  expect(groups.reduce((sum, size) => sum + size.count, 0)).toBe(40);
  const largest = { ...sample(16, 15), sequence: 4294967295, timeS: 4294967295 };
  expect(encodeBulletin(largest).length + 64).toBe(197);
  expect(() => encodeBulletin({ ...largest, entries: sample(17, 0).entries })).toThrow('entries');
});
