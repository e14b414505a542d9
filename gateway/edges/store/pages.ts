/*
 * pages.ts: rows read straight from the pages of a database file, for when SQLite itself gives up.
 * Way: file and write-ahead log, page by page -> every row of every leaf that is whole, whatever its tree looks like.
 * It does not know which table a row belongs to, nor whether the row is still current: whoever asks must judge that.
 * Source: sqlite.org/fileformat2.html (1.5 varints, 1.6 b-tree pages, 2.1 record format, 4.1 write-ahead log).
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { PAGE_BYTES } from '../../limits/store';

/** A column's value. Integers that a double cannot hold are bigint. */
export type RawValue = null | number | bigint | string | Uint8Array;

/** A row found on some page. */
export interface RawRow {
  /** 'table': a row with a row id. 'index': an entry of an index, or a row of a table without row ids. */
  of: 'table' | 'index';
  rowId: number;
  values: RawValue[];
}

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Longest row that is put together, bytes, and pages of its chain. */
const ROW_BYTES_MAX = 1 << 20;

interface PageFile {
  pageBytes: number;
  /** Pages of the file, without its log. */
  count: number;
  /** Places of all pages, and of all copies of pages in the log, as offsets. */
  places(): Generator<{ file: number; offset: number; number: number }>;
  read(file: number, offset: number): Buffer;
  /** The newest copy of a page. */
  newest(number: number): Buffer | null;
  close(): void;
}

function isPageSize(bytes: number): boolean {
  return bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;
}

/** The page size that the file says, the log says, or that we always use. */
function pageSizeOf(head: Buffer, walHead: Buffer | null): number {
  const told = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  if (head.toString('latin1', 0, 15) === 'SQLite format 3' && isPageSize(told)) return told;
  const logged = walHead?.readUInt32BE(8) ?? 0;
  return isPageSize(logged) ? logged : PAGE_BYTES;
}

/** Reads bytes at an offset; what the disk cannot read is zeros. */
function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  try {
    readSync(file, bytes, 0, length, offset);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
  }
  return bytes;
}

function openPages(path: string): PageFile {
  const main = openSync(path, 'r');
  const wal = existsSync(`${path}-wal`) ? openSync(`${path}-wal`, 'r') : null;
  const walHead = wal === null ? null : readAt(wal, 0, WAL_HEADER_BYTES);
  const pageBytes = pageSizeOf(readAt(main, 0, 100), walHead);
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const pages = Math.ceil(fstatSync(main).size / pageBytes);
  const logged = new Map<number, number>();
  const frames: { offset: number; number: number }[] = [];
  if (wal !== null && walHead !== null) {
    const { size } = fstatSync(wal);
    for (let at = WAL_HEADER_BYTES; at + frameBytes <= size; at += frameBytes) {
      const head = readAt(wal, at, FRAME_HEADER_BYTES);
      // Frames of an earlier round of the log have another salt.
      if (Buffer.compare(head.subarray(8, 16), walHead.subarray(16, 24)) !== 0) break;
      const [number, offset] = [head.readUInt32BE(0), at + FRAME_HEADER_BYTES];
      logged.set(number, offset);
      frames.push({ number, offset });
    }
  }
  const read = (file: number, offset: number) => readAt(file, offset, pageBytes);
  return {
    pageBytes,
    count: pages,
    read,
    *places() {
      for (let page = 0; page < pages; page += 1)
        yield { file: main, offset: page * pageBytes, number: page + 1 };
      if (wal !== null) for (const frame of frames) yield { file: wal, ...frame };
    },
    newest(number) {
      const offset = logged.get(number);
      if (offset !== undefined && wal !== null) return read(wal, offset);
      return number >= 1 && number <= pages ? read(main, (number - 1) * pageBytes) : null;
    },
    close() {
      closeSync(main);
      if (wal !== null) closeSync(wal);
    },
  };
}

/** A number of 1 to 9 bytes. @returns value and the offset behind it; null = beyond the page or too large. */
function varint(page: Buffer, at: number): [number, number] | null {
  let value = 0;
  for (let count = 0; count < 8; count += 1) {
    const byte = page[at + count];
    if (byte === undefined) return null;
    value = value * 128 + (byte & 127);
    if (byte < 128) return Number.isSafeInteger(value) ? [value, at + count + 1] : null;
  }
  return null; // nine bytes: negative or huge, which none of our row ids or lengths is
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8];

