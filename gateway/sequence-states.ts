/*
 * sequence-states.ts: what is stored of each epoch of each key, in memory, for judging and for the bulletins.
 * Way: store (once, at the start, as far as needed) and custody (each record) -> bulletins.
 */
import { decodeRecord, splitSigned } from '../shared/record';
import { isInUse, type KnownKey } from './core/judge';
import { newSequenceState, noteKept, type SequenceState } from './core/sequences';
import type { Store } from './edges/store/store';
import { EPOCHS_LOADED_MAX } from './limits/store';

/** Takes from the newest stored record of an epoch what the node still kept then. */
function noteNewest(store: Store, state: SequenceState): void {
  const newest = state.above[state.above.length - 1] ?? state.contiguous;
  const packet = store.storedPacket(state.keyRowId, state.epoch, newest);
  const parts = packet === undefined ? 'malformed' : splitSigned(packet);
  const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
  if (typeof record !== 'string') noteKept(state, record.sequence, record.kept);
}

/** The states of all keys. */
export interface SequenceStates {
  /** The state of an epoch, loaded when it is not yet. */
  load(key: KnownKey, epoch: number): SequenceState;
  /**
   * The state of an epoch, after those between the highest one so far and it: an epoch of which nothing ever came may
   * have been forgotten with yesterday's backup, so the node is told that nothing of it is stored.
   */
  loadUpTo(key: KnownKey, epoch: number): SequenceState;
  /** States that bulletins may tell. A retired node's slot may be another's by now: nothing is told about it. */
  all(): SequenceState[];
}

/** Loads the newest epochs of the keys in use; others when they are asked for. */
export function createSequenceStates(store: Store, keys: readonly KnownKey[]): SequenceStates {
  const states = new Map<string, SequenceState>();
  /** The highest epoch of each key that was loaded. */
  const highest = new Map<number, number>();
  const load = (key: KnownKey, epoch: number): SequenceState => {
    const name = `${key.rowId}/${epoch}`;
    let state = states.get(name);
    if (state === undefined) {
      const of = { keyRowId: key.rowId, keyId: key.keyId, slot: key.slot };
      state = newSequenceState(of, epoch, store.sequences(key.rowId, epoch));
      noteNewest(store, state);
      states.set(name, state);
    }
    return state;
  };
  const loadUpTo = (key: KnownKey, epoch: number): SequenceState => {
    const before = highest.get(key.rowId) ?? epoch - 1;
    for (let e = Math.max(before + 1, epoch - EPOCHS_LOADED_MAX); e < epoch; e++) load(key, e);
    highest.set(key.rowId, Math.max(before, epoch));
    return load(key, epoch);
  };
  const inUse = new Set<number>();
  for (const key of keys) {
    if (!isInUse(key)) continue;
    inUse.add(key.rowId);
    const epochs = store.newestEpochs(key.rowId, EPOCHS_LOADED_MAX);
    for (const epoch of epochs.sort((a, b) => a - b)) loadUpTo(key, epoch);
  }
  return {
    load,
    loadUpTo,
    all: () => [...states.values()].filter((state) => inUse.has(state.keyRowId)),
  };
}
