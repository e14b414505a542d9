/*
 * The thermometer's bytes against the tables of its datasheet, bytes that real ones sent, and damage.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc8, sixteenthsOf } from '../../../firmware/sensors/ds18b20';
import { centiCOf } from '../../../firmware/sensors/temperature';
import { holds } from './property';

/** Datasheet DS18B20, table "Temperature/Data Relationship": °C and the two bytes. */
const TABLE: [number, number][] = [
  [125, 0x07d0],
  [25.0625, 0x0191],
  [10.125, 0x00a2],
  [0.5, 0x0008],
  [0, 0x0000],
  [-0.5, 0xfff8],
  [-10.125, 0xff5e],
  [-25.0625, 0xfe6f],
  [-55, 0xfc90],
];

/** Scratchpads as real sensors sent them (Linux w1_therm prints them so). */
const POWER_ON = [0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10, 0x1c];
const WARM = [0x72, 0x01, 0x4b, 0x46, 0x7f, 0xff, 0x0e, 0x10, 0x57];

function scratchpad(raw: number, config = 0x7f): Uint8Array {
  const bytes = [raw & 255, (raw >> 8) & 255, 0x4b, 0x46, config, 0xff, 0x0c, 0x10];
  return new Uint8Array([...bytes, crc8(bytes)]);
}

test('CRC-8 of the ROM in Maxim application note 27 is A2', () => {
  expect(crc8([0x02, 0x1c, 0xb8, 0x01, 0, 0, 0])).toBe(0xa2);
  expect(crc8([0x02, 0x1c, 0xb8, 0x01, 0, 0, 0, 0xa2])).toBe(0);
});

test('scratchpads of real sensors: 23.125 °C, and 85 °C after power-on that nobody believes', () => {
  expect(sixteenthsOf(new Uint8Array(WARM))).toBe(23.125 * 16);
  expect(centiCOf(sixteenthsOf(new Uint8Array(WARM)) as number, undefined)).toBe(2313);
  expect(sixteenthsOf(new Uint8Array(POWER_ON))).toBe(85 * 16);
  expect(centiCOf(85 * 16, undefined)).toBe('lost its power');
  expect(centiCOf(85 * 16, 400)).toBe('lost its power');
  expect(centiCOf(85 * 16, 8400)).toBe(8500);
});

test.each(TABLE)('the table of the datasheet: %d °C', (celsius, raw) => {
  expect(sixteenthsOf(scratchpad(raw))).toBe(celsius * 16);
  expect(centiCOf(celsius * 16, undefined)).toBe(Math.round(celsius * 100));
});

test('fewer bits: what the datasheet calls undefined is not read', () => {
  // 9 bits: steps of 0.5 °C; 10.125 °C with garbage in the lowest three bits.
  expect(sixteenthsOf(scratchpad(0x00a7, 0x1f))).toBe(10 * 16);
  expect(sixteenthsOf(scratchpad(0xfff9, 0x1f))).toBe(-8);
  expect(sixteenthsOf(scratchpad(0x0191, 0x3f))).toBe(25 * 16);
});

test('a wire that is held low, or that nobody answers on, is no temperature', () => {
  expect(sixteenthsOf(new Uint8Array(9))).toBe('wire held low');
  expect(sixteenthsOf(new Uint8Array(9).fill(255))).toMatch('bad checksum');
  expect(sixteenthsOf(scratchpad(0x07d1))).toMatch('outside');
  expect(sixteenthsOf(scratchpad(0xfc8f))).toMatch('outside');
});

holds(
  [fc.integer({ min: -880, max: 2000 }), fc.integer({ min: 0, max: 71 })],
  'every temperature comes through, and no single wrong bit does',
  (raw, bit) => {
    const good = scratchpad(raw & 0xffff);
    expect(sixteenthsOf(good)).toBe(raw);
    const bad = new Uint8Array(good);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(sixteenthsOf(bad)).toMatch('bad checksum');
  },
);
