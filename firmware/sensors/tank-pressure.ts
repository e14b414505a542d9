/*
 * What: the level of a tank by the pressure at its floor: a 4-20 mA transmitter over a shunt, or a ratiometric sensor.
 * From where to where: an analogue pin -> reading 1 (level, mm) and "dry". It is powered only to measure.
 * Source: NAMUR NE 43 (a loop below 3.6 mA or above 21 mA is a fault). Page: docs/sensors/tank-pressure.md.
 * Espruino-safe.
 */
import { setMeasured } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { createDry } from './dry';
import { need } from './fitted';
import {
  LEVEL_PERIOD_S,
  LOOP_BROKEN_UA,
  LOOP_FULL_UA,
  LOOP_SHORT_UA,
  LOOP_ZERO_UA,
  PLACE_PRESSURE,
  PRESSURE_SAMPLES,
  PRESSURE_WARM_UP_MS,
  RATIO_FULL_MV,
  RATIO_MARGIN,
  RATIO_ZERO_MV,
  READING_LEVEL,
} from './sensor-limits';
import type { Wiring } from './wiring';

type Setup = NonNullable<Wiring['pressure']>;

/** The level of a voltage at the pin, mm, never below 0; or what is wrong with it. */
export function levelOfVoltage(mv: number, setup: Setup): number | string {
  if (mv < 0) return 'pin cannot measure';
  const isLoop = !!setup.shuntOhm;
  const value = isLoop ? Math.round((mv * 1000) / (setup.shuntOhm as number)) : mv;
  const low = setup.low === undefined ? (isLoop ? LOOP_ZERO_UA : RATIO_ZERO_MV) : setup.low;
  const high = setup.high === undefined ? (isLoop ? LOOP_FULL_UA : RATIO_FULL_MV) : setup.high;
  const margin = Math.floor((high - low) / RATIO_MARGIN);
  if (value < (isLoop ? LOOP_BROKEN_UA : low - margin)) return 'broken wire, or no power';
  if (value > (isLoop ? LOOP_SHORT_UA : high + margin)) return 'short circuit, or over its range';
  const lowMm = setup.lowMm || 0;
  return Math.max(0, lowMm + Math.round(((value - low) * (setup.highMm - lowMm)) / (high - low)));
}

/** The middle one of several readings at once, mV. */
function medianMv(sense: Sense, pin: string): number {
  const analogMv = need(sense.board.analogMv);
  const all: number[] = [];
  for (let i = 0; i < PRESSURE_SAMPLES; i++) all.push(analogMv(pin));
  all.sort((a, b) => a - b);
  return all[PRESSURE_SAMPLES >> 1];
}

/** Measures every `everyS`, and after a failure at each tick. Throws: `highMm` is missing, or an ultrasonic sensor is wired too. */
export function tankPressure(sense: Sense, setup: Setup): () => void {
  const board = sense.board;
  if (board.config?.wiring?.ultrasonic) throw new Error('two sensors for one level');
  if (!setup.highMm) throw new Error('highMm is missing');
  const tellDry = createDry(sense, setup.dryMm);
  let dueMs = 0;
  const measure = (): void => {
    const level = levelOfVoltage(medianMv(sense, setup.pin), setup);
    if (setup.powerPin) need(board.writePin)(setup.powerPin, 0);
    setMeasured(sense, PLACE_PRESSURE, READING_LEVEL, level);
    if (typeof level === 'string') dueMs = 0;
    else tellDry(level);
  };
  return () => {
    if (board.uptimeMs() < dueMs) return;
    dueMs = board.uptimeMs() + (setup.everyS || LEVEL_PERIOD_S) * 1000;
    if (setup.powerPin) need(board.writePin)(setup.powerPin, 1);
    board.after(setup.warmUpMs || PRESSURE_WARM_UP_MS, measure);
  };
}
