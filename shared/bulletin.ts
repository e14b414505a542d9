/*
 * What: the bulletin, the gateway's signed broadcast: its time, and what it has stored of the nodes of one group of slots.
 * From where to where: gateway: stored sequences -> payload; node: payload -> which records of its journal are covered.
 * Source: our own layout over RFC 8949 section 4.2.1. On the air: payload || signature, 64 bytes; at most 197 in all.
 * Espruino-safe.
 *
 * | # | field | CBOR | meaning |
 * |---|---|---|---|
 * | 0 | version | uint = 1 | as in the record |
 * | 1 | gatewayKeyId | bstr, 4 bytes | SHA-256(public key of the gateway)[0..3] |
 * | 2 | sequence | uint | ever rising, for all groups together |
 * | 3 | timeS | uint | unix s, 0 unknown |
 * | 4 | clockUncertainty | uint, 0..15 | ceil(log2(s)), 15 unknown |
 * | 5 | group | uint, 0..15 | the slots group * 16 … group * 16 + 15 |
 * | 6 | entries | bstr, 0..16 times 7 bytes | one for each epoch told; a slot may have two |
 *
 * | byte of an entry | field | meaning |
 * |---|---|---|
 * | 0, high nibble | keyCheck | low nibble of keyId[3] of the node's key |
 * | 0, low nibble | slotInGroup | |
 * | 1..2 | epoch | u16, big-endian, 1..65535 |
 * | 3..4 | contiguous | u16, big-endian: all sequences 1..contiguous are stored (or gone from the node for good), contiguous + 1 is not |
 * | 5..6 | stored | u16, big-endian: bit i (lowest = 0) set = sequence contiguous + 2 + i is stored |
 */
import {
  createReader,
  Major,
  putBytes,
  putHead,
  readBytes,
  readEnd,
  readHead,
  readUint,
  refuse,
} from './cbor';
import {
  BULLETIN_ENTRIES_MAX,
  BULLETIN_ENTRY_BYTES,
  CLOCK_UNKNOWN,
  GROUPS_MAX,
  KEY_ID_BYTES,
  PAYLOAD_BYTES_MAX,
  SEQUENCE_MAX,
  SLOTS_PER_GROUP,
  UINT32_MAX,
  WIRE_VERSION,
} from './limits';
import type { Reason } from './reasons';

const ELEMENTS = 7;
/** Sequences the bitmap tells, from contiguous + 2 on. */
const MAP_BITS = 16;

/** What the gateway has stored of one epoch of one node; ranges in the table above. */
export interface BulletinEntry {
  slotInGroup: number;
  keyCheck: number;
  epoch: number;
  contiguous: number;
  stored: number;
}

/** A bulletin; units and ranges in the table above. */
export interface Bulletin {
  gatewayKeyId: Uint8Array;
  sequence: number;
  timeS: number;
  clockUncertainty: number;
  group: number;
  entries: BulletinEntry[];
}

/** The fixed minute of the hour of a group (0..15), by the gateway's clock: 0, 3, 7, 11, ... 56. */
export function groupMinute(group: number): number {
  return Math.floor((group * 60) / GROUPS_MAX);
}

/** A u16 in two bytes, big-endian. */
function putU16(out: number[], value: number): void {
  out.push(value >> 8, value & 255);
}

/**
 * Writes the payload, at most 133 bytes. Whoever fills the bulletin keeps to the ranges of the tables.
 * Throws: a value that is no u32 where one belongs; more than 16 entries.
 */
export function encodeBulletin(bulletin: Bulletin): Uint8Array {
  const packed: number[] = [];
  for (const entry of bulletin.entries) {
    packed.push((entry.keyCheck << 4) | entry.slotInGroup);
    putU16(packed, entry.epoch);
    putU16(packed, entry.contiguous);
    putU16(packed, entry.stored);
  }
  if (bulletin.entries.length > BULLETIN_ENTRIES_MAX) throw new Error('too many entries');
  const out: number[] = [];
  putHead(out, Major.Array, ELEMENTS);
  putHead(out, Major.Uint, WIRE_VERSION);
  putBytes(out, bulletin.gatewayKeyId);
  putHead(out, Major.Uint, bulletin.sequence);
  putHead(out, Major.Uint, bulletin.timeS);
  putHead(out, Major.Uint, bulletin.clockUncertainty);
  putHead(out, Major.Uint, bulletin.group);
  putBytes(out, packed);
  return new Uint8Array(out);
}

