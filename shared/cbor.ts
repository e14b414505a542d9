/*
 * What: the part of CBOR that Tallywell speaks, in its one deterministic form: integers, byte and text strings,
 * heads of arrays, maps and tags, always definite and always shortest.
 * From where to where: bytes <-> the field code of record.ts, bulletin.ts and cose.ts.
 * Source: RFC 8949 sections 3 and 4.2.1. Integers of -2^32..2^32-1 only. Espruino-safe.
 */
import { UINT32_MAX } from './limits';
import type { Reason } from './reasons';

/** Major types, already in the upper three bits of the head. */
export enum Major {
  Uint = 0,
  Nint = 32,
  Bytes = 64,
  Text = 96,
  Array = 128,
  Map = 160,
  Tag = 192,
}

/**
 * Appends a head: major type and its argument, which is the value (Major.Uint), -1 - value (Major.Nint), the length, the number of
 * elements or the tag; 0..2^32-1.
 * Throws: an argument that is no such integer.
 */
export function putHead(out: number[], major: number, value: number): void {
  if (value >>> 0 !== value) throw new Error(`no u32: ${value}`);
  if (value < 24) out.push(major + value);
  else if (value < 256) out.push(major + 24, value);
  else {
    if (value < 65536) out.push(major + 25);
    else out.push(major + 26, value >>> 24, (value >>> 16) & 255);
    out.push((value >>> 8) & 255, value & 255);
  }
}

/** Appends an integer, -2^32..2^32-1. */
export function putInt(out: number[], value: number): void {
  if (value < 0) putHead(out, Major.Nint, -1 - value);
  else putHead(out, Major.Uint, value);
}

/** Appends a byte string. */
export function putBytes(out: number[], bytes: ArrayLike<number>): void {
  putHead(out, Major.Bytes, bytes.length);
  for (let i = 0; i < bytes.length; i++) out.push(bytes[i]);
}

/** A place in the bytes. `reason` is '' until the first fault; after it nothing more is read. */
export interface Reader {
  bytes: Uint8Array;
  /** Index of the next byte. */
  at: number;
  reason: Reason | '';
}

/** Starts to read at the first byte. */
export function createReader(bytes: Uint8Array): Reader {
  return { bytes: bytes, at: 0, reason: '' };
}

/** Notes the first fault and returns 0. */
export function refuse(reader: Reader, reason: Reason): number {
  if (reader.reason === '') reader.reason = reason;
  return 0;
}

function readArgument(reader: Reader, count: number): number {
  if (reader.at + count > reader.bytes.length) return refuse(reader, 'too-short');
  let value = 0;
  for (let i = 0; i < count; i++) {
    value = value * 256 + reader.bytes[reader.at];
    reader.at++;
  }
  return value;
}

/**
 * Reads a head of this major type and returns its argument, 0..2^32-1; 0 after a fault.
 * Rejects: too-short; malformed (another type, or the reserved forms); not-canonical (not the shortest form, or an
 * indefinite length); out-of-range (2^32 and more).
 */
export function readHead(reader: Reader, major: number): number {
  const first = readArgument(reader, 1);
  if (reader.reason !== '') return 0;
  const form = first - major;
  if (form < 0 || form > 31) return refuse(reader, 'malformed');
  if (form < 24) return form;
  if (form > 27) return refuse(reader, form === 31 ? 'not-canonical' : 'malformed');
  const value = readArgument(reader, 1 << (form - 24));
  if (value > UINT32_MAX) return refuse(reader, 'out-of-range');
  const shorter = form === 24 ? 24 : form === 25 ? 256 : form === 26 ? 65536 : UINT32_MAX + 1;
  if (value < shorter) return refuse(reader, 'not-canonical');
  return value;
}

/** Reads an unsigned integer of min..max. Rejects: as `readHead`; out-of-range. */
export function readUint(reader: Reader, min: number, max: number): number {
  const value = readHead(reader, Major.Uint);
  return value < min || value > max ? refuse(reader, 'out-of-range') : value;
}

/** Reads a signed integer of min..max. Rejects: as `readHead`; out-of-range. */
export function readInt(reader: Reader, min: number, max: number): number {
  const negative = reader.at < reader.bytes.length && reader.bytes[reader.at] >> 5 === 1;
  const argument = readHead(reader, negative ? Major.Nint : Major.Uint);
  const value = negative ? -1 - argument : argument;
  return value < min || value > max ? refuse(reader, 'out-of-range') : value;
}

/** Reads a byte string: a view, not a copy; empty after a fault. Rejects: as `readHead`. */
export function readBytes(reader: Reader): Uint8Array {
  const length = readHead(reader, Major.Bytes);
  const start = reader.at;
  if (start + length > reader.bytes.length) refuse(reader, 'too-short');
  if (reader.reason !== '') return reader.bytes.subarray(0, 0);
  reader.at += length;
  return reader.bytes.subarray(start, start + length);
}

/** Nothing may follow. Rejects: malformed. */
export function readEnd(reader: Reader): void {
  if (reader.at !== reader.bytes.length) refuse(reader, 'malformed');
}
