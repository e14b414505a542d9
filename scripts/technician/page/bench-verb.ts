/*
 * bench-verb.ts: `tallywell bench`: the bench as a page on this computer.
 * Way: flags -> server.ts; until Ctrl-C.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { openBench } from '../bench-folder';
import { PAGE_PORT } from '../limits';
import { type BenchFlags, benchFolderOf } from '../verb';
import { LANGUAGES, languageOf, wordsOf } from '../words';
import { isAddress } from './address';
import { type BenchPage, type BenchPageOptions, openBenchPage } from './server';

interface PageFlags extends BenchFlags {
  port?: number;
  device: string[];
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('0 to 65535, 0 = any free one');
}

function devices(text: string, before: string[]): string[] {
  if (isAddress(text)) return [...before, text];
  throw new InvalidArgumentError('/dev/…, COM3 or tcp://host:port');
}

/** At the port that was named; without one at the usual port, or at any other when that is taken. */
async function open(options: Omit<BenchPageOptions, 'port'>, port?: number): Promise<BenchPage> {
  if (port !== undefined) return openBenchPage({ ...options, port });
  try {
    return await openBenchPage({ ...options, port: PAGE_PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return openBenchPage({ ...options, port: 0 });
  }
}

/** Adds the verb. */
export function registerBenchVerb(program: Command): void {
  program
    .command('bench')
    .description('the bench as a page in the browser of this computer; works offline')
    .addOption(
      new Option('--bench <folder>', 'what this bench keeps (default: ~/tallywell-bench)').env(
        'TALLYWELL_BENCH',
      ),
    )
    .option('--port <port>', `TCP port (default: ${PAGE_PORT}, or a free one)`, portNumber)
    .option(
      '--device <address>',
      'a board or radio beside those at USB; may be repeated',
      devices,
      [],
    )
    .addOption(new Option('--lang <language>', 'language of the words').choices([...LANGUAGES]))
    .action(async (flags: PageFlags) => {
      const bench = openBench(benchFolderOf(flags));
      const page = await open(
        { bench, language: flags.lang ?? '', addresses: flags.device },
        flags.port,
      );
      const t = wordsOf(languageOf(flags.lang));
      process.stdout.write(`${t('bench-page.open', { url: page.url })}\n`);
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
      await page.close();
    });
}
