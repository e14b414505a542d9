/*
 * announcing.ts: announces this gateway's key to the nodes, when it replaced the key of one that was stolen or broke.
 * Way: announcement from the store -> before bulletins, by the plan -> radio; what is heard of the nodes -> plan.
 */
import { isInUse, type KnownKey } from './core/judge';
import { createNoticePlan } from './core/notice-plan';
import { groupOf } from './core/sequences';
import type { Store } from './edges/store/store';
import { ownNotice } from './recovery';

/** Announces, as long as it takes. */
export interface Announcing {
  heardFresh(key: KnownKey): void;
  heardAgain(key: KnownKey): void;
  /** The packet to broadcast before this group's bulletin; null = not now. */
  before(group: number): Uint8Array | null;
  /** Nodes that have not shown yet that they took the key; null = there is nothing to announce. */
  nodesWaiting(): number | null;
}

/** Takes the announcement from the store. One that a node would refuse is not sent, and the log says so. */
export function createAnnouncing(
  store: Store,
  ownKey: Uint8Array,
  log: (line: string) => void,
): Announcing {
  const notice = ownNotice(store.meta, ownKey);
  if (notice !== null && 'wrong' in notice) {
    log(`WARNING: the announcement of this gateway's key cannot be sent: ${notice.wrong}`);
  }
  const packet = notice instanceof Uint8Array ? notice : null;
  if (packet !== null) log('this gateway replaced another: its key is announced to the nodes');
  const plan = createNoticePlan();
  const keysInUse = () => store.keys().filter(isInUse);
  const rowIds = (keys: KnownKey[]) => keys.map((key) => key.rowId);
  return {
    heardFresh: (key) => plan.heardFresh(key.rowId),
    heardAgain: (key) => plan.heardAgain(key.rowId),
    before(group) {
      if (packet === null) return null;
      const keys = keysInUse().filter((key) => groupOf(key.slot) === group);
      return plan.isDue(group, rowIds(keys)) ? packet : null;
    },
    nodesWaiting: () => (packet === null ? null : plan.waiting(rowIds(keysInUse()))),
  };
}
