/*
 * bulletins.ts: makes the bulletin of a slot group: the only way back to the nodes.
 * Way: sequence states -> bytes signed by the gateway's key -> radio session (broadcast).
 * A bulletin is made only from what is committed, and its sequence is durable before it is sent.
 */
import { type Bulletin, encodeBulletin } from '../shared/bulletin';
import { concat } from '../shared/bytes';
import { BULLETIN_AAD, sigStructure } from '../shared/cose';
import { chooseForBulletin, entryFor, type SequenceState } from './core/sequences';
import type { GatewayClock } from './edges/clock';
import type { GatewayKey } from './edges/key';
import { META_BULLETIN_SEQUENCE, type Store } from './edges/store/store';

/** What bulletins are made of. */
export interface BulletinDoors {
  store: Store;
  clock: GatewayClock;
  key: GatewayKey;
  /** First 4 bytes of SHA-256 of the gateway's public key. */
  gatewayKeyId: Uint8Array;
}

/**
 * The next bulletin sequence: above the last one, and above any a restored backup has forgotten,
 * because the minutes of the clock are a floor under it.
 */
function nextSequence(store: Store, clock: GatewayClock): number {
  const last = Number(store.meta(META_BULLETIN_SEQUENCE) ?? 0);
  const floor = clock.state() === 'unknown' ? 0 : Math.floor(clock.nowMs() / 60_000);
  return Math.max(last + 1, floor);
}

/**
 * Makes and signs the bulletin of a group. Commits the store first: every record it tells is durable,
 * and so is its sequence.
 * @returns the packet (payload and signature), at most 200 bytes.
 */
export function makeBulletin(
  { store, clock, key, gatewayKeyId }: BulletinDoors,
  group: number,
  states: SequenceState[],
): Uint8Array {
  const sequence = nextSequence(store, clock);
  store.setMeta(META_BULLETIN_SEQUENCE, sequence);
  store.commit();
  const told = chooseForBulletin(states, group);
  const bulletin: Bulletin = {
    gatewayKeyId,
    sequence,
    timeS: clock.state() === 'unknown' ? 0 : Math.floor(clock.nowMs() / 1000),
    clockUncertainty: clock.uncertainty(),
    group,
    entries: told.map(entryFor),
  };
  const payload = encodeBulletin(bulletin);
  for (const state of told) state.toldCount += 1;
  return concat([payload, key.sign(sigStructure(BULLETIN_AAD, payload))]);
}
