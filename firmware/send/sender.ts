/*
 * What: decides which record goes out, and when: the newest first, then the oldest that is missing.
 * From where to where: record index and journal -> link. A record is free only when a bulletin covers it.
 * Espruino-safe.
 */

import { readPacket } from '../keep/journal';
import { getUint } from '../keep/journal-format';
import type { RecordIndex } from '../keep/record-index';
import type { Outcome } from '../link';
import {
  CATCH_UP_S,
  FRESH_S,
  RESEND_S,
  RETRY_S_MAX,
  RETRY_S_MIN,
  SEND_JITTER_S,
} from '../node-limits';
import type { Node } from '../node-parts';

/** Gives the newest record its moment: spread over the nodes, the same for a node every hour. */
export function scheduleNewest(node: Node, uptimeS: number): void {
  const index = node.journal.records;
  if (index.recordCount === 0) return;
  index.notBeforeS[index.recordCount - 1] = uptimeS + (getUint(node.keyId, 0, 4) % SEND_JITTER_S);
}

/** After a boot the old records wait for a bulletin, which may free them. */
export function scheduleOld(node: Node): void {
  const index = node.journal.records;
  for (let i = 0; i < index.recordCount; i++) {
    index.notBeforeS[i] = RESEND_S + (node.board.random32() % RESEND_S);
  }
}

function isDue(index: RecordIndex, i: number, uptimeS: number): boolean {
  return index.covered[i] === 0 && index.notBeforeS[i] <= uptimeS;
}

/** Due in the last hour and never tried: an event must not wait, nor the hour's record behind it. */
function isFresh(index: RecordIndex, i: number, node: Node, uptimeS: number): boolean {
  return (
    index.epochs[i] === node.epoch &&
    index.attempts[i] === 0 &&
    index.notBeforeS[i] + FRESH_S > uptimeS
  );
}

/** The record to send now, or -1. The newest and the fresh ones never wait for older ones. */
function choose(node: Node, uptimeS: number): number {
  const index = node.journal.records;
  const newest = index.recordCount - 1;
  let oldest = -1;
  for (let i = newest; i >= 0; i--) {
    if (!isDue(index, i, uptimeS)) continue;
    if (i === newest || isFresh(index, i, node, uptimeS)) return i;
    oldest = i;
  }
  return uptimeS < node.catchUpAtS ? -1 : oldest;
}

/** How long to wait after attempt number `attempts` came to nothing, s. */
function backOffS(node: Node, attempts: number): number {
  const waitS = Math.min(RETRY_S_MAX, RETRY_S_MIN * (1 << Math.min(attempts, 6)));
  return waitS + (node.board.random32() % RETRY_S_MIN);
}

/** The index may have moved since: a record is found again by its number. */
function placeOf(index: RecordIndex, epoch: number, sequence: number): number {
  for (let i = index.recordCount - 1; i >= 0; i--) {
    if (index.epochs[i] === epoch && index.sequences[i] === sequence) return i;
  }
  return -1;
}

/** Sends at most one record; call it every SEND_PERIOD_MS. Gives whether one left. */
export function sendDue(node: Node): boolean {
  const index = node.journal.records;
  const uptimeS = Math.floor(node.board.uptimeMs() / 1000);
  const i = choose(node, uptimeS);
  if (i < 0) return false;
  const epoch = index.epochs[i];
  const sequence = index.sequences[i];
  const settle = (outcome: Outcome): void => {
    const place = placeOf(node.journal.records, epoch, sequence);
    if (place < 0 || outcome === 'delivered') return;
    const nowS = Math.floor(node.board.uptimeMs() / 1000);
    index.notBeforeS[place] = nowS + backOffS(node, index.attempts[place]);
  };
  if (!node.link.send(readPacket(node.board, node.journal, i), settle)) return false;
  if (i < index.recordCount - 1) node.catchUpAtS = uptimeS + CATCH_UP_S;
  index.triedS[i] = uptimeS;
  index.attempts[i] = Math.min(255, index.attempts[i] + 1);
  index.notBeforeS[i] = uptimeS + RESEND_S + (node.board.random32() % SEND_JITTER_S);
  return true;
}
