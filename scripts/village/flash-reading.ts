/*
 * Reads a node's journal from its flash image, as an engineer with a programmer would.
 * From: the virtual board's flash. To: judge.ts. Source: firmware/keep/journal-format.ts.
 */
import type { VirtualBoard } from '../../hardware/virtual/board/types';
import type { SignedBytes } from './judge';

/** Every whole record in the journal. */
export function readJournal(board: VirtualBoard): SignedBytes[] {
  void board;
  return [];
}
