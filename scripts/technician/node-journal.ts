/*
 * node-journal.ts: the journal's file on a board: made once, with its full length, never written over.
 * Way: provision -> BoardSession. Source: Storage's rules, Espruino 2v29 (src/jsflash.c); firmware/boards/nrf52832.ts.
 *
 * On the MDBT42Q Storage has 40 KB. When it is full Espruino moves files together, from the last header that begins a page
 * on: a journal that moves is lost. So the journal ends with a page, and one page behind it is left for tw.cfg, whose
 * changes then move nothing else.
 */
import { XIAO_PAGE_BYTES } from '../../firmware/node-limits';
import type { Profile } from '../../firmware/profiles';
import type { BoardSession } from './board/board-session';
import { JOURNAL_FILE } from './node-state';
import { Trouble } from './trouble';

const PAGE_BYTES = XIAO_PAGE_BYTES;
const HEADER_BYTES = 32;
/** Of a XIAO: 63 whole pages wherever Storage puts it. */
const XIAO_JOURNAL_BYTES = 64 * PAGE_BYTES;
/** The journal needs two pages. */
const PAGES_MIN = 2;

/** A journal that fits. */
export interface JournalSize {
  bytes: number;
  /** Whole pages of flash in it. */
  pages: number;
}

/** Length of the journal with so many bytes free at the end of Storage. Throws: Trouble storage-full. */
export function journalSize(board: Profile['board'], freeBytes: number): JournalSize {
  if (board === 'nrf52840') {
    if (freeBytes < XIAO_JOURNAL_BYTES + HEADER_BYTES + PAGE_BYTES)
      throw new Trouble('storage-full', {
        needed: XIAO_JOURNAL_BYTES + PAGE_BYTES,
        free: freeBytes,
      });
    return { bytes: XIAO_JOURNAL_BYTES, pages: XIAO_JOURNAL_BYTES / PAGE_BYTES - 1 };
  }
  const bytes = freeBytes - HEADER_BYTES - PAGE_BYTES;
  const pages = Math.floor(bytes / PAGE_BYTES);
  if (pages < PAGES_MIN)
    throw new Trouble('storage-full', {
      needed: (PAGES_MIN + 1) * PAGE_BYTES + HEADER_BYTES,
      free: freeBytes,
    });
  return { bytes, pages };
}

/** Bytes free at the end of Storage, after erased files were cleared away. There is no journal yet that could be moved. */
async function freeAfterTidying(session: BoardSession): Promise<number> {
  const code =
    '(function(s){if(s.getStats().trashBytes)s.compact();return s.getStats().freeBytes})(require("Storage"))';
  return Number(await session.evaluate(code));
}

/** Makes it. Throws: Trouble storage-full, and what a session throws. */
export async function makeJournal(
  session: BoardSession,
  board: Profile['board'],
): Promise<JournalSize> {
  const size = journalSize(board, await freeAfterTidying(session));
  // Nothing is sent: what is not written yet is 0xFF.
  await session.evaluate(`require("Storage").write("${JOURNAL_FILE}","\\xff",0,${size.bytes})`);
  const file = await session.check(JOURNAL_FILE);
  if (file?.length !== size.bytes)
    throw new Trouble('storage-full', { needed: size.bytes, free: file?.length ?? 0 });
  return size;
}

/** Refuses a change of tw.cfg that would move the journal. Throws: Trouble storage-full. */
export async function refuseMoving(
  session: BoardSession,
  board: Profile['board'],
  bytes: number,
): Promise<void> {
  const needed = bytes + HEADER_BYTES;
  const free = Number(await session.evaluate('require("Storage").getStats().freeBytes'));
  if (board === 'nrf52840' && needed > free) throw new Trouble('storage-full', { needed, free });
}
