/*
 * What: the weight of stock: a load cell behind an HX711, channel A at gain 128.
 * From where to where: clock and data wire -> reading 2 (weight, g). Between measurements the chip sleeps: its clock is
 * held high. Source: Avia Semiconductor, HX711 datasheet ("Serial Interface", "Reset and Power-Down"). Page:
 * docs/sensors/load-cell.md. Espruino-safe.
 */
import { setMeasured } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { need } from './fitted';
import {
  HX711_COUNT_MAX,
  HX711_COUNT_MIN,
  HX711_NEXT_MS,
  HX711_PULSES_GAIN_128,
  HX711_SAMPLES,
  HX711_WAKE_MS,
  PLACE_LOAD_CELL,
  READING_WEIGHT,
  WEIGHT_PERIOD_S,
} from './sensor-limits';
import type { Wiring } from './wiring';

type Setup = NonNullable<Wiring['loadCell']>;

/** 24 bits of two's complement: -8388608..8388607. */
export function countOf(bits: number): number {
  return (bits << 8) >> 8;
}

/** The weight of a count, g, rounded; or why it is none. */
export function weightOf(count: number, setup: Setup): number | string {
  if (count === HX711_COUNT_MIN || count === HX711_COUNT_MAX) return 'over range, or bridge broken';
  const weightG = Math.round(((count - setup.tareCount) * 1000) / setup.countsPerKg);
  const rangeG = setup.rangeG;
  if (!rangeG) return weightG;
  if (weightG > rangeG + rangeG / 4) return 'heavier than the cell may carry';
  return weightG < -rangeG / 4 ? 'far below empty: tare again' : weightG;
}

/** One measurement that is ready; data low before and high after it, or there is no such chip. */
function readCount(sense: Sense, setup: Setup): number | string {
  const readPin = need(sense.board.readPin);
  const shiftIn24 = need(sense.board.shiftIn24);
  if (readPin(setup.dataPin) !== 0) return 'not ready: power or wire';
  const bits = shiftIn24(setup.clockPin, setup.dataPin, HX711_PULSES_GAIN_128);
  return readPin(setup.dataPin) === 1 ? countOf(bits) : 'data wire stuck low';
}

function median(counts: number[]): number {
  counts.sort((a, b) => a - b);
  return counts[counts.length >> 1];
}

/** Wakes the chip, takes the median of some measurements and sends it to sleep. */
function measure(sense: Sense, setup: Setup, done: (weight: number | string) => void): void {
  const board = sense.board;
  const writePin = need(board.writePin);
  const counts: number[] = [];
  const next = (): void => {
    const count = readCount(sense, setup);
    if (typeof count === 'number') counts.push(count);
    if (typeof count === 'number' && counts.length < HX711_SAMPLES) {
      board.after(HX711_NEXT_MS, next);
      return;
    }
    writePin(setup.clockPin, 1);
    done(typeof count === 'string' ? count : weightOf(median(counts), setup));
  };
  writePin(setup.clockPin, 0);
  board.after(HX711_WAKE_MS, next);
}

/** Weighs every `everyS`, and after a failure at each tick. Throws: `countsPerKg` is missing or 0. */
export function loadCell(sense: Sense, setup: Setup): () => void {
  if (!setup.countsPerKg) throw new Error('countsPerKg is missing');
  let dueMs = 0;
  need(sense.board.writePin)(setup.clockPin, 1);
  return () => {
    if (sense.board.uptimeMs() < dueMs) return;
    dueMs = sense.board.uptimeMs() + (setup.everyS || WEIGHT_PERIOD_S) * 1000;
    measure(sense, setup, (weight) => {
      setMeasured(sense, PLACE_LOAD_CELL, READING_WEIGHT, weight);
      if (typeof weight === 'string') dueMs = 0;
    });
  };
}
