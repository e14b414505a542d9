/*
 * time-of-day.ts: this process's date, moved to an hour of today: what the pages say of "today" and "yesterday" is tested at the same
 * hour whenever the tests run. Time goes on from there; timers and browsers are left alone.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** In the afternoon, ten minutes after a whole hour: no test is so long that another hour begins. Hours of UTC. */
const AFTERNOON = 14 + 1 / 6;

/** How many hold the hour that was set first. */
let holders = 0;
const machineNow = Date.now;

/**
 * Moves Date.now() to this hour of today, UTC, unless it is moved already: the first one says which hour.
 * @returns what puts it back, once all have called it: after everything that asks for the time has ended
 */
export function holdHourOfDay(hour: number = AFTERNOON): () => void {
  holders += 1;
  if (holders === 1) {
    const nowMs = machineNow();
    const shiftMs = Math.round(hour * HOUR_MS) - (nowMs % DAY_MS);
    Date.now = () => machineNow() + shiftMs;
  }
  return () => {
    holders -= 1;
    if (holders === 0) Date.now = machineNow;
  };
}
