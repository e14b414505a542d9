/*
 * radio-words.ts: why there is no session with a radio, in words for the person who stands before it.
 * Way: the keeper of a radio (radio.ts) -> these words -> status, page, log.
 * Pure.
 */
import { TROUBLES_OFTEN, TROUBLES_OFTEN_MS } from '../limits/radio';
import type { LostCause } from './radio-session';

/** What came over the connection that was given up. */
export interface ConnectionFacts {
  bytesRead: number;
  /** Bytes that belong to no frame. */
  bytesSkipped: number;
}

function silentWords({ bytesRead, bytesSkipped }: ConnectionFacts): string {
  if (bytesRead === 0) {
    return 'it does not answer: is it a Meshtastic radio, is it on, is its serial port (API) enabled?';
  }
  if (bytesSkipped > bytesRead / 2) {
    return 'only noise comes from it: it is no Meshtastic radio, or its port runs at another speed than 115200 baud';
  }
  return 'it stopped in the middle of telling its settings: it is asked again';
}

/** Words for a session that was given up. */
export function lostWords(cause: LostCause, facts: ConnectionFacts): string {
  if (cause === 'sync-silent') return silentWords(facts);
  if (cause === 'sync-too-long') return 'it does not come to the end of its settings: asked again';
  if (cause === 'sync-flooded') return 'it floods the gateway before it told its settings';
  return 'it no longer answers: opened anew. If that does not help, take its power away for a moment';
}

/** Words for a radio that ended the connection soon after the handshake, several times in a row. */
export const TAKEN_AWAY_WORDS =
  'the radio ends the connection again and again: a phone or another program is connected to it, and it serves one only';

/** Words for what happens too often; null = it does not. `atMs`: when it happened, `nowMs` by the same clock. */
export function oftenWords(
  what: 'restarted' | 'lost',
  atMs: number[],
  nowMs: number,
): string | null {
  const count = atMs.filter((at) => nowMs - at < TROUBLES_OFTEN_MS).length;
  if (count < TROUBLES_OFTEN) return null;
  if (what === 'restarted') {
    return `it restarted ${count} times within an hour: look at its power supply and its cable`;
  }
  return `the connection was lost ${count} times within an hour: look at cable, power and other programs`;
}

/** Words for a radio that did not take the time it was given; null = it did. `offS`: its clock minus ours, s. */
export function clockWords(offS: number | null): string | null {
  if (offS === null) return null;
  if (offS === Number.NEGATIVE_INFINITY) {
    return 'it did not take the time it was given: the clock of the gateway may be older than its firmware';
  }
  const way = offS > 0 ? 'ahead of' : 'behind';
  return `its clock is ${Math.abs(offS)} s ${way} the gateway's: one of the two is wrong`;
}
