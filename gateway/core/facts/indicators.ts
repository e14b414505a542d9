/*
 * indicators.ts: the sector's indicators of a site, as far as this gateway can know them.
 * Way: stored facts of a site -> Indicator for each that fits its kind. "yes" always means: the standard is met.
 * Pure. Sources and caveats of each: docs/indicators.md.
 */

import type { IndicatorInputs } from './indicator-inputs';
import { canteenIndicators } from './indicators-canteen';
import { jmpIndicator } from './indicators-jmp';
import { sphereIndicators } from './indicators-sphere';
import { upgroIndicators } from './indicators-upgro';
import type { Indicator } from './site-facts';

/** All indicators of a site. */
export function indicatorsOf(inputs: IndicatorInputs): Indicator[] {
  if (inputs.stored.reading.kind === 'canteen') return canteenIndicators(inputs);
  return [...upgroIndicators(inputs), ...sphereIndicators(inputs), jmpIndicator(inputs)];
}
