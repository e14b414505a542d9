/*
 * chores.ts: everything that time alone makes due: bulletins, health, a changed register, the clock, backups.
 * Way: the ticker, every few seconds -> each chore that is due -> engine's parts.
 */
import type { BackupKeeping } from './backup-keeping';
import type { BulletinSender } from './bulletin-sender';
import type { ClockKeeping } from './clock-keeping';
import type { BulletinSchedule } from './core/bulletin-schedule';
import { isInUse } from './core/judge';
import { RegisterError } from './core/register';
import { groupOf } from './core/sequences';
import type { Custody } from './custody';
import type { DiskKeeping } from './disk-keeping';
import type { GatewayClock } from './edges/clock';
import type { Log } from './edges/log';
import type { Store } from './edges/store/store';
import { BACKUP_LOOK_MS } from './limits/backup';
import { COUNTS_COMMIT_MS, HEALTH_MS, SETTLED_MS, TICK_MS } from './limits/store';
import { type Base, importTimeS } from './opening';
import type { Radios } from './radios';
import { importWithRegistrations } from './registering';
import type { Teller } from './tell';

/** Something done each tick, or after this much time. */
export interface Chore {
  everyMs: number;
  run(): void;
}

/** Runs what time alone makes due. */
export function createTicker(clock: GatewayClock, chores: Chore[]) {
  let cancel = () => {};
  const dueMs = chores.map(() => 0);
  const tick = () => {
    chores.forEach(({ everyMs, run }, at) => {
      if (clock.steadyMs() < dueMs[at]) return;
      dueMs[at] = clock.steadyMs() + everyMs;
      run();
    });
    cancel = clock.at(clock.nowMs() + TICK_MS, tick);
  };
  return { start: tick, stop: () => cancel() };
}

function groupsInUse(store: Store): number[] {
  return [
    ...new Set(
      store
        .keys()
        .filter(isInUse)
        .map((key) => groupOf(key.slot)),
    ),
  ];
}

/** Takes over the register's file when it was changed. One that cannot be used changes nothing. */
function createRegisterWatch(base: Base, clock: GatewayClock, log: Log, taken: () => void) {
  return () => {
    if (base.register === null || !base.register.hasChanged()) return;
    try {
      const file = base.register.read();
      importWithRegistrations(base.store, file, importTimeS(base.store, clock));
    } catch (error) {
      if (!(error instanceof RegisterError)) throw error;
      return log(`${error.message}; the register stays as it was`);
    }
    base.store.commit();
    taken();
    log('register: taken over again, for its file was changed');
  };
}

/** What the chores work with. */
export interface ChoreDoors {
  base: Base;
  clock: GatewayClock;
  log: Log;
  custody: Custody;
  schedule: BulletinSchedule;
  keeping: ClockKeeping;
  sender: BulletinSender;
  radios: Radios;
  commit(): void;
  within(ms: number): void;
  sweep(ms: number): void;
  teller(): Teller | null;
}

/** Everything that time alone makes due. */
export function createChores(doors: ChoreDoors): {
  all: Chore[];
  takeKeys(): void;
  takeRegister(): void;
} {
  const { base, clock, log, custody, schedule, keeping, radios, commit, within, teller } = doors;
  const sendBulletins = () => {
    if (schedule.due(clock.nowMs(), clock.steadyMs()).length === 0 || !radios.hasRoom()) return;
    commit();
    doors.sender.sendDue(custody.states(), radios);
  };
  const takeKeys = () => {
    const released = custody.takeKeys();
    if (released > 0) log(`register: ${released} packets of keys unknown before were judged`);
    schedule.setGroups(groupsInUse(base.store), clock.nowMs());
    commit();
  };
  const takeRegister = () => {
    takeKeys();
    teller()?.tellAll();
  };
  const noteSettled = () => {
    custody.noteSettled();
    within(COUNTS_COMMIT_MS);
  };
  const keepClock = () => {
    keeping.tick();
    // Not within(): at every tick that would cut short the time that records may be held back.
    doors.sweep(COUNTS_COMMIT_MS);
  };
  const all = [
    { everyMs: 0, run: createRegisterWatch(base, clock, log, takeRegister) },
    { everyMs: 0, run: keepClock },
    { everyMs: 0, run: sendBulletins },
    { everyMs: HEALTH_MS, run: () => teller()?.tellByTime() },
    { everyMs: SETTLED_MS, run: noteSettled },
  ];
  return { all, takeKeys, takeRegister };
}

/** Chores that a full disk does not end, and the look at the disk itself. */
export function guarded(chores: Chore[], disk: DiskKeeping, backups: BackupKeeping): Chore[] {
  const within = chores.map(({ everyMs, run }) => ({ everyMs, run: () => void disk.guard(run) }));
  const look = { everyMs: BACKUP_LOOK_MS, run: backups.tick };
  return [{ everyMs: 0, run: disk.tick }, look, ...within];
}
