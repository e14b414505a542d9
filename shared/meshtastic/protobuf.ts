/*
 * What: the wire format of Protocol Buffers, read and written by hand: varint, 32-bit and length-delimited fields.
 * From where to where: bytes of one message <-> the field code of the message files beside this one.
 * Source: https://protobuf.dev/programming-guides/encoding/ (tag = field << 3 | wire type; 0 varint, 1 64-bit,
 * 2 length-delimited, 5 32-bit; the groups 3 and 4 are refused). Espruino-safe.
 */

const WIRE_VARINT = 0;
const WIRE_64_BIT = 1;
const WIRE_BYTES = 2;
const WIRE_32_BIT = 5;
const VARINT_BYTES_MAX = 10;

/** A place in the bytes of one message. `failed` once anything was wrong; then nothing more is read. */
export interface Reader {
  bytes: Uint8Array;
  /** Index of the next byte. */
  at: number;
  /** Wire type of the field that `nextField` has just named. */
  wire: number;
  /** The last varint had bits above the lowest 32. */
  wide: boolean;
  failed: boolean;
}

/** The bytes of one message as they grow. */
export interface Writer {
  bytes: Uint8Array;
  length: number;
}

/** Starts to read one message. */
export function createReader(bytes: Uint8Array): Reader {
  return { bytes: bytes, at: 0, wire: 0, wide: false, failed: false };
}

function fail(reader: Reader): number {
  reader.failed = true;
  reader.at = reader.bytes.length;
  return 0;
}

function readRawVarint(reader: Reader): number {
  const bytes = reader.bytes;
  let low = 0;
  reader.wide = false;
  for (let i = 0; i < VARINT_BYTES_MAX; i++) {
    if (reader.at >= bytes.length) return fail(reader);
    const byte = bytes[reader.at];
    reader.at++;
    if (i < 4) low |= (byte & 127) << (7 * i);
    else if (i === 4) {
      low |= (byte & 15) << 28;
      if (byte & 112) reader.wide = true;
    } else if (byte & 127) reader.wide = true;
    if (byte < 128) return low >>> 0;
  }
  return fail(reader);
}

/**
 * Goes on to the next field and returns its number, 0 at the end of the message or after a fault.
 * The caller must read the field or call `skipField`.
 */
export function nextField(reader: Reader): number {
  if (reader.at >= reader.bytes.length) return 0;
  const tag = readRawVarint(reader);
  if (reader.wide) return fail(reader);
  const wire = tag & 7;
  if (tag < 8 || (wire > WIRE_BYTES && wire !== WIRE_32_BIT)) return fail(reader);
  reader.wire = wire;
  return tag >>> 3;
}

/** uint32 or enum, 0..2^32-1 (higher bits are dropped, as the format demands). */
export function readUint(reader: Reader): number {
  return reader.wire === WIRE_VARINT ? readRawVarint(reader) : fail(reader);
}

/** int32, -2^31..2^31-1. */
export function readInt32(reader: Reader): number {
  return readUint(reader) | 0;
}

/** bool: any bit of the varint set. */
export function readBool(reader: Reader): boolean {
  return readUint(reader) !== 0 || reader.wide;
}

/** fixed32, 0..2^32-1. */
export function readFixed32(reader: Reader): number {
  const at = reader.at;
  if (reader.wire !== WIRE_32_BIT || reader.bytes.length - at < 4) return fail(reader);
  const b = reader.bytes;
  reader.at = at + 4;
  return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;
}

/** float (IEEE 754 binary32). */
export function readFloat(reader: Reader): number {
  const bits = readFixed32(reader);
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits, true);
  return view.getFloat32(0, true);
}

/** bytes, string or an inner message: a view into the message, not a copy. Empty after a fault. */
export function readBytes(reader: Reader): Uint8Array {
  const length = reader.wire === WIRE_BYTES ? readRawVarint(reader) : fail(reader);
  if (reader.wide || length > reader.bytes.length - reader.at) fail(reader);
  if (reader.failed) return reader.bytes.subarray(0, 0);
  reader.at += length;
  return reader.bytes.subarray(reader.at - length, reader.at);
}

