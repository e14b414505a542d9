/*
 * What: when to listen for bulletins, for a link that sleeps: in the group's own minute when that is known, else a search.
 * From where to where: bulletins heard, records sent -> windows of uptime. Pure: knows neither link nor clock.
 * The minute is known from any bulletin that tells the time. Without it, two searches within the same budget: after a
 * record of its own, for the gateway answers a node without time; and a sweep, whose window moves through the hour.
 * Source: our own; groupMinute in shared/bulletin.ts, delays of the gateway's schedule. Espruino-safe.
 */
import { groupMinute } from '../../shared/bulletin';
import {
  ANSWER_AFTER_S,
  ANSWER_GAP_MAX,
  ANSWER_LISTEN_S,
  DRIFT_PPM,
  LISTEN_BURST_S,
  LISTEN_EARLY_S,
  LISTEN_GUARD_S_MAX,
  LISTEN_LATE_S,
  LISTEN_MISSES_MAX,
  LISTEN_SHARE_S,
  SWEEP_PERIOD_S,
  SWEEP_S,
  SWEEP_STEP_S,
} from '../node-limits';

const HOUR_S = 3600;

export interface Listening {
  /** Of bulletins: slot >> 4. */
  group: number;
  /** Uptime of one of the group's minutes, s; -1 = not known. */
  minuteAtS: number;
  /** Uptime of the bulletin it is known from, s. */
  learnedS: number;
  /** Uptime up to which the budget is spent, s. */
  spentUntilS: number;
  /** The window that is planned or open ends at this uptime, s. */
  untilS: number;
  /** Windows since the last bulletin. */
  misses: number;
  /** Uptime of the next window of the sweep, s. */
  sweepS: number;
  /** Uptime at which an answer may come, s; 0 = none is expected. */
  answerS: number;
  /** Records without time still to be sent before an answer is listened for again. */
  answerWait: number;
  answerGap: number;
}

/** `group` 0..15. Nothing is known yet. */
export function createListening(group: number): Listening {
  return {
    group: group,
    minuteAtS: -1,
    learnedS: 0,
    spentUntilS: -LISTEN_BURST_S,
    untilS: 0,
    misses: 0,
    sweepS: HOUR_S,
    answerS: 0,
    answerWait: 0,
    answerGap: 1,
  };
}

/** How far the minute may have drifted by now, s. */
function guardS(listening: Listening, uptimeS: number): number {
  return Math.floor(((uptimeS - listening.learnedS) * DRIFT_PPM) / 1000000) + 1;
}

function isSearching(listening: Listening, uptimeS: number): boolean {
  return (
    listening.minuteAtS < 0 ||
    guardS(listening, uptimeS) > LISTEN_GUARD_S_MAX ||
    (listening.misses >= LISTEN_MISSES_MAX && listening.misses % 2 === 0)
  );
}

/** Books a window. false: the budget does not allow it. */
function spend(listening: Listening, startS: number, lengthS: number): boolean {
  const spentFromS = Math.max(listening.spentUntilS, startS - LISTEN_BURST_S);
  const spentUntilS = spentFromS + lengthS * LISTEN_SHARE_S;
  if (spentUntilS > startS) return false;
  listening.spentUntilS = spentUntilS;
  listening.untilS = startS + lengthS;
  listening.misses++;
  return true;
}

/** Start and length of the next window, [s of uptime, s]; nothing is booked. */
function nextWindow(listening: Listening, uptimeS: number): number[] {
  if (!isSearching(listening, uptimeS)) {
    const earlyS = LISTEN_EARLY_S + guardS(listening, uptimeS);
    const waitS = (listening.minuteAtS - earlyS - uptimeS) % HOUR_S;
    const startS = uptimeS + (waitS < 0 ? waitS + HOUR_S : waitS);
    return [startS, earlyS + LISTEN_LATE_S + guardS(listening, uptimeS)];
  }
  if (listening.answerS > uptimeS) return [listening.answerS, ANSWER_LISTEN_S];
  while (listening.sweepS < uptimeS) listening.sweepS += HOUR_S;
  return [listening.sweepS, SWEEP_S];
}

/**
 * The window that begins within the next `horizonS`, as its start, s of uptime; its end is then `untilS`. 0 = none does,
 * or the budget does not allow it: then the next one is an hour later. Ask again at least every `horizonS`.
 */
export function planWindow(listening: Listening, uptimeS: number, horizonS: number): number {
  if (listening.untilS > uptimeS) return 0;
  const window = nextWindow(listening, uptimeS);
  const startS = window[0];
  if (startS >= uptimeS + horizonS) return 0;
  const isSweep = startS === listening.sweepS;
  if (!spend(listening, startS, window[1])) return 0;
  if (isSweep) listening.sweepS += SWEEP_PERIOD_S + SWEEP_STEP_S;
  return startS;
}

/** What is left of the open window is given back. */
function endWindow(listening: Listening, uptimeS: number): void {
  if (listening.untilS <= uptimeS) return;
  listening.spentUntilS -= (listening.untilS - uptimeS) * LISTEN_SHARE_S;
  listening.untilS = 0;
}

/**
 * A verified bulletin was heard: its group, and its time (unix s, 0 = the gateway does not know it).
 * Gives whether listening may end now: it was our own group's, or it told the minute that was searched for.
 */
export function noteBulletin(
  listening: Listening,
  group: number,
  timeS: number,
  uptimeS: number,
): boolean {
  const wasSearching = isSearching(listening, uptimeS);
  listening.answerWait = 0;
  listening.answerGap = 1;
  if (timeS > 0) {
    const sinceS = (timeS + HOUR_S - groupMinute(listening.group) * 60) % HOUR_S;
    listening.minuteAtS = uptimeS + HOUR_S - sinceS;
    listening.learnedS = uptimeS;
  }
  if (group !== listening.group && !(wasSearching && timeS > 0)) return false;
  listening.misses = 0;
  listening.answerS = 0;
  endWindow(listening, uptimeS);
  return true;
}

/** A record without time was sent: the gateway may answer it. */
export function noteRecordWithoutTime(listening: Listening, uptimeS: number): void {
  if (listening.answerWait > 0) {
    listening.answerWait--;
    return;
  }
  listening.answerS = uptimeS + ANSWER_AFTER_S;
  listening.answerWait = listening.answerGap - 1;
  listening.answerGap = Math.min(ANSWER_GAP_MAX, listening.answerGap * 2);
}
