/*
 * Espruino's Storage with its real rules: where a file goes, what may be written over it, when the
 * region is compacted. Rules were read in and measured on Espruino 2v29 (src/jsflash.c).
 * From: require("Storage") and provisioning. To: nor-flash.ts. Espruino-safe.
 */
import { bytesOf } from './byte-data';
import { type Machine, mustHavePower } from './machine';
import type { NorFlash } from './nor-flash';
import {
  addressAfter,
  alignUp,
  encodeHeader,
  type FileHeader,
  HEADER_BYTES,
  NAME_CHARACTERS_MAX,
  nextHeader,
  nextPageAddress,
  readHeader,
} from './storage-headers';

/** A piece of a file: its bytes and where they stand in flash. */
export interface StoredPiece {
  address: number;
  bytes: Uint8Array;
}

/** The file rules over one region of flash. */
export interface FileStore {
  /** Finds a live file, or null. */
  find(name: string): FileHeader | null;
  /** length 0 = to the end; clipped to the file; undefined when there is no such file. */
  read(name: string, offset: number, length: number): StoredPiece | undefined;
  /** size 0 = as long as the data. Throws: every refusal of Espruino's Storage, in its words. */
  write(name: string, data: Uint8Array, offset: number, size: number): boolean;
  erase(name: string): void;
  list(): string[];
  /** What getStats tells, bytes with headers. */
  stats(): StorageStats;
  /** Moves all files together. */
  compact(): void;
  eraseAll(): void;
}

/** Sizes in bytes, headers included. */
export interface StorageStats {
  totalBytes: number;
  freeBytes: number;
  fileBytes: number;
  fileCount: number;
  trashBytes: number;
  trashCount: number;
}

const FLAGS_STORAGE_FILE = 64;
const FLAGS_COMPRESSED = 128;

function isRealFile(header: FileHeader): boolean {
  const flags = header.flags;
  if (header.name === '') return false;
  return flags === 0 || flags === FLAGS_STORAGE_FILE || flags === FLAGS_COMPRESSED;
}

function findFile(flash: NorFlash, name: string): FileHeader | null {
  let header = readHeader(flash, flash.startAddress);
  while (header !== null && header.name !== name) header = nextHeader(flash, header);
  return header;
}

function eraseFile(flash: NorFlash, header: FileHeader): void {
  flash.program(header.address + 4, new Uint8Array(4));
}

/** Programs whole words as the chip does: the ragged ends are filled with what stands there. */
function programAligned(flash: NorFlash, address: number, data: Uint8Array): void {
  const lead = address & 3;
  const total = alignUp(lead + data.length);
  if (lead === 0 && total === data.length) {
    flash.program(address, data);
    return;
  }
  const from = address - lead - flash.startAddress;
  const words = new Uint8Array(total);
  words.set(flash.image.subarray(from, from + total));
  words.set(data, lead);
  flash.program(address - lead, words);
}

function spaceInPage(flash: NorFlash, address: number): number {
  const next = nextPageAddress(flash, address);
  if (next === 0 || readHeader(flash, next) === null) return flash.endAddress - address;
  return next - address;
}

/** Where the row of headers that begins at a page's start ends: address, or 0; trash is summed. */
function endOfRow(flash: NorFlash, pageAddress: number, sums: { trashBytes: number }): number {
  let address = pageAddress;
  let header = readHeader(flash, address);
  while (header !== null) {
    if (header.name === '') sums.trashBytes += header.sizeBytes;
    address = addressAfter(flash, header);
    header = readHeader(flash, address);
  }
  return address;
}

/** A hole for so many bytes, header included: its address, or 0. */
function findHole(flash: NorFlash, requiredBytes: number, sums: { trashBytes: number }): number {
  let address = flash.startAddress;
  while (address !== 0) {
    address = endOfRow(flash, address, sums);
    if (address === 0) return 0;
    if (spaceInPage(flash, address) >= requiredBytes) return address;
    address = nextPageAddress(flash, address);
  }
  return 0;
}

function copyFile(flash: NorFlash, header: FileHeader): Uint8Array {
  const from = header.address - flash.startAddress;
  return new Uint8Array(
    flash.image.subarray(from, from + HEADER_BYTES + alignUp(header.sizeBytes)),
  );
}

/**
 * Moves all files together from the first page with trash on; empty pages behind them are left alone. Not safe against a power cut, as
 * on the chip: the pages are erased while the files are in memory.
 */
