/*
 * engine.ts: the core of a running gateway: everything between the radio and the store, and when.
 * Way: radio -> custody -> store -> commit -> tellers; schedule -> bulletins -> radio.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import { keyIdOf } from '../shared/verify';
import { type Announcing, createAnnouncing } from './announcing';
import { type BackupKeeping, createBackupKeeping } from './backup-keeping';
import { type BulletinSender, createBulletinSender } from './bulletin-sender';
import { damageWords } from './checking';
import { type ClockKeeping, createClockKeeping, recallClock } from './clock-keeping';
import { type BulletinSchedule, createBulletinSchedule } from './core/bulletin-schedule';
import type { OwnRadio } from './core/heard';
import { isInUse } from './core/judge';
import { createLatelyHeard } from './core/lately-heard';
import { RegisterError } from './core/register';
import { groupOf } from './core/sequences';
import { type Custody, type CustodyDoors, createCustody } from './custody';
import { createDiskKeeping, type DiskDoors, type DiskKeeping } from './disk-keeping';
import type { GatewayClock } from './edges/clock';
import { freeBytes } from './edges/disk';
import { type Log, stderrLog } from './edges/log';
import type { Store } from './edges/store/store';
import { createVerifier } from './edges/verify';
import {
  BACKUP_LOOK_MS,
  COUNTS_COMMIT_MS,
  GROUP_COMMIT_MS,
  GROUP_RECORDS_MAX,
  HEALTH_MS,
  LAST_HEARD_STEP_S,
  SETTLED_MS,
  TICK_MS,
} from './limits';
import { createLiveness } from './liveness';
import { type Base, type GatewayOptions, importTimeS } from './opening';
import { keepRadios, type Radios } from './radios';
import type { Teller } from './tell';

/** Commits when it is time, and lets the tellers know. A paced gateway commits at its barriers. */
function createCommitter(
  clock: GatewayClock,
  paced: boolean,
  disk: DiskKeeping,
  store: Store,
  afterCommit: (counted: boolean) => void,
) {
  let cancel: (() => void) | null = null;
  let atMs = 0;
  const commit = () => {
    cancel?.();
    cancel = null;
    if (store.pending() === 'nothing') return;
    const counted = store.uncommittedCounts().size > 0;
    if (disk.guard(store.commit)) afterCommit(counted);
  };
  return {
    commit,
    within(ms: number) {
      if (paced || store.pending() === 'nothing') return;
      if (cancel !== null && atMs <= clock.steadyMs() + ms) return;
      cancel?.();
      atMs = clock.steadyMs() + ms;
      cancel = clock.at(clock.nowMs() + ms, commit);
    },
  };
}

/** Something done each tick, or after this much time. */
interface Chore {
  everyMs: number;
  run(): void;
}

/** Runs what time alone makes due. */
function createTicker(clock: GatewayClock, chores: Chore[]) {
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
      base.store.importRegister(base.register.read(), keyIdOf, importTimeS(base.store, clock));
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
interface ChoreDoors {
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
  teller(): Teller | null;
}

/** Everything that time alone makes due. */
function createChores(doors: ChoreDoors): { all: Chore[]; takeKeys(): void } {
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
    within(COUNTS_COMMIT_MS);
  };
  const all = [
    { everyMs: 0, run: createRegisterWatch(base, clock, log, takeRegister) },
    { everyMs: 0, run: keepClock },
    { everyMs: 0, run: sendBulletins },
    { everyMs: HEALTH_MS, run: () => teller()?.tellByTime() },
    { everyMs: SETTLED_MS, run: noteSettled },
  ];
  return { all, takeKeys };
}

/** What the radio's packets do. */
function createHearing(doors: {
  store: Store;
  custody: Custody;
  disk: DiskKeeping;
  commit(): void;
  within(ms: number): void;
  holdBackMs: number;
}) {
  const { store, custody, disk, commit, within, holdBackMs } = doors;
  return {
    onPacket(packet: MeshPacket, own: OwnRadio): void {
      let isEvent = false;
      const done = disk.guard(() => {
        isEvent = custody.hear(packet, own);
      });
      if (!done) store.countRefusal('disk-full');
      else if (store.pendingRecords() >= GROUP_RECORDS_MAX) commit();
      else within(isEvent ? 0 : store.pending() === 'records' ? holdBackMs : COUNTS_COMMIT_MS);
    },
    onSkippedBytes(): void {
      store.countRefusal('bad-frame');
      within(COUNTS_COMMIT_MS);
    },
  };
}

/** Chores that a full disk does not end, and the look at the disk itself. */
function guarded(chores: Chore[], disk: DiskKeeping, backups: BackupKeeping): Chore[] {
  const within = chores.map(({ everyMs, run }) => ({ everyMs, run: () => void disk.guard(run) }));
  const look = { everyMs: BACKUP_LOOK_MS, run: backups.tick };
  return [{ everyMs: 0, run: disk.tick }, look, ...within];
}

