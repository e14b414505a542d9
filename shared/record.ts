/*
 * What: the record, the one message a node signs: what it counted (usage) or what happened (event).
 * From where to where: node: record -> payload, signed and kept in the journal; gateway: payload -> record.
 * Source: our own layout over RFC 8949 section 4.2.1 (deterministic CBOR). On the air: payload || signature, 64 bytes.
 * Espruino-safe. A chip that only encodes bundles nothing of the decoding half.
 *
 * | # | field | CBOR | meaning |
 * |---|---|---|---|
 * | 0 | version | uint = 1 | format and suite (Ed25519, COSE algorithm -8) |
 * | 1 | kind | uint | 1 water point, 2 canteen, 3 event |
 * | 2 | keyId | bstr, 4 bytes | SHA-256(public key)[0..3], a hint for finding the key |
 * | 3 | epoch | uint, 1..65535 | +1 at each boot, before the first record is signed |
 * | 4 | sequence | uint, 1..65535 | 1, 2, 3 … in the epoch, over all kinds |
 * | 5 | timeS | uint | unix s at the end of the last bucket; 0 = clock never set in this epoch |
 * | 6 | uptimeS | uint | s since boot at the same instant |
 * | 7 | counters | array of 1..4 uint | since commissioning, never back: water point [volume in dL, draws, and with a hand pump strokes], canteen [adult meals, child meals] |
 * | 8 | status | uint, 19 bits | see the table below |
 * | 9 | calibrationId | uint | 0 = none |
 * | 10 | kept | uint, 1..sequence | records of this epoch still in the journal, this one included: what is older is gone for good |
 *
 * | # | usage (kinds 1, 2) | CBOR | meaning |
 * |---|---|---|---|
 * | 11 | bucketMinutes | uint | 5 or 60 |
 * | 12 | bucketCount | uint, 1..48 | the last 12 are this record's own, earlier ones are carried again |
 * | 13 | buckets | bstr | packed as in buckets.ts |
 * | 14 | readings | map uint -> int | ids ascending; left out when empty: 1 level in mm, 2 weight in g, temperature in 0.01 °C: 3 fridge, 4 hot holding |
 *
 * | # | event (kind 3) | CBOR | meaning |
 * |---|---|---|---|
 * | 11 | eventCode | uint, 1..7 | 1 tamper, 2 dry, 3 broken pressed, 4 fixed pressed, 5 temperature out of range, 6 battery low, 7 started |
 * | 12 | value | int | what belongs to the code, else 0 |
 *
 * | bits of status | meaning |
 * |---|---|
 * | 0..7 | battery in 1/50 V, 0 unknown |
 * | 8 9 10 11 | tamper, leak, battery low, sensor fault |
 * | 12..15 | clock uncertainty, ceil(log2(s)), 15 unknown |
 * | 16 17 18 | pulses lost, journal overwrote an uncovered record, first record after a power cut |
 */
import { packBuckets, unpackBuckets } from './buckets';
import { equal } from './bytes';
import {
  createReader,
  Major,
  putBytes,
  putHead,
  putInt,
  type Reader,
  readBytes,
  readEnd,
  readHead,
  readInt,
  readUint,
  refuse,
} from './cbor';
import {
  BUCKET_MINUTES,
  BUCKET_MINUTES_HOUR,
  BUCKETS_MAX,
  COUNTERS_MAX,
  EPOCH_MAX,
  EVENT_CODE_MAX,
  INT32_MAX,
  INT32_MIN,
  KEY_ID_BYTES,
  PAYLOAD_BYTES_MAX,
  READING_ID_MAX,
  READINGS_MAX,
  RECORD_BYTES_MAX,
  SEQUENCE_MAX,
  SIGNATURE_BYTES,
  STATUS_MAX,
  UINT32_MAX,
  WIRE_VERSION,
} from './limits';
import type { Reason } from './reasons';

export const WATER_POINT = 1;
export const CANTEEN = 2;
export const EVENT = 3;

const EVENT_ELEMENTS = 13;
const USAGE_ELEMENTS = 14;

/** What every kind of record tells: elements 2..10 of the table above, with its units and ranges. */
export interface RecordHead {
  keyId: Uint8Array;
  epoch: number;
  sequence: number;
  timeS: number;
  uptimeS: number;
  counters: number[];
  status: number;
  calibrationId: number;
  kept: number;
}

/** What a site used, in buckets. */
export interface UsageRecord extends RecordHead {
  kind: 1 | 2;
  bucketMinutes: number;
  /** Oldest first; buckets[i][c] is what counter c rose by. */
  buckets: number[][];
  /** [id, value], ids ascending; may be []. */
  readings: number[][];
}

