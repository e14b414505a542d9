/*
 * backoff.ts: makes whoever guesses wait: a few free tries, then a wait that doubles.
 * Way: a key (name or address) -> how long it must wait; what went wrong -> a longer wait. Bounded, forgets.
 * Pure.
 */
import {
  LOGIN_FORGET_MS,
  LOGIN_FREE_TRIES,
  LOGIN_KEYS_MAX,
  LOGIN_WAIT_MS_MIN,
} from '../limits/http';

/** Waits by key. Times are ms of a clock that only rises. */
export interface Backoff {
  /** @returns how long this key must still wait, ms; 0 = it may try. */
  waitMs(key: string, nowMs: number): number;
  /** Counts a try as gone wrong. Called before the try is judged, so that many at once are counted too. */
  failed(key: string, nowMs: number): void;
  /** One try was good after all: as if it had not been. */
  forgive(key: string): void;
  /** Everything of this key is forgotten. */
  clear(key: string): void;
  /** Keys remembered, never more than LOGIN_KEYS_MAX. */
  size(): number;
}

interface Tries {
  wrong: number;
  untilMs: number;
  /** untilMs before the last one. */
  beforeMs: number;
  lastMs: number;
}

/** Makes the waits. @param waitMsMax longest one, ms. */
export function createBackoff(waitMsMax: number): Backoff {
  // In order of the last try: the first is the one to forget.
  const tries = new Map<string, Tries>();
  const knownOf = (key: string, nowMs: number): Tries | undefined => {
    const known = tries.get(key);
    if (known === undefined || nowMs - known.lastMs < LOGIN_FORGET_MS) return known;
    tries.delete(key);
    return undefined;
  };
  return {
    waitMs: (key, nowMs) => Math.max(0, (knownOf(key, nowMs)?.untilMs ?? nowMs) - nowMs),
    failed(key, nowMs) {
      const { wrong: before, untilMs } = knownOf(key, nowMs) ?? { wrong: 0, untilMs: nowMs };
      const wrong = before + 1;
      const over = wrong - LOGIN_FREE_TRIES;
      const waitMs =
        over < 0 ? 0 : Math.min(waitMsMax, LOGIN_WAIT_MS_MIN * 2 ** Math.min(over, 30));
      tries.delete(key);
      if (tries.size >= LOGIN_KEYS_MAX) tries.delete(tries.keys().next().value as string);
      tries.set(key, { wrong, untilMs: nowMs + waitMs, beforeMs: untilMs, lastMs: nowMs });
    },
    forgive(key) {
      const known = tries.get(key);
      if (known === undefined) return;
      if (known.wrong <= 1) tries.delete(key);
      else tries.set(key, { ...known, wrong: known.wrong - 1, untilMs: known.beforeMs });
    },
    clear: (key) => void tries.delete(key),
    size: () => tries.size,
  };
}
