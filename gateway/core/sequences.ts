/*
 * sequences.ts: which sequences of each (key, epoch) are stored, and which of these states the next
 * bulletin of a slot group tells.
 * Way: the store's sequences at start, every accepted record after -> entries of a bulletin.
 * Pure. Source: design section 6; entry layout in shared/bulletin.ts.
 */
import type { BulletinEntry } from '../../shared/bulletin';
import { BULLETIN_ENTRIES_MAX, SLOTS_PER_GROUP } from '../../shared/limits';
import { BULLETIN_REPEATS, BULLETIN_REPEATS_INCOMPLETE } from '../limits/bulletins';

/** What is stored of one epoch of one key. */
export interface SequenceState {
  /** Row id of the key in the store: names the key. */
  keyRowId: number;
  /** First 4 bytes of SHA-256 of the public key. */
  keyId: Uint8Array;
  /** The node's slot at this gateway, 0..255. */
  slot: number;
  /** 1..65535. */
  epoch: number;
  /** Sequences 1..contiguous are all stored. */
  contiguous: number;
  /** Stored sequences beyond contiguous + 1, ascending. */
  above: number[];
  /** Sequences up to this one are no longer on the node: nobody can send them any more. */
  goneUpTo: number;
  /** Bulletins that told this state since a record of the epoch last arrived. */
  toldCount: number;
}

/** Where `sequence` is or would stand in the ascending list. */
function positionOf(ascending: number[], sequence: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Counts a sequence as stored. Adding one twice changes nothing but the told count: whoever sends
 * again has not heard.
 */
export function addSequence(state: SequenceState, sequence: number): void {
  state.toldCount = 0;
  if (sequence <= state.contiguous) return;
  const at = positionOf(state.above, sequence);
  if (state.above[at] === sequence) return;
  state.above.splice(at, 0, sequence);
  let joined = 0;
  while (state.above[joined] === state.contiguous + 1 + joined) joined += 1;
  if (joined > 0) {
    state.contiguous += joined;
    state.above.splice(0, joined);
  }
}

/** The state of an epoch of which this is stored: by default nothing. */
export function newSequenceState(
  key: { keyRowId: number; keyId: Uint8Array; slot: number },
  epoch: number,
  { contiguous, above }: { contiguous: number; above: number[] } = { contiguous: 0, above: [] },
): SequenceState {
  const state = { ...key, epoch, contiguous, above: [], goneUpTo: 0, toldCount: 0 };
  for (const sequence of above) addSequence(state, sequence);
  return state;
}

/** Is this sequence of the epoch stored? */
export function hasSequence(state: SequenceState, sequence: number): boolean {
  if (sequence <= state.contiguous) return sequence > 0;
  return state.above[positionOf(state.above, sequence)] === sequence;
}

/** Sequences missing below the highest stored one, count. */
export function missingCount(state: SequenceState): number {
  if (state.above.length === 0) return 0;
  return state.above[state.above.length - 1] - state.contiguous - state.above.length;
}

/**
 * What a record says of the node's journal: of its epoch `kept` records are still there, itself the newest.
 * Without this a gap that no one can fill any more would keep all later records from being covered.
 */
export function noteKept(state: SequenceState, sequence: number, kept: number): void {
  state.goneUpTo = Math.max(state.goneUpTo, sequence - kept);
}

/** Up to here the node has nothing to send: all is stored or gone. */
function settledUpTo(state: SequenceState): number {
  let settled = Math.max(state.contiguous, state.goneUpTo);
  for (const sequence of state.above) if (sequence === settled + 1) settled = sequence;
  return settled;
}

/** The bulletin entry that tells this state: what is settled and the 16 sequences after the first gap. */
export function entryFor(state: SequenceState): BulletinEntry {
  const contiguous = settledUpTo(state);
  let stored = 0;
  for (const sequence of state.above) {
    const bit = sequence - contiguous - 2;
    if (bit > 15) break;
    if (bit >= 0) stored |= 1 << bit;
  }
  return {
    slotInGroup: state.slot % SLOTS_PER_GROUP,
    keyCheck: state.keyId[3] & 15,
    epoch: state.epoch,
    contiguous,
    stored,
  };
}

/** Whether the node may still have something of this epoch: a gap, or nothing ever came. */
function isIncomplete(state: SequenceState): boolean {
  return entryFor(state).stored !== 0 || settledUpTo(state) === 0;
}

/** The slot group of a slot: 0..15. */
export function groupOf(slot: number): number {
  return Math.floor(slot / SLOTS_PER_GROUP);
}

function newestEpochs(states: SequenceState[]): Map<number, number> {
  const newest = new Map<number, number>();
  for (const state of states) {
    newest.set(state.keyRowId, Math.max(state.epoch, newest.get(state.keyRowId) ?? 0));
  }
  return newest;
}

function repeatsOf(state: SequenceState): number {
  return isIncomplete(state) ? BULLETIN_REPEATS_INCOMPLETE : BULLETIN_REPEATS;
}

/**
 * Chooses at most 16 states for the bulletin of a group. Every node's newest epoch is wanted always;
 * an older epoch only until it was told BULLETIN_REPEATS times since a record of it last arrived, and
 * BULLETIN_REPEATS_INCOMPLETE times when something of it may be missing.
 * When there are more than fit, the least told go first: a round robin over the bulletins.
 * The caller raises toldCount of those it sent.
 */
export function chooseForBulletin(states: SequenceState[], group: number): SequenceState[] {
  const ofGroup = states.filter((state) => groupOf(state.slot) === group);
  const newest = newestEpochs(ofGroup);
  const isNewest = (state: SequenceState) => newest.get(state.keyRowId) === state.epoch;
  return ofGroup
    .filter((state) => isNewest(state) || state.toldCount < repeatsOf(state))
    .sort(
      (a, b) =>
        a.toldCount - b.toldCount ||
        Number(isNewest(b)) - Number(isNewest(a)) ||
        b.epoch - a.epoch ||
        a.slot - b.slot,
    )
    .slice(0, BULLETIN_ENTRIES_MAX)
    .sort((a, b) => a.slot - b.slot || b.epoch - a.epoch);
}
