/*
 * E's view of memory: addresses of buffers, flat strings, and the native routine "ed25519" that
 * is called by them. Addresses are handles that live for one event only, as memory may move on the chip
 * between two; small arrays are not flat and have address 0, as measured.
 * From: E.getAddressOf, E.toFlatString, E.nativeCall. To: the injected Ed25519.
 * Source: Espruino 2v29 jswrap_espruino.c; measured on the 13-byte layout. Espruino-safe.
 */
import { bytesOf, bytesOfString, stringOfBytes } from './byte-data';
import { type Machine, mustHavePower } from './machine';
import { sha512 } from './sha512';
import type { FileStore, StoredPiece } from './storage';
import type { Ed25519 } from './types';

/** Where the chip's memory begins. */
const RAM_BASE_ADDRESS = 0x20002000;
/** Arrays of these lengths are not flat on the 13-byte layout, bytes. */
const UNFLAT_BYTES_MIN = 9;
const UNFLAT_BYTES_MAX = 19;

/** Storage file that holds the native routine. */
const NATIVE_FILE = 'ed25519';
const OPERATION_DERIVE = 0;
const OPERATION_DERIVE_AND_SIGN = 1;
const OPERATION_VERIFY = 2;
const OPERATION_SHA512 = 3;
const OPERATION_AES_128 = 4;
const OPERATION_AES_256 = 5;
const OPERATION_SIGN = 17;

interface Handle {
  address: number;
  bytes: Uint8Array;
}

/** E's memory functions. */
export interface Memory {
  getAddressOf(value: unknown): number;
  toFlatString(value: unknown): string;
  toArrayBuffer(text: string): ArrayBuffer;
  nativeCall(
    address: number,
    signature: string,
  ): (operation: number, context: number, message: number, length: number) => number;
  /** Hands a string read from Storage to the firmware and remembers where it stands. */
  tellRead(piece: StoredPiece): string;
  /** Forgets all addresses: another event begins. */
  forget(): void;
}

function derive(ed25519: Ed25519, context: Uint8Array): void {
  context.set(ed25519.publicKey(new Uint8Array(context.subarray(0, 32))), 32);
}

/** One call of the native routine on real bytes. Returns 1, or 0 for a refused signature. */
function callNative(
  ed25519: Ed25519,
  operation: number,
  context: Uint8Array,
  message: Uint8Array,
): number {
  if (operation === OPERATION_VERIFY) {
    const publicKey = new Uint8Array(context.subarray(0, 32));
    const signature = new Uint8Array(context.subarray(32, 96));
    return ed25519.verify(signature, message, publicKey) ? 1 : 0;
  }
  if (operation === OPERATION_SHA512) {
    context.set(sha512(message), 0);
    return 1;
  }
  if (operation === OPERATION_DERIVE || operation === OPERATION_DERIVE_AND_SIGN) {
    derive(ed25519, context);
  }
  if (operation === OPERATION_SIGN || operation === OPERATION_DERIVE_AND_SIGN) {
    const seed = new Uint8Array(context.subarray(0, 32));
    context.set(ed25519.sign(seed, message), 64);
  }
  return 1;
}

function fillFlat(value: unknown): string {
  const filled = value as { data?: number; count?: number };
  if (typeof value !== 'object' || typeof filled.count !== 'number') {
    return stringOfBytes(bytesOf(value));
  }
  const bytes = new Uint8Array(filled.count);
  bytes.fill(filled.data === undefined ? 0 : filled.data);
  return stringOfBytes(bytes);
}

/** Where buffers stand during one event. */
interface HandleTable {
  /** Gives bytes an address. */
  add(bytes: Uint8Array): number;
  /** The address of a buffer, the same within one event. */
  ofBuffer(buffer: ArrayBuffer): number;
  /** Throws: when nothing is known there. */
  bytesAt(address: number, length: number): Uint8Array;
  forget(): void;
}

function createHandleTable(): HandleTable {
  let handles: Handle[] = [];
  let nextAddress = RAM_BASE_ADDRESS;
  const table: HandleTable = {
    add: (bytes) => {
      const address = nextAddress;
      nextAddress += ((bytes.length + 3) & ~3) + 32;
      handles.push({ address, bytes });
      return address;
    },
    ofBuffer: (buffer) => {
      for (let i = 0; i < handles.length; i++) {
        if (handles[i].bytes.buffer === buffer) return handles[i].address;
      }
      return table.add(new Uint8Array(buffer));
    },
    bytesAt: (address, length) => {
      for (let i = 0; i < handles.length; i++) {
        const from = address - handles[i].address;
        const bytes = handles[i].bytes;
        if (from >= 0 && from + length <= bytes.length) return bytes.subarray(from, from + length);
      }
      throw new Error(`hard fault: nothing known at address ${address}`);
    },
    forget: () => {
      handles = [];
      nextAddress = RAM_BASE_ADDRESS;
    },
  };
  return table;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return one.length === other.length;
}

