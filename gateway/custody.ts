/*
 * custody.ts: hear -> judge -> store. What a packet changes, and in which order.
 * Way: packets of the radio session -> heard.ts -> judge.ts -> store; sequence states kept for the
 * bulletins; names of sites that changed kept for the tellers. Packets of unknown keys wait in quarantine.
 * Everything here is synchronous: one packet is wholly dealt with before the next is looked at.
 */

import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import { decodeRecord, splitSigned, type TallyRecord } from '../shared/record';
import type { BulletinSchedule } from './core/bulletin-schedule';
import { lookAt, type OwnRadio, type Reception } from './core/heard';
import {
  isInUse,
  type JudgeLookups,
  judge,
  type KnownKey,
  type SignedRecord,
  tripleName,
} from './core/judge';
import { addSequence, groupOf, hasSequence, noteKept, type SequenceState } from './core/sequences';
import type { GatewayClock } from './edges/clock';
import type { Store } from './edges/store/store';
import type { Arrival } from './edges/store/write-record';
import { HISTORICAL_AFTER_S } from './limits/store';
import { createSequenceStates, type SequenceStates } from './sequence-states';

/** What custody works with. */
export interface CustodyDoors {
  store: Store;
  clock: GatewayClock;
  schedule: BulletinSchedule;
  verify: JudgeLookups['verify'];
  /** A site was heard: a record of it is stored. */
  heardSite?(site: string): void;
  /** A record that was never stored before, newer than all of its key. */
  heardFresh?(key: KnownKey, record: TallyRecord): void;
  /** A stored record came again. */
  heardAgain?(key: KnownKey): void;
}

/** The custody of records. */
export interface Custody {
  /** Deals with one packet from the radio. @returns true for a new event, which must not wait. */
  hear(packet: MeshPacket, own: OwnRadio): boolean;
  /** Takes the keys from the store again, and judges what waited for new ones. @returns packets released. */
  takeKeys(): number;
  /** Forgets what it knows of the store and reads it again: after a transaction was undone. */
  forget(): void;
  /** States of all epochs that bulletins may tell. */
  states(): SequenceState[];
  /** Notes in the store up to where each epoch is complete. */
  noteSettled(): void;
  /** Sites with news since the last call. */
  takeChangedSites(): string[];
}

/** What custody remembers of the keys; made anew when the register changes. */
interface Memory {
  byId: Map<number, KnownKey>;
  states: SequenceStates;
  /** Highest (epoch, sequence) heard of each key: what is below it arrives late. */
  newest: Map<number, { epoch: number; sequence: number }>;
}

interface Held extends CustodyDoors {
  lookups: JudgeLookups;
  memory: Memory;
  changedSites: Set<string>;
}

function newestOf(states: SequenceState[]): Memory['newest'] {
  const newest: Memory['newest'] = new Map();
  for (const state of states) {
    const known = newest.get(state.keyRowId);
    if (known !== undefined && known.epoch > state.epoch) continue;
    const sequence = state.above[state.above.length - 1] ?? state.contiguous;
    newest.set(state.keyRowId, { epoch: state.epoch, sequence });
  }
  return newest;
}

/** The 4 bytes of a key id as one number: each record is looked up by it. */
function idNumber(keyId: Uint8Array): number {
  return keyId[0] * 0x1000000 + (keyId[1] << 16) + (keyId[2] << 8) + keyId[3];
}

function memoryOf(store: Store): Memory {
  const keys = store.keys();
  const states = createSequenceStates(store, keys);
  const byId = new Map(keys.map((key) => [idNumber(key.keyId), key]));
  return { byId, states, newest: newestOf(states.all()) };
}

/** Does newer data of the same node lie in the store already? */
function isBehind({ memory }: Held, { key, record }: SignedRecord): boolean {
  const latest = memory.newest.get(key.rowId);
  if (latest === undefined) return false;
  if (record.epoch !== latest.epoch) return record.epoch < latest.epoch;
  return record.sequence < latest.sequence;
}

function isOld({ clock }: Held, record: TallyRecord): boolean {
  if (record.timeS === 0 || clock.state() === 'unknown') return false;
  return clock.nowMs() / 1000 - record.timeS > HISTORICAL_AFTER_S;
}

function addNotice({ store, clock }: Held, notice: string, signed: SignedRecord): void {
  const atS = Math.floor(clock.nowMs() / 1000);
  store.addNotice(atS, { notice, site: signed.placement.site, record: tripleName(signed.record) });
}

