/*
 * doctor.ts: the verb `tallywell doctor`: looks at everything a gateway needs, and says what to do. It changes nothing.
 * Way: configuration -> checks (scripts/doctor/) -> a table, or JSON. Exit code 1 when something fails. Described in docs/doctor.md.
 */
import type { Command } from 'commander';
import type { Config } from '../gateway/config/schema';
import { addConfigFlags, type ConfigFlags, configFileOf, effectiveOf } from './configured';
import { accessFindings } from './doctor/accounts';
import { backupFindings } from './doctor/backup';
import { dataFindings } from './doctor/data';
import { type Finding, fails, findingsText, ok, warning } from './doctor/finding';
import { diskFinding, nodeFinding, timeFinding, wearFinding } from './doctor/machine';
import { networkFindings } from './doctor/network';
import { radioFindings } from './doctor/radio';
import { askRunning, runningFindings } from './doctor/running';
import { stableNames } from './doctor/serial-port';

type Flags = ConfigFlags & { json?: boolean };

async function allRadios({ radios = [] }: Config): Promise<Finding[]> {
  if (radios.length === 0) {
    const there = stableNames().map((name) => `serial:${name}`);
    const todo =
      there.length > 0
        ? `write one of: ${there.join(', ')}`
        : 'plug one in, then write radios: [serial:/dev/serial/by-id/…]';
    return [fails('radio', 'none is named', todo)];
  }
  const all = await Promise.all(radios.map((address, at) => radioFindings(address, at + 1)));
  return all.flat();
}

/** Looks at everything. It changes nothing, and throws nothing that a broken gateway could cause. */
export async function examine(flags: ConfigFlags): Promise<Finding[]> {
  const node = nodeFinding(process.versions.node);
  const { problems, warnings, config } = effectiveOf(flags);
  if (problems.length > 0) {
    const faults = problems.map(({ where, option, wrong, fix }) =>
      fails('config', `${where}: ${option}: ${wrong}`, fix),
    );
    return [node, ...faults];
  }
  const told = warnings.map((text) => warning('config', text, 'see there'));
  const running = await askRunning(config);
  return [
    node,
    ok('config', configFileOf(flags) ?? 'no file: flags, environment and defaults'),
    ...told.filter(({ found }) => !found.includes('may be read or changed')),
    diskFinding(config.data),
    wearFinding(),
    ...dataFindings(config),
    ...backupFindings(config, running?.status?.backup),
    ...accessFindings(config),
    ...(running === null
      ? [
          warning(
            'gateway',
            'it does not run',
            'tallywell service status; journalctl -u tallywell',
          ),
          timeFinding(config.clock),
          ...(await networkFindings(config)),
          ...(await allRadios(config)),
        ]
      : runningFindings(running)),
  ];
}

/** Adds the verb `doctor` to the program. */
export function registerDoctorCommand(program: Command): void {
  const verb = program
    .command('doctor')
    .description(
      'Look at radio, disk, clock, broker, keys, and say what to do. It changes nothing.',
    );
  addConfigFlags(verb)
    .option('--json', 'answer as JSON')
    .action(async ({ json, ...flags }: Flags) => {
      const findings = await examine(flags);
      const text = json ? `${JSON.stringify({ findings }, null, 2)}\n` : findingsText(findings);
      process.stdout.write(text, () => {
        // A radio's port or a broker may keep the process from ending by itself.
        process.exit(findings.some(({ level }) => level === 'fails') ? 1 : 0);
      });
    });
}
