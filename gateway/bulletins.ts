/*
 * bulletins.ts: makes the bulletin of a slot group: the only way back to the nodes.
 * Way: sequence states -> bytes signed by the gateway's key -> radio session (broadcast).
 * A bulletin is made only from what is committed, and its sequence is durable before it is sent.
 */
import { type Bulletin, encodeBulletin } from '../shared/bulletin';
import { concat } from '../shared/bytes';
import { BULLETIN_AAD, sigStructure } from '../shared/cose';
import { nextBulletinSequence } from './core/bulletin-sequence';
import { chooseForBulletin, entryFor, type SequenceState } from './core/sequences';
import type { GatewayClock } from './edges/clock';
import type { GatewayKey } from './edges/key';
import { META_BULLETIN_SEQUENCE, type Store } from './edges/store/store';
import { BULLETIN_SEQUENCE_MAX, BULLETIN_SEQUENCES_RESERVED } from './limits/bulletins';
import { BULLETIN_CLOCK_S_MAX } from './limits/clock';

/** What bulletins are made of. */
export interface BulletinDoors {
  store: Store;
  clock: GatewayClock;
  key: GatewayKey;
  /** First 4 bytes of SHA-256 of the gateway's public key. */
  gatewayKeyId: Uint8Array;
  nextSequence: NextSequence;
}

/** Gives the sequence of each bulletin: each above every one before, in this process and in earlier ones. */
export type NextSequence = () => number;

/**
 * Sequences above the last one, and above any a restored backup has forgotten (core/bulletin-sequence.ts). Some are
 * reserved ahead in the store, to spare the card a write for each; a restart skips the rest.
 */
export function createBulletinSequence(store: Store, clock: GatewayClock): NextSequence {
  let reserved = Number(store.meta(META_BULLETIN_SEQUENCE) ?? 0);
  let last = reserved;
  let isFirst = true;
  return () => {
    const timeMs = clock.state() === 'unknown' ? null : clock.nowMs();
    last = nextBulletinSequence({ last, isFirst, timeMs });
    if (timeMs !== null) isFirst = false;
    if (last > BULLETIN_SEQUENCE_MAX) throw new Error('bulletin sequences are used up');
    if (last > reserved) {
      reserved = Math.min(last + BULLETIN_SEQUENCES_RESERVED, BULLETIN_SEQUENCE_MAX);
      store.setMeta(META_BULLETIN_SEQUENCE, reserved);
    }
    return last;
  };
}

/** What a bulletin says of time: nothing while the nodes' own clocks are better. */
function toldTime(clock: GatewayClock): { timeS: number; clockUncertainty: number } {
  const { timeMs, uncertaintyS } = clock.reading();
  if (uncertaintyS === null || uncertaintyS > BULLETIN_CLOCK_S_MAX) {
    return { timeS: 0, clockUncertainty: 15 };
  }
  return { timeS: Math.floor(timeMs / 1000), clockUncertainty: clock.uncertainty() };
}

/**
 * Makes and signs the bulletin of a group. Commits the store first: every record it tells is durable,
 * and so is its sequence.
 * @returns the packet (payload and signature), at most 200 bytes.
 */
export function makeBulletin(
  { store, clock, key, gatewayKeyId, nextSequence }: BulletinDoors,
  group: number,
  states: SequenceState[],
): Uint8Array {
  const sequence = nextSequence();
  store.commit();
  const told = chooseForBulletin(states, group);
  const bulletin: Bulletin = {
    gatewayKeyId,
    sequence,
    ...toldTime(clock),
    group,
    entries: told.map(entryFor),
  };
  const payload = encodeBulletin(bulletin);
  for (const state of told) state.toldCount += 1;
  return concat([payload, key.sign(sigStructure(BULLETIN_AAD, payload))]);
}
