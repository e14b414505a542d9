/*
 * UTF-8 by hand against TextEncoder and TextDecoder.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText, encodeText } from '../../../shared/meshtastic/text';

const RUNS = 300 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

test('any text is written as TextEncoder writes it and read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = encodeText(text);
      expect(Buffer.from(bytes)).toEqual(Buffer.from(new TextEncoder().encode(text)));
      expect(decodeText(bytes)).toBe(text);
    }),
    { numRuns: RUNS, seed: 20261123 },
  );
});

test('lone surrogates become the replacement character', () => {
  expect(Buffer.from(encodeText('a\ud800b\udc00')).toString()).toBe('a\ufffdb\ufffd');
});

test('of any bytes well-formed text is read as TextDecoder reads it, the rest is marked', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const text = decodeText(bytes);
      const oracle = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      const marks = /\ufffd+/g;
      expect(text.replace(marks, '\ufffd')).toBe(oracle.replace(marks, '\ufffd'));
    }),
    { numRuns: RUNS, seed: 20261123 },
  );
});