function integerAt(bytes: Buffer, at: number, length: number): number | bigint {
  if (length < 8) return bytes.readIntBE(at, length);
  const value = bytes.readBigInt64BE(at);
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

function valueAt(bytes: Buffer, at: number, type: number): [RawValue, number] | null {
  if (type === 0) return [null, 0];
  if (type === 8 || type === 9) return [type - 8, 0];
  const length = type < 7 ? INTEGER_BYTES[type] : type === 7 ? 8 : Math.floor((type - 12) / 2);
  if (type === 10 || type === 11 || at + length > bytes.length) return null;
  if (type < 7) return [integerAt(bytes, at, length), length];
  if (type === 7) return [bytes.readDoubleBE(at), 8];
  const part = bytes.subarray(at, at + length);
  return [type % 2 === 0 ? new Uint8Array(part) : part.toString('utf8'), length];
}

/** The columns of a row; null = not a row. */
function columnsOf(bytes: Buffer): RawValue[] | null {
  const head = varint(bytes, 0);
  if (head === null || head[0] > bytes.length || head[0] < 1) return null;
  const values: RawValue[] = [];
  const headEnd = head[0];
  let [at, body] = [head[1], headEnd];
  while (at < headEnd) {
    const type = varint(bytes, at);
    const value = type && valueAt(bytes, body, type[0]);
    if (type === null || value === null) return null;
    values.push(value[0]);
    at = type[1];
    body += value[1];
  }
  return at === headEnd && body === bytes.length ? values : null;
}

/** The payload of a cell: what is on its page, and the rest from its chain of pages. */
function payloadOf(pages: PageFile, page: Buffer, at: number, length: number, isTable: boolean) {
  const usable = pages.pageBytes;
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (length <= most) return at + length <= page.length ? page.subarray(at, at + length) : null;
  if (length > ROW_BYTES_MAX) return null;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const spread = least + ((length - least) % (usable - 4));
  const local = spread <= most ? spread : least;
  if (at + local + 4 > page.length) return null;
  const parts = [page.subarray(at, at + local)];
  let [missing, next] = [length - local, page.readUInt32BE(at + local)];
  while (missing > 0) {
    const more = pages.newest(next);
    if (more === null) return null;
    const part = more.subarray(4, 4 + Math.min(missing, usable - 4));
    parts.push(part);
    missing -= part.length;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

const TABLE_LEAF = 13;
const INDEX_LEAF = 10;
const INDEX_INTERIOR = 2;

function cellOf(pages: PageFile, page: Buffer, at: number, type: number): RawRow | null {
  const isTable = type === TABLE_LEAF;
  const length = varint(page, type === INDEX_INTERIOR ? at + 4 : at);
  const rowId = isTable && length !== null ? varint(page, length[1]) : [0, length?.[1] ?? 0];
  if (length === null || rowId === null) return null;
  const bytes = payloadOf(pages, page, rowId[1], length[0], isTable);
  const values = bytes && columnsOf(bytes);
  return values && { of: isTable ? 'table' : 'index', rowId: rowId[0], values };
}

function* rowsOfPage(pages: PageFile, page: Buffer, number: number): Generator<RawRow> {
  const start = number === 1 ? 100 : 0;
  const type = page[start];
  if (type !== TABLE_LEAF && type !== INDEX_LEAF && type !== INDEX_INTERIOR) return;
  const cells = page.readUInt16BE(start + 3);
  const pointers = start + (type === INDEX_INTERIOR ? 12 : 8);
  for (let cell = 0; cell < cells; cell += 1) {
    const pointer = pointers + 2 * cell;
    if (pointer + 2 > page.length) return;
    const row = cellOf(pages, page, page.readUInt16BE(pointer), type);
    if (row !== null) yield row;
  }
}

/**
 * Every row of every page that can be read, first those of the file, then those of its write-ahead log (path-wal) in the
 * order they were written. One row may come several times, and in older states. @param progress share done, 0..1
 */
export function* rawRows(path: string, progress: (share: number) => void): Generator<RawRow> {
  const pages = openPages(path);
  try {
    for (const { file, offset, number } of pages.places()) {
      if (number % 4096 === 0) progress(Math.min(1, number / pages.count));
      yield* rowsOfPage(pages, pages.read(file, offset), number);
    }
  } finally {
    pages.close();
  }
}
