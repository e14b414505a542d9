/*
 * with-board.ts: the flag --port of verbs that work on one board, and the board it leads to.
 * Way: command line -> openBoard -> act -> closed again, however it ends.
 */
import type { Command } from 'commander';
import { SerialPort } from 'serialport';
import type { BoardSession } from './board/board-session';
import { openBoard } from './board/espruino-board';
import { Trouble } from './trouble';

/** Adds --port. */
export function addPortFlag(command: Command): Command {
  return command.option(
    '--port <port>',
    'port of the board (/dev/…, COM3, tcp://host:port); the only board that is plugged in when left out',
  );
}

/** The port that was named, or the only one with a USB device. Throws: Trouble no-port, several-ports. */
async function choosePort(port: string | undefined): Promise<string> {
  if (port !== undefined) return port;
  const paths = (await SerialPort.list())
    .filter(({ vendorId }) => vendorId)
    .map(({ path }) => path);
  if (paths.length === 0) throw new Trouble('no-port');
  if (paths.length > 1) throw new Trouble('several-ports', { ports: paths.join(', ') });
  return paths[0];
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
