/*
 * The world's own meter at a site: what really went through, by time, outside any firmware.
 * From: the world's schedule, which feeds the virtual board and this history alike. To: the judge (drawn, open).
 * Source: design: judges stand outside what they judge.
 */

/** Cumulative counts by time. Times are village ms, never falling. */
export interface MeterHistory {
  /** µL a pulse, or 1 for a button. */
  unitUl: number;
  atMs: number[];
  total: number[];
}

/** An empty history. `unitUl` 1..10,000,000. */
export function createMeter(unitUl: number): MeterHistory {
  return { unitUl, atMs: [], total: [] };
}

/** Adds `count` pulses (or presses) that happened at `atMs`. Throws: when time runs back (own bug). */
export function addToMeter(meter: MeterHistory, atMs: number, count: number): void {
  const last = meter.atMs.length - 1;
  if (last >= 0 && atMs < meter.atMs[last]) throw new Error('the meter cannot count in the past');
  const total = (last >= 0 ? meter.total[last] : 0) + count;
  if (last >= 0 && meter.atMs[last] === atMs) meter.total[last] = total;
  else {
    meter.atMs.push(atMs);
    meter.total.push(total);
  }
}

/** Pulses (or presses) in all. */
export function meterTotal(meter: MeterHistory): number {
  return meter.total.length === 0 ? 0 : meter.total[meter.total.length - 1];
}

/** Pulses (or presses) that had happened before `atMs` (those exactly then not included). */
export function meterTotalBefore(meter: MeterHistory, atMs: number): number {
  let low = 0;
  let high = meter.atMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (meter.atMs[middle] < atMs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : meter.total[low - 1];
}
