/*
 * The journal on the interpreter's own Storage and Flash, not on a stand-in: its pages are found in the file, erased and written
 * there, and hold what they hold in Node. Linux has pages of 1 KB; all else is as on a chip. (A float as an address was refused
 * by the real Flash.erasePage alone.)
 */
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import type { PagedFlash } from '../../firmware/board';
import { espruinoPath, HANGING_MS, lowered, runEspruino } from './interpreter';
import { liveJournal } from './journal-flash';

const PAGE_BYTES = 1024;
const PAGES = 6;
/** Of Storage in the Linux build. */
const STORAGE = [0x10000000, 0x10000000 + 256 * 1024];

function inMemory(): PagedFlash {
  const pages = Array.from({ length: PAGES }, () => new Uint8Array(PAGE_BYTES).fill(255));
  return {
    ...{ pageBytes: PAGE_BYTES, pageCount: PAGES },
    read: (page, offset, length) => pages[page].slice(offset, offset + length),
    write(page, offset, bytes) {
      for (let i = 0; i < bytes.length; i++) pages[page][offset + i] &= bytes[i];
    },
    erase: (page) => pages[page].fill(255),
  };
}

test.skipIf(!espruinoPath)(
  'a journal in real Storage: page for page, record for record as in Node',
  async () => {
    const program = await lowered(
      `import { pagesOfFile } from '../../firmware/boards/flash-file';
       import { liveJournal } from './journal-flash';
       declare const print: any, E: any, require: any;
       require('Storage').write('journal', String.fromCharCode(255), 0, ${(PAGES + 1) * PAGE_BYTES});
       var pages = pagesOfFile('journal', ${STORAGE}, ${PAGE_BYTES});
       print('@pages ' + pages.pageCount);
       liveJournal(pages, function (bytes) { return E.CRC32(bytes) >>> 0; }, function (line) { print('@' + line); });`,
      import.meta.dirname,
    );
    const lines = [`pages ${PAGES}`];
    liveJournal(
      inMemory(),
      (bytes) => crc32(bytes),
      (line) => lines.push(line),
    );
    expect(lines).toHaveLength(8);
    expect(await runEspruino(program)).toEqual(lines);
  },
  HANGING_MS,
);
