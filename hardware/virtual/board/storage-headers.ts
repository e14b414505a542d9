/*
 * The headers of Espruino's Storage in flash: a little-endian size, then 28 bytes of name. A file
 * whose first four name bytes are 0 is trash; a size of all ones or nought ends the row.
 * From: the flash image. To: storage.ts. Source: Espruino 2v29 src/jsflash.h. Espruino-safe.
 */
import type { NorFlash } from './nor-flash';

/** Bytes of a file's header in flash. */
export const HEADER_BYTES = 32;
/** Longest file name, characters. */
export const NAME_CHARACTERS_MAX = 28;

/** A file as its header tells. */
export interface FileHeader {
  /** Absolute address of the header. */
  address: number;
  /** Absolute address of the first data byte. */
  dataAddress: number;
  sizeBytes: number;
  flags: number;
  /** Empty for trash. */
  name: string;
}

/** Rounds up to a whole word of flash. */
export function alignUp(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** The 32 bytes of a header. */
export function encodeHeader(name: string, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes[0] = sizeBytes & 255;
  bytes[1] = (sizeBytes >> 8) & 255;
  bytes[2] = (sizeBytes >> 16) & 255;
  for (let i = 0; i < name.length; i++) bytes[4 + i] = name.charCodeAt(i);
  return bytes;
}

function readName(image: Uint8Array, at: number): string {
  if (image[at] + image[at + 1] + image[at + 2] + image[at + 3] === 0) return '';
  let name = '';
  for (let i = 0; i < NAME_CHARACTERS_MAX && image[at + i] !== 0; i++) {
    name += String.fromCharCode(image[at + i]);
  }
  return name;
}

/** The header at an address, or null when there is none (erased, torn, or too long for the region). */
export function readHeader(flash: NorFlash, address: number): FileHeader | null {
  if (address === 0 || address + HEADER_BYTES > flash.endAddress) return null;
  const at = address - flash.startAddress;
  const image = flash.image;
  const sizeBytes = image[at] + image[at + 1] * 256 + image[at + 2] * 65536;
  const flags = image[at + 3];
  const word = sizeBytes + flags * 16777216;
  if (word === 0 || word === 4294967295) return null;
  const dataAddress = address + HEADER_BYTES;
  if (dataAddress + sizeBytes > flash.endAddress) return null;
  return { address, dataAddress, sizeBytes, flags, name: readName(image, at + 4) };
}

/** The address where the header after this one would be, or 0 when none fits. */
export function addressAfter(flash: NorFlash, header: FileHeader): number {
  const next = alignUp(header.dataAddress + header.sizeBytes);
  return next + HEADER_BYTES > flash.endAddress ? 0 : next;
}

/** The first address of the page after the one that holds an address, or 0 at the end. */
export function nextPageAddress(flash: NorFlash, address: number): number {
  const page = Math.floor((address - flash.startAddress) / flash.pageBytes) + 1;
  const next = flash.startAddress + page * flash.pageBytes;
  return next >= flash.endAddress ? 0 : next;
}

/** The header after this one; when the row ends inside a page, the one at the next page's start. */
export function nextHeader(flash: NorFlash, header: FileHeader): FileHeader | null {
  const next = addressAfter(flash, header);
  if (next === 0) return null;
  const found = readHeader(flash, next);
  if (found !== null) return found;
  const page = nextPageAddress(flash, next);
  return page === 0 ? null : readHeader(flash, page);
}
