/*
 * custody.ts: hear -> judge -> store. What a packet changes, and in which order.
 * Way: packets of the radio session -> heard.ts -> judge.ts -> store; sequence states kept for the
 * bulletins; names of sites that changed kept for the tellers.
 * Everything here is synchronous: one packet is wholly dealt with before the next is looked at.
 */

import { toHex } from '../shared/bytes';
import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import { decodeRecord, splitSigned, type TallyRecord } from '../shared/record';
import type { BulletinSchedule } from './core/bulletin-schedule';
import { lookAt, type OwnRadio, type Reception } from './core/heard';
import {
  type JudgeLookups,
  judge,
  type KnownKey,
  type SignedRecord,
  tripleName,
} from './core/judge';
import {
  addSequence,
  emptySequenceState,
  groupOf,
  hasSequence,
  noteKept,
  type SequenceState,
} from './core/sequences';
import type { GatewayClock } from './edges/clock';
import type { Store } from './edges/store/store';
import { EPOCHS_LOADED_MAX, HISTORICAL_AFTER_S } from './limits';

/** What custody works with. */
export interface CustodyDoors {
  store: Store;
  clock: GatewayClock;
  schedule: BulletinSchedule;
  verify: JudgeLookups['verify'];
}

/** The custody of records. */
export interface Custody {
  /** Deals with one packet from the radio. @returns true for a new event, which must not wait. */
  hear(packet: MeshPacket, own: OwnRadio): boolean;
  /** States of all epochs that bulletins may tell. */
  states(): SequenceState[];
  /** Sites with news since the last call. */
  takeChangedSites(): string[];
}

/** Takes from the newest stored record of an epoch what the node still kept then. */
function noteNewest(store: Store, state: SequenceState): void {
  const newest = state.above[state.above.length - 1] ?? state.contiguous;
  const packet = store.storedPacket(state.keyRowId, state.epoch, newest);
  const parts = packet === undefined ? 'malformed' : splitSigned(packet);
  const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
  if (typeof record !== 'string') noteKept(state, record.sequence, record.kept);
}

/** Sequence states by key and epoch, loaded from the store as far as they are needed. */
function createStates(store: Store, keys: KnownKey[]) {
  const states = new Map<string, SequenceState>();
  const load = (key: KnownKey, epoch: number): SequenceState => {
    const name = `${key.rowId}/${epoch}`;
    let state = states.get(name);
    if (state === undefined) {
      state = emptySequenceState({ keyRowId: key.rowId, keyId: key.keyId, slot: key.slot }, epoch);
      for (const sequence of store.sequences(key.rowId, epoch)) addSequence(state, sequence);
      noteNewest(store, state);
      states.set(name, state);
    }
    return state;
  };
  /** The highest epoch of each key that was loaded. */
  const highest = new Map<number, number>();
  /**
   * The state of an epoch, after those between the highest one so far and it: an epoch of which nothing ever came may
   * have been forgotten with yesterday's backup, so the node is told that nothing of it is stored.
   */
  const loadUpTo = (key: KnownKey, epoch: number): SequenceState => {
    const before = highest.get(key.rowId) ?? epoch - 1;
    for (let e = Math.max(before + 1, epoch - EPOCHS_LOADED_MAX); e < epoch; e++) load(key, e);
    highest.set(key.rowId, Math.max(before, epoch));
    return load(key, epoch);
  };
  for (const key of keys) {
    if (key.retiredAtS !== null) continue;
    const epochs = store.newestEpochs(key.rowId, EPOCHS_LOADED_MAX);
    for (const epoch of epochs.sort((a, b) => a - b)) loadUpTo(key, epoch);
  }
  const inUse = new Set(keys.filter((key) => key.retiredAtS === null).map((key) => key.rowId));
  // A retired node's slot may be another's by now: nothing is told about it.
  return {
    load,
    loadUpTo,
    all: () => [...states.values()].filter((state) => inUse.has(state.keyRowId)),
  };
}

interface Held extends CustodyDoors {
  lookups: JudgeLookups;
  states: ReturnType<typeof createStates>;
  /** Highest (epoch, sequence) heard of each key: what is below it arrives late. */
  newest: Map<number, { epoch: number; sequence: number }>;
  changedSites: Set<string>;
}

