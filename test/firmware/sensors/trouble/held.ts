/*
 * What a program holds on its board: timers, watches, serial inputs.
 * Way: the functions that the firmware calls, wrapped before it starts -> counts. A restart begins them anew.
 */
import type { VirtualBoard } from '../../../../hardware/virtual/board/types';

/** Counts of what is not done or not closed yet. */
export interface Held {
  /** Timeouts that have not fired. */
  timeouts: number;
  intervals: number;
  watches: number;
  /** Serial inputs in software that are open. */
  ports: number;
}

/** Counts from the next power-on; gives the present counts. */
export function countHeld(board: VirtualBoard): () => Held {
  const globals = board.globals;
  const { setTimeout, setInterval, setWatch, Serial } = globals;
  let held: Held = { timeouts: 0, intervals: 0, watches: 0, ports: 0 };
  let boots = 0;
  const ofThisBoot = (): Held => {
    if (boots !== board.counts().boots) held = { timeouts: 0, intervals: 0, watches: 0, ports: 0 };
    boots = board.counts().boots;
    return held;
  };
  globals.setTimeout = (fn: () => void, delayMs: number) => {
    const now = ofThisBoot();
    now.timeouts++;
    return setTimeout(() => {
      now.timeouts--;
      fn();
    }, delayMs);
  };
  globals.setInterval = (...all: unknown[]) => {
    ofThisBoot().intervals++;
    return setInterval(...all);
  };
  globals.setWatch = (...all: unknown[]) => {
    ofThisBoot().watches++;
    return setWatch(...all);
  };
  globals.Serial = function openCounted() {
    const port = new Serial();
    const { setup, unsetup } = port;
    const now = ofThisBoot();
    port.setup = (baud: number, options: unknown) => {
      setup(baud, options);
      now.ports++;
    };
    port.unsetup = () => {
      unsetup();
      now.ports--;
    };
    return port;
  };
  return () => ({ ...ofThisBoot() });
}
