/*
 * What: the node's idea of the time: an offset to its uptime, learned from bulletins, and how sure it is.
 * From where to where: bulletins.ts sets it, record-maker.ts reads it. Espruino-safe.
 */
import { CLOCK_UNKNOWN } from '../../shared/limits';
import { BULLETIN_AGE_S, DRIFT_PPM } from '../node-limits';

export interface Clock {
  isSet: boolean;
  /** Unix time at boot, s. */
  offsetS: number;
  /** How wrong it may have been when it was set, s. */
  uncertaintyS: number;
  /** Uptime when it was set, s. */
  setAtS: number;
}

export function createClock(): Clock {
  return { isSet: false, offsetS: 0, uncertaintyS: 0, setAtS: 0 };
}

/** Takes the time of a verified bulletin. A gateway that does not know the time changes nothing. */
export function setClock(
  clock: Clock,
  timeS: number,
  uncertaintyLog2: number,
  uptimeS: number,
): void {
  if (timeS <= uptimeS || uncertaintyLog2 >= CLOCK_UNKNOWN) return;
  clock.isSet = true;
  clock.offsetS = timeS - uptimeS;
  clock.uncertaintyS = (1 << uncertaintyLog2) + BULLETIN_AGE_S;
  clock.setAtS = uptimeS;
}

/** Unix time at an uptime, s; 0 = never set since boot. */
export function timeAt(clock: Clock, uptimeS: number): number {
  return clock.isSet ? clock.offsetS + uptimeS : 0;
}

/** ceil(log2(uncertainty in s)), 0..14; 15 = unknown. */
export function uncertaintyAt(clock: Clock, uptimeS: number): number {
  if (!clock.isSet) return CLOCK_UNKNOWN;
  const driftS = Math.floor(((uptimeS - clock.setAtS) * DRIFT_PPM) / 1000000) + 1;
  const uncertaintyS = clock.uncertaintyS + driftS;
  let log2 = 0;
  while (log2 < CLOCK_UNKNOWN - 1 && 1 << log2 < uncertaintyS) log2++;
  return log2;
}
