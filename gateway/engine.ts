/*
 * engine.ts: the core of a running gateway: everything between the radio and the store, and when.
 * Way: radio -> custody -> store -> commit -> tellers; schedule -> bulletins -> radio.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import { type Announcing, createAnnouncing } from './announcing';
import { createBackupKeeping } from './backup-keeping';
import { createBulletinSender } from './bulletin-sender';
import { damageWords } from './checking';
import { createChores, createTicker, guarded } from './chores';
import { type ClockKeeping, createClockKeeping, recallClock } from './clock-keeping';
import { createCommitter, createDurably } from './committing';
import { createBulletinSchedule } from './core/bulletin-schedule';
import type { OwnRadio } from './core/heard';
import { createLatelyHeard } from './core/lately-heard';
import { type Custody, type CustodyDoors, createCustody } from './custody';
import { createDiskKeeping, type DiskDoors, type DiskKeeping } from './disk-keeping';
import type { GatewayClock } from './edges/clock';
import { freeBytes } from './edges/disk';
import { stderrLog } from './edges/log';
import type { Store } from './edges/store/store';
import { createVerifier } from './edges/verify';
import { LAST_HEARD_STEP_S } from './limits/clock';
import { COUNTS_COMMIT_MS, GROUP_COMMIT_MS, GROUP_RECORDS_MAX } from './limits/store';
import { createLiveness } from './liveness';
import type { Base } from './opening';
import type { GatewayOptions } from './options';
import { keepRadios } from './radios';
import type { Teller } from './tell';

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

/** Jitter of back-offs, nonces and packet ids. */
const CHANCE = { random: Math.random, randomU32: () => randomBytes(4).readUInt32LE() };

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
  const stored = { store, clock, schedule };
  const custody = takeCustody(stored, hearings.heardSite, announcing, () => keeping);
  const sender = createBulletinSender(base, clock, schedule, announcing);
  let teller: Teller | null = null;
  const recovered = () => chores.takeKeys();
  const disk = keepDisk(options.dataDir, { store, log, forget: custody.forget, recovered });
  const liveness = createLiveness(clock, store, disk);
  const { commit, within, sweep } = createCommitter(clock, paced, disk, store, (counted) => {
    liveness.committed();
    teller?.afterCommit(custody.takeChangedSites());
    if (counted) teller?.tellHealth();
  });
  const keeping = createClockKeeping({ clock, store, delayS, log, commit });
  const radios = keepRadios({
    ...{ radios: base.radios, clock, log, paced, ...CHANCE },
    ...{ onTaken: sender.onTaken, onFailed: sender.onFailed, onGpsTime: keeping.heardGps },
    ...createHearing({ store, custody, disk, commit, within, holdBackMs }),
  });
  const chores = createChores({
    ...{ base, clock, log, custody, schedule, keeping, sender, radios, commit, within, sweep },
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
    /** The register was changed, and is committed: judges what waited for a key, tells the sites. */
    registerTaken: () => chores.takeRegister(),
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
