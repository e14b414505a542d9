/*
 * Ed25519 for virtual boards in Node, by @noble/ed25519 with SHA-512 of @noble/hashes, strict as
 * the native routine is (RFC 8032, no ZIP 215 leniency).
 * From: the virtual board's native calls. To: board.ts as its injected Ed25519.
 */
import { getPublicKey, hashes, sign, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Ed25519 } from './board/types';

hashes.sha512 = (message) => sha512(message);

/** Ed25519 of 32-byte seeds. `verify` gives false for anything malformed, it never throws. */
export function createNobleEd25519(): Ed25519 {
  return {
    publicKey: (seed) => getPublicKey(seed),
    sign: (seed, message) => sign(message, seed),
    verify: (signature, message, publicKey) => {
      try {
        return verify(signature, message, publicKey, { zip215: false });
      } catch {
        return false;
      }
    },
  };
}
