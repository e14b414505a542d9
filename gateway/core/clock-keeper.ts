/*
 * clock-keeper.ts: what time is it, and how sure is that? Weighs what others say of the time over a clock that only runs.
 * Way: offers (time server, GPS, clock chip, technician, nodes) -> one time with its uncertainty -> records, bulletins.
 * Pure. Source: design principle 9 ("each clock says how sure it is"); why the rules are so: docs/clock.md.
 */
import {
  CLOCK_AHEAD_MS_MAX,
  CLOCK_DRIFT_PPM,
  CLOCK_PLAUSIBLE_FROM_MS,
  CLOCK_STEP_MS,
  CLOCK_TRUSTED_S_MAX,
} from '../limits/clock';

/** trusted: set by somebody who knows, and still within a minute. held: plausible, nobody vouches. unknown: not set. */
export type ClockState = 'trusted' | 'held' | 'unknown';

/** Who says what time it is. */
export const CLOCK_SOURCES = ['ntp', 'technician', 'radio-gps', 'rtc', 'nodes'] as const;
export type ClockSource = (typeof CLOCK_SOURCES)[number];

/** Somebody says: it is this Unix time now, wrong by at most so much. */
export interface TimeOffer {
  source: ClockSource;
  timeMs: number;
  uncertaintyS: number;
}

/**
 * taken: it is the time now. less-sure: what is known is surer. implausible: before what is stored, before this
 * program was made, or absurdly late. backward: only a time server or a technician may turn the time back.
 */
export type OfferVerdict = 'taken' | 'less-sure' | 'implausible' | 'backward';

/** The time at one moment. */
export interface ClockReading {
  state: ClockState;
  /** Unix time, ms. With state 'unknown' only a time that is certainly past. */
  timeMs: number;
  /** How wrong it may be, s; null = unknown. */
  uncertaintyS: number | null;
  source: ClockSource | null;
  /** Since when state and source are these, Unix time of this clock, ms. */
  sinceMs: number;
}

/** The time was corrected by more than both sides allowed for. */
export interface ClockStep {
  source: ClockSource;
  fromMs: number;
  toMs: number;
}

/** What outlives the process: the time at a moment of the machine's uptime, within one boot of the machine. */
export interface SavedClock {
  bootId: string;
  uptimeMs: number;
  timeMs: number;
  uncertaintyS: number;
  source: ClockSource;
}

/** The machine's own running clock, by which a saved time is carried on. */
export interface MachineMoment {
  /** Changes whenever the machine was started anew. */
  bootId: string;
  /** Since that start, ms. */
  uptimeMs: number;
}

/** Keeps the time. `steadyMs` everywhere: a clock that never jumps, ms from any start. */
export interface ClockKeeper {
  offer(offer: TimeOffer, steadyMs: number): OfferVerdict;
  read(steadyMs: number): ClockReading;
  /** Nothing before this time is believed of anyone but a time server or a technician. It only rises, and from now on it runs. */
  raiseFloor(timeMs: number, steadyMs: number): void;
  /** Goes on with a saved time if the machine ran all the while. @returns did it? */
  restore(saved: SavedClock, moment: MachineMoment, steadyMs: number): boolean;
  /** What to save at this moment; null while the time is unknown. */
  save(moment: MachineMoment, steadyMs: number): SavedClock | null;
  /** Corrections since the last call, oldest first. */
  takeSteps(): ClockStep[];
}

interface Basis {
  source: ClockSource;
  timeMs: number;
  steadyMs: number;
  uncertaintyS: number;
}

interface Keeping {
  basis: Basis | null;
  /** A time certainly past, and when that was so. */
  floor: { timeMs: number; steadyMs: number };
  /** Since when state and source are what they are. */
  since: { what: string; steadyMs: number };
  steps: ClockStep[];
}

const VOUCHING: readonly ClockSource[] = ['ntp', 'technician', 'radio-gps'];
const MAY_TURN_BACK: readonly ClockSource[] = ['ntp', 'technician'];

/** Sure enough to be called trusted? */
function isTrusted(source: ClockSource, uncertaintyS: number): boolean {
  return VOUCHING.includes(source) && uncertaintyS <= CLOCK_TRUSTED_S_MAX;
}

function floorAt({ floor }: Keeping, steadyMs: number): number {
  return floor.timeMs + Math.max(0, steadyMs - floor.steadyMs);
}

function readBasis(basis: Basis, steadyMs: number) {
  const ranMs = Math.max(0, steadyMs - basis.steadyMs);
  const uncertaintyS = basis.uncertaintyS + (ranMs * CLOCK_DRIFT_PPM) / 1e9;
  const state: ClockState = isTrusted(basis.source, uncertaintyS) ? 'trusted' : 'held';
  return { state, timeMs: basis.timeMs + ranMs, uncertaintyS, source: basis.source };
}

function read(keeping: Keeping, steadyMs: number): ClockReading {
  const { basis, since } = keeping;
  const now =
    basis === null
      ? {
          state: 'unknown' as const,
          timeMs: floorAt(keeping, steadyMs),
          uncertaintyS: null,
          source: null,
        }
      : readBasis(basis, steadyMs);
  const what = `${now.state} ${now.source}`;
  if (since.what !== what) keeping.since = { what, steadyMs };
  return { ...now, sinceMs: now.timeMs - (steadyMs - keeping.since.steadyMs) };
}

