/*
 * board-kit.ts: virtual boards at TCP ports with planted faults, for the tests of sessions and acts.
 * Way: kind and faults -> address; the test ends the board.
 */
import { onTestFinished } from 'vitest';
import { type BoardKind, createBenchBoard } from '../../../../hardware/virtual/console/boards';
import {
  type RunningBoard,
  runBoard,
  serveBoard,
} from '../../../../hardware/virtual/console/doors';
import type { ConsoleBoard } from '../../../../hardware/virtual/console/espruino-console';
import type { BoardFaults } from '../../../../hardware/virtual/console/faults';
import type { BoardSession } from '../../../../scripts/technician/board/board-session';
import { openBoard } from '../../../../scripts/technician/board/espruino-board';
import { OUR_FILES } from '../../../../scripts/technician/board/program-files';
import type { Trouble } from '../../../../scripts/technician/trouble';

/** Times for a model that answers within milliseconds; it gives up a packet after its own 5 s all the same. */
export const QUICK = {
  probeMs: 300,
  givenUpMs: 5200,
  reasonMs: 100,
  headerMs: 10,
  evaluationMs: 3000,
};

/** A board with nothing on it, at a TCP port until the test ends. */
export async function freshBoard(
  kind: BoardKind,
  faults: BoardFaults = {},
  seed = 7,
): Promise<{ url: string; model: ConsoleBoard; running: RunningBoard }> {
  const model = createBenchBoard({ kind, seed, faults });
  const running = runBoard(model);
  const port = await serveBoard(running);
  onTestFinished(() => port.close());
  return { url: port.url, model, running };
}

/** A session with it, closed after the test. */
export async function sessionWith(url: string): Promise<BoardSession> {
  const session = await openBoard(url, { times: QUICK });
  onTestFinished(() => session.close());
  return session;
}

/** Files in the board's Storage, by name: ours and those of the tests. Looked at from outside: no session is asked. */
export function storageOf(model: ConsoleBoard): Map<string, Buffer> {
  const { storage } = model.options.board;
  const found = [...OUR_FILES, 'f', 'one', 'two', 'foreign'].flatMap((name) => {
    const bytes = storage.read(name);
    return bytes ? [[name, Buffer.from(bytes)] as const] : [];
  });
  return new Map(found);
}

/** The trouble that a promise ends with. Throws: it ended well, or otherwise. */
export async function troubleOf(work: Promise<unknown>): Promise<Trouble> {
  const end = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (end !== null && (end as Trouble).code !== undefined) return end as Trouble;
  throw end ?? new Error('no trouble');
}
