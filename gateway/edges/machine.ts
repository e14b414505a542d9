/*
 * machine.ts: what this computer knows of time: its boot, its uptime, its time server, its clock chip.
 * Way: /proc, /run, /sys, timedatectl -> samples for core/machine-time.ts. Nothing here sets a clock.
 * Source: proc(5), rtc(4), systemd-timesyncd.service(8), timedatectl(1).
 */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import type { Machine } from '../core/machine-time';
import { CLOCK_KERNEL_POLL_MS } from '../limits/clock';

/** Touched by systemd-timesyncd whenever a time server has set the clock. Gone after a boot: it lies in memory. */
const SYNCED_FILE = '/run/systemd/timesync/synchronized';
const RTC_FILE = '/sys/class/rtc/rtc0/since_epoch';
/** Longest timedatectl may take, ms. */
const ASK_MS_MAX = 10_000;

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null; // this machine has none
  }
}

function syncedAtMs(): number | null {
  try {
    return statSync(SYNCED_FILE).mtimeMs;
  } catch {
    return null;
  }
}

function rtcMs(): number | null {
  const text = readText(RTC_FILE);
  return text !== null && /^\d+$/.test(text) ? Number(text) * 1000 : null;
}

/** Uptime with suspended time in it, ms. Where there is no /proc: since this process began. */
function uptimeMs(): number {
  const text = readText('/proc/uptime');
  return text === null ? performance.now() : Math.round(Number(text.split(' ')[0]) * 1000);
}

/** Asks now and then in the background whether the kernel counts its clock as kept (chrony, ntpd, timesyncd). */
function kernelQuestion(): () => boolean {
  let isSynced = false;
  let askedMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - askedMs >= CLOCK_KERNEL_POLL_MS) {
      askedMs = performance.now();
      const args = ['show', '--property=NTPSynchronized', '--value'];
      execFile('timedatectl', args, { timeout: ASK_MS_MAX }, (error, stdout) => {
        isSynced = error === null && stdout.trim() === 'yes';
      });
    }
    return isSynced;
  };
}

/** This computer. */
export function thisMachine(): Machine {
  const isKernelSynced = kernelQuestion();
  const bootId = readText('/proc/sys/kernel/random/boot_id') ?? `process ${process.pid}`;
  return {
    moment: () => ({ bootId, uptimeMs: uptimeMs() }),
    sample() {
      const synced = syncedAtMs();
      return {
        dateMs: Date.now(),
        syncedAtMs: synced,
        isKernelSynced: synced === null && isKernelSynced(),
        rtcMs: rtcMs(),
      };
    },
  };
}

/** A computer whose clock somebody else keeps (a server, a container): it is believed as it is. */
export function keptMachine(): Machine {
  const own = thisMachine();
  return {
    moment: own.moment,
    sample: () => ({ dateMs: Date.now(), syncedAtMs: null, isKernelSynced: true, rtcMs: null }),
  };
}
