/*
 * configured.ts: from the command line of a verb to the configuration that counts: flags over environment over file.
 * Way: commander's flags -> gateway/config -> options, warnings, or an error with all faults.
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Effective, effectiveConfig } from '../gateway/config/effective';
import { LEAVES, type Leaf } from '../gateway/config/leaves';
import { ConfigError, type Problem } from '../gateway/config/problems';
import { secretFilesOf, secretFileWarnings } from '../gateway/config/secret-files';
import { readTextValue } from '../gateway/config/text-values';
import { gatewayOptionsOf } from '../gateway/config/to-options';
import type { GatewayOptions } from '../gateway/options';

/** Used when neither a file nor a data folder is named. */
export const USUAL_FILE = '/etc/tallywell/tallywell.yaml';

/** Flags of the verbs that work with a whole configuration. All are text: the schema of their option reads them. */
export interface ConfigFlags {
  config?: string;
  data?: string;
  radio?: string[];
  register?: string;
  pod?: string;
  mqtt?: string;
  mqttUser?: string;
  mqttPasswordFile?: string;
  mqttCa?: string;
  mqttRequests?: boolean;
  homeAssistant?: string | boolean;
  mqttPort?: string;
  httpPort?: string;
  host?: string;
  holdBack?: string;
  clock?: string;
  anonymous?: string;
  /** false: --no-backup. */
  backup?: boolean;
  new?: boolean;
}

/** Flag, name among the flags, options it sets. */
const FLAGS: [
  flag: string,
  name: Exclude<keyof ConfigFlags, 'config' | 'new'>,
  options: string[],
][] = [
  ['--data', 'data', ['data']],
  ['--radio', 'radio', ['radios']],
  ['--register', 'register', ['register']],
  ['--pod', 'pod', ['pod']],
  ['--mqtt', 'mqtt', ['mqtt.external.url']],
  ['--mqtt-user', 'mqttUser', ['mqtt.external.username']],
  ['--mqtt-password-file', 'mqttPasswordFile', ['mqtt.external.passwordFile']],
  ['--mqtt-ca', 'mqttCa', ['mqtt.external.ca']],
  ['--mqtt-requests', 'mqttRequests', ['mqtt.external.requests']],
  ['--home-assistant', 'homeAssistant', ['homeAssistant.prefix']],
  ['--mqtt-port', 'mqttPort', ['mqtt.port']],
  ['--http-port', 'httpPort', ['http.port']],
  ['--host', 'host', ['http.host', 'mqtt.host']],
  ['--hold-back', 'holdBack', ['holdBack']],
  ['--clock', 'clock', ['clock']],
  ['--anonymous', 'anonymous', ['anonymous']],
  ['--no-backup', 'backup', ['backup.daily']],
];

/** Adds the flags to a verb. */
export function addConfigFlags(verb: Command): Command {
  return verb
    .option('--config <file>', `configuration (YAML); without it and --data: ${USUAL_FILE}`)
    .option('--data <dir>', 'folder of database and key')
    .option(
      '--radio <address...>',
      'tcp://host:port or serial:/dev/serial/by-id/…; several radios: several addresses',
    )
    .option('--register <file>', 'sites and nodes (JSON), imported at each start')
    .option('--pod <name>', 'name of the pod in topics')
    .option('--mqtt <url>', 'publish to this broker instead of the embedded one')
    .option('--mqtt-user <name>', 'user name at that broker')
    .option('--mqtt-password-file <file>', 'file whose first line is the password at that broker')
    .option('--mqtt-ca <file>', "authority of that broker's certificate (PEM), for mqtts://")
    .option(
      '--mqtt-requests',
      "answer requests of that broker's clients; its ACL must guard bridge/request/#",
    )
    .option(
      '--home-assistant [prefix]',
      'tell Home Assistant of sites and gateway (prefix: homeassistant)',
    )
    .option('--mqtt-port <port>', 'port of the embedded broker, 0 = any free one (default 1883)')
    .option('--http-port <port>', 'port of page and API, 0 = any free one (default 8080)')
    .option('--host <address>', 'address that page and broker listen on (default 127.0.0.1)')
    .option(
      '--hold-back <seconds>',
      'longest a record waits, so that one write to the card serves several (0 to 60)',
    )
    .option(
      '--clock <source>',
      'system (only what is proven), machine (this clock is right), parent (the village keeps it)',
    )
    .option('--anonymous <scope>', 'what somebody without account may do: reader or nobody')
    .option('--no-backup', 'make no backups')
    .option(
      '--new',
      'start with an empty database although there was one: all that it held is given up',
    );
}

/** What a flag says, as text. */
function flagText(name: keyof ConfigFlags, given: string | string[] | boolean): string {
  if (Array.isArray(given)) return given.join(',');
  if (name === 'homeAssistant' && given === true) return 'homeassistant';
  return name === 'mqtt' ? withoutLogin(String(given)) : String(given);
}

/** The file that counts; null = none. */
export function configFileOf(flags: ConfigFlags): string | null {
  const named = flags.config ?? process.env.TALLYWELL_CONFIG;
  if (named) return named;
  return flags.data === undefined && existsSync(USUAL_FILE) ? USUAL_FILE : null;
}

/** A broker's address without name and password, as the schema wants it. */
function withoutLogin(url: string): string {
  return url.replace(/^(mqtts?:\/\/)[^/?#]*@/, '$1');
}

function readFlags(flags: ConfigFlags) {
  const values = new Map<string, { value: unknown; flag: string }>();
  const problems: Problem[] = [];
  for (const [flag, name, options] of FLAGS) {
    const given = flags[name];
    if (given === undefined || (name === 'clock' && given === 'parent')) continue;
    // commander says true where --no-backup was not given.
    if (name === 'backup' && given === true) continue;
    for (const path of options) {
      const leaf = LEAVES.find((one) => one.path === path) as Leaf;
      const read = readTextValue(leaf, flagText(name, given), flag);
      if ('value' in read) values.set(path, { value: read.value, flag });
      else problems.push(read);
    }
  }
  return { values, problems };
}

/** What the flags, the environment and the file say together. It never throws. */
export function effectiveOf(flags: ConfigFlags): Effective {
  const { values, problems } = readFlags(flags);
  const effective = effectiveConfig({
    flags: values,
    flagProblems: problems,
    environment: process.env,
    file: configFileOf(flags),
  });
  if (effective.problems.length === 0) {
    effective.warnings.push(...secretFileWarnings(secretFilesOf(effective.config)));
  }
  return effective;
}

/**
 * Everything a gateway needs to start.
 * Throws: ConfigError with all that is wrong.
 */
export function startingOf(flags: ConfigFlags): { effective: Effective; options: GatewayOptions } {
  const effective = effectiveOf(flags);
  const problems = [...effective.problems];
  if (problems.length === 0 && effective.config.radios === undefined) {
    const where = configFileOf(flags) ?? 'command line';
    const fix =
      'write radios: [serial:/dev/serial/by-id/…] in the configuration, or --radio tcp://host:port';
    problems.push({ where, option: 'radios', wrong: 'no radio is named', fix });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const options = gatewayOptionsOf(effective.config);
  // A password in it is refused, in words, at the start.
  if (flags.mqtt !== undefined) options.mqttUrl = flags.mqtt;
  options.startEmpty = flags.new === true;
  if (flags.clock === 'parent') {
    options.clock = 'parent';
    options.backup = undefined;
  }
  return { effective, options };
}
