/*
 * backup-keeping.ts: when the gateway makes backups, and what it says of them.
 * Way: hours that it ran, its clock, sticks that are mounted -> `tallywell backup` in a process of its own, one at a time
 * -> DIR/last-backup.json -> status.
 * How often: a stick daily, and when it was put in. The database's own disk daily while the database is small, seldom when it
 * is large: a copy of it wears the card more than all its records. Described in docs/backup.md.
 */
import { join } from 'node:path';
import { lastBackups, META_HOURS_RUN } from './backups';
import { hoursSince, isDue, type LastBackup } from './core/backup-name';
import type { Mount } from './core/mounts';
import type { GatewayClock } from './edges/clock';
import type { Log } from './edges/log';
import { type Ended, type Program, runProgram } from './edges/program';
import { mountedSticks } from './edges/sticks';
import type { Store } from './edges/store/store';
import {
  BACKUP_KEEP,
  BACKUP_MS_MAX,
  BACKUP_OLD_S,
  BACKUP_PUT_IN_HOURS,
  BACKUP_RETRY_MS,
} from './limits/backup';
import type { GatewayOptions } from './options';

type Place = 'card' | 'stick';
const PLACES: Place[] = ['card', 'stick'];
const HOUR_MS = 3_600_000;

/** The last backup at a place, in status. */
export interface BackupPlaceView {
  /** Unix s; null = the time was not known then. */
  made: number | null;
  /** How long ago at least, hours. */
  hours: number;
  file: string;
  records: number;
}

/** A backup that was made when somebody asked. */
export interface BackupMade {
  file: string;
  records: number;
}

/** Backups in status. All of them were read back and found whole. */
export interface BackupView {
  /** On the database's own disk; null = none yet. */
  card: BackupPlaceView | null;
  /** On another disk; null = none yet. */
  stick: BackupPlaceView | null;
  /** Is one being made? */
  running: boolean;
  /** Why the last try at a place failed, in words. */
  failed: string[];
  /** A backup found the database itself damaged: what to do, in words; null = it was whole. */
  damage: string | null;
}

/** What it works with. */
export interface BackupDoors {
  store: Store;
  clock: GatewayClock;
  log: Log;
  /** Sticks that are mounted now. Default: this machine's. */
  sticks?: () => Mount[];
}

/** Keeps backups. */
export interface BackupKeeping {
  tick(): void;
  /**
   * Makes one now on the database's own disk; undefined = none are to be made.
   * @returns null = one is being made just now. Rejects: why there is none, in words.
   */
  makeNow: (() => Promise<BackupMade> | null) | undefined;
  /** null = none are to be made. */
  view(): BackupView | null;
  stop(): void;
}

/** Hours that the gateway ran in all its life. They count on without any clock. */
function createHoursRun({ store, clock }: BackupDoors) {
  let countedMs = clock.steadyMs();
  let hours: number | null = null;
  return (): number => {
    hours ??= Number(store.meta(META_HOURS_RUN) ?? 0);
    const more = Math.floor((clock.steadyMs() - countedMs) / HOUR_MS);
    if (more > 0) {
      countedMs += more * HOUR_MS;
      hours += more;
      store.setMetaLater(META_HOURS_RUN, hours);
    }
    return hours;
  };
}

/** Sticks that were put in since the last look. Those that were there at the first look are not new. */
function createStickWatch(sticks: () => Mount[]) {
  let known: Set<number> | null = null;
  return () => {
    const mounted = sticks().filter(({ isReadOnly }) => !isReadOnly);
    const fresh = mounted.filter(({ id }) => known !== null && !known.has(id));
    known = new Set(mounted.map(({ id }) => id));
    return { mounted, fresh };
  };
}

interface Failure {
  kind: string;
  words: string;
}

/** What the verb answered. */
function failureOf({ code, stdout, stderr }: Ended): Failure | null {
  if (code === 0) return null;
  try {
    const { failed } = JSON.parse(stdout) as { failed: Failure[] };
    if (failed.length > 0) return failed[0];
  } catch {
    // it ended before it could answer
  }
  return { kind: 'place', words: stderr.trim().split('\n').at(-1) || 'it took too long' };
}

/** What the verb made. Throws: when it did not say. */
function madeOf(stdout: string): BackupMade {
  const { backups } = JSON.parse(stdout) as {
    backups: { file: string; manifest: { records: number } }[];
  };
  const [{ file, manifest }] = backups;
  return { file, records: manifest.records };
}

/** A place's last backup as it looks now. @param nowS Unix s; null = not known */
export function placeView(last: LastBackup, hoursRun: number, nowS: number | null) {
  const { madeS: made, file, records } = last;
  return { made, hours: Math.floor(hoursSince(last, hoursRun, nowS)), file, records };
}

/** What a person should do about backups some day. */
export function backupWarnings(view: BackupView | null): string[] {
  if (view === null) return [];
  const warnings = view.failed.map((words) => `backup: ${words}`);
  const old = BACKUP_OLD_S / 3600;
  if (view.stick === null) {
    warnings.push(
      'no backup outside this computer: put a USB stick in, or run tallywell backup --to a folder elsewhere',
    );
  } else if (view.stick.hours > old) {
    const days = Math.floor(view.stick.hours / 24);
    warnings.push(`the last backup outside this computer is ${days} days old: put a USB stick in`);
  }
  return warnings;
}

