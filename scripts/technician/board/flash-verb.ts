/*
 * flash-verb.ts: `tallywell flash`: puts a program on the board at a port.
 * Way: flags -> flash.ts.
 */
import type { Command } from 'commander';
import { openBench } from '../bench-folder';
import { type BenchFlags, benchVerb } from '../verb';
import { addPortFlag, withBoard } from '../with-board';
import { type FlashResult, flash } from './flash';
import { PROGRAM_NAMES, readProgramFiles } from './program-files';

interface FlashFlags extends BenchFlags {
  port?: string;
  profile: string;
  reset?: boolean;
  clean?: boolean;
}

/** Adds the verb. */
export function registerFlashVerb(program: Command): void {
  const command = addPortFlag(
    program.command('flash').description('put a program on a board: saved, sent, verified, proved'),
  )
    .requiredOption('--profile <program>', PROGRAM_NAMES.join(', '))
    .option('--reset', 'end the program that runs first, which frees its memory')
    .option('--clean', 'erase files that are not ours');
  benchVerb<FlashFlags, FlashResult>(command, openBench, {
    async run(doors, flags) {
      const built = readProgramFiles(flags.profile);
      return withBoard(flags.port, (session) =>
        flash(doors, session, { built, isReset: flags.reset, isClean: flags.clean }),
      );
    },
    say: (result, t) => {
      const { profile, device, board, program, slot, sent, proof } = result;
      const files = sent.map(({ name, bytes }) => `${name} (${bytes})`).join(', ');
      const words = { profile, device, board, program, slot, files };
      if (proof === 'none') return t(files === '' ? 'flash.plan-same' : 'flash.plan', words);
      return t(files === '' ? 'flash.same' : `flash.${proof}`, words);
    },
  });
}
