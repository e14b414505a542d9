/*
 * What: a tank that has run dry.
 * From where to where: measured levels -> event 2 with the level in mm. Page: docs/sensors/dry.md. Espruino-safe.
 */
import type { Sense } from '../sense/sense';
import { DRY_OVER_MM, DRY_TIMES, EVENT_DRY } from './sensor-limits';

/** Gives what takes each level, mm. Dry is told once, and again only after the tank had water. */
export function createDry(sense: Sense, dryMm: number | undefined): (levelMm: number) => void {
  let lowTimes = 0;
  return (levelMm) => {
    if (!dryMm) return;
    if (levelMm < dryMm) lowTimes++;
    else if (lowTimes < DRY_TIMES || levelMm >= dryMm + DRY_OVER_MM) lowTimes = 0;
    if (levelMm < dryMm && lowTimes === DRY_TIMES) sense.raise(EVENT_DRY, levelMm);
  };
}
