/*
 * serial-port.ts: the doctor on the path of a serial port, before it is opened.
 * Way: /dev, /proc -> findings. Source: udev's /dev/serial/by-id, proc(5).
 */
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readlinkSync,
  realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Finding, fails, ok, warning } from './finding';

const BY_ID = '/dev/serial/by-id';

/** Names that do not move, of the ports plugged in. */
export function stableNames(folder = BY_ID): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** A program that has this device open, as "name (id)"; null = none that may be seen. */
export function holderOf(device: string, proc = '/proc'): string | null {
  for (const id of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    if (Number(id) === process.pid) continue;
    try {
      const open = readdirSync(join(proc, id, 'fd')).map((fd) => {
        try {
          return readlinkSync(join(proc, id, 'fd', fd));
        } catch {
          return '';
        }
      });
      if (!open.includes(device)) continue;
      const program = readlinkSync(join(proc, id, 'exe'))
        .split('/')
        .at(-1);
      return `${program} (process ${id})`;
    } catch {
      // another user's process, or one that has just ended
    }
  }
  return null;
}

/** The port, as far as it can be judged without opening it. Only a last finding that does not fail lets it be opened. */
export function portFindings(what: string, path: string, folder = BY_ID): Finding[] {
  if (!existsSync(path)) {
    const there = stableNames(folder);
    const todo =
      there.length > 0
        ? `write one of: ${there.map((name) => `serial:${name}`).join(', ')}`
        : 'plug the radio in with a cable that carries data, then look into /dev/serial/by-id';
    return [fails(what, `${path} is not there`, todo)];
  }
  const device = realpathSync(path);
  const findings: Finding[] = [];
  const better = stableNames(folder).find((name) => realpathSync(name) === device);
  if (/^\/dev\/tty(USB|ACM)\d+$/.test(path)) {
    const todo = better ? `write serial:${better}` : 'name it by /dev/serial/by-id/…';
    findings.push(warning(what, `${path} may have another name after a reboot`, todo));
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch {
    const todo =
      'sudo usermod -aG dialout USER, then log in again (the service is in that group already)';
    return [...findings, fails(what, `${path} may not be opened by this user`, todo)];
  }
  const holder = holderOf(device);
  if (holder !== null) {
    return [
      ...findings,
      fails(what, `${path} is in use by ${holder}`, 'stop that program: a radio serves one'),
    ];
  }
  return findings.length > 0 ? findings : [ok(what, `${path} can be opened`)];
}