/** Passes over a field this program does not know. */
export function skipField(reader: Reader): void {
  if (reader.wire === WIRE_VARINT) readRawVarint(reader);
  else if (reader.wire === WIRE_BYTES) readBytes(reader);
  else {
    const length = reader.wire === WIRE_64_BIT ? 8 : 4;
    if (reader.bytes.length - reader.at < length) fail(reader);
    else reader.at += length;
  }
}

/** Starts a message of about `capacity` bytes; it grows when that was too little. */
export function createWriter(capacity: number): Writer {
  return { bytes: new Uint8Array(capacity), length: 0 };
}

/** The message, a copy of exactly its length. */
export function finish(writer: Writer): Uint8Array {
  return new Uint8Array(writer.bytes.subarray(0, writer.length));
}

function reserve(writer: Writer, count: number): void {
  const needed = writer.length + count;
  if (needed <= writer.bytes.length) return;
  const grown = new Uint8Array(needed * 2);
  grown.set(writer.bytes.subarray(0, writer.length), 0);
  writer.bytes = grown;
}

function putRawVarint(writer: Writer, value: number): void {
  reserve(writer, VARINT_BYTES_MAX);
  let rest = value >>> 0;
  while (rest > 127) {
    writer.bytes[writer.length] = (rest & 127) | 128;
    writer.length++;
    rest = rest >>> 7;
  }
  writer.bytes[writer.length] = rest;
  writer.length++;
}

/** uint32, enum or (as 0/1) bool, written also when it is 0: members of a oneof and optional fields. */
export function putPresentUint(writer: Writer, field: number, value: number): void {
  putRawVarint(writer, field << 3);
  putRawVarint(writer, value);
}

/** uint32 or enum; 0 and undefined are not written. */
export function putUint(writer: Writer, field: number, value: number | undefined): void {
  if (value) putPresentUint(writer, field, value);
}

/** bool; false and undefined are not written. */
export function putBool(writer: Writer, field: number, value: boolean | undefined): void {
  if (value) putPresentUint(writer, field, 1);
}

/** int32: a negative one takes ten bytes. 0 and undefined are not written. */
export function putInt32(writer: Writer, field: number, value: number | undefined): void {
  if (!value) return;
  putPresentUint(writer, field, value);
  if (value > 0) return;
  // Sign extension to 64 bits: the fifth byte is full and goes on, four more full ones, then the last bit.
  writer.bytes[writer.length - 1] |= 240;
  for (let i = 0; i < 4; i++) writer.bytes[writer.length + i] = 255;
  writer.bytes[writer.length + 4] = 1;
  writer.length += 5;
}

/** fixed32, written also when it is 0. */
export function putPresentFixed32(writer: Writer, field: number, value: number): void {
  putRawVarint(writer, (field << 3) | WIRE_32_BIT);
  reserve(writer, 4);
  for (let i = 0; i < 4; i++) writer.bytes[writer.length + i] = (value >>> (8 * i)) & 255;
  writer.length += 4;
}

/** fixed32; 0 and undefined are not written. */
export function putFixed32(writer: Writer, field: number, value: number | undefined): void {
  if (value) putPresentFixed32(writer, field, value);
}

/** float; 0 and undefined are not written. */
export function putFloat(writer: Writer, field: number, value: number | undefined): void {
  if (!value) return;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  putPresentFixed32(writer, field, view.getUint32(0, true));
}

/** An inner message (or bytes of a oneof), written also when empty. */
export function putMessage(writer: Writer, field: number, bytes: Uint8Array): void {
  putRawVarint(writer, (field << 3) | WIRE_BYTES);
  putRawVarint(writer, bytes.length);
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

/** bytes; empty and undefined are not written. */
export function putBytes(writer: Writer, field: number, bytes: Uint8Array | undefined): void {
  if (bytes?.length) putMessage(writer, field, bytes);
}
