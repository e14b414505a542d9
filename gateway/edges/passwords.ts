/*
 * passwords.ts: passwords as they are stored, their check, and random secrets for people and programs.
 * Way: a password -> scrypt with its parameters and salt as one line of text -> table account; and back.
 * Source: RFC 7914 (scrypt), the PHC string format ($scrypt$ln=14,r=8,p=1$salt$hash), RFC 4648 §4 without padding.
 */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import {
  PASSWORD_BYTES_MAX,
  PASSWORD_CHARS_MIN,
  PASSWORD_CHECKS_WAITING_MAX,
  PASSWORD_SCRYPT_BYTES_MAX,
  PASSWORD_SCRYPT_LOG2_N,
  PASSWORD_SCRYPT_P,
  PASSWORD_SCRYPT_P_MAX,
  PASSWORD_SCRYPT_R,
} from '../limits/http';

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** A stored password, taken apart. */
export interface StoredPassword {
  log2N: number;
  r: number;
  p: number;
  salt: Uint8Array;
  hash: Uint8Array;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/** A stored password as one line. */
export function encodeStoredPassword({ log2N, r, p, salt, hash }: StoredPassword): string {
  return `$scrypt$ln=${log2N},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

const FORM =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{1,86})\$([A-Za-z0-9+/]{43})$/;

function bytesOf(log2N: number, r: number): number {
  return 128 * r * 2 ** log2N;
}

/** Takes the line apart; null: it has another form, or asks for more than PASSWORD_SCRYPT_BYTES_MAX. */
export function decodeStoredPassword(line: string): StoredPassword | null {
  const match = FORM.exec(line);
  if (match === null) return null;
  const [log2N, r, p] = match.slice(1, 4).map(Number);
  const [salt, hash] = match.slice(4).map((text) => new Uint8Array(Buffer.from(text, 'base64')));
  const stored = { log2N, r, p, salt, hash };
  if (bytesOf(log2N, r) > PASSWORD_SCRYPT_BYTES_MAX || p > PASSWORD_SCRYPT_P_MAX) return null;
  // Only one line says the same: what was changed by hand is not guessed at.
  return encodeStoredPassword(stored) === line ? stored : null;
}

function derive(password: string, { log2N, r, p, salt }: StoredPassword): Promise<Buffer> {
  const options = { N: 2 ** log2N, r, p, maxmem: 2 * PASSWORD_SCRYPT_BYTES_MAX };
  return new Promise((resolve, reject) => {
    // The same letters typed on another machine may come in another form (RFC 8265: NFC).
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** What is wrong with a new password, for the person who chose it; null = nothing. */
export function passwordFault(password: string): string | null {
  if ([...password].length < PASSWORD_CHARS_MIN) {
    return `a password has at least ${PASSWORD_CHARS_MIN} characters`;
  }
  if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) {
    return `a password has at most ${PASSWORD_BYTES_MAX} bytes`;
  }
  return null;
}

/** A new password as it is stored. */
export async function storePassword(password: string): Promise<string> {
  const parameters = {
    log2N: PASSWORD_SCRYPT_LOG2_N,
    r: PASSWORD_SCRYPT_R,
    p: PASSWORD_SCRYPT_P,
    salt: new Uint8Array(randomBytes(SALT_BYTES)),
    hash: new Uint8Array(HASH_BYTES),
  };
  return encodeStoredPassword({ ...parameters, hash: await derive(password, parameters) });
}

/** right or wrong; busy: too many wait for their check just now. */
export type PasswordVerdict = 'right' | 'wrong' | 'busy';

/** Checks passwords, one at a time: many at once must not eat the memory. */
export interface PasswordChecker {
  /** @param line the stored password; undefined: there is none, which takes just as long and is wrong. */
  check(password: string, line: string | undefined): Promise<PasswordVerdict>;
}

/** Stands in for the account that is not there. */
const NOBODY: StoredPassword = {
  log2N: PASSWORD_SCRYPT_LOG2_N,
  r: PASSWORD_SCRYPT_R,
  p: PASSWORD_SCRYPT_P,
  salt: new Uint8Array(SALT_BYTES),
  hash: new Uint8Array(HASH_BYTES),
};

/** Makes the checker. */
export function createPasswordChecker(): PasswordChecker {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const checkOne = async (password: string, line: string | undefined) => {
    const stored = line === undefined ? null : decodeStoredPassword(line);
    const { hash } = stored ?? NOBODY;
    const isSame = timingSafeEqual(await derive(password, stored ?? NOBODY), hash);
    return isSame && stored !== null ? 'right' : 'wrong';
  };
  return {
    async check(password, line) {
      if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) return 'wrong';
      if (waiting >= PASSWORD_CHECKS_WAITING_MAX) return 'busy';
      waiting += 1;
      const turn = last.then(() => checkOne(password, line));
      last = turn.catch(() => {});
      try {
        return await turn;
      } finally {
        waiting -= 1;
      }
    },
  };
}

/** Letters and digits without look-alikes (l 1, o 0): 32, so 5 bits each. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

function randomLetters(count: number): string {
  return Array.from(randomBytes(count), (byte) => ALPHABET[byte & 31]).join('');
}

/** A random password for people to type: 80 bits in four groups. */
export function randomPassword(): string {
  return Array.from({ length: 4 }, () => randomLetters(4)).join('-');
}

/** A random token for programs: 160 bits. The beginning lets a search find tokens that were left lying about. */
export function randomToken(): string {
  return `tw_${randomLetters(32)}`;
}

/** A random name of a session: 256 bits, base64url. */
export function randomSession(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token or session: SHA-256. Enough for what is random. */
export function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}
