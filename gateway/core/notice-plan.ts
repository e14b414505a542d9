/*
 * notice-plan.ts: before which bulletins the announcement of a new gateway key is sent.
 * Way: what is heard of the nodes -> plan -> engine.
 * Pure. Nodes whose link sleeps listen only at their group's minute, so the announcement goes just before the bulletin. A node
 * that does not believe the bulletins sends each record again after 70 min: one that stopped doing so has taken the key.
 */
import { NOTICE_ACCEPTED_AFTER, NOTICE_EVERY, NOTICE_OFTEN_MAX } from '../limits/bulletins';

/** The plan of one announcement. */
export interface NoticePlan {
  /** A new record of the key was stored. */
  heardFresh(keyRowId: number): void;
  /** A stored record of the key came again: it does not believe that it is stored. */
  heardAgain(keyRowId: number): void;
  /** Shall the announcement go before this bulletin of the group? `keyRowIds`: keys in use in the group. Counts it. */
  isDue(group: number, keyRowIds: number[]): boolean;
  /** Keys of these that have not shown yet that they took the new key. */
  waiting(keyRowIds: number[]): number;
}

/** Makes a plan: one for each start of the gateway. */
export function createNoticePlan(): NoticePlan {
  const freshInRow = new Map<number, number>();
  const bulletins = new Map<number, number>();
  const hasTaken = (keyRowId: number) => (freshInRow.get(keyRowId) ?? 0) >= NOTICE_ACCEPTED_AFTER;
  const waiting = (keyRowIds: number[]) => keyRowIds.filter((id) => !hasTaken(id)).length;
  return {
    heardFresh: (keyRowId) => {
      freshInRow.set(keyRowId, (freshInRow.get(keyRowId) ?? 0) + 1);
    },
    heardAgain: (keyRowId) => {
      freshInRow.set(keyRowId, 0);
    },
    isDue(group, keyRowIds) {
      const count = bulletins.get(group) ?? 0;
      bulletins.set(group, count + 1);
      // Once a day for ever: a node may come back after months.
      if (count % NOTICE_EVERY === 0) return true;
      return count < NOTICE_OFTEN_MAX && waiting(keyRowIds) > 0;
    },
    waiting,
  };
}
