/*
 * What: the battery where its limit is not the default one, and whether it can be measured at all.
 * From where to where: the board's voltage -> "battery low" in sense.flags, from which send/events.ts makes event 6.
 * The voltage itself is in every record's status. Page: docs/sensors/battery.md. Espruino-safe.
 */
import { setFault } from '../sense/readings';
import type { Sense } from '../sense/sense';
import {
  BATTERY_LOW_TICKS,
  FLAG_BATTERY_LOW,
  LITHIUM_LOW_MV,
  LITHIUM_OVER_MV,
  PLACE_BATTERY,
} from './sensor-limits';
import type { Wiring } from './wiring';

/** Low after some ticks in a row below the limit, and until it is clearly above it again. */
export function battery(sense: Sense, setup: NonNullable<Wiring['battery']>): () => void {
  const lowMv = setup.lowMv || LITHIUM_LOW_MV;
  let lowTicks = 0;
  return () => {
    const mv = sense.board.batteryMv();
    setFault(sense, PLACE_BATTERY, mv === 0 ? 'no battery, or its divider is broken' : '');
    lowTicks = mv > 0 && mv < lowMv ? lowTicks + 1 : 0;
    if (lowTicks >= BATTERY_LOW_TICKS) sense.flags |= FLAG_BATTERY_LOW;
    if (mv === 0 || mv >= lowMv + LITHIUM_OVER_MV) sense.flags &= ~FLAG_BATTERY_LOW;
  };
}
