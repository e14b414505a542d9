/*
 * The node's own native routine on virtual boards in Node: firmware/native/ed25519.c as WebAssembly.
 * From: the virtual board's native calls. To: board.ts as its injected Ed25519.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ed25519 } from './board/types';

/** What is used of WebAssembly: this package's type library has no browser types. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: RoutineExports };
};

interface RoutineExports {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  ed(op: number, ctx: number, msg: number, len: number): number;
}

const OP_DERIVE = 0;
const OP_DERIVE_AND_SIGN = 1;
const OP_VERIFY = 2;
/** Where ctx and the message stand: one page each, behind what the module uses. */
const PAGE_BYTES = 65536;

/** Calls the routine: op, 128 bytes of ctx (changed in place), message (changed in place by AES). */
export type RoutineCall = (op: number, context: Uint8Array, message: Uint8Array) => number;

/** Loads the committed module. `root`: the package's folder. Throws: when the file is missing or no module. */
export function loadRoutine(root: string): RoutineCall {
  const module = new WebAssembly.Module(readFileSync(join(root, 'firmware/native/ed25519.wasm')));
  const { memory, ed } = new WebAssembly.Instance(module).exports;
  const contextAt = memory.grow(2) * PAGE_BYTES;
  const messageAt = contextAt + PAGE_BYTES;
  return (op, context, message) => {
    if (message.length > PAGE_BYTES) throw new Error('message over 65536 bytes');
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(context, contextAt);
    bytes.set(message, messageAt);
    const result = ed(op, contextAt, messageAt, message.length);
    context.set(bytes.subarray(contextAt, contextAt + context.length));
    message.set(bytes.subarray(messageAt, messageAt + message.length));
    bytes.fill(0, contextAt, contextAt + context.length);
    return result;
  };
}

/** Ed25519 by the routine. `verify` gives false for anything malformed. */
export function createWasmEd25519(call: RoutineCall): Ed25519 {
  return {
    publicKey: (seed) => {
      const context = new Uint8Array(128);
      context.set(seed);
      call(OP_DERIVE, context, new Uint8Array(0));
      return context.slice(32, 64);
    },
    sign: (seed, message) => {
      const context = new Uint8Array(128);
      context.set(seed);
      call(OP_DERIVE_AND_SIGN, context, Uint8Array.from(message));
      return context.slice(64, 128);
    },
    verify: (signature, message, publicKey) => {
      if (signature.length !== 64 || publicKey.length !== 32) return false;
      const context = new Uint8Array(128);
      context.set(publicKey);
      context.set(signature, 32);
      return call(OP_VERIFY, context, Uint8Array.from(message)) === 1;
    },
  };
}
