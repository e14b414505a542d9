/*
 * Tests of gateway/core/mqtt-guard.ts: packets built by mqtt-packet are the oracle.
 */
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { createPacketGuard } from '../../../gateway/core/mqtt-guard';

function packets(sizes: number[]): Uint8Array {
  const all = sizes.map((size) =>
    mqttPacket.generate({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.alloc(size, 0xff),
      qos: 0,
      retain: false,
      dup: false,
    }),
  );
  return new Uint8Array(Buffer.concat(all));
}

test('packets within the limit pass in any chunks; one beyond it is refused', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 50 }), (lengths, chunkBytes) => {
      const guard = createPacketGuard(300);
      const bytes = packets(lengths);
      let allowed = true;
      for (let at = 0; at < bytes.length && allowed; at += chunkBytes) {
        allowed = guard(bytes.subarray(at, at + chunkBytes));
      }
      // Remaining length of such a packet: 2 + 1 bytes of topic, then the payload.
      expect(allowed).toBe(lengths.every((size) => size + 3 <= 300));
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('a length of more than four bytes is refused', () => {
  expect(createPacketGuard(2 ** 30)(new Uint8Array([0x30, 0x80, 0x80, 0x80, 0x80]))).toBe(false);
});
