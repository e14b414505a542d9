/*
 * The verb `tallywell village` (what `npm start` runs): a virtual village with real taps, firmware, mesh, gateway.
 * From: the command line. To: scripts/village/run.ts. Source: docs/village.md.
 */
import type { Command } from 'commander';
import { checkOptions, OptionError, type RawVillageOptions } from './village/options';
import { runVillage } from './village/run';

const HELP = `
Without options: 12 sites, ten minutes of village time a second, until Ctrl-C.
From npm, options come after two dashes:
  npm start -- --sites 20 --speed 3600
  npm start -- --days 3 --sites 12 --loss 10 --speed max --exit --json
Each field of the JSON line is defined in docs/village.md.`;

/** Words for people; of a fault of our own also where it happened. */
function wordsOf(error: Error): string {
  const isOurs =
    error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return isOurs ? (error.stack ?? error.message) : error.message;
}

/** Adds the verb to the program. */
export function registerVillageCommand(program: Command): void {
  program
    .command('village')
    .description('Run a virtual village: real firmware, radios, gateway, database and broker')
    .option('--seed <n>', 'what chance decides: the same seed is the same village (default 1)')
    .option('--sites <n>', 'how many sites, about one in six a canteen (default 12)')
    .option('--days <d>', 'village days to run (default: until Ctrl-C; with --exit 1)')
    .option(
      '--speed <n>',
      'village seconds a second, or max: as fast as all is stored (default 600)',
    )
    .option(
      '--loss <percent>',
      'receptions lost by chance besides range and collisions (default 5)',
    )
    .option('--taps <file...>', 'rows of "unix seconds, mL/s" (default: two real taps)')
    .option('--points <file>', 'real water points, CSV of WPdx (default: a real sample)')
    .option(
      '--exit',
      'end after --days and say whether every litre is accounted for (exit code 0 or 1)',
    )
    .option('--json', 'the last line on stdout is one JSON object; all else goes to stderr')
    .option(
      '--data <dir>',
      'keep everything here; a second start goes on (default: a new temporary folder)',
    )
    .option('--mqtt <url>', 'publish to this broker instead of the built-in one')
    .option('--http-port <n>', 'port of the page (default 8080, or any free one; 0 any)')
    .option('--mqtt-port <n>', 'port of the built-in broker (default 1883, or any free one; 0 any)')
    .option(
      '--lora <percent>',
      'share of the water points with a radio chip of their own instead of a radio (default 33)',
    )
    .option(
      '--faults',
      'power cuts, restarts and a radio that is off for three days (with --days of at least 10), at every node',
    )
    .option(
      '--no-hostile',
      'without the few forged, replayed and foreign packets of each village day',
    )
    .addHelpText('after', HELP)
    .action(async (raw: RawVillageOptions) => {
      try {
        process.exitCode = await runVillage(checkOptions(raw));
      } catch (error) {
        process.stderr.write(`tallywell village: ${wordsOf(error as Error)}\n`);
        process.exitCode = error instanceof OptionError ? 2 : 1;
      }
    });
}
