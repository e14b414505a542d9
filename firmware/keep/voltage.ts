/*
 * What: whether the supply is too low to write flash: a write that fails half way costs more than one that waits.
 * From where to where: the board's battery -> whoever is about to write. Espruino-safe.
 */
import type { Board } from '../board';
import { BATTERY_WRITE_MV_MIN } from '../node-limits';

/** Flash must not be written now. A board that cannot measure (0 mV) is let through. */
export function isTooLowToWrite(board: Board): boolean {
  const batteryMv = board.batteryMv();
  return batteryMv > 0 && batteryMv < BATTERY_WRITE_MV_MIN;
}
