/*
 * service-plan.ts: what `tallywell service` does, step by step, before anything is done: files with their text, commands.
 * Way: unit file of this folder, paths of this machine, configuration -> steps. Source: systemd.unit(5), sysusers.d(5), modules-load.d(5).
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One step. */
export type Step =
  | { do: 'write'; path: string; text: string; why: string }
  | { do: 'remove'; path: string; why: string }
  | { do: 'run'; command: string[]; why: string; mayFail?: boolean };

/** Where things are. */
export interface Places {
  /** Node's program. */
  node: string;
  /** The built tallywell.js. */
  script: string;
  /** The configuration file. */
  config: string;
  /** Folders outside /var/lib/tallywell that the gateway must write to. */
  writable: string[];
}

export const UNIT_PATH = '/etc/systemd/system/tallywell.service';
export const USER_PATH = '/etc/sysusers.d/tallywell.conf';
export const MODULES_PATH = '/etc/modules-load.d/tallywell.conf';

const USER_TEXT =
  '# User of the Tallywell gateway: no shell, no password.\nu tallywell - "Tallywell gateway" /var/lib/tallywell\nm tallywell dialout\n';
/** The unit names serial ports by their drivers, so those must be there before a radio is plugged in. */
const MODULES_TEXT =
  '# Serial ports by USB, for the radio of the Tallywell gateway.\nusbserial\ncdc_acm\n';

/** The unit file as it is in the repository. Throws: when it is missing from the installation. */
export function unitTemplate(): string {
  for (const place of ['./systemd/', '../scripts/systemd/']) {
    const path = fileURLToPath(new URL(`${place}tallywell.service`, import.meta.url));
    if (existsSync(path)) return readFileSync(path, 'utf8');
  }
  throw new Error('scripts/systemd/tallywell.service is missing: install Tallywell again');
}

/** An argument of ExecStart: quoted, "%" and "$" as themselves. */
function quoted(argument: string): string {
  if (/[\r\n\0]/.test(argument))
    throw new Error('a path with a line break cannot stand in a unit file');
  const plain = argument.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_./%@:+-]+$/.test(plain) ? plain : `"${plain.replace(/[\\"]/g, '\\$&')}"`;
}

/** The unit file for this machine. */
export function unitText({ node, script, config, writable }: Places): string {
  const start = [node, script, 'gateway', '--config', config].map(quoted).join(' ');
  const folders = writable.map((folder) => `ReadWritePaths=${quoted(folder)}\n`).join('');
  return unitTemplate()
    .replace(/^ExecStart=.*$/m, () => `ExecStart=${start}`)
    .replace(/^(ReadWritePaths=.*\n)/m, (line) => line + folders);
}

/** Steps that install the service and start it. `root`: a mounted card instead of this machine; nothing is started then. */
export function installSteps(places: Places, root: string | null): Step[] {
  const inRoot = root === null ? [] : [`--root=${root}`];
  const steps: Step[] = [
    {
      do: 'write',
      path: USER_PATH,
      text: USER_TEXT,
      why: 'the user tallywell, in the group dialout',
    },
    {
      do: 'write',
      path: MODULES_PATH,
      text: MODULES_TEXT,
      why: 'drivers of serial ports, loaded at each boot',
    },
    { do: 'write', path: UNIT_PATH, text: unitText(places), why: 'the service' },
    { do: 'run', command: ['systemd-sysusers', ...inRoot, USER_PATH], why: 'make the user' },
  ];
  if (root === null) {
    steps.push(
      {
        do: 'run',
        command: ['modprobe', '-a', 'usbserial', 'cdc_acm'],
        why: 'load the drivers',
        mayFail: true,
      },
      { do: 'run', command: ['systemctl', 'daemon-reload'], why: 'let systemd read the service' },
      {
        do: 'run',
        command: ['systemctl', 'enable', 'tallywell.service'],
        why: 'start it at each boot',
      },
      { do: 'run', command: ['systemctl', 'restart', 'tallywell.service'], why: 'start it now' },
    );
  } else {
    const command = ['systemctl', ...inRoot, 'enable', 'tallywell.service'];
    steps.push({ do: 'run', command, why: 'start it at each boot of that card' });
  }
  return steps;
}

/** Steps that take the service away. Configuration, database and key stay. */
export function uninstallSteps(): Step[] {
  const command = ['systemctl', 'disable', '--now', 'tallywell.service'];
  return [
    { do: 'run', command, why: 'stop it, in order', mayFail: true },
    { do: 'remove', path: UNIT_PATH, why: 'the service' },
    { do: 'remove', path: MODULES_PATH, why: 'its drivers' },
    {
      do: 'remove',
      path: USER_PATH,
      why: 'the rule for its user; the user stays, for the data is his',
    },
    {
      do: 'run',
      command: ['systemctl', 'daemon-reload'],
      why: 'let systemd forget it',
      mayFail: true,
    },
  ];
}