/** `hearing`: whether it is late is found out here. */
function accept(held: Held, signed: SignedRecord, hearing: Arrival): void {
  const { store, clock, schedule, memory, changedSites } = held;
  const { key, placement, record } = signed;
  const behind = isBehind(held, signed);
  const historical = behind || isOld(held, record);
  hearing.historical = historical;
  const disagreements = store.addRecord(signed, hearing);
  if (disagreements > 0) {
    store.countRefusal('disagreement', disagreements);
    addNotice(held, 'buckets-disagree', signed);
  }
  const state = memory.states.loadUpTo(key, record.epoch);
  addSequence(state, record.sequence);
  noteKept(state, record.sequence, record.kept);
  changedSites.add(placement.site);
  held.heardSite?.(placement.site);
  if (behind) return;
  memory.newest.set(key.rowId, { epoch: record.epoch, sequence: record.sequence });
  held.heardFresh?.(key, record);
  if (record.timeS === 0 && isInUse(key)) {
    schedule.heardWithoutClock(groupOf(key.slot), clock.nowMs(), clock.steadyMs());
  }
}

/** The node sends again: it has not heard, so its epoch is told again. */
function hearAgain({ store, memory, heardAgain }: Held, { key, record }: SignedRecord): void {
  store.countRefusal('duplicate');
  heardAgain?.(key);
  const state = memory.states.load(key, record.epoch);
  if (!hasSequence(state, record.sequence)) throw new Error('stored, yet not in its state');
  addSequence(state, record.sequence);
}

function keepEvidence(held: Held, signed: SignedRecord): void {
  held.store.countRefusal('conflict');
  const atS = Math.floor(held.clock.nowMs() / 1000);
  if (held.store.addConflict(signed, atS)) addNotice(held, 'conflict', signed);
}

/** The key may be registered tomorrow: the packet waits, unless it waits already. */
function keepWaiting({ store }: Held, packet: Uint8Array, hearing: Arrival): void {
  store.countRefusal('unknown-key');
  const parts = splitSigned(packet);
  const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
  if (typeof record === 'string') throw new Error('of an unknown key, yet it does not decode');
  if (!store.quarantine.has(packet)) store.quarantine.add(record.keyId, { packet, ...hearing });
}

/** @returns true for a new event */
function take(held: Held, packet: Uint8Array, hearing: Arrival): boolean {
  const verdict = judge(packet, held.lookups);
  if (verdict.outcome === 'duplicate') hearAgain(held, verdict);
  else if (verdict.outcome === 'conflict') keepEvidence(held, verdict);
  else if (verdict.outcome === 'accepted') accept(held, verdict, hearing);
  else if (verdict.reason === 'unknown-key') keepWaiting(held, packet, hearing);
  else held.store.countRefusal(verdict.reason);
  return verdict.outcome === 'accepted' && verdict.record.kind === 3;
}

function hear(held: Held, packet: MeshPacket, own: OwnRadio): boolean {
  const seen = lookAt(packet, own);
  if (seen === 'housekeeping') return false;
  if (typeof seen === 'string') {
    held.store.countRefusal(seen);
    return false;
  }
  return take(held, seen.payload, hearingOf(held, seen.reception));
}

/** Written out, field by field: it is made for every packet. */
function hearingOf({ clock }: Held, { fromRadio, rssiDbm, hops }: Reception): Arrival {
  const atS = Math.floor(clock.nowMs() / 1000);
  return { fromRadio, rssiDbm, hops, atS, clockState: clock.state(), historical: false };
}

/** Judges what waited for keys that are known by now, as if it were heard again, with its own time of hearing. */
function release(held: Held): number {
  let released = 0;
  for (const key of held.memory.byId.values()) {
    for (const { packet, id: _, ...hearing } of held.store.quarantine.take(key.keyId)) {
      take(held, packet, { ...hearing, historical: false });
      released += 1;
    }
  }
  return released;
}

/** A sequence that no state knows is not stored: only what may be there is looked up. */
function lookupsFor(held: () => Held, { store, verify }: CustodyDoors): JudgeLookups {
  return {
    keyOf: (keyId) => held().memory.byId.get(idNumber(keyId)),
    storedPacket(keyRowId, epoch, sequence) {
      const newest = held().memory.newest.get(keyRowId);
      const isNew = newest?.epoch === epoch && sequence > newest.sequence;
      return isNew ? undefined : store.storedPacket(keyRowId, epoch, sequence);
    },
    verify,
  };
}

/** Takes custody of what the store knows and of everything heard from now on. */
export function createCustody(doors: CustodyDoors): Custody {
  const { store } = doors;
  const held: Held = {
    ...doors,
    lookups: lookupsFor(() => held, doors),
    memory: memoryOf(store),
    changedSites: new Set(),
  };
  return {
    hear: (packet, own) => hear(held, packet, own),
    takeKeys() {
      held.memory = memoryOf(store);
      return release(held);
    },
    forget() {
      held.memory = memoryOf(store);
      held.changedSites.clear();
    },
    states: () => held.memory.states.all(),
    noteSettled() {
      for (const { keyRowId, epoch, contiguous } of held.memory.states.all()) {
        if (contiguous > 0) store.noteSettled(keyRowId, epoch, contiguous);
      }
    },
    takeChangedSites() {
      const sites = [...held.changedSites];
      held.changedSites.clear();
      return sites;
    },
  };
}