/** The arguments of the verb. */
function argsFor(
  options: GatewayOptions,
  clock: GatewayClock,
  hoursRun: number,
  place: Place,
  folder: string,
) {
  const { keep = BACKUP_KEEP, key = true } = options.backup ?? {};
  const state = clock.state();
  return [
    ...['backup', '--data', options.dataDir, '--to', folder, '--keep', String(keep), '--json'],
    ...['--hours-run', String(hoursRun)],
    ...(key ? [] : ['--no-key']),
    ...(place === 'stick' ? ['--other-disk'] : []),
    ...(state === 'unknown'
      ? []
      : ['--time', new Date(clock.nowMs()).toISOString(), '--clock-state', state]),
  ];
}

/** Makes backups, one at a time, and remembers why they failed. */
function createMaking(options: GatewayOptions, doors: BackupDoors, hoursRun: () => number) {
  const { clock, log } = doors;
  const failures = new Map<Place, Failure & { atMs: number }>();
  let running: Program | null = null;
  let stopped = false;
  const judgeEnd = (place: Place, folder: string, ended: Ended) => {
    const failure = failureOf(ended);
    if (failure === null) {
      failures.delete(place);
      log(`backup: made in ${folder}, read back and found whole`);
    } else {
      failures.set(place, { ...failure, atMs: clock.steadyMs() });
      log(`backup: ${failure.words}`);
    }
    return failure;
  };
  return {
    failures,
    /** No other may be started. */
    isRunning: () => stopped || running !== null,
    /** @param tell hears how it ended; `why`: why there is none, in words */
    start(place: Place, folder: string, tell = (_ended: Ended, _why: string | null) => {}): void {
      const script = options.backup?.program ?? process.argv[1];
      const args = argsFor(options, clock, hoursRun(), place, folder);
      running = runProgram(script, args, BACKUP_MS_MAX, (ended) => {
        running = null;
        if (stopped) return tell(ended, 'the gateway stopped before the backup was made');
        tell(ended, judgeEnd(place, folder, ended)?.words ?? null);
      });
    },
    mayTry(place: Place): boolean {
      const failure = failures.get(place);
      return failure === undefined || clock.steadyMs() - failure.atMs >= BACKUP_RETRY_MS;
    },
    stop() {
      stopped = true;
      running?.kill();
    },
  };
}

/** Prepares it. Without options.backup it does nothing. */
export function createBackupKeeping(options: GatewayOptions, doors: BackupDoors): BackupKeeping {
  const { clock } = doors;
  const { backup } = options;
  const watch = createStickWatch(doors.sticks ?? (() => mountedSticks(options.dataDir)));
  const hoursRun = createHoursRun(doors);
  const making = createMaking(options, doors, hoursRun);
  const { failures } = making;
  const lastAt = (place: Place) => lastBackups(options.dataDir)[place] ?? null;
  const nowS = () => (clock.state() === 'unknown' ? null : Math.floor(clock.nowMs() / 1000));
  const cardFolder = backup?.folder ?? join(options.dataDir, 'backup');
  const due = (place: Place) =>
    making.mayTry(place) && isDue(place, lastAt(place), hoursRun(), nowS());
  const isOld = (last: LastBackup | null) =>
    last === null || hoursSince(last, hoursRun(), nowS()) >= BACKUP_PUT_IN_HOURS;
  const viewOf = (place: Place): BackupPlaceView | null => {
    const last = lastAt(place);
    return last === null ? null : placeView(last, hoursRun(), nowS());
  };
  const makeNow = () => {
    if (making.isRunning()) return null;
    return new Promise<BackupMade>((resolve, reject) => {
      making.start('card', cardFolder, ({ stdout }, why) =>
        why === null ? resolve(madeOf(stdout)) : reject(new Error(why)),
      );
    });
  };
  return {
    tick() {
      if (backup === undefined) return;
      hoursRun();
      const { mounted, fresh } = backup.usb === false ? { mounted: [], fresh: [] } : watch();
      if (fresh.length > 0) failures.delete('stick');
      if (making.isRunning()) return;
      const [stick] = fresh.length > 0 && isOld(lastAt('stick')) ? fresh : mounted;
      const isPutIn = stick !== undefined && fresh.includes(stick);
      if (stick !== undefined && (isPutIn || due('stick')))
        making.start('stick', join(stick.folder, 'tallywell'));
      else if (due('card')) making.start('card', cardFolder);
    },
    makeNow: backup === undefined ? undefined : makeNow,
    view() {
      if (backup === undefined) return null;
      const failed = PLACES.flatMap((place) => failures.get(place) ?? []);
      const damage = failed.find(({ kind }) => kind === 'database');
      return {
        card: viewOf('card'),
        stick: viewOf('stick'),
        running: making.isRunning(),
        failed: failed.map(({ words }) => words),
        damage: damage?.words ?? null,
      };
    },
    stop: making.stop,
  };
}