/** Could it be that time at all? */
function isPlausible(keeping: Keeping, offer: TimeOffer, steadyMs: number): boolean {
  const { timeMs, uncertaintyS, source } = offer;
  if (!Number.isFinite(timeMs) || !(uncertaintyS >= 0 && uncertaintyS < 1e9)) return false;
  if (timeMs < CLOCK_PLAUSIBLE_FROM_MS) return false;
  if (timeMs > keeping.floor.timeMs + CLOCK_AHEAD_MS_MAX) return false;
  const latestMs = timeMs + uncertaintyS * 1000;
  return MAY_TURN_BACK.includes(source) || latestMs >= floorAt(keeping, steadyMs);
}

function judge(keeping: Keeping, offer: TimeOffer, steadyMs: number): OfferVerdict {
  if (!isPlausible(keeping, offer, steadyMs)) return 'implausible';
  if (keeping.basis === null) return 'taken';
  const now = readBasis(keeping.basis, steadyMs);
  const trusted = isTrusted(offer.source, offer.uncertaintyS);
  if (!trusted && now.state === 'trusted') return 'less-sure';
  if (trusted && now.state === 'held') {
    return offer.timeMs < now.timeMs && !mayGoBackTo(offer, now.timeMs) ? 'backward' : 'taken';
  }
  if (offer.uncertaintyS > now.uncertaintyS) return 'less-sure';
  return offer.timeMs < now.timeMs && !mayGoBackTo(offer, now.timeMs) ? 'backward' : 'taken';
}

/** A correction backwards within what it allows for itself is none. A GPS may do that, nodes and clock chips may not. */
function mayGoBackTo(offer: TimeOffer, nowMs: number): boolean {
  if (MAY_TURN_BACK.includes(offer.source)) return true;
  return offer.source === 'radio-gps' && nowMs - offer.timeMs <= CLOCK_TRUSTED_S_MAX * 1000;
}

function take(keeping: Keeping, offer: TimeOffer, steadyMs: number): void {
  const { basis } = keeping;
  const { source, timeMs, uncertaintyS } = offer;
  if (basis !== null) {
    const now = readBasis(basis, steadyMs);
    const allowedMs = (now.uncertaintyS + uncertaintyS) * 1000 + CLOCK_STEP_MS;
    if (Math.abs(timeMs - now.timeMs) > allowedMs) {
      keeping.steps.push({ source, fromMs: Math.floor(now.timeMs), toMs: Math.floor(timeMs) });
    }
  }
  // Somebody who knows turned it back: what was stored with a later time was wrong.
  if (MAY_TURN_BACK.includes(source) && timeMs < floorAt(keeping, steadyMs)) {
    keeping.floor = { timeMs, steadyMs };
  }
  const notBeforeMs = Math.max(timeMs, floorAt(keeping, steadyMs));
  keeping.basis = { source, timeMs: notBeforeMs, steadyMs, uncertaintyS };
}

/** Carries a saved time on over the machine's uptime. */
function restore(
  keeping: Keeping,
  saved: SavedClock,
  moment: MachineMoment,
  steadyMs: number,
): boolean {
  if (saved.bootId !== moment.bootId || moment.uptimeMs < saved.uptimeMs) return false;
  if (keeping.basis !== null) return false;
  const { source, timeMs, uncertaintyS } = saved;
  const ranMs = moment.uptimeMs - saved.uptimeMs;
  keeping.basis = { source, timeMs, uncertaintyS, steadyMs: steadyMs - ranMs };
  return true;
}

/** Makes a keeper that knows nothing yet. */
export function createClockKeeper(): ClockKeeper {
  const keeping: Keeping = {
    basis: null,
    // It stands until it is raised for the first time: nobody has said yet when the steady clock began.
    floor: { timeMs: CLOCK_PLAUSIBLE_FROM_MS, steadyMs: Number.POSITIVE_INFINITY },
    since: { what: '', steadyMs: 0 },
    steps: [],
  };
  return {
    offer(offer, steadyMs) {
      const verdict = judge(keeping, offer, steadyMs);
      if (verdict === 'taken') take(keeping, offer, steadyMs);
      return verdict;
    },
    read: (steadyMs) => read(keeping, steadyMs),
    raiseFloor(timeMs, steadyMs) {
      keeping.floor = { timeMs: Math.max(timeMs, floorAt(keeping, steadyMs)), steadyMs };
    },
    restore: (saved, moment, steadyMs) => restore(keeping, saved, moment, steadyMs),
    save(moment, steadyMs) {
      if (keeping.basis === null) return null;
      const { source } = keeping.basis;
      const { timeMs, uncertaintyS } = readBasis(keeping.basis, steadyMs);
      return { ...moment, source, timeMs, uncertaintyS };
    },
    takeSteps: () => keeping.steps.splice(0),
  };
}

/** An uncertainty as records and bulletins say it: ceil(log2(s)), 0..14; 15 = unknown. */
export function uncertaintyCode(uncertaintyS: number | null): number {
  if (uncertaintyS === null) return 15;
  let code = 0;
  while (code < 14 && 2 ** code < uncertaintyS) code += 1;
  return code;
}

/** Reads what was saved. @returns null for anything that is not whole. */
export function readSavedClock(text: string): SavedClock | null {
  let saved: Partial<SavedClock> | null;
  try {
    saved = JSON.parse(text) as Partial<SavedClock> | null;
  } catch {
    return null;
  }
  if (typeof saved !== 'object' || saved === null) return null;
  const { bootId, uptimeMs, timeMs, uncertaintyS, source } = saved;
  const numbers = [uptimeMs, timeMs, uncertaintyS];
  if (typeof bootId !== 'string' || !numbers.every(Number.isFinite)) return null;
  if (!CLOCK_SOURCES.includes(source as ClockSource)) return null;
  return saved as SavedClock;
}
