/*
 * rollups.ts: hourly and daily sums of what was counted, kept with each record so that screens need not add up years.
 * Way: new buckets of a record and the clock of its epoch -> tables hour and day. They say nothing that the records
 * do not say: rebuildRollups() makes them again from the records alone.
 * A bucket belongs to the UTC hour in which it begins. An epoch without any time has no sums until one of its records
 * has time; a surer clock moves them. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import { COUNTERS_MAX } from '../../../shared/limits';
import { decodeRecord, type TallyRecord } from '../../../shared/record';
import {
  type Bucket,
  bucketsOfEpoch,
  firstStartS,
  newBuckets,
  type PlacedRecord,
  REACH_S_MAX,
} from '../../core/buckets-of';
import { betterEpochClock, type EpochClock, epochClockOf } from '../../core/dating';

const HOUR_S = 3600;
const DAY_S = 86_400;

/** Columns of a stored record that recordOfRow() reads. */
const ROW = 'SELECT id, placement_id AS placementId, payload FROM record';

interface StoredRow {
  id: number;
  placementId: number;
  payload: Uint8Array;
}

/** A stored payload as a record. Throws: when it does not decode, which only damage can cause. */
function recordOfRow({ id, placementId, payload }: StoredRow): PlacedRecord {
  const record = decodeRecord(payload);
  if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
  return { id, placementId, record };
}

/** Sums of one place by the start of their hour or day: minutes, then the counters. */
type Sums = Map<number, number[]>;

function addInto(sums: Sums, startS: number, bucket: Bucket, by: number): void {
  let sum = sums.get(startS);
  if (sum === undefined) {
    sum = new Array<number>(COUNTERS_MAX + 1).fill(0);
    sums.set(startS, sum);
  }
  sum[0] += by * bucket.minutes;
  for (let at = 0; at < bucket.counts.length; at += 1) sum[at + 1] += by * bucket.counts[at];
}

function rowsOf(sums: Sums): number[][] {
  return [...sums].map(([startS, sum]) => [startS, ...sum]);
}

/** Adds buckets of one place (by = 1) to its sums, or takes them away again (by = -1). */
function sumWriter(database: Database) {
  const changes = `ON CONFLICT DO UPDATE SET minutes = minutes + excluded.minutes,
    counter_0 = counter_0 + excluded.counter_0, counter_1 = counter_1 + excluded.counter_1,
    counter_2 = counter_2 + excluded.counter_2, counter_3 = counter_3 + excluded.counter_3`;
  const putHour = database.prepare(`INSERT INTO hour VALUES (?,?,?,?,?,?,?) ${changes}`);
  const putDay = database.prepare(`INSERT INTO day VALUES (?,?,?,?,?,?,?) ${changes}`);
  return (placementId: number, bootTimeS: number, buckets: Bucket[], by: 1 | -1): void => {
    const hours: Sums = new Map();
    const days: Sums = new Map();
    for (const bucket of buckets) {
      const atS = bootTimeS + bucket.startS;
      addInto(hours, Math.floor(atS / HOUR_S) * HOUR_S, bucket, by);
      addInto(days, Math.floor(atS / DAY_S) * DAY_S, bucket, by);
    }
    for (const [startS, ...sum] of rowsOf(hours)) putHour.run(startS, placementId, ...sum);
    for (const [startS, ...sum] of rowsOf(days)) putDay.run(startS, placementId, ...sum);
  };
}

/** Writes the sums of every bucket stored of an epoch, some at a time. */
function epochWriter(database: Database) {
  const writeSums = sumWriter(database);
  const ofEpoch = database.prepare(`${ROW} WHERE node_key_id = ? AND epoch = ? ORDER BY sequence`);
  return (keyRowId: number, epoch: number, bootTimeS: number, by: 1 | -1): void => {
    const byPlacement = new Map<number, Bucket[]>();
    const records = (ofEpoch.all(keyRowId, epoch) as StoredRow[]).map(recordOfRow);
    for (const { placementId, bucket } of bucketsOfEpoch(records)) {
      const buckets = byPlacement.get(placementId);
      if (buckets === undefined) byPlacement.set(placementId, [bucket]);
      else buckets.push(bucket);
    }
    for (const [placementId, buckets] of byPlacement)
      writeSums(placementId, bootTimeS, buckets, by);
  };
}

