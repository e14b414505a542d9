/*
 * disk-keeping.ts: what the gateway does when its disk takes no more: it stores and acknowledges nothing, goes on to
 * serve what is stored, and goes on by itself when there is room again. Nodes keep their records until then.
 * Way: everything in the engine that writes runs through guard(); the tick looks at the free space.
 * Only a full disk is dealt with here. A disk that fails otherwise ends the process, as it must.
 */
import type { Log } from './edges/log';
import { isDamage } from './edges/store/check';
import type { Store } from './edges/store/store';
import { DISK_FREE_BYTES_MIN } from './limits/store';

/** What keeping the disk works with. */
export interface DiskDoors {
  store: Store;
  /** Free bytes of the database's disk. */
  freeBytes(): number;
  log: Log;
  /** What a person is told when the database turns out to be damaged. */
  damageWords(error: unknown): string;
  /** The store was put back to its last commit: what is remembered of it must be read again. */
  forget(): void;
  /** There is room again, and what could not be done may be done now. */
  recovered(): void;
}

/** Keeps watch over the disk. */
export interface DiskKeeping {
  /** Runs what writes. On a full disk everything since the last commit is undone. @returns was it done? */
  guard(run: () => void): boolean;
  isFull(): boolean;
  /** What is wrong, for people; null = nothing. */
  problem(): string | null;
  /** Looks at the free space, and when the disk was full, tries to write again. */
  tick(): void;
}

function isFullError(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'SQLITE_FULL';
}

/** Starts with a disk that is believed to have room. */
export function createDiskKeeping(doors: DiskDoors): DiskKeeping {
  const { store, log } = doors;
  let full = false;
  const enter = (why: string) => {
    const undone = store.pendingRecords();
    if (undone > 0) store.countRefusal('disk-full', undone);
    store.rollback();
    doors.forget();
    if (!full) log(`disk full (${why}): nothing new is stored or acknowledged until there is room`);
    full = true;
  };
  const guard = (run: () => void): boolean => {
    if (full) return false;
    try {
      run();
      return true;
    } catch (error) {
      if (isDamage(error)) throw new Error(doors.damageWords(error), { cause: error });
      if (!isFullError(error)) throw error;
      enter((error as Error).message);
      return false;
    }
  };
  const leave = () => {
    try {
      // The proof that it may be written: a commit.
      store.setMeta('disk_was_full', 1);
      store.commit();
    } catch (error) {
      if (!isFullError(error)) throw error;
      return enter((error as Error).message);
    }
    full = false;
    log('disk: there is room again, going on');
    doors.recovered();
  };
  return {
    guard,
    isFull: () => full,
    problem: () =>
      full
        ? 'disk: full; nothing new is stored or acknowledged (nodes keep it). Delete files or put in a larger card'
        : null,
    tick() {
      const free = doors.freeBytes();
      if (free < DISK_FREE_BYTES_MIN) {
        if (!full) enter(`${Math.floor(free / 1e6)} MB are left`);
      } else if (full) leave();
    },
  };
}
