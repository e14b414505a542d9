/*
 * key.ts: the gateway's own Ed25519 key: made at the first run, kept in DIR/gateway.key (0600).
 * Way: bulletins are signed with it; nodes trust its public half from provisioning on.
 * Source: RFC 8032; file form PKCS #8 PEM (RFC 8410), which openssl reads.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The gateway's key. The private half never leaves this object. */
export interface GatewayKey {
  /** 32 bytes. */
  publicKey: Uint8Array;
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** Writes the whole file (0600) or nothing: a power cut leaves no half key. Throws: when it cannot be written. */
export function writeSecretFile(path: string, text: string): void {
  const fresh = `${path}.new`;
  const file = openSync(fresh, 'w', 0o600);
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(fresh, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function readSecret(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function keyOf(privateKey: KeyObject): GatewayKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    publicKey: new Uint8Array(Buffer.from(x as string, 'base64url')),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

/**
 * Reads the key, or makes it when there is none.
 * @param mayMake false when the database already names a gateway key: then its file must be there.
 * Throws: when the file cannot be read or written, is damaged, or is missing and may not be made.
 */
export function loadGatewayKey(path: string, mayMake: boolean): GatewayKey {
  const text = readSecret(path);
  if (text !== null) {
    const privateKey = createPrivateKey(text);
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${path} is no Ed25519 key`);
    return keyOf(privateKey);
  }
  if (!mayMake) {
    throw new Error(
      `${path} is missing, but the database belongs to a gateway key that nodes trust: put the file back`,
    );
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  writeSecretFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return keyOf(privateKey);
}

/**
 * Makes a new key in the place of whatever is there. @returns its public half.
 * Throws: when it cannot be written.
 */
export function replaceGatewayKey(path: string): Uint8Array {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeSecretFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return keyOf(privateKey).publicKey;
}
