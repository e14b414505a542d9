/*
 * flash-verb.ts: `tallywell flash`: puts a program on the board at a port, or works through a tray with --batch.
 * Way: flags -> flash.ts, or batch/batch-flags.ts.
 */
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import { type BatchFlags, type BatchSaid, runBatch } from '../batch/batch-flags';
import { openBench } from '../bench-folder';
import { Trouble } from '../trouble';
import { type BenchFlags, benchVerb } from '../verb';
import { withBoard } from '../with-board';
import { type FlashResult, flash } from './flash';
import { PROGRAM_NAMES, readProgramFiles } from './program-files';

interface FlashFlags extends BenchFlags, Partial<BatchFlags> {
  profile?: string;
  reset?: boolean;
  clean?: boolean;
}

function addBatchFlags(command: Command): Command {
  return command
    .option('--batch <file>', 'CSV file of sites: the whole chain for a tray (docs/batch.md)')
    .option(
      '--register <way>',
      'batch: gateway, none, or a folder for a signed file (default: none)',
    )
    .option('--gateway <url>', 'batch: address of the gateway; else the pod’s')
    .option('--token-file <file>', 'batch: first line: a token; or TALLYWELL_TOKEN')
    .option('--with-radio', 'batch: a radio hangs on each board; its self-test counts')
    .option('--out <folder>', 'batch: where report and labels go (default: batch/ in the bench)');
}

/** What came of it, for people. */
export function sayFlash(result: FlashResult, t: TFunction): string {
  const { profile, device, board, program, slot, sent, proof } = result;
  const files = sent.map(({ name, bytes }) => `${name} (${bytes})`).join(', ');
  const words = { profile, device, board, program, slot, files };
  if (proof === 'none') return t(files === '' ? 'flash.plan-same' : 'flash.plan', words);
  return t(files === '' ? 'flash.same' : `flash.${proof}`, words);
}

/** Adds the verb. */
export function registerFlashVerb(program: Command): void {
  const command = program
    .command('flash')
    .description('put a program on a board: saved, sent, verified, proved')
    .option(
      '--port <port>',
      'port of the board (/dev/…, COM3, tcp://host:port), several times with --batch; else what is plugged in',
      (port: string, before: string[] = []) => [...before, port],
    )
    .option('--profile <program>', PROGRAM_NAMES.join(', '))
    .option('--reset', 'end the program that runs first, which frees its memory')
    .option('--clean', 'erase files that are not ours');
  benchVerb<FlashFlags, FlashResult | BatchSaid>(addBatchFlags(command), openBench, {
    async run(doors, flags, t) {
      const { batch, port = [], reset, clean } = flags;
      if (batch !== undefined) return runBatch(doors, { ...flags, batch }, t);
      if (port.length > 1) throw new Trouble('several-ports', { ports: port.join(', ') });
      const built = readProgramFiles(flags.profile ?? '');
      return withBoard(port[0], (session) =>
        flash(doors, session, { built, isReset: reset, isClean: clean }),
      );
    },
    say: (result, t) => ('boards' in result ? result.text : sayFlash(result, t)),
  });
}
