/*
 * recovery-words.ts: the pod's recovery key as 24 words that people can write down and type.
 * Way: 32 random bytes <-> 24 English words with a checksum; the bytes are the seed of an Ed25519 key.
 * Source: BIP-39 (npm @scure/bip39), RFC 8032. The seed is never written anywhere by this file.
 */
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** PKCS #8 of an Ed25519 seed, up to the seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const WORDS = 24;
/** English words of the list differ within their first four letters. */
const LETTERS_ENOUGH = 4;

/** The recovery key while it is in use. */
export interface RecoveryKey {
  /** 32 bytes. */
  publicKey: Uint8Array;
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** A new seed and its words. */
export function makeRecoveryWords(): string[] {
  return entropyToMnemonic(randomBytes(32), wordlist).split(' ');
}

function completed(word: string): string | null {
  if (wordlist.includes(word)) return word;
  if (word.length < LETTERS_ENOUGH) return null;
  const fitting = wordlist.filter((one) => one.startsWith(word));
  return fitting.length === 1 ? fitting[0] : null;
}

/**
 * Reads words as people type them: any spaces, numbers before them, capital letters, four letters of each.
 * @returns the 24 words, or what is wrong in words for the person; the message never repeats what was typed.
 */
export function readRecoveryWords(text: string): string[] | { wrong: string } {
  const typed = text.toLowerCase().match(/[a-z]+/g) ?? [];
  if (typed.length !== WORDS) return { wrong: `${typed.length} words, not ${WORDS}` };
  const words = typed.map(completed);
  const bad = words.flatMap((word, at) => (word === null ? [at + 1] : []));
  if (bad.length > 0) return { wrong: `not a word of the list: number ${bad.join(', ')}` };
  try {
    mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    return { wrong: 'the words do not belong together: one is wrong, or two changed places' };
  }
  return words as string[];
}

/** The key of these words. Throws: words that readRecoveryWords would refuse. */
export function recoveryKeyOf(words: string[]): RecoveryKey {
  const seed = mnemonicToEntropy(words.join(' '), wordlist);
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    publicKey: new Uint8Array(Buffer.from(x as string, 'base64url')),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
