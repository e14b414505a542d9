/*
 * The village's keys and radio numbers: made from the seed, so that the same village has the same ones. For tests only:
 * a real node's key never leaves its node.
 * From: seed, run number, site. To: provisioning, the register file, the judge. Source: SHA-256 of a label; RFC 8032 keys.
 */
import { createHash } from 'node:crypto';
import { getPublicKey, hashes } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';

hashes.sha512 = sha512;

/** An Ed25519 key pair: 32-byte seed (private) and 32-byte public key. */
export interface NodeKey {
  seed: Uint8Array;
  publicKey: Uint8Array;
}

/** 32 bytes that only seed and label decide. */
export function seededBytes(seed: number, label: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`tallywell village/${seed}/${label}`).digest());
}

/** The key of the node that stands at a site in one run: a new run brings a new node with a new key. */
export function nodeKeyOf(seed: number, run: number, site: string): NodeKey {
  const secret = seededBytes(seed, `node key/${run}/${site}`);
  return { seed: secret, publicKey: getPublicKey(secret) };
}

/** Seed of the pod's recovery key: 32 bytes, the entropy of its 24 words. */
export function recoverySeedOf(seed: number): Uint8Array {
  return seededBytes(seed, 'recovery key');
}

/** A radio number: any but the reserved 0..3 and 0xFFFFFFFF. */
export function radioNumberOf(seed: number, label: string): number {
  const bytes = seededBytes(seed, `radio/${label}`);
  return (
    (0x10000000 + (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % 0xe0000000)) >>> 0
  );
}

/** The private channel's 32-byte key: never one whose bytes XOR to 0, for that makes channel hash 0 (public-key packets). */
export function channelKeyOf(seed: number): Uint8Array {
  for (let attempt = 0; ; attempt++) {
    const key = seededBytes(seed, `channel/${attempt}`);
    if (key.reduce((all, byte) => all ^ byte, 0) !== 0) return key;
  }
}
