/*
 * Moves a virtual world along with this computer's clock.
 * From: the wall clock; to: the world's callbacks. For practice and for tests of real processes; all else gives time itself.
 */
import type { World } from './world';

/** It looks at the clock at least this often, and at most this often, ms. */
const LOOK_MS_MAX = 250;
const LOOK_MS_MIN = 1;

/** A world that runs. */
export interface RealTime {
  world: World;
  /** Brings the world to this moment, and what is due with it. From inside the world it is there already. */
  look(): void;
  /** Does this now, as a thing of the world. From anywhere. */
  act(fn: () => void): void;
  stop(): void;
}

/** Lets a world run. `clock`: ms since any moment, never going back. */
export function runWorld(world: World, clock: () => number = () => performance.now()): RealTime {
  const startMs = clock() - world.nowMs();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isInside = false;
  const look = (): void => {
    if (isStopped || isInside) return;
    clearTimeout(timer);
    isInside = true;
    try {
      world.runUntil(Math.max(world.nowMs(), Math.floor(clock() - startMs)));
    } finally {
      isInside = false;
    }
    const dueMs = world.nextDueMs();
    const waitMs = dueMs < 0 ? LOOK_MS_MAX : dueMs - Math.floor(clock() - startMs);
    timer = setTimeout(look, Math.min(LOOK_MS_MAX, Math.max(LOOK_MS_MIN, waitMs)));
  };
  look();
  return {
    world,
    look,
    act: (fn) => {
      look();
      world.at(world.nowMs(), fn);
      look();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
