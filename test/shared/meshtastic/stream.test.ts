/*
 * The framer: nothing that was framed is lost, whatever stands inside bodies and between frames, however it is cut.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STREAM_FRAME_BYTES_MAX } from '../../../shared/limits';
import { decodeFromRadio, encodeFromRadio } from '../../../shared/meshtastic/from-radio';
import { createFramer, encodeFrame } from '../../../shared/meshtastic/stream';
import { payload } from './arbitraries';

const RUNS = 200 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const SEED = 20261123;

function property<T>(arbitrary: fc.Arbitrary<T>, run: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, run), { numRuns: RUNS, seed: SEED });
}

function join(parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Pushes the bytes in pieces of the given sizes (the last one again and again). */
function pushCut(
  framer: { push(chunk: Uint8Array): void },
  all: Uint8Array,
  sizes: number[],
): void {
  for (let at = 0, i = 0; at < all.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)];
    framer.push(all.subarray(at, at + size));
    at += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 });
const body = fc
  .oneof(fc.uint8Array({ maxLength: STREAM_FRAME_BYTES_MAX }), payload)
  .map((value) => new Uint8Array(value));

// Between frames: log lines of a radio, wake bytes, half start marks. None holds 94 C3 with a length that fits.
const noise = fc
  .constantFrom('', 'INFO  | 12:00 sent — done\r\n', 'ÔÔ', '\u0094', '“quoted”', '\u0000\u0000')
  .map((words) => new Uint8Array(Buffer.from(words, 'utf8')));
const starts = fc
  .constantFrom(
    [],
    [0x94],
    [0x94, 0x94],
    [0xc3, 0xc3],
    [0x94, 0xc3, 0xff, 0xff],
    [0x94, 0xc3, 2, 1],
  )
  .map((bytes) => new Uint8Array(bytes));

test('frames only: every body comes out, no byte is passed over, however the bytes are cut', () => {
  property(fc.record({ bodies: fc.array(body, { maxLength: 12 }), sizes }), ({ bodies, sizes }) => {
    const seen: Uint8Array[] = [];
    const framer = createFramer((one) => {
      seen.push(one);
      return true;
    });
    pushCut(framer, join(bodies.map(encodeFrame)), sizes);
    expect(seen.map((one) => Buffer.from(one))).toEqual(bodies.map((one) => Buffer.from(one)));
    expect(framer.skippedBytes()).toBe(0);
    expect(framer.buffered()).toBe(0);
  });
});

test('with noise between the frames every body still comes out', () => {
  const part = fc.record({ noise, start: starts, body });
  property(fc.record({ parts: fc.array(part, { maxLength: 10 }), sizes }), ({ parts, sizes }) => {
    const seen: string[] = [];
    const framer = createFramer((one) => {
      seen.push(Buffer.from(one).toString('hex'));
      return true;
    });
    const pieces = parts.flatMap((one) => [one.noise, one.start, encodeFrame(one.body)]);
    pushCut(framer, join(pieces), sizes);
    expect(seen).toEqual(parts.map((one) => Buffer.from(one.body).toString('hex')));
    const noiseBytes = parts.reduce((sum, one) => sum + one.noise.length + one.start.length, 0);
    expect(framer.skippedBytes()).toBe(noiseBytes);
  });
});

test('a chance header that swallows whole frames gives them back when its body is no message', () => {
  const ids = fc.array(fc.integer({ min: 1, max: 0xffffffff }), { minLength: 6, maxLength: 12 });
  const claimed = fc.integer({ min: 1, max: 60 });
  property(fc.record({ ids, claimed, sizes }), ({ ids, claimed, sizes }) => {
    const seen: number[] = [];
    const framer = createFramer((one) => {
      const message = decodeFromRadio(one);
      if (typeof message === 'string') return false;
      seen.push(message.configCompleteId ?? -1);
      return true;
    });
    const frames = ids.map((id) => encodeFrame(encodeFromRadio({ configCompleteId: id })));
    const header = new Uint8Array([0x94, 0xc3, 0, claimed]);
    pushCut(framer, join([header, ...frames]), sizes);
    // What is still missing lies in a half frame; two seconds of silence bring it out.
    while (framer.buffered() > 0) framer.idle();
    expect(seen).toEqual(ids);
  });
});

test('a half frame is given up one byte at a time, and the frame after it is found', () => {
  const seen: string[] = [];
  const framer = createFramer((one) => {
    seen.push(Buffer.from(one).toString('hex'));
    return true;
  });
  framer.push(new Uint8Array([0x94, 0xc3, 0, 40, 1, 2, 3]));
  framer.push(encodeFrame(new Uint8Array([9, 8])));
  expect(seen).toEqual([]);
  expect(framer.buffered()).toBe(13);
  framer.idle();
  expect(seen).toEqual(['0908']);
  expect(framer.buffered()).toBe(0);
  expect(framer.skippedBytes()).toBe(7);
  framer.idle();
  expect(framer.skippedBytes()).toBe(7);
});

test('a body of 512 bytes is taken, a header of 513 is passed over', () => {
  const lengths: number[] = [];
  const framer = createFramer((one) => lengths.push(one.length) > 0);
  framer.push(encodeFrame(new Uint8Array(512)));
  framer.push(new Uint8Array([0x94, 0xc3, 2, 1]));
  framer.push(encodeFrame(new Uint8Array(0)));
  expect(lengths).toEqual([512, 0]);
  expect(framer.skippedBytes()).toBe(4);
  expect(() => encodeFrame(new Uint8Array(513))).toThrow('frame too long');
});

test('any bytes at all: memory stays bounded and every byte is accounted for', () => {
  const marks = fc.constantFrom(0x94, 0xc3, 0, 1, 2);
  const bytes = fc.array(fc.oneof(marks, fc.integer({ min: 0, max: 255 })), { maxLength: 2500 });
  property(fc.record({ bytes, sizes, verdict: fc.func(fc.boolean()) }), (given) => {
    let framed = 0;
    const framer = createFramer((one) => {
      const taken = given.verdict(one.length, framed);
      if (taken) framed += one.length + 4;
      return taken;
    });
    pushCut(framer, new Uint8Array(given.bytes), given.sizes);
    expect(framer.buffered()).toBeLessThanOrEqual(STREAM_FRAME_BYTES_MAX + 3);
    expect(framed + framer.skippedBytes() + framer.buffered()).toBe(given.bytes.length);
  });
});

test('a body stays as it was after more bytes came', () => {
  const seen: Uint8Array[] = [];
  const framer = createFramer((one) => seen.push(one) > 0);
  for (let i = 0; i < 300; i++) framer.push(encodeFrame(new Uint8Array([i & 255, 7, 7, 7])));
  expect(seen.map((one) => one[0])).toEqual(Array.from({ length: 300 }, (_, i) => i & 255));
});
