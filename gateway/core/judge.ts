/*
 * judge.ts: the one place that says what a packet is worth.
 * Way: bytes heard on our port -> judge -> verdict -> store (accepted), counters (everything else).
 * Pure: key register, stored packets and signature check are handed in.
 * Source: design sections 5 and 6; COSE Sig_structure of RFC 9052 section 4.4 in shared/cose.ts.
 */
import { isBulletin } from '../../shared/bulletin';
import { equal, toHex } from '../../shared/bytes';
import { RECORD_AAD } from '../../shared/cose';
import { isGatewayKeyNotice } from '../../shared/gateway-key';
import { RECORD_BYTES_MAX } from '../../shared/limits';
import type { Reason } from '../../shared/reasons';
import { decodeRecord, isCanonical, splitSigned, type TallyRecord } from '../../shared/record';

/** A node's key as the register knows it. */
export interface KnownKey {
  /** Row id in the store. */
  rowId: number;
  /** Ed25519 public key, 32 bytes. */
  publicKey: Uint8Array;
  /** First 4 bytes of SHA-256 of the public key. */
  keyId: Uint8Array;
  /** Slot in the bulletins, 0..255. */
  slot: number;
  /** Where its node stood and stands, oldest first; at least one. */
  placements: Placement[];
}

/** A key's time at a site. */
export interface Placement {
  /** Row id in the store. */
  rowId: number;
  /** Name of the site. */
  site: string;
  /** Unix time from which it counts, s; 0 = not told. */
  fromS: number;
  /** Unix time from which it no longer counts, s; null = it stands there. */
  toS: number | null;
}

/** Does the key's node stand anywhere? A retired one is heard no more. */
export function isInUse(key: KnownKey): boolean {
  return key.placements.some(({ toS }) => toS === null);
}

/**
 * Where the node stood at a time: the last place it had come to by then; before the first, the first; between two
 * places, the next. @returns null when it had been retired.
 */
export function placementAt(key: KnownKey, timeS: number): Placement | null {
  const { placements } = key;
  const later = placements.findIndex(({ fromS }) => fromS > timeS);
  const at = later < 0 ? placements.length - 1 : later - 1;
  if (at < 0) return placements[0];
  const placement = placements[at];
  if (placement.toS === null || timeS <= placement.toS) return placement;
  return placements[at + 1] ?? null;
}

/** What the judge asks of the world. */
export interface JudgeLookups {
  /** The key registered under this 4-byte id. Ids are unique: the register refuses collisions. */
  keyOf(keyId: Uint8Array): KnownKey | undefined;
  /** The packet (payload and signature) stored for this triple, if any. */
  storedPacket(keyRowId: number, epoch: number, sequence: number): Uint8Array | undefined;
  /** Ed25519 over the Sig_structure of payload with this external_aad. Never throws. */
  verify(aad: string, payload: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
}

/** A record whose signature holds, with the exact bytes that were signed. */
export interface SignedRecord {
  key: KnownKey;
  /** Where its node stood. */
  placement: Placement;
  record: TallyRecord;
  payload: Uint8Array;
  /** 64 bytes. */
  signature: Uint8Array;
}

/** The judge's answer. Only `accepted` may change what is stored as counted. */
export type Verdict =
  | ({ outcome: 'accepted' } & SignedRecord)
  | ({ outcome: 'duplicate' } & SignedRecord)
  | ({ outcome: 'conflict' } & SignedRecord)
  | { outcome: 'refused'; reason: Reason };

function refused(reason: Reason): Verdict {
  return { outcome: 'refused', reason };
}

/** A retired key still delivers what it counted before it was retired. Without time it counts where it stands. */
function placementOf(key: KnownKey, record: TallyRecord): Placement | null {
  if (record.timeS > 0) return placementAt(key, record.timeS);
  return key.placements.find(({ toS }) => toS === null) ?? null;
}

/**
 * Judges the payload of one mesh packet that arrived on our port and channel.
 * Order: size, split, decode, canonical form, key, signature, validity of the key, sequence state.
 * Rejects: too-long, too-short, not-addressed (a bulletin or a gateway key: those are for nodes), every reason of
 * decodeRecord, not-canonical, unknown-key, bad-signature, retired-key.
 * Same (key, epoch, sequence) with the same bytes is a duplicate, with other bytes a conflict.
 */
export function judge(packet: Uint8Array, lookups: JudgeLookups): Verdict {
  if (packet.length > RECORD_BYTES_MAX) return refused('too-long');
  const parts = splitSigned(packet);
  if (typeof parts === 'string') return refused(parts);
  if (isBulletin(packet) || isGatewayKeyNotice(packet)) return refused('not-addressed');
  const { payload, signature } = parts;
  const record = decodeRecord(payload);
  if (typeof record === 'string') return refused(record);
  if (!isCanonical(payload)) return refused('not-canonical');
  const key = lookups.keyOf(record.keyId);
  if (key === undefined) return refused('unknown-key');
  if (!lookups.verify(RECORD_AAD, payload, signature, key.publicKey)) {
    return refused('bad-signature');
  }
  const placement = placementOf(key, record);
  if (placement === null) return refused('retired-key');
  const signed = { key, placement, record, payload, signature };
  const stored = lookups.storedPacket(key.rowId, record.epoch, record.sequence);
  if (stored === undefined) return { outcome: 'accepted', ...signed };
  return { outcome: equal(stored, packet) ? 'duplicate' : 'conflict', ...signed };
}

/** Text that names a triple in logs and notices: keyid/epoch/sequence. */
export function tripleName(record: TallyRecord): string {
  return `${toHex(record.keyId)}/${record.epoch}/${record.sequence}`;
}
