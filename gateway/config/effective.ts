/*
 * effective.ts: what counts in the end: command line > environment > file > default; and whether it fits together.
 * Way: readings of the three sources -> one configuration, where each value came from, problems, warnings.
 */
import { readFileSync, statSync } from 'node:fs';
import { CONFIG_BYTES_MAX } from '../limits/operations';
import { LEAVES } from './leaves';
import { type Problem, problemText } from './problems';
import { type FileReading, readConfigText } from './read-file';
import { CONFIG, type Config } from './schema';
import { readEnvironment, type TextReading } from './text-values';

/** Where a value came from. */
export interface Origin {
  from: 'command line' | 'environment' | 'file' | 'default';
  /** "--http-port", "environment TALLYWELL_HTTP_PORT" or "file:line:column". */
  where: string;
}

/** A configuration, and how it came about. */
export interface Effective {
  config: Config;
  /** By path of the option. */
  origins: Map<string, Origin>;
  /** Empty = it can be used. */
  problems: Problem[];
  warnings: string[];
}

/** What is put together. */
export interface Sources {
  /** Values of flags by path, and the flag of each. */
  flags?: Map<string, { value: unknown; flag: string }>;
  /** Problems of the command line. */
  flagProblems?: Problem[];
  environment?: Record<string, string | undefined>;
  /** File to read; null = none. */
  file?: string | null;
}

/** Reads the file of this name. A file that cannot be read is a problem like any other. */
export function readConfigFile(file: string): FileReading {
  const refuse = (wrong: string, fix: string): FileReading => ({
    values: new Map(),
    problems: [{ where: `${file}:1:1`, option: '', wrong, fix }],
    whereOf: () => `${file}:1:1`,
  });
  try {
    if (statSync(file).size > CONFIG_BYTES_MAX) {
      return refuse('the file is too large', `keep it below ${CONFIG_BYTES_MAX >> 10} KiB`);
    }
    return readConfigText(readFileSync(file, 'utf8'), file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return refuse('there is no such file', `make one with \`tallywell config init ${file}\``);
    if (code === 'EACCES')
      return refuse('it may not be read', 'run this as the user of the gateway, or with sudo');
    return refuse(message, 'give the path of a YAML file');
  }
}

/** Sets a value in nested plain objects. */
function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let inner = into;
  for (const name of names) {
    inner[name] ??= {};
    inner = inner[name] as Record<string, unknown>;
  }
  inner[last] = value;
}

function valueIn(config: Config, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, name) => (inner as Record<string, unknown> | undefined)?.[name],
      config,
    );
}

/** The value of an option; undefined = not set. */
export function effectiveValue({ config }: Effective, path: string): unknown {
  return valueIn(config, path);
}

type Rule = [option: string, isBroken: (config: Config) => boolean, wrong: string, fix: string];

/** What fits no single option. The second option named is the one to write. */
const RULES: Rule[] = [
  [
    'mqtt.tls.cert',
    ({ mqtt: { tls } }) => tls.cert !== undefined && tls.key === undefined,
    'a certificate without its key',
    'write mqtt.tls.key too',
  ],
  [
    'mqtt.tls.key',
    ({ mqtt: { tls } }) => tls.key !== undefined && tls.cert === undefined,
    'a key without its certificate',
    'write mqtt.tls.cert too',
  ],
  [
    'mqtt.external.username',
    ({ mqtt: { external } }) => external.username !== undefined && external.url === undefined,
    'a name for a broker that is not named',
    'write mqtt.external.url too',
  ],
  [
    'mqtt.external.passwordFile',
    ({ mqtt: { external } }) =>
      external.passwordFile !== undefined && external.username === undefined,
    'a password without a name',
    'write mqtt.external.username too',
  ],
  [
    'mqtt.external.ca',
    ({ mqtt: { external } }) => external.ca !== undefined && !external.url?.startsWith('mqtts:'),
    'an authority for a connection without TLS',
    'write mqtt.external.url with mqtts://',
  ],
  [
    'mqtt.external.url',
    ({ mqtt: { tls, external } }) => external.url !== undefined && tls.cert !== undefined,
    'TLS of the embedded broker and a broker of your own',
    'take out mqtt.tls or mqtt.external',
  ],
  [
    'mqtt.port',
    ({ http, mqtt }) =>
      mqtt.external.url === undefined && http.port !== 0 && http.port === mqtt.port,
    'the same port as http.port',
    'choose another',
  ],
];

function togetherProblems(config: Config, whereOf: (option: string) => string): Problem[] {
  const problems = RULES.filter(([, isBroken]) => isBroken(config)).map(
    ([option, , wrong, fix]) => ({
      where: whereOf(option),
      option,
      wrong,
      fix,
    }),
  );
  const radios = config.radios ?? [];
  if (new Set(radios).size < radios.length) {
    const fix = 'name each radio once';
    problems.push({
      where: whereOf('radios'),
      option: 'radios',
      wrong: 'the same radio twice',
      fix,
    });
  }
  return problems;
}

function originOf(
  path: string,
  { flags }: Sources,
  environment: TextReading,
  file: FileReading | null,
): Origin {
  const flag = flags?.get(path);
  if (flag) return { from: 'command line', where: flag.flag };
  const leaf = LEAVES.find((one) => one.path === path);
  if (environment.values.has(path))
    return { from: 'environment', where: `environment ${leaf?.env}` };
  if (file?.values.has(path)) return { from: 'file', where: file.whereOf(path) };
  return { from: 'default', where: 'default' };
}

/** Puts the sources together. It never throws: look at `problems` before using `config`. */
export function effectiveConfig(sources: Sources): Effective {
  const file = sources.file ? readConfigFile(sources.file) : null;
  const environment = readEnvironment(sources.environment ?? {});
  const problems = [
    ...(sources.flagProblems ?? []),
    ...environment.problems,
    ...(file?.problems ?? []),
  ];
  const plain: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const { path } of LEAVES) {
    const origin = originOf(path, sources, environment, file);
    origins.set(path, origin);
    if (origin.from === 'command line') put(plain, path, sources.flags?.get(path)?.value);
    else if (origin.from === 'environment') put(plain, path, environment.values.get(path));
    else if (origin.from === 'file') put(plain, path, file?.values.get(path));
  }
  const config = CONFIG.parse(plain);
  const whereOf = (option: string) => {
    const { from, where } = origins.get(option) as Origin;
    return from === 'default' && sources.file ? `${sources.file}:1:1` : where;
  };
  if (problems.length === 0) problems.push(...togetherProblems(config, whereOf));
  return { config, origins, problems, warnings: environment.warnings };
}

/** All problems and warnings of a configuration as lines. */
export function complaintsOf({ problems, warnings }: Effective): string[] {
  return [...problems.map(problemText), ...warnings.map((warning) => `WARNING: ${warning}`)];
}
