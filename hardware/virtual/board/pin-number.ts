/*
 * A pin's number from what Espruino takes for a pin: the pin itself or its name.
 * From: arguments of the firmware's calls. To: every part of the board that has pins. Espruino-safe.
 */

/** "D4" or 4 -> 4; anything else -1 (Espruino: "Invalid pin"). */
export function pinNumber(pin: unknown): number {
  if (typeof pin === 'number') return pin;
  if (typeof pin !== 'string' || pin.charAt(0) !== 'D') return -1;
  const number = parseInt(pin.substr(1), 10);
  return number >= 0 ? number : -1;
}
