/*
 * told-late.ts: decides which records are told as historical because their telling is late: the broker was away, or is
 * new. A live display must not move by what happened hours ago, whoever was late, node or broker.
 * Way: outbox, before it tells records -> decision, made durable -> `historical` of the message.
 * A decision is made once and never changes, so that repeats are identical also after a power cut:
 * - a record that may have been told in time stays as it was told, however late it is repeated;
 * - a record that was certainly not told, and was received more than two hours ago, becomes historical.
 * Two hours are long, so what is left to chance is little: what was just under way when the broker vanished, and what was
 * younger than two hours at its return and not told yet when the gateway died within the next seconds, for hours.
 * What "certainly not told" means after a restart is in the fact untold:<outbox>. It costs no commit of its own: it goes
 * along with the first record stored while the broker is away. Only a broker's return costs one.
 */
import type { ClockState } from './core/clock-keeper';
import type { RowRun } from './edges/store/told-late';
import { LATE_ROWS_MAX } from './limits/mqtt';
import { HISTORICAL_AFTER_S } from './limits/store';

/** What deciding works with. */
export interface ToldLateDoors {
  /** untold:<outbox> as it is stored; undefined = never stored. */
  untold: number | undefined;
  /** Was this outbox never used before? */
  isNew: boolean;
  /** Row acknowledged last, row stored last, at the start. */
  cursor: number;
  lastStored: number;
  /** Runs decided before, in order. */
  runs: RowRun[];
  nowS(): number;
  clockState(): ClockState;
  /** Last row of the unbroken run after this row that was received before this time, Unix s; at most so many rows on. */
  runReceivedBefore(id: number, beforeS: number, limit: number): number;
  /** Notes untold:<outbox> with the next commit, whenever that is. */
  noteUntold(id: number): void;
  /** Makes untold:<outbox> and these runs durable now. @returns false: it could not be written. */
  decideDurably(untold: number, runs: RowRun[]): boolean;
}

/** untold:<outbox> while everything stored may have been told. */
export const ANY_MAY_BE_TOLD = -1;

/** A record that is about to be told. */
interface Row {
  id: number;
  receivedAtS: number;
}

/** Decides for one outbox. */
export interface ToldLate {
  /** Decides about records before they are told. @returns false: not now, tell nothing. */
  decide(rows: Row[]): boolean;
  /** Is this record, decided about before, historical because of its telling? */
  isLate(id: number): boolean;
  /** The broker is not there. */
  away(): void;
}

function isWithin(runs: RowRun[], id: number): boolean {
  // What is told is mostly near the end.
  return (runs.findLast(({ first }) => first <= id)?.last ?? 0) >= id;
}

/** Adds runs to those known; one that goes on where the last ended makes it longer. @returns those to be stored. */
function addRuns(runs: RowRun[], found: RowRun[]): RowRun[] {
  const changed: RowRun[] = [];
  for (const run of found) {
    const last = runs[runs.length - 1];
    const goesOn = last !== undefined && last.last + 1 === run.first;
    const whole = goesOn ? { first: last.first, last: run.last } : run;
    if (goesOn) runs.pop();
    runs.push(whole);
    changed.push(whole);
  }
  return changed;
}

/** Last row that may have been told before this start. */
function reachedAtStart({ untold, isNew, cursor, lastStored }: ToldLateDoors): number {
  if (isNew) return 0;
  if (untold === undefined || untold === ANY_MAY_BE_TOLD) return lastStored;
  return Math.max(untold, cursor);
}

/** Starts with what was decided before. */
export function createToldLate(doors: ToldLateDoors): ToldLate {
  const { lastStored } = doors;
  let runs = doors.runs;
  let reached = reachedAtStart(doors);
  /** Up to here may be told without another durable word. */
  let mayTell = reached < lastStored || doors.isNew ? reached : Number.POSITIVE_INFINITY;
  /** A gateway that does not know the time knows at least that what an earlier start received is old. */
  const lateBefore = ({ id }: Row): number => {
    if (doors.clockState() === 'unknown' && id <= lastStored) return Number.POSITIVE_INFINITY;
    return doors.nowS() - HISTORICAL_AFTER_S;
  };
  const lateRuns = (rows: Row[]): RowRun[] => {
    const found: RowRun[] = [];
    for (const row of rows) {
      const beforeS = lateBefore(row);
      const isDecided = row.id <= reached || isWithin(runs, row.id) || isWithin(found, row.id);
      if (isDecided || row.receivedAtS >= beforeS) continue;
      const last = doors.runReceivedBefore(row.id, beforeS, LATE_ROWS_MAX);
      const isUnsure = beforeS === Number.POSITIVE_INFINITY;
      found.push({ first: row.id, last: isUnsure ? Math.min(last, lastStored) : last });
    }
    return found;
  };
  return {
    decide(rows) {
      const end = rows[rows.length - 1]?.id ?? 0;
      const found = lateRuns(rows);
      if (found.length > 0 || end > mayTell) {
        // While what is late goes on, nothing behind it is told: a start in between must know that.
        const lateTo = found[found.length - 1]?.last ?? 0;
        const limit = lateTo >= end ? lateTo : ANY_MAY_BE_TOLD;
        const after = [...runs];
        if (!doors.decideDurably(limit, addRuns(after, found))) return false;
        runs = after;
        mayTell = limit === ANY_MAY_BE_TOLD ? Number.POSITIVE_INFINITY : limit;
      }
      reached = Math.max(reached, end);
      return true;
    },
    isLate: (id) => isWithin(runs, id),
    away() {
      if (mayTell !== Number.POSITIVE_INFINITY) return;
      mayTell = reached;
      doors.noteUntold(reached);
    },
  };
}