/** Something that is told at once. */
export interface EventRecord extends RecordHead {
  kind: 3;
  eventCode: number;
  value: number;
}

export type TallyRecord = UsageRecord | EventRecord;

function putHeadFields(out: number[], record: TallyRecord): void {
  putHead(out, Major.Uint, WIRE_VERSION);
  putHead(out, Major.Uint, record.kind);
  putBytes(out, record.keyId);
  putHead(out, Major.Uint, record.epoch);
  putHead(out, Major.Uint, record.sequence);
  putHead(out, Major.Uint, record.timeS);
  putHead(out, Major.Uint, record.uptimeS);
  putHead(out, Major.Array, record.counters.length);
  for (let i = 0; i < record.counters.length; i++) putHead(out, Major.Uint, record.counters[i]);
  putHead(out, Major.Uint, record.status);
  putHead(out, Major.Uint, record.calibrationId);
  putHead(out, Major.Uint, record.kept);
}

function putUsageFields(out: number[], record: UsageRecord): void {
  putHead(out, Major.Uint, record.bucketMinutes);
  putHead(out, Major.Uint, record.buckets.length);
  putBytes(out, packBuckets(record.buckets));
  if (record.readings.length === 0) return;
  putHead(out, Major.Map, record.readings.length);
  for (let i = 0; i < record.readings.length; i++) {
    putHead(out, Major.Uint, record.readings[i][0]);
    putInt(out, record.readings[i][1]);
  }
}

function finishPayload(out: number[]): Uint8Array {
  if (out.length > PAYLOAD_BYTES_MAX) throw new Error(`record of ${out.length} bytes`);
  return new Uint8Array(out);
}

/**
 * Writes the payload, at most 136 bytes. Whoever fills the record keeps to the ranges of the tables.
 * Throws: a value that is no u32 where one belongs; a payload over 136 bytes. Twelve buckets of two counters
 * without readings (ids and counts below 65536) fit while one of the two stays under 1,000 a bucket, whatever the other
 * does; when carried buckets are too many, leave the oldest out.
 */
export function encodeUsageRecord(record: UsageRecord): Uint8Array {
  const out: number[] = [];
  putHead(out, Major.Array, record.readings.length === 0 ? USAGE_ELEMENTS : USAGE_ELEMENTS + 1);
  putHeadFields(out, record);
  putUsageFields(out, record);
  return finishPayload(out);
}

/** Writes the payload of an event, at most 87 bytes. Throws: a value that is no u32 where one belongs. */
export function encodeEventRecord(record: EventRecord): Uint8Array {
  const out: number[] = [];
  putHead(out, Major.Array, EVENT_ELEMENTS);
  putHeadFields(out, record);
  putHead(out, Major.Uint, record.eventCode);
  putInt(out, record.value);
  return finishPayload(out);
}

/** Writes the payload of either form. Throws: as `encodeUsageRecord`. */
export function encodeRecord(record: TallyRecord): Uint8Array {
  return record.kind === EVENT ? encodeEventRecord(record) : encodeUsageRecord(record);
}

function readKind(reader: Reader, elements: number): 1 | 2 | 3 {
  const version = readUint(reader, 0, UINT32_MAX);
  if (version !== WIRE_VERSION) refuse(reader, 'unknown-version');
  const kind = readUint(reader, 0, UINT32_MAX);
  if (kind !== WATER_POINT && kind !== CANTEEN && kind !== EVENT) {
    refuse(reader, 'unknown-kind');
    return EVENT;
  }
  const least = kind === EVENT ? EVENT_ELEMENTS : USAGE_ELEMENTS;
  const most = kind === EVENT ? EVENT_ELEMENTS : USAGE_ELEMENTS + 1;
  if (elements < least || elements > most) refuse(reader, 'malformed');
  return kind;
}

function readKeyId(reader: Reader): Uint8Array {
  const keyId = readBytes(reader);
  if (keyId.length !== KEY_ID_BYTES) refuse(reader, 'malformed');
  return keyId;
}

function readCounters(reader: Reader): number[] {
  const count = readHead(reader, Major.Array);
  if (count < 1 || count > COUNTERS_MAX) refuse(reader, 'out-of-range');
  const counters: number[] = [];
  for (let i = 0; i < count && reader.reason === ''; i++) {
    counters.push(readUint(reader, 0, UINT32_MAX));
  }
  return counters;
}

function readHeadFields(reader: Reader): RecordHead {
  return {
    keyId: readKeyId(reader),
    epoch: readUint(reader, 1, EPOCH_MAX),
    sequence: readUint(reader, 1, SEQUENCE_MAX),
    timeS: readUint(reader, 0, UINT32_MAX),
    uptimeS: readUint(reader, 0, UINT32_MAX),
    counters: readCounters(reader),
    status: readUint(reader, 0, STATUS_MAX),
    calibrationId: readUint(reader, 0, UINT32_MAX),
    kept: readUint(reader, 1, SEQUENCE_MAX),
  };
}

