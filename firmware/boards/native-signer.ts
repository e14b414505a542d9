/*
 * What: signs and verifies with the native routine, which Storage keeps as "ed25519".
 * From where to where: record-maker.ts, bulletins.ts -> E.nativeCall -> signature.
 * Source: Espruino's E.nativeCall; the routine's call is `int ed(op, ctx, msg, len)`, ctx = seed[32] | pub[32] | sig[64],
 * for op 2 pub[32] | sig[64]. Addresses are taken anew at each call: buffers and files may move. Espruino-safe.
 */
import type { Signer } from '../board';

const OP_DERIVE = 0;
const OP_VERIFY = 2;
const OP_SHA512 = 3;
/** Signs with the public key in ctx, which must be the one this device derived. */
const OP_SIGN = 17;
const CALL = 'int(int,int,int,int)';
const CONTEXT_BYTES = 128;
const MESSAGE_BYTES_MAX = 256;

/** Bytes that lie in one piece, so that they have an address. */
export function flatBytes(count: number): Uint8Array {
  return new Uint8Array(E.toArrayBuffer(E.toFlatString({ data: 0, count: count })));
}

/** Gives the routine as a string whose bytes lie in one piece in memory: a file there, or a flat copy of one. */
export type ReadRoutine = () => string | undefined;

/** One call of the routine. Throws: no flat memory. */
export function call(
  routine: string | undefined,
  op: number,
  context: Uint8Array,
  message: Uint8Array,
  length: number,
): number {
  const routineAddress = routine ? E.getAddressOf(routine, true) : 0;
  const contextAddress = E.getAddressOf(context, true);
  const messageAddress = E.getAddressOf(message, true);
  if (!routineAddress || !contextAddress || !messageAddress) throw new Error('no flat memory');
  return E.nativeCall(routineAddress + 1, CALL)(op, contextAddress, messageAddress, length);
}

/**
 * Makes seed[32] | pub[32] from randomness: the seed is the first half of its SHA-512, so that a weak bit of the source
 * weakens no bit of the key. `random`: 32..256 bytes. Throws: no flat memory.
 */
export function deriveKey(random: Uint8Array, readRoutine: ReadRoutine): Uint8Array {
  const context = flatBytes(CONTEXT_BYTES);
  const scratch = flatBytes(MESSAGE_BYTES_MAX);
  scratch.set(random, 0);
  call(readRoutine(), OP_SHA512, context, scratch, random.length);
  call(readRoutine(), OP_DERIVE, context, scratch, 0);
  const key = new Uint8Array(context.subarray(0, 64));
  context.fill(0);
  scratch.fill(0);
  return key;
}

/** `key` is seed[32] | pub[32]. Throws: a message over 256 bytes; no flat memory. */
export function createNativeSigner(key: Uint8Array, readRoutine: ReadRoutine): Signer {
  const context = flatBytes(CONTEXT_BYTES);
  const scratch = flatBytes(MESSAGE_BYTES_MAX);
  const load = (message: Uint8Array): void => {
    if (message.length > MESSAGE_BYTES_MAX) throw new Error('too long');
    scratch.set(message, 0);
  };
  return {
    publicKey: new Uint8Array(key.subarray(32, 64)),
    sign: (message) => {
      load(message);
      context.set(key, 0);
      call(readRoutine(), OP_SIGN, context, scratch, message.length);
      return new Uint8Array(context.subarray(64, 128));
    },
    verify: (signature, message, publicKey) => {
      load(message);
      context.set(publicKey, 0);
      context.set(signature, 32);
      return call(readRoutine(), OP_VERIFY, context, scratch, message.length) === 1;
    },
  };
}
