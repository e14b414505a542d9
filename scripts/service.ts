/*
 * service.ts: the verbs `tallywell service install | uninstall | status`: the gateway as a service of systemd.
 * Way: steps of service-plan.ts -> shown, and with --yes done. Described in docs/doctor.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { effectiveConfig } from '../gateway/config/effective';
import { ConfigError } from '../gateway/config/problems';
import { USUAL_FILE } from './configured';
import { installSteps, type Places, type Step, uninstallSteps } from './service-plan';

interface Flags {
  config?: string;
  root?: string;
  yes?: boolean;
}

const USUAL_DATA = '/var/lib/tallywell';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function stepText(step: Step): string {
  if (step.do === 'run') return `run    ${step.command.join(' ')}   (${step.why})`;
  return `${step.do.padEnd(6)} ${step.path}   (${step.why})`;
}

function carryOut(step: Step, root: string): void {
  if (step.do === 'write') {
    const path = join(root, step.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, step.text, { mode: 0o644 });
  } else if (step.do === 'remove') rmSync(join(root, step.path), { force: true });
  else {
    const [program, ...args] = step.command;
    const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status === 0 || step.mayFail) return;
    throw new Error(`${step.command.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  }
}

/** Where things are on this machine. Throws: when the configuration cannot be used. */
function placesOf(config: string, root: string | null): Places {
  const file = join(root ?? '/', config);
  if (!existsSync(file))
    throw new Error(`${file} is not there: make it with \`tallywell config init ${file}\``);
  const { config: values, problems } = effectiveConfig({ file });
  if (problems.length > 0) throw new ConfigError(problems);
  const outside = [values.data, values.backup.folder].filter(
    (folder) =>
      folder !== undefined && folder !== USUAL_DATA && !folder.startsWith(`${USUAL_DATA}/`),
  ) as string[];
  return {
    node: realpathSync(process.execPath),
    script: realpathSync(process.argv[1]),
    config,
    writable: outside.map((folder) => resolve(folder)),
  };
}

function warnOfHome({ node, script }: Places): void {
  for (const path of [node, script]) {
    if (/^\/(home|root)\//.test(path)) {
      say(
        `WARNING: ${path} lies in a home folder, which the service cannot see: put Node and Tallywell below /usr or /opt`,
      );
    }
  }
}

function perform(steps: Step[], { yes, root }: Flags): void {
  for (const step of steps) say(stepText(step));
  if (!yes) {
    say('\nNothing was done. To do it: the same command with --yes, as root (sudo).');
    return;
  }
  if (root === undefined && process.getuid?.() !== 0) {
    throw new Error('only root may do this: put sudo before the command');
  }
  for (const step of steps) carryOut(step, root ?? '/');
  say('done');
}

function install(flags: Flags): void {
  const root = flags.root === undefined ? null : resolve(flags.root);
  const places = placesOf(flags.config ?? USUAL_FILE, root);
  warnOfHome(places);
  perform(installSteps(places, root), flags);
}

function status(): void {
  const asked = spawnSync(
    'systemctl',
    ['status', '--no-pager', '--lines=20', 'tallywell.service'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (asked.error) throw new Error('systemctl is not here: this machine does not run systemd');
  process.exitCode = asked.status === 0 ? 0 : 1;
}

function run(work: () => void): void {
  try {
    work();
  } catch (error) {
    process.stderr.write(`service: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** Adds the verb `service` to the program. */
export function registerServiceCommand(program: Command): void {
  const verb = program
    .command('service')
    .description(
      'The gateway as a service of systemd: started at each boot, watched, started again.',
    );
  verb
    .command('install')
    .description('Show what would be done; with --yes do it.')
    .option('--config <file>', 'configuration of the service', USUAL_FILE)
    .option('--root <dir>', 'a mounted card instead of this machine')
    .option('--yes', 'do it')
    .action((flags: Flags) => run(() => install(flags)));
  verb
    .command('uninstall')
    .description('Take it away. Configuration, database and key stay.')
    .option('--yes', 'do it')
    .action((flags: Flags) => run(() => perform(uninstallSteps(), flags)));
  verb
    .command('status')
    .description('What systemd says of it, and its last lines.')
    .action(() => run(status));
}
