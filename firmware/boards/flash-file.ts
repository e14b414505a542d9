/*
 * What: a file of Storage as a row of flash pages, also where Storage is a flash chip without addresses in memory.
 * From where to where: the file's name -> the pages that lie whole inside it. The file is made at provisioning, first
 * of all files, so that Storage never moves it. Source: Espruino 2v29 src/jsflash.h (file headers). Espruino-safe.
 */
import type { PagedFlash } from '../board';

const HEADER_BYTES = 32;
const NAME_AT = 4;

function isNamed(header: Uint8Array, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (header[NAME_AT + i] !== name.charCodeAt(i)) return false;
  }
  return header[NAME_AT + name.length] === 0;
}

/** Walks the headers of Storage: [address, length] of the file's data; [0, 0] when there is no such file. */
function findFile(name: string, startAddress: number, endAddress: number, pageBytes: number) {
  const flash = require('Flash');
  let at = startAddress;
  while (at + HEADER_BYTES <= endAddress) {
    const header = flash.read(HEADER_BYTES, at);
    const length = header[0] | (header[1] << 8) | (header[2] << 16);
    if (length === 0xffffff || length === 0) {
      if (at % pageBytes === 0) break;
      at = (Math.floor(at / pageBytes) + 1) * pageBytes;
      continue;
    }
    if (isNamed(header, name)) return [at + HEADER_BYTES, length];
    at += HEADER_BYTES + Math.floor((length + 3) / 4) * 4;
  }
  return [0, 0];
}

/** The whole pages inside a file; none when it is missing. Addresses: where Storage begins and ends. */
export function pagesOfFile(
  name: string,
  startAddress: number,
  endAddress: number,
  pageBytes: number,
): PagedFlash {
  const flash = require('Flash');
  const file = findFile(name, startAddress, endAddress, pageBytes);
  const first = Math.ceil(file[0] / pageBytes) * pageBytes;
  const end = file[0] + file[1];
  return {
    pageBytes: pageBytes,
    pageCount: Math.max(0, Math.floor((end - first) / pageBytes)),
    read: (page, offset, length) => flash.read(length, first + page * pageBytes + offset),
    write: (page, offset, bytes) => flash.write(bytes, first + page * pageBytes + offset),
    erase: (page) => flash.erasePage((first + page * pageBytes) | 0),
  };
}
