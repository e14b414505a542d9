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
  /** Name of the site where the node stands. */
  site: string;
  /** Slot in the bulletins, 0..255. */
  slot: number;
  /** Unix time from which the key no longer counts, s; null = in use. */
  retiredAtS: number | null;
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

/** A retired key still delivers what it counted before it was retired. */
function isRetired(key: KnownKey, record: TallyRecord): boolean {
  if (key.retiredAtS === null) return false;
  return record.timeS === 0 || record.timeS > key.retiredAtS;
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
  if (isRetired(key, record)) return refused('retired-key');
  const signed = { key, record, payload, signature };
  const stored = lookups.storedPacket(key.rowId, record.epoch, record.sequence);
  if (stored === undefined) return { outcome: 'accepted', ...signed };
  return { outcome: equal(stored, packet) ? 'duplicate' : 'conflict', ...signed };
}

/** Text that names a triple in logs and notices: keyid/epoch/sequence. */
export function tripleName(record: TallyRecord): string {
  return `${toHex(record.keyId)}/${record.epoch}/${record.sequence}`;
}
