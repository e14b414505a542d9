/*
 * What: verification of a signed payload without node:crypto, for browsers, tools and tests.
 * From where to where: payload, signature and public key -> yes or no; public key -> key id.
 * Source: RFC 8032 section 5.1.7 by @noble/ed25519 in its strict mode, RFC 9052 section 4.4. Host only.
 */
import { hashes, verify } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { sigStructure } from './cose';
import { KEY_ID_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './limits';

hashes.sha512 = sha512;

/** Does this raw Ed25519 signature (64 bytes) fit message and public key (32 bytes)? Never throws. */
export function verifyEd25519(
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== PUBLIC_KEY_BYTES) return false;
  try {
    return verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** Does the signature fit the Sig_structure of this payload? `aad` is RECORD_AAD or BULLETIN_AAD. Never throws. */
export function verifySigned(
  aad: string,
  payload: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return verifyEd25519(sigStructure(aad, payload), signature, publicKey);
}

/** First 4 bytes of SHA-256 of the public key: finds keys, proves nothing. */
export function keyIdOf(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).subarray(0, KEY_ID_BYTES);
}
