/*
 * key-words.ts: a few words for a public key, to be compared by people at a label, a screen and over the telephone.
 * Way: public key -> words. Source: BIP-39's English list (2048 words); the first 44 bits of SHA-256 of the key, 11 a word.
 * They prove nothing by themselves: an attacker with some computers can make a key with the same four words.
 */
import { createHash } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { KEY_WORDS } from './limits';

const WORD_BITS = 11n;

/** The words of a key. @param publicKey 64 hex digits */
export function keyWordsOf(publicKey: string, count = KEY_WORDS): string[] {
  const hash = createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest();
  const bits = BigInt(`0x${hash.toString('hex')}`);
  const all = BigInt(hash.length * 8);
  return Array.from({ length: count }, (_, at) => {
    const shift = all - WORD_BITS * BigInt(at + 1);
    return wordlist[Number((bits >> shift) & 2047n)];
  });
}
