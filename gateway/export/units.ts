/*
 * units.ts: from the integers of the wire to the numbers partners expect, exactly.
 * Way: stored integers -> litres, metres, kilograms, degrees Celsius, volts; times as ISO 8601. Pure.
 */

/** Tenths of a litre as litres. */
export const litres = (volumeDl: number): number => volumeDl / 10;
/** Tenths of a litre as cubic metres. */
export const cubicMetres = (volumeDl: number): number => volumeDl / 10_000;
/** Thousandths as whole: mm to m, g to kg, mV to V. */
export const thousandths = (value: number): number => value / 1000;
/** Hundredths of a degree as degrees Celsius. */
export const celsius = (centiC: number): number => centiC / 100;

/** A Unix time as 2026-03-01T06:00:00Z; null stays null. */
export function isoTime(timeS: number): string;
export function isoTime(timeS: number | null): string | null;
export function isoTime(timeS: number | null): string | null {
  return timeS === null ? null : new Date(timeS * 1000).toISOString().replace('.000Z', 'Z');
}

/** A Unix time as its UTC date, 2026-03-01. */
export const isoDate = (timeS: number): string => new Date(timeS * 1000).toISOString().slice(0, 10);

/** Seconds of a clock's uncertainty; null = not known. @param power ceil(log2(seconds)), 15 = unknown */
export const uncertaintyS = (power: number): number | null => (power >= 15 ? null : 2 ** power);
