/*
 * Time on the air against published tables, and against the floating point form of the same formula.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  airtimeMs,
  airtimeUs,
  CONTENTION_WINDOW_MIN,
  LONG_FAST,
  MEDIUM_FAST,
  MODEM_PRESETS,
  type ModemPreset,
  modemPresetOf,
  retransmissionMs,
  SHORT_FAST,
} from '../../../shared/meshtastic/airtime';

// Milliseconds for bodies of 32, 64, 100, 150, 200, 233 bytes behind the header of 16, and for an ack frame of 29.
const FRAMES = [48, 80, 116, 166, 216, 249, 29];
const TABLE: [ModemPreset, number[]][] = [
  [LONG_FAST, [600.1, 845.8, 1132.5, 1501.2, 1869.8, 2115.6, 477.2]],
  [MEDIUM_FAST, [170.5, 242.2, 324.1, 447.0, 559.6, 631.3, 129.5]],
  [SHORT_FAST, [52.9, 75.9, 101.5, 137.3, 175.7, 198.8, 37.5]],
];

test.each(TABLE)('table of $displayName', (preset, expected) => {
  const told = FRAMES.map((length) => Math.round(airtimeUs(preset, length) / 100) / 10);
  expect(told).toEqual(expected);
});

// AN1200.13 as printed, in floating point.
function airtimeSeconds(preset: ModemPreset, frameBytes: number): number {
  const symbol = 2 ** preset.spreadingFactor / preset.bandwidthHz;
  const slow = symbol >= 0.016 ? 1 : 0;
  const numerator = 8 * frameBytes - 4 * preset.spreadingFactor + 28 + 16;
  const groups = Math.ceil(numerator / (4 * (preset.spreadingFactor - 2 * slow)));
  return (16 + 4.25 + 8 + Math.max(groups * preset.codingRate, 0)) * symbol;
}

test('every preset and length equals the formula as printed', () => {
  const preset = fc.constantFrom(...MODEM_PRESETS);
  fc.assert(
    fc.property(preset, fc.integer({ min: 0, max: 255 }), (preset, length) => {
      const us = airtimeUs(preset, length);
      expect(Number.isInteger(us)).toBe(true);
      expect(us).toBe(Math.round(airtimeSeconds(preset, length) * 1e6));
    }),
    { seed: 20261123 },
  );
});

test('whole milliseconds are rounded to the nearest', () => {
  expect(airtimeMs(LONG_FAST, 48)).toBe(600);
  expect(airtimeMs(LONG_FAST, 80)).toBe(846);
  expect(airtimeMs(SHORT_FAST, 249)).toBe(199);
});

test('waiting time before a repetition, as measured for a record of 100 bytes', () => {
  const waits = [LONG_FAST, MEDIUM_FAST, SHORT_FAST].map((preset) =>
    retransmissionMs(preset, 123, CONTENTION_WINDOW_MIN),
  );
  expect(waits.map((ms) => Math.round(ms / 100) / 10)).toEqual([8.4, 5.9, 5.2]);
});

test('presets are found by the number in LoRaConfig', () => {
  for (const preset of MODEM_PRESETS) expect(modemPresetOf(preset.number)).toBe(preset);
  expect(modemPresetOf(2)).toBeUndefined();
});