/** Stored records that may have the same buckets as this one. */
function neighbourReader(database: Database) {
  const columns = `${ROW} WHERE node_key_id = ? AND epoch = ? AND sequence`;
  const before = database.prepare(`${columns} < ? ORDER BY sequence DESC`);
  const after = database.prepare(`${columns} > ? ORDER BY sequence`);
  return (keyRowId: number, record: TallyRecord): TallyRecord[] => {
    const found: PlacedRecord[] = [];
    for (const row of before.iterate(keyRowId, record.epoch, record.sequence)) {
      const placed = recordOfRow(row as StoredRow);
      if (placed.record.uptimeS <= firstStartS(record)) break;
      found.push(placed);
    }
    for (const row of after.iterate(keyRowId, record.epoch, record.sequence)) {
      const placed = recordOfRow(row as StoredRow);
      if (placed.record.uptimeS - REACH_S_MAX >= record.uptimeS) break;
      found.push(placed);
    }
    return found.sort((a, b) => a.id - b.id).map((placed) => placed.record);
  };
}

interface EpochRow {
  boot_time_s: number | null;
  clock_uncertainty: number;
  clock_sequence: number;
}

function clockOfRow(row: EpochRow | undefined): EpochClock | null {
  if (row === undefined || row.boot_time_s === null) return null;
  return {
    bootTimeS: row.boot_time_s,
    uncertainty: row.clock_uncertainty,
    sequence: row.clock_sequence,
  };
}

/** The newest record of a key: one that follows it and begins where it ended brings only new buckets. */
interface Tail {
  epoch: number;
  sequence: number;
  uptimeS: number;
}

function isNewer(record: TallyRecord, tail: Tail): boolean {
  if (record.epoch !== tail.epoch) return record.epoch > tail.epoch;
  return record.sequence > tail.sequence;
}

/** Keeps the sums in step with the records. */
export interface Rollups {
  /**
   * Counts a record in, before its own row is written.
   * @returns buckets that disagree with ones that were counted already
   */
  add(keyRowId: number, placementId: number, record: TallyRecord): number;
  /** Forgets what it remembers of the newest records: after a transaction was rolled back. */
  forget(): void;
}

/** Chooses the clock of an epoch, and moves its sums when a surer one comes. */
function epochDater(database: Database) {
  const getEpoch = database.prepare('SELECT * FROM epoch WHERE node_key_id = ? AND epoch = ?');
  const putEpoch = database.prepare(
    `INSERT INTO epoch (node_key_id, epoch, boot_time_s, clock_uncertainty, clock_sequence)
     VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET boot_time_s = excluded.boot_time_s,
       clock_uncertainty = excluded.clock_uncertainty, clock_sequence = excluded.clock_sequence`,
  );
  const dropEmpty = database.prepare(
    `DELETE FROM hour WHERE minutes = 0 AND hour_s >= ?
       AND placement_id IN (SELECT id FROM placement WHERE node_key_id = ?)`,
  );
  const dropEmptyDays = database.prepare(
    `DELETE FROM day WHERE minutes = 0
       AND placement_id IN (SELECT id FROM placement WHERE node_key_id = ?)`,
  );
  const writeEpoch = epochWriter(database);
  const move = (keyRowId: number, epoch: number, from: EpochClock | null, to: EpochClock) => {
    if (from !== null) writeEpoch(keyRowId, epoch, from.bootTimeS, -1);
    writeEpoch(keyRowId, epoch, to.bootTimeS, 1);
    if (from === null) return;
    // A first bucket may begin before the boot by an hour's rest.
    dropEmpty.run(from.bootTimeS - REACH_S_MAX, keyRowId);
    dropEmptyDays.run(keyRowId);
  };
  // Of the epoch that each key was heard in last: its row is there.
  const lately = new Map<number, { epoch: number; clock: EpochClock | null }>();
  const storedClock = (keyRowId: number, epoch: number): EpochClock | null | undefined => {
    const known = lately.get(keyRowId);
    if (known?.epoch === epoch) return known.clock;
    const row = getEpoch.get(keyRowId, epoch) as EpochRow | undefined;
    return row === undefined ? undefined : clockOfRow(row);
  };
  return {
    date(keyRowId: number, record: TallyRecord): EpochClock | null {
      const { epoch } = record;
      const stored = storedClock(keyRowId, epoch);
      const best = betterEpochClock(stored ?? null, epochClockOf(record));
      if (stored !== undefined && best === stored) {
        if (lately.get(keyRowId)?.epoch !== epoch) lately.set(keyRowId, { epoch, clock: stored });
        return stored;
      }
      const { bootTimeS = null, uncertainty = null, sequence = null } = best ?? {};
      putEpoch.run(keyRowId, epoch, bootTimeS, uncertainty, sequence);
      const moved = stored !== undefined && best !== null && best.bootTimeS !== stored?.bootTimeS;
      if (moved) move(keyRowId, epoch, stored, best);
      lately.set(keyRowId, { epoch, clock: best });
      return best;
    },
    forget: () => lately.clear(),
  };
}