function readReadings(reader: Reader): number[][] {
  const count = readHead(reader, Major.Map);
  if (count === 0) refuse(reader, 'not-canonical');
  if (count > READINGS_MAX) refuse(reader, 'out-of-range');
  const readings: number[][] = [];
  let last = 0;
  for (let i = 0; i < count && reader.reason === ''; i++) {
    const id = readUint(reader, 1, READING_ID_MAX);
    if (id <= last) refuse(reader, 'not-canonical');
    last = id;
    readings.push([id, readInt(reader, INT32_MIN, INT32_MAX)]);
  }
  return readings;
}

/** Buckets are rises of the counters since boot: their sum is within the counter, their time within the uptime. */
function checkBuckets(reader: Reader, record: UsageRecord): void {
  const buckets = record.buckets;
  if (buckets.length * record.bucketMinutes * 60 > record.uptimeS) refuse(reader, 'out-of-range');
  for (let c = 0; c < record.counters.length; c++) {
    let sum = 0;
    for (let i = 0; i < buckets.length; i++) sum += buckets[i][c];
    if (sum > record.counters[c]) refuse(reader, 'out-of-range');
  }
}

function readUsage(reader: Reader, elements: number, kind: 1 | 2): UsageRecord {
  const head = readHeadFields(reader);
  const bucketMinutes = readUint(reader, BUCKET_MINUTES, BUCKET_MINUTES_HOUR);
  if (bucketMinutes !== BUCKET_MINUTES && bucketMinutes !== BUCKET_MINUTES_HOUR) {
    refuse(reader, 'out-of-range');
  }
  const bucketCount = readUint(reader, 1, BUCKETS_MAX);
  const packed = readBytes(reader);
  const buckets =
    reader.reason === '' ? unpackBuckets(packed, head.counters.length, bucketCount) : [];
  if (typeof buckets === 'string') refuse(reader, buckets);
  const record: UsageRecord = Object.assign(head, {
    kind: kind,
    bucketMinutes: bucketMinutes,
    buckets: typeof buckets === 'string' ? [] : buckets,
    readings: elements > USAGE_ELEMENTS ? readReadings(reader) : [],
  });
  checkBuckets(reader, record);
  return record;
}

function readEvent(reader: Reader): EventRecord {
  const kind: 3 = EVENT;
  return Object.assign(readHeadFields(reader), {
    kind: kind,
    eventCode: readUint(reader, 1, EVENT_CODE_MAX),
    value: readInt(reader, INT32_MIN, INT32_MAX),
  });
}

/**
 * Reads a payload. `keyId` is a view into it.
 * Rejects: too-short (empty, or it ends inside an element); too-long (over 136 bytes); unknown-version; unknown-kind; malformed
 * (types, number of elements, anything left over); not-canonical (integers, lengths, order of readings); out-of-range (a value
 * outside the tables, more records kept than made, buckets that sum to more than the counter or reach back before boot).
 * What is left of the canonical form (the best k of the buckets) is asked by `isCanonical`.
 */
export function decodeRecord(payload: Uint8Array): TallyRecord | Reason {
  if (payload.length > PAYLOAD_BYTES_MAX) return 'too-long';
  const reader = createReader(payload);
  const elements = readHead(reader, Major.Array);
  const kind = readKind(reader, elements);
  const record = kind === EVENT ? readEvent(reader) : readUsage(reader, elements, kind);
  if (record.kept > record.sequence) refuse(reader, 'out-of-range');
  readEnd(reader);
  return reader.reason === '' ? record : reader.reason;
}

/** True when the payload is exactly what `encodeRecord` writes for the record it holds. Never throws. */
export function isCanonical(payload: Uint8Array): boolean {
  const record = decodeRecord(payload);
  return typeof record !== 'string' && equal(encodeRecord(record), payload);
}

/**
 * Parts a packet into payload and signature (views, not copies). Records and bulletins alike.
 * Rejects: too-short (no payload byte before the signature); too-long (over 200 bytes).
 */
export function splitSigned(
  packet: Uint8Array,
): { payload: Uint8Array; signature: Uint8Array } | Reason {
  const payloadBytes = packet.length - SIGNATURE_BYTES;
  if (payloadBytes < 1) return 'too-short';
  if (packet.length > RECORD_BYTES_MAX) return 'too-long';
  return { payload: packet.subarray(0, payloadBytes), signature: packet.subarray(payloadBytes) };
}
