/*
 * What: how a sensor tells a reading, takes it back, and says that it does not work.
 * From where to where: sensors -> sense.readings, sense.faults -> record-maker.ts and the console. Espruino-safe.
 */
import type { Sense } from './sense';

/** Beyond it (or not a number) a reading comes of wrong settings: it must fit 32 bits on the wire. */
const READING_MAX = 1000000000;

/** Takes a reading away: it cannot be trusted now. */
export function dropReading(sense: Sense, id: number): void {
  for (let i = 0; i < sense.readings.length; i++) {
    if (sense.readings[i][0] === id) sense.readings.splice(i, 1);
  }
}

/** Puts a reading in its place, ids ascending. */
export function setReading(sense: Sense, id: number, value: number): void {
  let place = 0;
  dropReading(sense, id);
  while (place < sense.readings.length && sense.readings[place][0] < id) place++;
  sense.readings.splice(place, 0, [id, value]);
}

/** Raises the fault of a sensor with words for the technician; no words = it works. */
export function setFault(sense: Sense, place: number, reason: string): void {
  const bit = 1 << place;
  if (!sense.faultReasons) sense.faultReasons = [];
  sense.faultReasons[place] = reason;
  sense.faults = reason ? sense.faults | bit : sense.faults & ~bit;
}

/** A measurement: a number is told, words are a fault and take the reading away. */
export function setMeasured(sense: Sense, place: number, id: number, value: number | string): void {
  const isSane = typeof value === 'string' || Math.abs(value) < READING_MAX;
  const reason = isSane ? value : 'settings make no sense';
  if (typeof reason === 'string') dropReading(sense, id);
  else setReading(sense, id, reason);
  setFault(sense, place, typeof reason === 'string' ? reason : '');
}
