/*
 * committing.ts: when what was stored is made durable: in groups, to spare the card.
 * Way: custody, chores -> within() or commit() -> store -> the tellers.
 */
import type { DiskKeeping } from './disk-keeping';
import type { GatewayClock } from './edges/clock';
import type { Store } from './edges/store/store';

/** Commits when it is time, and lets the tellers know. A paced gateway commits at its barriers. */
export function createCommitter(
  clock: GatewayClock,
  paced: boolean,
  disk: DiskKeeping,
  store: Store,
  afterCommit: (counted: boolean) => void,
) {
  let cancel: (() => void) | null = null;
  let atMs = 0;
  const commit = () => {
    cancel?.();
    cancel = null;
    if (store.pending() === 'nothing') return;
    const counted = store.uncommittedCounts().size > 0;
    if (disk.guard(store.commit)) afterCommit(counted);
  };
  const within = (ms: number) => {
    if (paced || store.pending() === 'nothing') return;
    if (cancel !== null && atMs <= clock.steadyMs() + ms) return;
    cancel?.();
    atMs = clock.steadyMs() + ms;
    cancel = clock.at(clock.nowMs() + ms, commit);
  };
  return {
    commit,
    /** Commits what waits, at the latest after this time. */
    within,
    /** The same for what was written without saying when. A commit that is in sight stays where it is. */
    sweep(ms: number) {
      if (cancel === null) within(ms);
    },
  };
}

/** Runs what writes and makes it durable now, with everything else that waits. Gives false when the disk is full. */
export function createDurably(disk: DiskKeeping, commit: () => void) {
  return (write: () => void): boolean => {
    if (!disk.guard(write)) return false;
    commit();
    return !disk.isFull();
  };
}
