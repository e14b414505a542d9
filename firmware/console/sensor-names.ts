/*
 * What: the words for readings, faults and flags.
 * From where to where: sense -> what the console tells of the sensors. Espruino-safe.
 */
import type { Sense } from '../sense/sense';

/** By id (shared/record.ts). */
const READINGS = ['', 'levelMm', 'weightG', 'fridgeCentiC', 'hotHoldingCentiC'];
/** By place, as in sensors/sensor-limits.ts; the names are those of the pages in docs/sensors. */
const FAULTS = [
  'reed-meter',
  'pump-strokes',
  'tank-ultrasonic',
  'tank-pressure',
  'load-cell',
  'fridge',
  'hot-holding',
  'broken-button',
  'fixed-button',
  'tamper',
  'battery',
  'meal-contacts',
];
/** By bit of the status word from bit 8 on. */
const FLAGS = ['tamper', 'leak', 'battery low'];
const FLAG_PULSES_LOST = 65536;

/** The readings that can be trusted now, by name. */
export function namedReadings(sense: Sense): { [name: string]: number } {
  const named: { [name: string]: number } = {};
  for (let i = 0; i < sense.readings.length; i++) {
    const id = sense.readings[i][0];
    named[READINGS[id] || `reading ${id}`] = sense.readings[i][1];
  }
  return named;
}

/** Each sensor that does not work now, and why. */
export function namedFaults(sense: Sense): { [name: string]: string } {
  const named: { [name: string]: string } = {};
  const reasons = sense.faultReasons || [];
  for (let place = 0; place < FAULTS.length; place++) {
    if ((sense.faults >> place) & 1) named[FAULTS[place]] = reasons[place] || 'fault';
  }
  return named;
}

/** What the sensors hold in the status word. */
export function namedFlags(sense: Sense): string[] {
  const named: string[] = [];
  for (let i = 0; i < FLAGS.length; i++) if ((sense.flags >> (8 + i)) & 1) named.push(FLAGS[i]);
  if (sense.flags & FLAG_PULSES_LOST) named.push('pulses lost');
  return named;
}