function compact(flash: NorFlash, machine: Machine): void {
  machine.counts.compactions++;
  machine.printed.push('Compacting...');
  const kept: Uint8Array[] = [];
  let start = 0;
  let unbrokenPage = flash.startAddress;
  let behind = flash.startAddress;
  let header = readHeader(flash, flash.startAddress);
  let live: FileHeader[] = [];
  while (header !== null) {
    if ((header.address - flash.startAddress) % flash.pageBytes === 0) {
      if (start === 0) live = [];
      unbrokenPage = header.address;
    }
    if (header.name === '' && start === 0) start = unbrokenPage;
    if (isRealFile(header)) live.push(header);
    behind = addressAfter(flash, header);
    header = nextHeader(flash, header);
  }
  if (start === 0) return;
  for (let i = 0; i < live.length; i++) kept.push(copyFile(flash, live[i]));
  const emptyPage = behind === 0 ? 0 : nextPageAddress(flash, behind);
  const end = emptyPage === 0 ? flash.endAddress : emptyPage;
  for (let page = start; page < end; page += flash.pageBytes) flash.erasePage(page);
  let address = start;
  for (let i = 0; i < kept.length; i++) {
    flash.program(address, kept[i]);
    address += kept[i].length;
  }
}

function createFile(
  flash: NorFlash,
  machine: Machine,
  name: string,
  size: number,
): FileHeader | null {
  const required = alignUp(size) + HEADER_BYTES;
  const sums = { trashBytes: 0 };
  let address = findHole(flash, required, sums);
  if (address === 0 && sums.trashBytes > 0) {
    compact(flash, machine);
    address = findHole(flash, required, { trashBytes: 0 });
  }
  if (address === 0) return null;
  flash.program(address, encodeHeader(name, size));
  return { address, dataAddress: address + HEADER_BYTES, sizeBytes: size, flags: 0, name };
}

function isEqual(flash: NorFlash, address: number, data: Uint8Array): boolean {
  const from = address - flash.startAddress;
  for (let i = 0; i < data.length; i++) if (flash.image[from + i] !== data[i]) return false;
  return true;
}

/** The file to write into: the standing one, a new one, or true when it holds the data already. */
function fileToWrite(
  flash: NorFlash,
  machine: Machine,
  name: string,
  data: Uint8Array,
  size: number,
): FileHeader | null | true {
  const found = findFile(flash, name);
  if (found !== null && found.flags === 0 && found.sizeBytes === size) {
    if (flash.isErased(found.dataAddress, size)) return found;
    if (data.length === size && isEqual(flash, found.dataAddress, data)) return true;
  }
  if (found !== null) eraseFile(flash, found);
  return createFile(flash, machine, name, size);
}

function writeFile(
  flash: NorFlash,
  machine: Machine,
  name: string,
  data: Uint8Array,
  offset: number,
  askedSize: number,
): boolean {
  if (offset < 0 || askedSize < 0) return false;
  if (name.length > NAME_CHARACTERS_MAX) throw new Error('file name is longer than 28 characters');
  const size = askedSize === 0 ? data.length : askedSize;
  if (size === 0) throw new Error("Can't create zero length file");
  const file = offset === 0 ? fileToWrite(flash, machine, name, data, size) : findFile(flash, name);
  if (file === true) return true;
  if (file === null) throw new Error('Unable to find or create file');
  if (offset + data.length > file.sizeBytes) throw new Error('Too much data for file size');
  if (!flash.isErased(file.dataAddress + offset, data.length)) {
    throw new Error('File already written with different data');
  }
  programAligned(flash, file.dataAddress + offset, data);
  return true;
}

/** Free is what lies behind the last header that can be reached. */
function statsOf(flash: NorFlash): StorageStats {
  const totalBytes = flash.endAddress - flash.startAddress;
  const stats = {
    totalBytes,
    freeBytes: 0,
    fileBytes: 0,
    fileCount: 0,
    trashBytes: 0,
    trashCount: 0,
  };
  let lastAddress = flash.startAddress;
  let header = readHeader(flash, flash.startAddress);
  while (header !== null) {
    const bytes = alignUp(header.sizeBytes) + HEADER_BYTES;
    if (header.name === '') {
      stats.trashBytes += bytes;
      stats.trashCount++;
    } else {
      stats.fileBytes += bytes;
      stats.fileCount++;
    }
    lastAddress = alignUp(header.dataAddress + header.sizeBytes);
    header = nextHeader(flash, header);
  }
  stats.freeBytes = Math.max(flash.endAddress - lastAddress, 0);
  return stats;
}

