/*
 * Reads a node's journal from its flash image, as an engineer with a programmer would.
 * From: the virtual board's flash. To: judge.ts. Source: the table of firmware/keep/journal-format.ts.
 */

import { crc32 as zlibCrc32 } from 'node:zlib';
import {
  pageSequenceOf,
  payloadOf,
  scanPage,
  TYPE_COVERED,
} from '../../firmware/keep/journal-format';
import type { RecordBytes } from './judge';

const crc32 = (bytes: Uint8Array): number => zlibCrc32(bytes);

/** The payload of every whole record in the journal's pages of a flash image, oldest page first. `pageBytes`: size of a flash page. */
export function readJournal(image: Uint8Array, pageBytes: number): RecordBytes[] {
  const pages: { order: number; page: Uint8Array }[] = [];
  for (let at = 0; at + pageBytes <= image.length; at += pageBytes) {
    const page = image.subarray(at, at + pageBytes);
    const order = pageSequenceOf(page, crc32);
    if (order > 0) pages.push({ order, page });
  }
  const records: RecordBytes[] = [];
  for (const { page } of pages.sort((a, b) => a.order - b.order)) {
    scanPage(page, crc32, TYPE_COVERED, (type, content) => {
      if (type < TYPE_COVERED || content === null) return;
      records.push({
        epoch: content[0] * 256 + content[1],
        sequence: content[2] * 256 + content[3],
        bytes: payloadOf(content),
      });
    });
  }
  return records;
}