/** Bits of `stored` that would name a sequence above 65535 must be 0. */
function isEntryInRange(entry: BulletinEntry): boolean {
  const room = Math.max(0, SEQUENCE_MAX - entry.contiguous - 1);
  return entry.epoch > 0 && (room >= MAP_BITS || entry.stored >> room === 0);
}

function readEntries(packed: Uint8Array): BulletinEntry[] | Reason {
  if (packed.length % BULLETIN_ENTRY_BYTES !== 0) return 'malformed';
  if (packed.length > BULLETIN_ENTRIES_MAX * BULLETIN_ENTRY_BYTES) return 'out-of-range';
  const entries: BulletinEntry[] = [];
  for (let at = 0; at < packed.length; at += BULLETIN_ENTRY_BYTES) {
    const entry = {
      slotInGroup: packed[at] & 15,
      keyCheck: packed[at] >> 4,
      epoch: packed[at + 1] * 256 + packed[at + 2],
      contiguous: packed[at + 3] * 256 + packed[at + 4],
      stored: packed[at + 5] * 256 + packed[at + 6],
    };
    if (!isEntryInRange(entry)) return 'out-of-range';
    entries.push(entry);
  }
  return entries;
}

/**
 * Reads a payload. `gatewayKeyId` is a view into it. What it accepts is exactly what `encodeBulletin` writes.
 * Rejects: too-short (empty, or it ends inside an element); too-long (over 136 bytes); unknown-version; malformed (types, number
 * of elements, length of the entries, anything left over); not-canonical; out-of-range.
 */
export function decodeBulletin(payload: Uint8Array): Bulletin | Reason {
  if (payload.length > PAYLOAD_BYTES_MAX) return 'too-long';
  const reader = createReader(payload);
  const elements = readHead(reader, Major.Array);
  if (readUint(reader, 0, UINT32_MAX) !== WIRE_VERSION) refuse(reader, 'unknown-version');
  if (elements !== ELEMENTS) refuse(reader, 'malformed');
  const bulletin: Bulletin = {
    gatewayKeyId: readBytes(reader),
    sequence: readUint(reader, 0, UINT32_MAX),
    timeS: readUint(reader, 0, UINT32_MAX),
    clockUncertainty: readUint(reader, 0, CLOCK_UNKNOWN),
    group: readUint(reader, 0, GROUPS_MAX - 1),
    entries: [],
  };
  if (bulletin.gatewayKeyId.length !== KEY_ID_BYTES) refuse(reader, 'malformed');
  const entries = readEntries(readBytes(reader));
  readEnd(reader);
  if (reader.reason !== '') return reader.reason;
  if (typeof entries === 'string') return entries;
  bulletin.entries = entries;
  return bulletin;
}

/** Is this packet (or payload) a bulletin and no record? Told by its first byte: an array of 7. */
export function isBulletin(packet: Uint8Array): boolean {
  return packet.length > 0 && packet[0] === Major.Array + ELEMENTS;
}

/**
 * Does the entry say that this record is stored? False for another epoch and beyond what the entry tells.
 * `sequence` 1..65535.
 */
export function entryCovers(entry: BulletinEntry, epoch: number, sequence: number): boolean {
  if (epoch !== entry.epoch || sequence < 1) return false;
  const bit = sequence - entry.contiguous - 2;
  return bit < -1 || (bit >= 0 && bit < MAP_BITS && ((entry.stored >> bit) & 1) === 1);
}

/**
 * The entry that tells as much as an entry can of these stored sequences of one epoch.
 * `slotInGroup` 0..15, `keyId` 4 bytes, `epoch` 1..65535, sequences 1..65535 ascending, each once.
 */
export function entryOf(
  slotInGroup: number,
  keyId: Uint8Array,
  epoch: number,
  storedSequencesAscending: number[],
): BulletinEntry {
  let contiguous = 0;
  let stored = 0;
  for (const sequence of storedSequencesAscending) {
    const bit = sequence - contiguous - 2;
    if (bit === -1) contiguous = sequence;
    else if (bit < MAP_BITS) stored |= 1 << bit;
  }
  return {
    slotInGroup: slotInGroup,
    keyCheck: keyId[KEY_ID_BYTES - 1] & (SLOTS_PER_GROUP - 1),
    epoch: epoch,
    contiguous: contiguous,
    stored: stored,
  };
}
