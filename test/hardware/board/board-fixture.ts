/*
 * A board with a small hand-written firmware, for the tests of this folder.
 */
import { createVirtualBoard } from '../../../hardware/virtual/board/board';
import type { VirtualBoard } from '../../../hardware/virtual/board/types';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';
import { startBundle } from '../../../hardware/virtual/run-bundle';

/** First address of the board's Storage region. */
export const FLASH = 0x6c000;

/** An nRF52832-like board, switched off; erases stop it for pageEraseMs (0 when left out). */
export function makeBoard(pageEraseMs = 0, pageCount = 10): VirtualBoard {
  return createVirtualBoard({
    seed: 7,
    ed25519: createNobleEd25519(),
    pageBytes: 4096,
    pageCount,
    batteryMv: 3600,
    pageEraseMs,
  });
}

/** Starts a text as firmware on a new board and gives the board. */
export function boardWith(text: string, pageEraseMs = 0): VirtualBoard {
  const board = makeBoard(pageEraseMs);
  startBundle(board, text);
  return board;
}
