/*
 * with-board.ts: the flag --port of verbs that work on one board, and the board it leads to.
 * Way: command line -> openBoard -> act -> closed again, however it ends.
 */
import type { Command } from 'commander';
import type { BoardSession } from './board/board-session';
import { openBoard } from './board/espruino-board';
import { choosePort } from './board/ports';

/** Adds --port. */
export function addPortFlag(command: Command): Command {
  return command.option(
    '--port <port>',
    'port of the board (/dev/…, COM3, tcp://host:port); the only board that is plugged in when left out',
  );
}

/** Opens the board, works, closes it. Throws: what openBoard and the work throw. */
export async function withBoard<T>(
  port: string | undefined,
  work: (session: BoardSession) => Promise<T>,
): Promise<T> {
  const session = await openBoard(await choosePort(port));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
