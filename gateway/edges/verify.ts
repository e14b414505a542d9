/*
 * verify.ts: Ed25519 through OpenSSL for the hot path: about ten times the portable verifier.
 * Way: judge -> here. Cross-checked in tests with shared/verify.ts and the Wycheproof vectors.
 * Source: RFC 8032; keys are imported once (RFC 8037 JWK form) and kept.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { toHex } from '../../shared/bytes';
import { sigStructure } from '../../shared/cose';
import { SIGNATURE_BYTES } from '../../shared/limits';

/** Key objects kept, keys. The register has at most some hundreds. */
const KEYS_KEPT_MAX = 4_096;

/** Checks a signature over a message. Never throws. */
export type VerifyMessage = (
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
) => boolean;

/** Checks a signature over the Sig_structure of payload. Never throws. */
export type VerifySigned = (
  aad: string,
  payload: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
) => boolean;

function importKey(publicKey: Uint8Array): KeyObject | null {
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null; // not 32 bytes
  }
}

/** Makes a verifier of messages with its own cache of imported keys. An array given as a key must not change afterwards. */
export function createMessageVerifier(): VerifyMessage {
  const keys = new Map<string, KeyObject | null>();
  // The register's own arrays come again and again: found without spelling out their bytes.
  const byArray = new WeakMap<Uint8Array, KeyObject | null>();
  const keyOf = (publicKey: Uint8Array): KeyObject | null => {
    const name = toHex(publicKey);
    let key = keys.get(name);
    if (key === undefined) {
      if (keys.size >= KEYS_KEPT_MAX) keys.clear();
      key = importKey(publicKey);
      keys.set(name, key);
    }
    byArray.set(publicKey, key);
    return key;
  };
  return (message, signature, publicKey) => {
    const key = byArray.get(publicKey) ?? keyOf(publicKey);
    if (key === null || signature.length !== SIGNATURE_BYTES) return false;
    try {
      return verify(null, message, key, signature);
    } catch {
      return false; // OpenSSL throws on some points that are not on the curve
    }
  };
}

/** Makes a verifier of signed payloads. */
export function createVerifier(): VerifySigned {
  const verifyMessage = createMessageVerifier();
  return (aad, payload, signature, publicKey) =>
    verifyMessage(sigStructure(aad, payload), signature, publicKey);
}