/** Throws: when the chip would crash, for there is no code or the context is not aligned. */
function mustBeRoutine(
  store: FileStore,
  isStorageMapped: boolean,
  handles: HandleTable,
  address: number,
  contextAddress: number,
): void {
  const file = store.find(NATIVE_FILE);
  const piece = store.read(NATIVE_FILE, 0, 0);
  const isInPlace = file !== null && isStorageMapped && address === file.dataAddress + 1;
  if (
    !isInPlace &&
    (piece === undefined || !isSame(handles.bytesAt(address - 1, piece.bytes.length), piece.bytes))
  ) {
    throw new Error(`hard fault: no code at address ${address}`);
  }
  if ((contextAddress & 3) !== 0) throw new Error('hard fault: context is not aligned');
}

/** The memory of one board. */
export function createMemory(
  machine: Machine,
  store: FileStore,
  isStorageMapped: boolean,
  ed25519: Ed25519,
  encryptBlocks: ((key: Uint8Array, blocks: Uint8Array) => void) | undefined,
): Memory {
  const handles = createHandleTable();
  let flatBuffers: ArrayBuffer[] = [];
  let flatStrings: string[] = [];
  let lastRead = '';
  let lastReadAddress = 0;
  const addressOfBuffer = (buffer: ArrayBuffer): number => {
    const length = buffer.byteLength;
    const isSmall = length >= UNFLAT_BYTES_MIN && length <= UNFLAT_BYTES_MAX;
    return isSmall && flatBuffers.indexOf(buffer) < 0 ? 0 : handles.ofBuffer(buffer);
  };
  return {
    getAddressOf: (value) => {
      if (typeof value === 'string') {
        if (lastReadAddress !== 0 && value === lastRead) return lastReadAddress;
        return flatStrings.indexOf(value) < 0 ? 0 : handles.add(bytesOfString(value));
      }
      if (value instanceof ArrayBuffer) return addressOfBuffer(value);
      const view = value as Uint8Array<ArrayBuffer>;
      const start = addressOfBuffer(view.buffer);
      return start === 0 ? 0 : start + view.byteOffset;
    },
    toFlatString: (value) => {
      const text = fillFlat(value);
      if (flatStrings.indexOf(text) < 0) flatStrings.push(text);
      return text;
    },
    toArrayBuffer: (text) => {
      const buffer = bytesOfString(text).buffer as ArrayBuffer;
      if (flatStrings.indexOf(text) >= 0) flatBuffers.push(buffer);
      return buffer;
    },
    nativeCall: (address, signature) => {
      mustHavePower(machine);
      if (signature !== 'int(int,int,int,int)') throw new Error('Error Parsing signature');
      return (operation, contextAddress, messageAddress, length) => {
        mustHavePower(machine);
        mustBeRoutine(store, isStorageMapped, handles, address, contextAddress);
        const context = handles.bytesAt(contextAddress, operation === OPERATION_VERIFY ? 96 : 128);
        const hasMessage = operation !== OPERATION_DERIVE && length > 0;
        const message = hasMessage ? handles.bytesAt(messageAddress, length) : new Uint8Array(0);
        if (operation === OPERATION_AES_128 || operation === OPERATION_AES_256) {
          if (encryptBlocks === undefined || length % 16 !== 0) return 0;
          const keyBytes = operation === OPERATION_AES_256 ? 32 : 16;
          encryptBlocks(new Uint8Array(context.subarray(0, keyBytes)), message);
          return 1;
        }
        return callNative(ed25519, operation, context, new Uint8Array(message));
      };
    },
    tellRead: (piece) => {
      lastRead = stringOfBytes(piece.bytes);
      lastReadAddress = isStorageMapped ? piece.address : 0;
      return lastRead;
    },
    forget: () => {
      handles.forget();
      if (flatStrings.length > 16) flatStrings = flatStrings.slice(flatStrings.length - 16);
      lastRead = '';
      lastReadAddress = 0;
      if (flatBuffers.length > 16) flatBuffers = flatBuffers.slice(flatBuffers.length - 16);
    },
  };
}
