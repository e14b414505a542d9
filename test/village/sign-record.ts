/*
 * Signs a record's payload as its node would.
 * From: a test's record. To: signed bytes. Source: RFC 8032 by @noble/ed25519.
 */
import { hashes, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import type { NodeKey } from '../../scripts/village/keys';
import { RECORD_AAD, sigStructure } from '../../shared/cose';

hashes.sha512 = sha512;

/** The 64-byte signature of a record's payload. */
export function signRecord(key: NodeKey, payload: Uint8Array): Uint8Array {
  return sign(sigStructure(RECORD_AAD, payload), key.seed);
}
