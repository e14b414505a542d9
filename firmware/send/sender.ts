/*
 * What: decides which record goes out, and when: the newest first, then the oldest that is missing.
 * From where to where: record index and journal -> link. A record is free only when a bulletin covers it.
 * The last few records of this boot have a time of their own. The others go in rounds from the oldest on: a round takes
 * those that no bulletin covers, one at a time, and the next one waits until bulletins have had time to tell.
 * Espruino-safe.
 */

import { readPacket } from '../keep/journal';
import { getUint } from '../keep/journal-format';
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
  const newest = node.recent[node.recent.length - 1];
  if (newest) newest[0] = uptimeS + (getUint(node.keyId, 0, 4) % SEND_JITTER_S);
}

/** After a boot the old records wait for a bulletin, which may free them. */
export function scheduleOld(node: Node): void {
  node.catchUpAtS = RESEND_S + (node.board.random32() % RESEND_S);
}

/** When record `i` is due and was tried, if it is one of the last few: see Node.recent. */
export function recentOf(node: Node, i: number): number[] | undefined {
  return node.recent[i - node.journal.records.recordCount + node.recent.length];
}

/**
 * The record to send now, or -1. The newest one and those that were due in the last hour and never tried do not wait for
 * others: an event must not wait, nor the hour's record behind it.
 */
function choose(node: Node, uptimeS: number): number {
  const index = node.journal.records;
  const newest = index.recordCount - 1;
  for (let i = newest; recentOf(node, i); i--) {
    const recent = recentOf(node, i) as number[];
    const isFresh = recent[1] === 0 && recent[0] + FRESH_S > uptimeS;
    if (index.covered[i] === 0 && recent[0] <= uptimeS && (i === newest || isFresh)) return i;
  }
  if (uptimeS < node.catchUpAtS) return -1;
  const i = index.covered.indexOf(0, index.next);
  const recent = recentOf(node, i);
  if (i >= 0 && i <= newest && !(recent && recent[0] > uptimeS)) return i;
  if (index.next > 0) {
    index.next = 0;
    node.catchUpAtS = uptimeS + RESEND_S + (node.board.random32() % SEND_JITTER_S);
  }
  return -1;
}

/** How long to wait after so many attempts in a row came to nothing, s. */
function backOffS(node: Node): number {
  const waitS = Math.min(RETRY_S_MAX, RETRY_S_MIN * (1 << Math.min(node.attempts, 6)));
  return waitS + (node.board.random32() % RETRY_S_MIN);
}

/** Sends at most one record; call it every SEND_PERIOD_MS. Gives whether one left. */
export function sendDue(node: Node): boolean {
  const index = node.journal.records;
  const uptimeS = Math.floor(node.board.uptimeMs() / 1000);
  const i = choose(node, uptimeS);
  if (i < 0) return false;
  const recent = recentOf(node, i);
  const settle = (outcome: Outcome): void => {
    node.attempts = outcome === 'delivered' ? 0 : node.attempts + 1;
    if (outcome === 'delivered') return;
    const againAtS = Math.floor(node.board.uptimeMs() / 1000) + backOffS(node);
    if (recent) recent[0] = againAtS;
    else node.catchUpAtS = againAtS;
  };
  const packet = readPacket(node.board, node.journal, i);
  // Flash no longer holds it as it was written: given up, not sent.
  if (!packet && node.board.signer) index.covered[i] = 1;
  if (!packet || !node.link.send(packet, settle)) return false;
  if (recent) {
    recent[0] = uptimeS + RESEND_S + (node.board.random32() % SEND_JITTER_S);
    recent[1] = uptimeS;
  }
  if (i < index.recordCount - 1) {
    node.catchUpAtS = Math.max(node.catchUpAtS, uptimeS + CATCH_UP_S);
  }
  if (index.covered.indexOf(0, index.next) === i) index.next = i + 1;
  return true;
}
