/*
 * A node's power, and what it means for the world's meters: what runs without power, or was not saved before a cut, no
 * node can know of. It is taken off the meters again, and kept apart.
 * From: faults.ts. To: the board; times and counts to the judge. Source: docs/village.md.
 */
import type { VirtualBoard } from '../../hardware/virtual/board/types';
import type { World } from '../../hardware/virtual/world';
import { addToMeter, type MeterHistory, meterTotal, meterTotalBefore } from './meter';

/** A node saves its counters this often, ms. */
const SAVE_MS = 300_000;

/** Times are village ms. */
export interface Power {
  /** When each epoch began. */
  bootsMs: number[];
  /** Up to when each epoch that ended was saved. */
  savedMs: number[];
  /** Pulses or presses that no node can know of, by meter. */
  uncounted: number[];
  /** So many, now on the meter, were not seen by the node. */
  passBy(counter: number, count: number): void;
  on(): void;
  /** The power goes. Not within a second of a save: which of the two was first would be luck. */
  cut(): void;
  /** The program starts again, or the whole chip. */
  restart(kind: 'reload' | 'reboot'): void;
}

/** The power of one node; it is off. `step` keeps the board's clock with the world's. */
export function createPower(
  world: World,
  board: VirtualBoard,
  step: () => void,
  meters: MeterHistory[],
): Power {
  const boot = (start: () => void): void => {
    board.runUntil(world.nowMs());
    power.bootsMs.push(world.nowMs());
    start();
    step();
  };
  const power: Power = {
    bootsMs: [],
    savedMs: [],
    uncounted: meters.map(() => 0),
    passBy: (counter, count) => {
      addToMeter(meters[counter], world.nowMs(), -count);
      power.uncounted[counter] += count;
    },
    on: () => boot(board.powerOn),
    cut: () => {
      board.runUntil(world.nowMs());
      board.powerCut();
      const upMs = world.nowMs() - power.bootsMs[power.bootsMs.length - 1];
      const lastSaveMs = world.nowMs() - (upMs % SAVE_MS);
      power.savedMs.push(lastSaveMs);
      meters.forEach((meter, counter) => {
        power.passBy(counter, meterTotal(meter) - meterTotalBefore(meter, lastSaveMs));
      });
      step();
    },
    restart: (kind) => {
      power.savedMs.push(world.nowMs());
      boot(board[kind]);
    },
  };
  return power;
}
