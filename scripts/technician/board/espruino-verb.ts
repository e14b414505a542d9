/*
 * espruino-verb.ts: `tallywell espruino`: puts Espruino itself on a board, or tells the steps where it cannot.
 * Way: flags -> install-espruino.ts, or words.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { openBench } from '../bench-folder';
import { Trouble } from '../trouble';
import { type BenchFlags, benchVerb } from '../verb';
import { BOARDS_BY_HAND, type InstallResult, installEspruino } from './install-espruino';

interface EspruinoFlags extends BenchFlags {
  file?: string;
  drive?: string;
  board: string;
}

type Result = InstallResult | { board: string; file: string | null; sha256: string | null };

function shaOf(file: string | undefined): string | null {
  if (file === undefined) return null;
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    throw new Trouble('bad-file', { file, fault: error instanceof Error ? error.message : '' });
  }
}

/** Adds the verb. */
export function registerEspruinoVerb(program: Command): void {
  const command = program
    .command('espruino')
    .description('put Espruino itself on a blank board, from a file on this computer')
    .option('--file <file>', 'of the board: .uf2 for a XIAO')
    .option('--drive <folder>', "the boot loader's drive; the only one when left out")
    .addOption(
      new Option('--board <board>', 'which board')
        .choices(['xiao', ...BOARDS_BY_HAND])
        .default('xiao'),
    );
  benchVerb<EspruinoFlags, Result>(command, openBench, {
    async run(doors, { file, drive, board }) {
      if (board !== 'xiao') return { board, file: file ?? null, sha256: shaOf(file) };
      if (file === undefined) throw new Trouble('bad-file', { file: '--file', fault: '*.uf2' });
      return installEspruino(doors, { file, drive });
    },
    say: (result, t) => {
      if (!('board' in result)) {
        return t(result.port === null ? 'espruino.plan' : 'espruino.done', { ...result });
      }
      const { board, file, sha256 } = result;
      const steps = t(`espruino.${board}`, { file: file ?? '*.zip' });
      return sha256 === null ? steps : `${steps}\nSHA-256 ${sha256}  ${file}`;
    },
  });
}
