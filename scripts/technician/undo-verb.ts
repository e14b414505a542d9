/*
 * undo-verb.ts: `tallywell undo`: takes back the newest act on the board or radio at a port.
 * Way: flags -> undo-board.ts, or radio/set-up.ts when no board answers there.
 */
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import type { ActDoors } from './bench';
import { openBench } from './bench-folder';
import { CONSOLE_TIMES, type ConsoleTimes } from './board/console';
import { openBoard } from './board/espruino-board';
import { choosePort, guessOf } from './board/ports';
import { type UndoResult, undoBoard, undoRetire } from './board/undo-board';
import { type RadioUndone, sayRadioUndone } from './radio/radio-words';
import { undoRadio } from './radio/set-up';
import { Trouble } from './trouble';
import { type BenchFlags, benchVerb } from './verb';

interface UndoFlags extends BenchFlags {
  port?: string;
  site?: string;
}

/** What was taken back, on a board or a radio. */
export type Undone = UndoResult | RadioUndone;

/** A board that is asked three times gives a half sent packet up meanwhile: no wait of its own for that. */
const QUICK_TIMES: ConsoleTimes = { ...CONSOLE_TIMES, givenUpMs: CONSOLE_TIMES.reasonMs };

/** Nothing at the port speaks as a board does: it may be a radio. */
function isNoBoard(error: unknown): boolean {
  return error instanceof Trouble && ['no-prompt', 'not-espruino'].includes(error.code);
}

/**
 * Takes back the newest act on what is at the port. What says that it is a radio is not asked as a board; all else is asked as a
 * board first: a radio ignores that, while a board would take a radio's frames for code.
 * `times`: how long a board is waited for. Throws: Trouble of undoBoard, undoRadio; of the board where neither answers.
 */
export async function undoAt(
  doors: ActDoors,
  port: string,
  times: ConsoleTimes = QUICK_TIMES,
): Promise<Undone> {
  if ((await guessOf(port)) === 'meshtastic') return undoRadio(doors, { port });
  doors.progress.step('look');
  let noBoard: unknown;
  try {
    const session = await openBoard(port, { times });
    try {
      return await undoBoard(doors, session);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!isNoBoard(error)) throw error;
    noBoard = error;
  }
  try {
    return await undoRadio(doors, { port });
  } catch (error) {
    const isNoRadio = error instanceof Trouble && error.code === 'radio-silent';
    throw isNoRadio ? noBoard : error;
  }
}

/** What came of it, for people. */
export function sayUndone(undone: Undone, t: TFunction): string {
  if (!('restored' in undone)) return sayRadioUndone(undone, t);
  const { act, device, restored, erased, program } = undone;
  if (act === 'retire') return t('undo.retire', { device });
  const lists = { restored: restored.join(', ') || '-', erased: erased.join(', ') || '-' };
  return t('undo.done', { act, device, program, ...lists });
}

/** Adds the verb. */
export function registerUndoVerb(program: Command): void {
  const command = program
    .command('undo')
    .description(
      'take back the newest act on a board or radio: program and settings; never key or counters',
    )
    .option(
      '--port <port>',
      'its port (/dev/…, COM3, tcp://host:port); the only one that is plugged in when left out',
    );
  command.option('--site <site>', 'take `retire` of this site back; the board need not be here');
  benchVerb<UndoFlags, Undone>(command, openBench, {
    run: async (doors, { port, site }) =>
      site === undefined
        ? undoAt(doors, await choosePort(port, {}, 'any'))
        : undoRetire(doors, { site }),
    say: sayUndone,
  });
}