/** When sites were last heard, across corrections of the clock. */
function rememberHearings(clock: GatewayClock) {
  const lately = createLatelyHeard(LAST_HEARD_STEP_S);
  const moment = () => ({ nowMs: clock.nowMs(), steadyMs: clock.steadyMs() });
  return {
    heardSite: (site: string) => lately.heard(site, moment()),
    /** Unix s by the clock as it is now. `storedS`: by the clock of that time. */
    lastHeardS: (site: string, storedS: number) => lately.lastHeardS(site, storedS, moment()),
  };
}

/** Runs what writes and makes it durable now, with everything else that waits. Gives false when the disk is full. */
function createDurably(disk: DiskKeeping, commit: () => void) {
  return (write: () => void): boolean => {
    if (!disk.guard(write)) return false;
    commit();
    return !disk.isFull();
  };
}

/** Custody, and who hears of what it takes. */
function takeCustody(
  doors: Pick<CustodyDoors, 'store' | 'clock' | 'schedule'>,
  heardSite: (site: string) => void,
  announcing: Announcing,
  keeping: () => ClockKeeping,
): Custody {
  return createCustody({
    ...{ ...doors, heardSite, verify: createVerifier() },
    heardFresh(key, record) {
      keeping().heardFresh(key, record);
      announcing.heardFresh(key);
    },
    heardAgain: announcing.heardAgain,
  });
}

/** Keeps the disk of the data folder. */
function keepDisk(
  dataDir: string,
  doors: Omit<DiskDoors, 'freeBytes' | 'damageWords'>,
): DiskKeeping {
  return createDiskKeeping({
    ...doors,
    freeBytes: () => freeBytes(dataDir),
    damageWords: (error) => damageWords(join(dataDir, 'gateway.sqlite'), error),
  });
}

/** Puts the core together. It does nothing before begin(). */
export function createEngine(
  options: GatewayOptions,
  base: Base,
  clock: GatewayClock,
  delayS: (keyRowId: number) => number | null = () => null,
) {
  const paced = options.clock === 'parent';
  const { store } = base;
  const log = options.log ?? stderrLog;
  const holdBackMs = options.holdBackMs ?? GROUP_COMMIT_MS;
  const schedule = createBulletinSchedule();
  const announcing = createAnnouncing(store, base.key.publicKey, log);
  const hearings = rememberHearings(clock);
  const custody = takeCustody(
    { store, clock, schedule },
    hearings.heardSite,
    announcing,
    () => keeping,
  );
  const sender = createBulletinSender(base, clock, schedule, announcing);
  let teller: Teller | null = null;
  const recovered = () => chores.takeKeys();
  const disk = keepDisk(options.dataDir, { store, log, forget: custody.forget, recovered });
  const liveness = createLiveness(clock, store, disk);
  const { commit, within } = createCommitter(clock, paced, disk, store, (counted) => {
    liveness.committed();
    teller?.afterCommit(custody.takeChangedSites());
    if (counted) teller?.tellHealth();
  });
  const keeping = createClockKeeping({ clock, store, delayS, log, commit });
  const radios = keepRadios({
    radios: base.radios,
    clock,
    random: Math.random,
    randomU32: () => randomBytes(4).readUInt32LE(),
    log,
    paced,
    onTaken: sender.onTaken,
    onFailed: sender.onFailed,
    onGpsTime: keeping.heardGps,
    ...createHearing({ store, custody, disk, commit, within, holdBackMs }),
  });
  const chores = createChores({
    ...{ base, clock, log, custody, schedule, keeping, sender, radios, commit, within },
    teller: () => teller,
  });
  const backups = createBackupKeeping(options, { store, clock, log });
  const ticker = createTicker(clock, [...guarded(chores.all, disk, backups), liveness.chore]);
  return {
    radios,
    bulletinCounts: sender.counts,
    clockKeeping: keeping,
    diskProblem: disk.problem,
    backups,
    hangs: liveness.problem,
    nodesWaiting: announcing.nodesWaiting,
    lastHeardS: hearings.lastHeardS,
    commit,
    durably: createDurably(disk, commit),
    /** Sees to it that what waits is committed soon. */
    commitSoon: () => within(COUNTS_COMMIT_MS),
    /** Begins to hear and to send. The clock must stand right: a paced gateway begins at its first barrier. */
    begin(to: Teller) {
      teller = to;
      if (paced) recallClock(clock, store);
      disk.tick();
      disk.guard(chores.takeKeys);
      radios.start();
      ticker.start();
    },
    end() {
      radios.stop();
      ticker.stop();
      backups.stop();
      commit();
    },
  };
}

/** The core of a running gateway. */
export type Engine = ReturnType<typeof createEngine>;