/** The file rules over a region. */
export function createFileStore(flash: NorFlash, machine: Machine): FileStore {
  return {
    find: (name) => findFile(flash, name),
    read: (name, askedOffset, askedLength) => {
      const file = findFile(flash, name);
      if (file === null) return undefined;
      const fromStart = Math.max(askedOffset, 0);
      const offset = Math.min(fromStart, file.sizeBytes);
      const rest = file.sizeBytes - offset;
      const length = askedLength <= 0 || askedLength > rest ? rest : askedLength;
      const address = file.dataAddress + offset;
      const from = address - flash.startAddress;
      return { address, bytes: flash.image.subarray(from, from + length) };
    },
    write: (name, data, offset, size) => writeFile(flash, machine, name, data, offset, size),
    erase: (name) => {
      const file = findFile(flash, name);
      if (file !== null) eraseFile(flash, file);
    },
    list: () => {
      const names: string[] = [];
      let header = readHeader(flash, flash.startAddress);
      while (header !== null) {
        if (isRealFile(header)) names.push(header.name);
        header = nextHeader(flash, header);
      }
      return names;
    },
    stats: () => statsOf(flash),
    compact: () => compact(flash, machine),
    eraseAll: () => {
      for (let page = flash.startAddress; page < flash.endAddress; page += flash.pageBytes) {
        if (!flash.isErased(page, flash.pageBytes)) flash.erasePage(page);
      }
    },
  };
}

/** What require("Storage") gives the firmware; `tell` learns of each string read and its address. */
export function createStorageModule(
  store: FileStore,
  machine: Machine,
  tell: (piece: StoredPiece) => string,
) {
  return {
    read: (name: string, offset?: number, length?: number): string | undefined => {
      mustHavePower(machine);
      const piece = store.read(
        name,
        offset === undefined ? 0 : offset,
        length === undefined ? 0 : length,
      );
      return piece === undefined ? undefined : tell(piece);
    },
    write: (name: string, data: unknown, offset?: number, size?: number): boolean => {
      mustHavePower(machine);
      return store.write(
        name,
        bytesOf(data),
        offset === undefined ? 0 : offset,
        size === undefined ? 0 : size,
      );
    },
    erase: (name: string): void => {
      mustHavePower(machine);
      store.erase(name);
    },
    list: (): string[] => store.list(),
    getStats: (): StorageStats => store.stats(),
    getFree: (): number => store.stats().freeBytes,
    compact: (): void => {
      mustHavePower(machine);
      store.compact();
    },
    eraseAll: (): void => {
      mustHavePower(machine);
      store.eraseAll();
    },
  };
}

/** What require("Flash") gives the firmware. Stricter than Espruino: it demands whole words. */
export function createFlashModule(
  storage: NorFlash,
  spare: NorFlash,
  isSpareListed: boolean,
  machine: Machine,
) {
  const regionAt = (address: number): NorFlash =>
    address >= spare.startAddress && address < spare.endAddress ? spare : storage;
  return {
    read: (length: number, address: number): Uint8Array => {
      mustHavePower(machine);
      const flash = regionAt(address);
      const from = address - flash.startAddress;
      if (from < 0 || address + length > flash.endAddress) {
        throw new Error(`flash address ${address} is outside the region`);
      }
      return new Uint8Array(flash.image.subarray(from, from + length));
    },
    write: (data: unknown, address: number): void => {
      mustHavePower(machine);
      const bytes = bytesOf(data);
      if ((address & 3) !== 0 || (bytes.length & 3) !== 0) {
        throw new Error('flash address and length must be multiples of 4');
      }
      regionAt(address).program(address, bytes);
    },
    erasePage: (address: number): void => {
      mustHavePower(machine);
      regionAt(address).erasePage(address);
    },
    getPage: (address: number) => {
      const flash = regionAt(address);
      const page = Math.floor((address - flash.startAddress) / flash.pageBytes);
      return { addr: flash.startAddress + page * flash.pageBytes, length: flash.pageBytes };
    },
    getFree: (): { addr: number; length: number }[] =>
      isSpareListed
        ? [{ addr: spare.startAddress, length: spare.endAddress - spare.startAddress }]
        : [],
  };
}
