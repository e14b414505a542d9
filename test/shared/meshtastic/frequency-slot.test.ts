/*
 * Frequencies of Meshtastic channels. Oracles: the firmware's own values for its default channels (firmware 2.7.26),
 * the published 906.875 MHz (US) and 869.525 MHz (EU_868).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  LONG_FAST,
  MEDIUM_FAST,
  MODEM_PRESETS,
  SHORT_FAST,
  SHORT_TURBO,
} from '../../../shared/meshtastic/airtime';
import { slotCount, slotFrequencyHz } from '../../../shared/meshtastic/frequency-slot';
import { REGIONS, type RegionName } from '../../../shared/meshtastic/regions';

const DEFAULTS: [RegionName, number, number, number][] = [
  ['US', 906_875_000, 913_125_000, 918_875_000],
  ['EU_868', 869_525_000, 869_525_000, 869_525_000],
  ['IN', 865_875_000, 866_125_000, 865_875_000],
  ['EU_433', 433_875_000, 433_125_000, 433_875_000],
  ['ANZ', 919_875_000, 926_125_000, 918_875_000],
];

test.each(DEFAULTS)('%s: the default channels lie where the firmware has them', (name, ...hz) => {
  const presets = [LONG_FAST, MEDIUM_FAST, SHORT_FAST];
  expect(
    presets.map((preset) => slotFrequencyHz(REGIONS[name], preset, preset.displayName, 0)),
  ).toEqual(hz);
});

test.each([
  ['TH', 923_875_000],
  ['JP', 923_375_000],
  ['KR', 922_875_000],
  ['TW', 923_875_000],
  ['NP_865', 867_875_000],
  ['SG_923', 917_875_000],
  ['BR_902', 903_875_000],
  ['CN', 478_875_000],
] as [RegionName, number][])('%s: LongFast', (name, hz) => {
  expect(slotFrequencyHz(REGIONS[name], LONG_FAST, 'LongFast', 0)).toBe(hz);
});

test('a name of its own moves the channel; a number fixes it', () => {
  expect(slotFrequencyHz(REGIONS.US, LONG_FAST, 'farm', 0)).toBe(902_875_000);
  expect(slotFrequencyHz(REGIONS.IN, LONG_FAST, 'farm', 0)).toBe(865_875_000);
  expect(slotFrequencyHz(REGIONS.US, LONG_FAST, 'farm', 20)).toBe(906_875_000);
  expect(slotCount(REGIONS.US, 250_000)).toBe(104);
});

test('a channel that the band has not is refused', () => {
  expect(slotFrequencyHz(REGIONS.EU_868, LONG_FAST, 'farm', 2)).toBe(0);
  expect(slotFrequencyHz(REGIONS.EU_868, SHORT_TURBO, 'farm', 0)).toBe(0);
});

test('every channel lies in its band, whole', () => {
  const anyRegion = fc.constantFrom(...Object.values(REGIONS));
  fc.assert(
    fc.property(
      anyRegion,
      fc.constantFrom(...MODEM_PRESETS),
      fc.string(),
      (region, preset, name) => {
        const hz = slotFrequencyHz(region, preset, name, 0);
        const half = preset.bandwidthHz / 2;
        if (slotCount(region, preset.bandwidthHz) === 0) expect(hz).toBe(0);
        else {
          expect(hz - half).toBeGreaterThanOrEqual(region.startHz);
          expect(hz + half).toBeLessThanOrEqual(region.endHz);
        }
      },
    ),
  );
});
