/*
 * What: the announcement of a new gateway key: whom the nodes believe from now on, told by the pod's recovery key.
 * From where to where: whoever holds the recovery key -> payload and signature -> any radio of the mesh, broadcast ->
 * every node that knows the recovery key's public half.
 * Source: our own layout over RFC 8949 section 4.2.1. On the air: payload || signature, 64 bytes; 102 to 110 in all.
 * Espruino-safe.
 *
 * | # | field | CBOR | meaning |
 * |---|---|---|---|
 * | 0 | version | uint = 1 | as in the record |
 * | 1 | sequence | uint, 1..2^32-1 | number of the key: only rises; the key of the provisioning is number 0 |
 * | 2 | validFromS | uint | unix s: a node that knows the time does not take the key before; 0 = at once |
 * | 3 | publicKey | bstr, 32 bytes | the gateway's new Ed25519 key |
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
import { PAYLOAD_BYTES_MAX, PUBLIC_KEY_BYTES, UINT32_MAX, WIRE_VERSION } from './limits';
import type { Reason } from './reasons';

const ELEMENTS = 4;

/** A new gateway key; units and ranges in the table above. */
export interface GatewayKeyNotice {
  sequence: number;
  validFromS: number;
  publicKey: Uint8Array;
}

/** Writes the payload. Throws: a key that has not 32 bytes, a number that is no u32, sequence 0. */
export function encodeGatewayKeyNotice(notice: GatewayKeyNotice): Uint8Array {
  if (notice.publicKey.length !== PUBLIC_KEY_BYTES) throw new Error('no key of 32 bytes');
  if (notice.sequence === 0) throw new Error('number 0 is the key of the provisioning');
  const out: number[] = [];
  putHead(out, Major.Array, ELEMENTS);
  putHead(out, Major.Uint, WIRE_VERSION);
  putHead(out, Major.Uint, notice.sequence);
  putHead(out, Major.Uint, notice.validFromS);
  putBytes(out, notice.publicKey);
  return new Uint8Array(out);
}

/**
 * Reads a payload. `publicKey` is a view into it. What it accepts is exactly what `encodeGatewayKeyNotice` writes.
 * Rejects: too-short (empty, or it ends inside an element); too-long; unknown-version; malformed (types, number of elements,
 * length of the key, anything left over); not-canonical; out-of-range (sequence 0).
 */
export function decodeGatewayKeyNotice(payload: Uint8Array): GatewayKeyNotice | Reason {
  if (payload.length > PAYLOAD_BYTES_MAX) return 'too-long';
  const reader = createReader(payload);
  const elements = readHead(reader, Major.Array);
  if (readUint(reader, 0, UINT32_MAX) !== WIRE_VERSION) refuse(reader, 'unknown-version');
  if (elements !== ELEMENTS) refuse(reader, 'malformed');
  const notice = {
    sequence: readUint(reader, 1, UINT32_MAX),
    validFromS: readUint(reader, 0, UINT32_MAX),
    publicKey: readBytes(reader),
  };
  if (notice.publicKey.length !== PUBLIC_KEY_BYTES) refuse(reader, 'malformed');
  readEnd(reader);
  return reader.reason === '' ? notice : reader.reason;
}

/** Is this packet (or payload) a gateway key's announcement? Told by its first byte: an array of 4. */
export function isGatewayKeyNotice(packet: Uint8Array): boolean {
  return packet.length > 0 && packet[0] === Major.Array + ELEMENTS;
}
