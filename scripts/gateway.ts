/*
 * gateway.ts: the verb `tallywell gateway`: options, help, and the end of the process.
 * Way: command line -> startGateway (gateway/gateway.ts).
 */
import { type Command, InvalidArgumentError } from 'commander';
import { startGateway } from '../gateway/gateway';
import { GROUP_COMMIT_MS } from '../gateway/limits';
import type { ClockChoice } from '../gateway/opening';
import { tellFirstPassword } from './first-account';

interface GatewayFlags {
  data: string;
  radio: string[];
  register?: string;
  pod?: string;
  mqtt?: string;
  mqttPort: number;
  mqttUser?: string;
  mqttPasswordFile?: string;
  mqttCa?: string;
  mqttRequests?: boolean;
  homeAssistant?: string | boolean;
  httpPort: number;
  host: string;
  holdBack: number;
  clock: ClockChoice;
  anonymous: 'reader' | 'nobody';
  backup: boolean;
  new?: boolean;
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) {
    throw new InvalidArgumentError('a port is a number from 0 to 65535; 0 = any free one');
  }
  return number;
}

function holdBack(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,2}$/.test(text) || seconds * 1000 > GROUP_COMMIT_MS) {
    throw new InvalidArgumentError(`whole seconds from 0 to ${GROUP_COMMIT_MS / 1000}`);
  }
  return seconds;
}

function clockName(text: string): ClockChoice {
  if (text === 'system' || text === 'machine' || text === 'parent') return text;
  throw new InvalidArgumentError('system, machine or parent');
}

function anonymousName(text: string): 'reader' | 'nobody' {
  if (text === 'reader' || text === 'nobody') return text;
  throw new InvalidArgumentError('reader or nobody');
}

function homeAssistantPrefix(flag: string | boolean | undefined): string | undefined {
  return flag === true ? 'homeassistant' : flag || undefined;
}

async function runGateway(flags: GatewayFlags): Promise<void> {
  const gateway = await startGateway({
    dataDir: flags.data,
    radios: flags.radio,
    registerFile: flags.register,
    pod: flags.pod,
    mqttUrl: flags.mqtt,
    mqttPort: flags.mqttPort,
    mqttLogin: {
      username: flags.mqttUser,
      passwordFile: flags.mqttPasswordFile,
      caFile: flags.mqttCa,
    },
    mqttRequests: flags.mqttRequests,
    homeAssistantPrefix: homeAssistantPrefix(flags.homeAssistant),
    httpPort: flags.httpPort,
    host: flags.host,
    holdBackMs: flags.holdBack * 1000,
    clock: flags.clock,
    anonymous: flags.anonymous,
    // A village's time is not this machine's: its gateway makes none by itself.
    backup: flags.backup && flags.clock !== 'parent' ? {} : undefined,
    startEmpty: flags.new === true,
    // A village has nobody who would log in.
    firstAccount:
      flags.clock === 'parent'
        ? undefined
        : (name, password) => tellFirstPassword(flags.data, name, password),
  });
  process.stderr.write(`gateway: page ${gateway.httpUrl}  broker ${gateway.mqttUrl}\n`);
  const stop = () => void gateway.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await gateway.stopped;
  process.exit(0);
}

/** Adds the verb `gateway` to the program. */
export function registerGatewayCommand(program: Command): void {
  program
    .command('gateway')
    .description('Hear, verify, keep and tell what the nodes count.')
    .requiredOption('--data <dir>', 'folder of database and key')
    .requiredOption(
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
    .option('--mqtt-port <port>', 'port of the embedded broker, 0 = any free one', port, 1883)
    .option('--http-port <port>', 'port of page and API, 0 = any free one', port, 8080)
    .option('--host <address>', 'address that page and broker listen on', '127.0.0.1')
    .option(
      '--hold-back <seconds>',
      'longest a record waits, so that one write to the card serves several (0 to 60)',
      holdBack,
      GROUP_COMMIT_MS / 1000,
    )
    .option(
      '--clock <source>',
      'system (only what is proven), machine (this clock is right), parent (the village keeps it)',
      clockName,
      'system',
    )
    .option(
      '--anonymous <scope>',
      'what somebody without account may do: reader or nobody',
      anonymousName,
      'reader',
    )
    .option('--no-backup', 'make no backups')
    .option(
      '--new',
      'start with an empty database although there was one: all that it held is given up',
    )
    .action(async (flags: GatewayFlags) => {
      try {
        await runGateway(flags);
      } catch (error) {
        process.stderr.write(`gateway: ${(error as Error).message}\n`);
        process.exit(1);
      }
    });
}
