/*
 * account-folder.ts: what the verbs account and token share: the database of a folder, scopes, errors, dates.
 * Way: command line -> tables account and token (gateway/edges/store/account-file.ts).
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { isTopicWord } from '../gateway/core/register';
import { SCOPES, type Scope } from '../gateway/core/scopes';
import { type AccountFile, openAccountFile } from '../gateway/edges/store/account-file';
import { CLOCK_PLAUSIBLE_FROM_MS } from '../gateway/limits/clock';
import { addDataFlags, dataFolderOf } from './data-folder';

/** What both verbs are told. */
export interface FolderFlags {
  data: string;
  json?: boolean;
}

/** Writes a line to stdout. */
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/**
 * Works with the accounts of a folder.
 * @param make makes the folder and the database where there is none
 * Throws: when there is none, and what the work throws.
 */
export function withAccounts<T>(folder: string, make: boolean, work: (file: AccountFile) => T): T {
  const path = join(folder, 'gateway.sqlite');
  if (make) mkdirSync(folder, { recursive: true, mode: 0o700 });
  else if (!existsSync(path)) throw new Error(`there is no gateway’s database in ${folder}`);
  const file = openAccountFile(path, () =>
    process.stderr.write('the gateway is writing: waiting for it, a minute at most\n'),
  );
  try {
    return work(file);
  } finally {
    file.close();
  }
}

/** Reads --scope. Throws: commander's error. */
export function scopeOf(text: string): Scope {
  const scope = SCOPES.find((one) => one === text);
  if (scope === undefined) throw new InvalidArgumentError(`one of ${SCOPES.join(', ')}`);
  return scope;
}

/** Reads a name. Throws: commander's error. */
export function nameOf(text: string): string {
  if (isTopicWord(text)) return text;
  throw new InvalidArgumentError("1 to 64 of letters, digits, '-', '_'");
}

/** This machine's time, Unix s; 0: it does not know it. */
export function madeNowS(): number {
  const nowMs = Date.now();
  return nowMs < CLOCK_PLAUSIBLE_FROM_MS ? 0 : Math.floor(nowMs / 1000);
}

/** A day for people. */
export function dayOf(atS: number | null, otherwise: string): string {
  return atS === null ? otherwise : new Date(atS * 1000).toISOString().slice(0, 10);
}

/** Rows in columns. */
export function columns(rows: string[][]): string {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Adds a verb below `parent` that says what went wrong, and ends with 1 then. */
export function addVerb<F extends FolderFlags>(
  parent: Command,
  usage: string,
  text: string,
  run: (flags: F, name: string) => void | Promise<void>,
): Command {
  const verb = addDataFlags(parent.command(usage.split(' ')[0]).description(text)).option(
    '--json',
    'answer as one line of JSON',
  );
  if (usage.includes(' ')) verb.argument(usage.split(' ')[1], 'its name', nameOf);
  return verb.action(async (...given: unknown[]) => {
    const command = given[given.length - 1] as Command;
    try {
      const { data } = dataFolderOf(command.opts());
      await run({ ...command.opts<F>(), data }, String(command.processedArgs[0] ?? ''));
    } catch (error) {
      process.stderr.write(`${parent.name()}: ${(error as Error).message}\n`);
      process.exitCode = 1;
    }
  });
}
