/*
 * verb.ts: a verb of the technician's bench on the command line: common flags, progress, results, troubles in words.
 * Way: command line -> act -> text or JSON on stdout; progress, notes and troubles on stderr. Exit codes: trouble.ts.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { TFunction } from 'i18next';
import { progressLine } from '../progress';
import type { ActDoors, Bench } from './bench';
import type { Progress } from './progress';
import { Trouble } from './trouble';
import { LANGUAGES, languageOf, troubleWords, wordsOf } from './words';

/** Flags that every verb of the bench takes. */
export interface BenchFlags {
  bench?: string;
  json?: boolean;
  lang?: string;
  dryRun?: boolean;
}

/** What a verb does and how its result is said. */
export interface BenchVerb<Flags, Result> {
  /** The act. `flags` are what the verb's own options gave. */
  run(doors: ActDoors, flags: Flags, t: TFunction): Promise<Result>;
  /** The result for people: lines without a newline at the end; '' = nothing. With --json the result itself is printed. */
  say(result: Result, t: TFunction): string;
}

/** Opens a bench folder, and makes it at first use. Throws: Trouble bad-file. */
export type OpenBench = (folder: string) => Bench;

/** The bench folder of these flags. */
export function benchFolderOf({ bench }: BenchFlags): string {
  return resolve(bench ?? join(homedir(), 'tallywell-bench'));
}

/** Progress on stderr: a line that is written over on a terminal; one line a step elsewhere; nothing with --json. */
export function progressOnStderr(t: TFunction, isQuiet: boolean): Progress & { end(): void } {
  const line = progressLine();
  let what = '';
  const isTerminal = process.stderr.isTTY === true;
  return {
    step(step, details) {
      what = t(`step.${step}`, { ...details });
      if (isQuiet) return;
      if (isTerminal) line.show(what, 0);
      else process.stderr.write(`${what}\n`);
    },
    share(done) {
      if (!isQuiet) line.show(what, done);
    },
    note(note, details) {
      if (isQuiet) return;
      line.end();
      process.stderr.write(`${t(`note.${note}`, { ...details })}\n`);
    },
    end: line.end,
  };
}

/** A trouble as the command line says it. */
function tellTrouble(trouble: Trouble, t: TFunction, isJson: boolean): void {
  const { what, next } = troubleWords(t, trouble);
  const { code, details, exitCode } = trouble;
  if (isJson) {
    const error = { code, exitCode, what, next, details };
    process.stdout.write(`${JSON.stringify({ error })}\n`);
  } else process.stderr.write(`tallywell: ${what}\n${t('next')} ${next}\n`);
}

function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}

async function runVerb<Flags extends BenchFlags, Result>(
  openBench: OpenBench,
  verb: BenchVerb<Flags, Result>,
  flags: Flags,
): Promise<void> {
  const t = wordsOf(languageOf(flags.lang));
  const progress = progressOnStderr(t, flags.json === true);
  try {
    const bench = openBench(benchFolderOf(flags));
    const doors = {
      ...{ bench, progress, isDryRun: flags.dryRun === true, signal: abortOnInterrupt() },
    };
    const result = await verb.run(doors, flags, t);
    progress.end();
    const text = flags.json ? JSON.stringify(result) : verb.say(result, t);
    if (text !== '') process.stdout.write(`${text}\n`);
  } catch (error) {
    progress.end();
    if (!(error instanceof Trouble)) throw error;
    tellTrouble(error, t, flags.json === true);
    process.exitCode = error.exitCode;
  }
}

/** Adds the common flags and the act to a verb that has its description and its own options. */
export function benchVerb<Flags extends BenchFlags, Result>(
  command: Command,
  openBench: OpenBench,
  verb: BenchVerb<Flags, Result>,
): void {
  command
    .addOption(
      new Option('--bench <folder>', 'what this bench keeps (default: ~/tallywell-bench)').env(
        'TALLYWELL_BENCH',
      ),
    )
    .addOption(new Option('--lang <language>', 'language of the words').choices([...LANGUAGES]))
    .option('--dry-run', 'look at everything and say what would be done; change nothing')
    .option('--json', 'answer as one line of JSON; errors too')
    .action((flags: Flags) => runVerb(openBench, verb, flags));
}
