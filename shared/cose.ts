/*
 * What: COSE_Sign1 around a payload: what is signed, and the standard form in which any COSE library verifies it.
 * From where to where: payload -> bytes to sign (node, gateway); payload and signature <-> COSE_Sign1 (gateway's exports).
 * Source: RFC 9052 sections 4.2 and 4.4, RFC 9053 section 2.2 (EdDSA = -8). Espruino-safe.
 *
 * | Sig_structure | CBOR |
 * |---|---|
 * | 0 context | tstr "Signature1" |
 * | 1 protected | bstr A10127 = {1: -8} |
 * | 2 external_aad | bstr, RECORD_AAD, BULLETIN_AAD or GATEWAY_KEY_AAD in ASCII |
 * | 3 payload | bstr |
 *
 * | COSE_Sign1, tag 18 | CBOR |
 * |---|---|
 * | 0 protected | bstr A10127 |
 * | 1 unprotected | {} |
 * | 2 payload | bstr |
 * | 3 signature | bstr, 64 bytes |
 */
import { concat, equal } from './bytes';
import {
  createReader,
  Major,
  putBytes,
  putHead,
  readBytes,
  readEnd,
  readHead,
  refuse,
} from './cbor';
import { SIGNATURE_BYTES } from './limits';
import type { Reason } from './reasons';

/** external_aad of records: a signature made for one purpose says nothing for another. */
export const RECORD_AAD = 'tallywell-record-v1';
/** external_aad of bulletins. */
export const BULLETIN_AAD = 'tallywell-bulletin-v1';
/** external_aad of a new gateway key, signed by the pod's recovery key. */
export const GATEWAY_KEY_AAD = 'tallywell-gateway-key-v1';

const COSE_SIGN1_TAG = 18;
const ELEMENTS = 4;

/** {1: -8}, algorithm EdDSA, in CBOR. */
function protectedHeader(): number[] {
  return [0xa1, 0x01, 0x27];
}

function ascii(text: string): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i));
  return bytes;
}

/** The bytes that are signed for this payload. `aad` is one of the three above. */
export function sigStructure(aad: string, payload: Uint8Array): Uint8Array {
  const context = ascii('Signature1');
  const start: number[] = [Major.Array + ELEMENTS, Major.Text + context.length];
  const rest: number[] = [];
  putBytes(rest, protectedHeader());
  putBytes(rest, ascii(aad));
  putHead(rest, Major.Bytes, payload.length);
  return concat([start, context, rest, payload]);
}

/** The COSE_Sign1 of a payload and its signature, 64 bytes. */
export function coseSign1(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  const start: number[] = [Major.Tag + COSE_SIGN1_TAG, Major.Array + ELEMENTS];
  putBytes(start, protectedHeader());
  start.push(Major.Map);
  putHead(start, Major.Bytes, payload.length);
  const middle: number[] = [];
  putHead(middle, Major.Bytes, signature.length);
  return concat([start, payload, middle, signature]);
}

/**
 * Reads a COSE_Sign1 in exactly the form `coseSign1` writes. Payload and signature are views.
 * Rejects: too-short; not-canonical; out-of-range; malformed (other headers, no signature of 64 bytes, bytes left over).
 */
export function parseCoseSign1(
  bytes: Uint8Array,
): { payload: Uint8Array; signature: Uint8Array } | Reason {
  const reader = createReader(bytes);
  if (readHead(reader, Major.Tag) !== COSE_SIGN1_TAG) refuse(reader, 'malformed');
  if (readHead(reader, Major.Array) !== ELEMENTS) refuse(reader, 'malformed');
  if (!equal(readBytes(reader), protectedHeader())) refuse(reader, 'malformed');
  if (readHead(reader, Major.Map) !== 0) refuse(reader, 'malformed');
  const payload = readBytes(reader);
  const signature = readBytes(reader);
  if (signature.length !== SIGNATURE_BYTES) refuse(reader, 'malformed');
  readEnd(reader);
  return reader.reason === '' ? { payload: payload, signature: signature } : reader.reason;
}
