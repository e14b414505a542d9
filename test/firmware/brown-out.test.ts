/*
 * What: below a safe voltage nothing is written to flash; what was counted meanwhile is kept when the battery is back.
 * From where to where: the built bundle on a virtual board whose battery sags and recovers.
 */
import { expect, test } from 'vitest';
import { createBench, HOUR_MS, METER_PIN, PULSE_UL, readFlash, readStates } from './bench';

const SAFE_MV = 1900;

function stepsOf(pulses: number): number {
  return Math.floor((pulses * PULSE_UL) / 100_000);
}

test('a sagging battery: not one byte of flash, no record, then all of it', () => {
  const { board, run } = createBench();
  board.addPulses(METER_PIN, 900);
  run(0.6 * HOUR_MS);
  board.setBatteryMv(SAFE_MV - 1);
  const written = board.counts().flashBytesWritten;
  for (let hour = 1; hour <= 3; hour++) {
    board.addPulses(METER_PIN, 1000);
    run((0.6 + hour) * HOUR_MS);
  }
  expect(board.counts().flashBytesWritten).toBe(written);
  expect(readFlash(board).records).toHaveLength(0);
  board.setBatteryMv(SAFE_MV);
  run(4.1 * HOUR_MS);
  expect(readStates(board).at(-1)?.counters[0]).toBe(stepsOf(3900));
  expect(readFlash(board).records).toHaveLength(1);
});

test('with a dead battery no epoch begins', () => {
  const { board, run } = createBench();
  run(60_000);
  board.powerCut();
  board.setBatteryMv(SAFE_MV - 1);
  const written = board.counts().flashBytesWritten;
  board.powerOn();
  board.addPulses(METER_PIN, 1000);
  run(2 * HOUR_MS);
  expect(board.counts().flashBytesWritten).toBe(written);
  expect(board.printed()).toContain('battery too low');
  board.powerCut();
  board.setBatteryMv(3000);
  board.powerOn();
  run(2.1 * HOUR_MS);
  expect(readStates(board).at(-1)?.epoch).toBe(2);
});
