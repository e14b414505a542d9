/*
 * Reads a node's journal from its flash image, as an engineer with a programmer would.
 * From: the virtual board's flash. To: judge.ts. Source: the table of firmware/keep/journal-format.ts.
 */
import { crc32 as zlibCrc32 } from 'node:zlib';
import {
  decodePageHeader,
  getUint,
  PAGE_HEADER_BYTES,
  RECORD_PREFIX_BYTES,
  scanPage,
  TYPE_RECORD,
} from '../../firmware/keep/journal-format';
import type { SignedBytes } from './judge';

const crc32 = (bytes: Uint8Array): number => zlibCrc32(bytes);

/** Every whole record in the journal's pages of a flash image, oldest page first. `pageBytes`: size of a flash page. */
export function readJournal(image: Uint8Array, pageBytes: number): SignedBytes[] {
  const pages: { order: number; page: Uint8Array }[] = [];
  for (let at = 0; at + pageBytes <= image.length; at += pageBytes) {
    const page = image.subarray(at, at + pageBytes);
    const order = decodePageHeader(page.subarray(0, PAGE_HEADER_BYTES), crc32);
    if (order > 0) pages.push({ order, page });
  }
  const records: SignedBytes[] = [];
  for (const { page } of pages.sort((a, b) => a.order - b.order)) {
    scanPage(page, crc32, (type, content) => {
      if (type !== TYPE_RECORD) return;
      records.push({
        epoch: getUint(content, 0, 2),
        sequence: getUint(content, 2, 2),
        bytes: new Uint8Array(content.subarray(RECORD_PREFIX_BYTES)),
      });
    });
  }
  return records;
}
