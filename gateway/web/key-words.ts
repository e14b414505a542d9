/*
 * key-words.ts: a few words for a public key, to be compared by people at a label, a screen and over the telephone.
 * Way: public key -> words. Source: BIP-39's English list (2048 words); the first 44 bits of SHA-256 of the key, 11 a word.
 * They prove nothing by themselves: an attacker with some computers can make a key with the same four words. Runs in browsers, too.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { fromHex } from '../../shared/bytes';
import { KEY_WORDS } from '../limits/pages';

const WORD_BITS = 11;

/** The words of a key. @param publicKey 64 hex digits */
export function keyWordsOf(publicKey: string, count = KEY_WORDS): string[] {
  const hash = sha256(fromHex(publicKey));
  return Array.from({ length: count }, (_, at) => {
    let number = 0;
    for (let bit = at * WORD_BITS; bit < (at + 1) * WORD_BITS; bit++)
      number = number * 2 + ((hash[bit >> 3] >> (7 - (bit & 7))) & 1);
    return wordlist[number];
  });
}
