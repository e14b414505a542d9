/*
 * config.ts: the verbs `tallywell config check | init | show | env | schema`.
 * Way: configuration file and environment -> words for people. Described in docs/configuration.md.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { complaintsOf, effectiveConfig, effectiveValue } from '../gateway/config/effective';
import { LEAVES, shown } from '../gateway/config/leaves';
import { sampleConfig } from '../gateway/config/sample';
import { CONFIG_JSON_SCHEMA } from '../gateway/config/schema';
import { secretFilesOf, secretFileWarnings } from '../gateway/config/secret-files';
import { redact } from '../gateway/core/redact';
import { configFileOf, USUAL_FILE } from './configured';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function readAll(file: string | undefined) {
  const name = configFileOf({ config: file });
  return { name, effective: effectiveConfig({ environment: process.env, file: name }) };
}

function check(file: string | undefined): void {
  const { name, effective } = readAll(file);
  if (effective.problems.length === 0) {
    effective.warnings.push(...secretFileWarnings(secretFilesOf(effective.config)));
    if (effective.config.radios === undefined)
      effective.warnings.push('no radio is named: write radios');
  }
  for (const line of complaintsOf(effective)) process.stderr.write(`${line}\n`);
  const { length } = effective.problems;
  if (length > 0) {
    process.exitCode = 1;
    process.stderr.write(`${length === 1 ? '1 fault' : `${length} faults`}\n`);
  } else say(`${name ?? 'no file, the environment and the defaults'}: good`);
}

function init(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  let handle: number;
  try {
    handle = openSync(file, 'wx', 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`${file} is there already and stays as it is: give the name of a new file`);
  }
  writeSync(handle, sampleConfig());
  closeSync(handle);
  say(`${file}: written. Name your radio in it, then: tallywell config check ${file}`);
}

/** A URL may be given with a password on the command line only, which is not seen here; it is hidden all the same. */
function show(file: string | undefined, asJson: boolean): void {
  const { effective } = readAll(file);
  for (const line of complaintsOf(effective)) process.stderr.write(`${line}\n`);
  if (effective.problems.length > 0) {
    process.exitCode = 1;
    return;
  }
  const rows = LEAVES.map(({ path }) => {
    const value = effectiveValue(effective, path);
    return {
      option: path,
      value: value ?? null,
      from: effective.origins.get(path)?.where ?? 'default',
    };
  });
  if (asJson) {
    say(redact(JSON.stringify(rows, null, 2)));
    return;
  }
  const width = Math.max(...rows.map(({ option }) => option.length));
  for (const { option, value, from } of rows) {
    say(
      `${option.padEnd(width)}  ${value === null ? '(not set)' : redact(shown(value))}  (${from})`,
    );
  }
}

function run(work: () => void): void {
  try {
    work();
  } catch (error) {
    process.stderr.write(`config: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** Adds the verb `config` to the program. */
export function registerConfigCommand(program: Command): void {
  const verb = program.command('config').description('The configuration file: make, check, show.');
  verb
    .command('check')
    .description('Say all that is wrong with a file, with line and fix.')
    .argument('[file]', `default: TALLYWELL_CONFIG, else ${USUAL_FILE}`)
    .action((file?: string) => run(() => check(file)));
  verb
    .command('init')
    .description('Write a commented file with every option. It never overwrites one.')
    .argument('[file]', 'where', USUAL_FILE)
    .action((file: string) => run(() => init(file)));
  verb
    .command('show')
    .description('What counts, and where it came from.')
    .argument('[file]', `default: TALLYWELL_CONFIG, else ${USUAL_FILE}`)
    .option('--json', 'as JSON')
    .action((file: string | undefined, { json }: { json?: boolean }) =>
      run(() => show(file, json === true)),
    );
  verb
    .command('env')
    .description('The name of each option in the environment.')
    .action(() => {
      for (const { env, path } of LEAVES) say(`${env}  ${path}`);
    });
  verb
    .command('schema')
    .description('The JSON Schema of the file.')
    .action(() => say(JSON.stringify(CONFIG_JSON_SCHEMA, null, 2)));
}
