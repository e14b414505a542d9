/*
 * undo-verb.ts: `tallywell undo`: takes back the newest act on the board at a port.
 * Way: flags -> undo-board.ts.
 */
import type { Command } from 'commander';
import { openBench } from '../bench-folder';
import { type BenchFlags, benchVerb } from '../verb';
import { addPortFlag, withBoard } from '../with-board';
import { type UndoResult, undoBoard } from './undo-board';

interface UndoFlags extends BenchFlags {
  port?: string;
}

/** Adds the verb. */
export function registerUndoVerb(program: Command): void {
  const command = addPortFlag(
    program
      .command('undo')
      .description('take back the newest act: program and configuration; never key or counters'),
  );
  benchVerb<UndoFlags, UndoResult>(command, openBench, {
    run: (doors, flags) => withBoard(flags.port, (session) => undoBoard(doors, session)),
    say: ({ act, device, restored, erased, program: number }, t) =>
      t('undo.done', {
        ...{ act, device, program: number },
        ...{ restored: restored.join(', ') || '-', erased: erased.join(', ') || '-' },
      }),
  });
}
