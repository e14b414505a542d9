/*
 * sticks.ts: the sticks that are mounted now. Looks only at what the kernel keeps in memory: a stick that hangs holds up
 * nobody.
 * Way: /proc/self/mountinfo and /sys/dev/block -> core/mounts.ts -> backups.
 * Source: proc_pid_mountinfo(5), sysfs(5).
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Mount, mountsIn, sticksAmong } from '../core/mounts';

/** The whole disk of a device: a partition's folder in /sys lies in its disk's. */
function diskOf(device: string): string | null {
  try {
    const folder = realpathSync(`/sys/dev/block/${device}`);
    return existsSync(`${folder}/partition`) ? basename(dirname(folder)) : basename(folder);
  } catch {
    return null; // no block device, or no /sys
  }
}

/** Sticks that are mounted and are not the disk of the data. Empty where there is no /proc. */
export function mountedSticks(dataFolder: string, mountinfo = '/proc/self/mountinfo'): Mount[] {
  try {
    return sticksAmong(mountsIn(readFileSync(mountinfo, 'utf8')), resolve(dataFolder), diskOf);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