function newestOf(states: SequenceState[]): Held['newest'] {
  const newest: Held['newest'] = new Map();
  for (const state of states) {
    const known = newest.get(state.keyRowId);
    if (known !== undefined && known.epoch > state.epoch) continue;
    const sequence = state.above[state.above.length - 1] ?? state.contiguous;
    newest.set(state.keyRowId, { epoch: state.epoch, sequence });
  }
  return newest;
}

/** Does newer data of the same node lie in the store already? */
function isBehind({ newest }: Held, { key, record }: SignedRecord): boolean {
  const latest = newest.get(key.rowId);
  if (latest === undefined) return false;
  if (record.epoch !== latest.epoch) return record.epoch < latest.epoch;
  return record.sequence < latest.sequence;
}

function isOld({ clock }: Held, record: TallyRecord): boolean {
  if (record.timeS === 0 || clock.state() === 'unknown') return false;
  return clock.nowMs() / 1000 - record.timeS > HISTORICAL_AFTER_S;
}

function addNotice({ store, clock }: Held, notice: string, { key, record }: SignedRecord): void {
  const atS = Math.floor(clock.nowMs() / 1000);
  store.addNotice(atS, { notice, site: key.site, record: tripleName(record) });
}

function accept(held: Held, signed: SignedRecord, reception: Reception): void {
  const { store, clock, schedule, states, newest, changedSites } = held;
  const { key, record } = signed;
  const behind = isBehind(held, signed);
  const disagreements = store.addRecord(signed, {
    ...reception,
    atS: Math.floor(clock.nowMs() / 1000),
    clockState: clock.state(),
    historical: behind || isOld(held, record),
  });
  if (disagreements > 0) {
    store.countRefusal('disagreement', disagreements);
    addNotice(held, 'buckets-disagree', signed);
  }
  const state = states.loadUpTo(key, record.epoch);
  addSequence(state, record.sequence);
  noteKept(state, record.sequence, record.kept);
  changedSites.add(key.site);
  if (behind) return;
  newest.set(key.rowId, { epoch: record.epoch, sequence: record.sequence });
  if (record.timeS === 0 && key.retiredAtS === null) {
    schedule.heardWithoutClock(groupOf(key.slot), clock.nowMs());
  }
}

/** The node sends again: it has not heard, so its epoch is told again. */
function hearAgain({ store, states }: Held, { key, record }: SignedRecord): void {
  store.countRefusal('duplicate');
  const state = states.load(key, record.epoch);
  if (!hasSequence(state, record.sequence)) throw new Error('stored, yet not in its state');
  addSequence(state, record.sequence);
}

function keepEvidence(held: Held, signed: SignedRecord): void {
  held.store.countRefusal('conflict');
  const atS = Math.floor(held.clock.nowMs() / 1000);
  if (held.store.addConflict(signed, atS)) addNotice(held, 'conflict', signed);
}

function hear(held: Held, packet: MeshPacket, own: OwnRadio): boolean {
  const seen = lookAt(packet, own);
  if (seen === 'housekeeping') return false;
  if (typeof seen === 'string') {
    held.store.countRefusal(seen);
    return false;
  }
  const verdict = judge(seen.payload, held.lookups);
  if (verdict.outcome === 'refused') held.store.countRefusal(verdict.reason);
  else if (verdict.outcome === 'duplicate') hearAgain(held, verdict);
  else if (verdict.outcome === 'conflict') keepEvidence(held, verdict);
  else accept(held, verdict, seen.reception);
  return verdict.outcome === 'accepted' && verdict.record.kind === 3;
}

/** Takes custody of what the store knows and of everything heard from now on. */
export function createCustody(doors: CustodyDoors): Custody {
  const { store, verify } = doors;
  const keys = store.keys();
  const byId = new Map(keys.map((key) => [toHex(key.keyId), key]));
  const states = createStates(store, keys);
  const lookups: JudgeLookups = {
    keyOf: (keyId) => byId.get(toHex(keyId)),
    storedPacket: (keyRowId, epoch, sequence) => store.storedPacket(keyRowId, epoch, sequence),
    verify,
  };
  const newest = newestOf(states.all());
  const held: Held = { ...doors, lookups, states, newest, changedSites: new Set() };
  return {
    hear: (packet, own) => hear(held, packet, own),
    states: states.all,
    takeChangedSites() {
      const sites = [...held.changedSites];
      held.changedSites.clear();
      return sites;
    },
  };
}
