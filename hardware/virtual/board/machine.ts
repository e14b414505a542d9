/*
 * The heart of the virtual board: its time, its power and the one door by which the world enters
 * the firmware. Every part of the board holds the same machine.
 * From: board.ts makes it. To: timers, pins, serial port, flash and memory read and stop by it.
 * Espruino-safe.
 */
import type { VirtualBoardCounts } from './types';

/** What the power-cut throws through the firmware; nobody but `enter` may take it for handled. */
export const POWER_CUT = { powerCut: true };

/** The state that all parts of one board share. */
export interface Machine {
  /** World time, integer ms. */
  nowMs: number;
  /** World time of the last boot, integer ms. */
  bootMs: number;
  /** Until then the processor stands still (a page erase); integer ms. */
  busyUntilMs: number;
  powered: boolean;
  /** The firmware is running at this moment. */
  inside: boolean;
  /** The firmware asked to start again. */
  resetAsked: boolean;
  /** The firmware's own handler of uncaught exceptions, or null. */
  uncaughtHandler: ((error: unknown) => void) | null;
  /** Bytes of flash until the power goes in the middle of a write or erase; -1 = never. */
  flashBytesUntilCut: number;
  /** Names for E.getErrorFlags. */
  errorFlags: string[];
  printed: string[];
  counts: VirtualBoardCounts;
}

/** A machine without power at a world time in ms. */
export function createMachine(startMs: number): Machine {
  return {
    nowMs: startMs,
    bootMs: startMs,
    busyUntilMs: startMs,
    powered: false,
    inside: false,
    resetAsked: false,
    uncaughtHandler: null,
    flashBytesUntilCut: -1,
    errorFlags: [],
    printed: [],
    counts: {
      flashBytesWritten: 0,
      pageErases: 0,
      compactions: 0,
      boots: 0,
      watchdogResets: 0,
      serialBytesLost: 0,
      uncaught: [],
    },
  };
}

/** Throws: the power-cut signal when the firmware goes on after its power went. */
export function mustHavePower(machine: Machine): void {
  if (!machine.powered) throw POWER_CUT;
}

/** Raises a flag once for E.getErrorFlags. */
export function raiseErrorFlag(machine: Machine, flag: string): void {
  if (machine.errorFlags.indexOf(flag) < 0) machine.errorFlags.push(flag);
}

function judgeThrown(machine: Machine, error: unknown): void {
  if (!machine.powered || machine.resetAsked) return;
  machine.counts.uncaught.push(String(error));
  const handler = machine.uncaughtHandler;
  if (handler === null) {
    machine.printed.push(`Uncaught ${String(error)}`);
    return;
  }
  try {
    handler(error);
  } catch (second) {
    if (machine.powered && !machine.resetAsked) machine.counts.uncaught.push(String(second));
  }
}

/**
 * Runs a piece of firmware as an event does on the chip: what it throws goes to its handler of
 * uncaught exceptions, and a power cut ends it quietly.
 * Throws: when the firmware is already running (the world called back too early).
 */
export function enter(machine: Machine, run: () => void): void {
  if (!machine.powered) return;
  if (machine.inside) throw new Error('the world entered a board that was still running');
  machine.inside = true;
  try {
    run();
  } catch (error) {
    judgeThrown(machine, error);
  }
  machine.inside = false;
}
