/*
 * Public-key encryption between virtual radios: X25519, SHA-256, AES-256-CCM.
 * From: Data bytes of a direct message; to: the body of its frame, and back. Also the keys in the section security.
 * Source: Meshtastic 2.7.26; held against real frames (test/fixtures/meshtasticd/onair-vectors.json). Ciphers by node:crypto.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBytes,
  readBytes,
  skipField,
} from '../../shared/meshtastic/protobuf';

const KEY_BYTES = 32;
const TAG_BYTES = 8;
const EXTRA_NONCE_BYTES = 4;
/** By so much the body of a public-key frame is longer than its Data. */
export const PUBLIC_KEY_OVERHEAD_BYTES = TAG_BYTES + EXTRA_NONCE_BYTES;
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

/** A radio's own keys, 32 bytes each; both empty before it has any. */
export interface KeyPair {
  publicKey: Uint8Array;
  privateKey: Uint8Array;
}

/** Which packet a body belongs to. */
export interface PacketName {
  id: number;
  from: number;
}

/** The keys in a section security. */
export interface SecurityKeys extends KeyPair {
  /** Public keys of radios that may give orders over the air. */
  adminKeys: Uint8Array[];
}

function privateObject(key: Uint8Array): KeyObject {
  const der = Buffer.concat([PKCS8_HEAD, key]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** The pair of a private key of 32 bytes. */
export function keyPairOf(privateKey: Uint8Array): KeyPair {
  const spki = createPublicKey(privateObject(privateKey)).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: new Uint8Array(spki.subarray(-KEY_BYTES)) };
}

function sharedKey(privateKey: Uint8Array, peer: Uint8Array): Buffer {
  const der = Buffer.concat([SPKI_HEAD, peer]);
  const secret = diffieHellman({
    privateKey: privateObject(privateKey),
    publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }),
  });
  return createHash('sha256').update(secret).digest();
}

function nonceOf({ id, from }: PacketName, extraNonce: Uint8Array): Buffer {
  const nonce = Buffer.alloc(13);
  nonce.writeUInt32LE(id, 0);
  nonce.set(extraNonce, 4);
  nonce.writeUInt32LE(from, 8);
  return nonce;
}

/** Body of a frame that only the owner of `peer` can read. `extraNonce`: 4 random bytes. */
export function sealFor(
  peer: Uint8Array,
  own: KeyPair,
  name: PacketName,
  dataBytes: Uint8Array,
  extraNonce: Uint8Array,
): Uint8Array {
  const key = sharedKey(own.privateKey, peer);
  const options = { authTagLength: TAG_BYTES };
  const cipher = createCipheriv('aes-256-ccm', key, nonceOf(name, extraNonce), options);
  const sealed = [cipher.update(dataBytes), cipher.final(), cipher.getAuthTag(), extraNonce];
  return new Uint8Array(Buffer.concat(sealed));
}

/** Data bytes of a body that the owner of `peer` sealed for us; undefined = it did not, or for somebody else. */
export function openFrom(
  peer: Uint8Array,
  own: KeyPair,
  name: PacketName,
  body: Uint8Array,
): Uint8Array | undefined {
  const tagAt = body.length - PUBLIC_KEY_OVERHEAD_BYTES;
  if (tagAt <= 0 || peer.length !== KEY_BYTES || own.privateKey.length !== KEY_BYTES) return;
  const extraNonce = body.subarray(tagAt + TAG_BYTES);
  try {
    const key = sharedKey(own.privateKey, peer);
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv('aes-256-ccm', key, nonceOf(name, extraNonce), options);
    decipher.setAuthTag(body.subarray(tagAt, tagAt + TAG_BYTES));
    const opened = decipher.update(body.subarray(0, tagAt));
    decipher.final();
    return new Uint8Array(opened);
  } catch {
    return undefined;
  }
}

/** The keys in a section security. */
export function keysInSecurity(section: Uint8Array): SecurityKeys {
  const none = new Uint8Array(0);
  const keys: SecurityKeys = { publicKey: none, privateKey: none, adminKeys: [] };
  const reader = createReader(section);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) keys.publicKey = Uint8Array.from(readBytes(reader));
    else if (field === 2) keys.privateKey = Uint8Array.from(readBytes(reader));
    else if (field === 3) keys.adminKeys.push(Uint8Array.from(readBytes(reader)));
    else skipField(reader);
  }
  return keys;
}

/** A pair as fields of a section security. */
export function securityFieldsOf({ publicKey, privateKey }: KeyPair): Uint8Array {
  const writer = createWriter(72);
  putBytes(writer, 1, publicKey);
  putBytes(writer, 2, privateKey);
  return finish(writer);
}
