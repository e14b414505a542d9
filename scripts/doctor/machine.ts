/*
 * machine.ts: the doctor on the computer: Node, the disk, the card's wear, evidence of the time.
 * Way: process, statfs, /sys, /run, timedatectl -> findings. Source: JEDEC eMMC 5.1 (life_time), docs/clock.md.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freeBytes } from '../../gateway/edges/disk';
import { diskBytes } from '../../gateway/edges/files';
import { thisMachine } from '../../gateway/edges/machine';
import { DISK_FREE_BYTES_MIN } from '../../gateway/limits/store';
import packageJson from '../../package.json';
import { type Finding, fails, ok, warning } from './finding';

/** Free space below which somebody should act soon, bytes: a month of a large pod and two backups of it. */
const SOON_FULL_BYTES = 512 << 20;
/** eMMC life time estimate from which the card should be replaced: 80 to 90 % used. */
const WORN_FROM = 9;
/** Longest timedatectl may take, ms. */
const ASK_MS_MAX = 5_000;

/** Is this Node new enough? `version`: such as "20.19.0". */
export function nodeFinding(version: string): Finding {
  const floor = packageJson.engines.node
    .replace(/[^\d.]/g, '')
    .split('.')
    .map(Number);
  const [major, minor] = version.split('.').map(Number);
  const isOld = major < floor[0] || (major === floor[0] && minor < (floor[1] ?? 0));
  if (isOld) return fails('node', `Node ${version}`, `install Node ${floor.join('.')} or newer`);
  return ok('node', `Node ${version}, Tallywell ${packageJson.version}`);
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}

/** Room on the disk of the data folder. */
export function diskFinding(dataDir: string): Finding {
  const folder = nearestFolder(dataDir);
  const free = freeBytes(folder);
  const found = `${Math.round(free / 1e6)} MB free of ${Math.round(diskBytes(folder) / 1e6)}`;
  if (free < DISK_FREE_BYTES_MIN) {
    return fails(
      'disk',
      found,
      'nothing is stored any more: delete files, or put in a larger card',
    );
  }
  if (free < SOON_FULL_BYTES)
    return warning('disk', found, 'make room soon, or put in a larger card');
  return ok('disk', found);
}

/** Wear of the card, where it tells. `sys`: folder of the kernel's devices. */
export function wearFinding(sys = '/sys/block'): Finding {
  const cards = existsSync(sys) ? readdirSync(sys).filter((name) => /^mmcblk\d+$/.test(name)) : [];
  for (const card of cards) {
    const file = join(sys, card, 'device/life_time');
    if (!existsSync(file)) continue;
    const used = Math.max(...readFileSync(file, 'utf8').trim().split(/\s+/).map(Number));
    if (!Number.isFinite(used) || used === 0) continue;
    const found =
      used > 10
        ? `${card}: beyond its estimated life`
        : `${card}: ${used * 10 - 10} to ${used * 10} % of its life used`;
    if (used >= WORN_FROM) return warning('card', found, 'make a backup, and replace the card');
    return ok('card', found);
  }
  return ok(
    'card',
    cards.length > 0 ? 'it tells nothing of its wear (SD cards do not)' : 'no SD card here',
  );
}

function isKernelSynced(): boolean {
  const args = ['show', '--property=NTPSynchronized', '--value'];
  const asked = spawnSync('timedatectl', args, { encoding: 'utf8', timeout: ASK_MS_MAX });
  return asked.status === 0 && asked.stdout.trim() === 'yes';
}

/** What this machine knows of the time, for a gateway that does not run yet. */
export function timeFinding(clock: 'system' | 'machine'): Finding {
  const now = new Date().toISOString().slice(0, 19);
  if (clock === 'machine') return ok('time', `${now}Z is believed as it is (clock: machine)`);
  const { syncedAtMs, rtcMs } = thisMachine().sample();
  if (syncedAtMs !== null || isKernelSynced()) return ok('time', `${now}Z, set by a time server`);
  if (rtcMs !== null)
    return ok('time', 'no time server, but a clock chip: the time will be "held"');
  return warning(
    'time',
    'no time server and no clock chip',
    'after the start: `tallywell clock set now-from-this-machine` on a laptop, or wait until two nodes were heard',
  );
}