/** Remembers the newest record of each key. */
function createTails(database: Database) {
  const newest = database.prepare(
    `${ROW} WHERE node_key_id = ? ORDER BY epoch DESC, sequence DESC LIMIT 1`,
  );
  const tails = new Map<number, Tail | null>();
  return {
    of(keyRowId: number): Tail | null {
      let tail = tails.get(keyRowId);
      if (tail === undefined) {
        const row = newest.get(keyRowId) as StoredRow | undefined;
        tail = row === undefined ? null : recordOfRow(row).record;
        tails.set(keyRowId, tail);
      }
      return tail;
    },
    set: (keyRowId: number, { epoch, sequence, uptimeS }: TallyRecord) =>
      tails.set(keyRowId, { epoch, sequence, uptimeS }),
    forget: () => tails.clear(),
  };
}

/** Prepares the writes on an open database. */
export function createRollups(database: Database): Rollups {
  const writeSums = sumWriter(database);
  const neighboursOf = neighbourReader(database);
  const dater = epochDater(database);
  const tails = createTails(database);
  return {
    add(keyRowId, placementId, record) {
      const clock = dater.date(keyRowId, record);
      const tail = tails.of(keyRowId);
      const newer = tail === null || isNewer(record, tail);
      const beginsAfter =
        tail === null || record.epoch > tail.epoch || firstStartS(record) >= tail.uptimeS;
      const neighbours = newer && beginsAfter ? [] : neighboursOf(keyRowId, record);
      const { fresh, disagreements } = newBuckets(record, neighbours);
      if (clock !== null && fresh.length > 0) writeSums(placementId, clock.bootTimeS, fresh, 1);
      if (newer) tails.set(keyRowId, record);
      return disagreements;
    },
    forget() {
      tails.forget();
      dater.forget();
    },
  };
}

function rebuildEpochs(database: Database): void {
  database.exec('DELETE FROM epoch');
  const put = database.prepare(
    `INSERT INTO epoch (node_key_id, epoch, boot_time_s, clock_uncertainty, clock_sequence)
     VALUES (?,?,?,?,?)`,
  );
  const epochs = database
    .prepare('SELECT DISTINCT node_key_id AS keyRowId, epoch FROM record')
    .all() as { keyRowId: number; epoch: number }[];
  const payloads = database.prepare(`${ROW} WHERE node_key_id = ? AND epoch = ?`);
  for (const { keyRowId, epoch } of epochs) {
    let best: EpochClock | null = null;
    for (const row of payloads.iterate(keyRowId, epoch)) {
      best = betterEpochClock(best, epochClockOf(recordOfRow(row as StoredRow).record));
    }
    put.run(
      keyRowId,
      epoch,
      best?.bootTimeS ?? null,
      best?.uncertainty ?? null,
      best?.sequence ?? null,
    );
  }
}

/**
 * Makes epochs, hourly and daily sums again from the records alone, inside the caller's transaction.
 * Throws: when a stored record does not decode.
 */
export function rebuildRollups(database: Database): void {
  rebuildEpochs(database);
  database.exec('DELETE FROM hour; DELETE FROM day;');
  const writeEpoch = epochWriter(database);
  const dated = database
    .prepare(
      `SELECT node_key_id AS keyRowId, epoch, boot_time_s AS bootTimeS FROM epoch
       WHERE boot_time_s IS NOT NULL`,
    )
    .all() as { keyRowId: number; epoch: number; bootTimeS: number }[];
  for (const { keyRowId, epoch, bootTimeS } of dated) writeEpoch(keyRowId, epoch, bootTimeS, 1);
}
