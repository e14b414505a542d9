/*
 * check-sums.ts: are the sums of a key's day those of its records?
 * Way: records of the epochs that reach into a day -> sums -> compared with tables hour and day. Read only.
 * The sums are made here by another way than rollups.ts keeps them: from all records of an epoch at once.
 */
import type { Database } from 'better-sqlite3';
import { COUNTERS_MAX } from '../../../shared/limits';
import { decodeRecord } from '../../../shared/record';
import { type Bucket, bucketsOfEpoch, type PlacedRecord, REACH_S_MAX } from '../../core/buckets-of';

const HOUR_S = 3600;
const DAY_S = 86_400;

interface StoredRow {
  id: number;
  placementId: number;
  payload: Uint8Array;
}

interface EpochRow {
  epoch: number;
  bootTimeS: number;
}

/** Minutes and counters by "placement/start". */
type Sums = Map<string, number[]>;

function addInto(sums: Sums, name: string, { minutes, counts }: Bucket): void {
  const sum = sums.get(name) ?? new Array<number>(COUNTERS_MAX + 1).fill(0);
  sum[0] += minutes;
  counts.forEach((count, at) => {
    sum[at + 1] += count;
  });
  sums.set(name, sum);
}

function* placedRecords(rows: Iterable<StoredRow>): Generator<PlacedRecord> {
  for (const { id, placementId, payload } of rows) {
    const record = decodeRecord(payload);
    if (typeof record !== 'string') yield { id, placementId, record };
  }
}

function differs(a: Sums, b: Sums): boolean {
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [one, other] = [a.get(name), b.get(name)];
    if (one === undefined || other === undefined) return true;
    if (one.some((value, at) => value !== other[at])) return true;
  }
  return false;
}

/** Prepares the comparison. @returns whether the sums of this key on this day (Unix s of its midnight) are right. */
export function daySumsChecker(database: Database): (keyRowId: number, dayS: number) => boolean {
  const epochs = database.prepare(
    `SELECT epoch, boot_time_s AS bootTimeS FROM epoch
     WHERE node_key_id = ? AND boot_time_s IS NOT NULL AND boot_time_s < ?`,
  );
  const newest = database
    .prepare(
      'SELECT payload FROM record WHERE node_key_id = ? AND epoch = ? ORDER BY sequence DESC LIMIT 1',
    )
    .pluck();
  const records = database.prepare(
    `SELECT id, placement_id AS placementId, payload FROM record
     WHERE node_key_id = ? AND epoch = ? ORDER BY sequence`,
  );
  const stored = (table: string, start: string) =>
    database
      .prepare(
        `SELECT placement_id || '/' || ${start}, minutes, counter_0, counter_1, counter_2, counter_3
         FROM ${table} WHERE ${start} >= ? AND ${start} < ?
           AND placement_id IN (SELECT id FROM placement WHERE node_key_id = ?)`,
      )
      .raw();
  const [hours, days] = [stored('hour', 'hour_s'), stored('day', 'day_s')];
  const reaches = (keyRowId: number, { epoch, bootTimeS }: EpochRow, dayS: number) => {
    const record = decodeRecord(newest.get(keyRowId, epoch) as Uint8Array);
    return typeof record !== 'string' && bootTimeS + record.uptimeS >= dayS;
  };
  const sumsOf = (rows: unknown[]): Sums =>
    new Map((rows as [string, ...number[]][]).map(([name, ...sum]) => [name, sum]));
  return (keyRowId, dayS) => {
    const [byHour, byDay]: [Sums, Sums] = [new Map(), new Map()];
    for (const row of epochs.all(keyRowId, dayS + DAY_S + REACH_S_MAX) as EpochRow[]) {
      if (!reaches(keyRowId, row, dayS)) continue;
      const rows = records.iterate(keyRowId, row.epoch) as Iterable<StoredRow>;
      for (const { placementId, bucket } of bucketsOfEpoch(placedRecords(rows))) {
        const atS = row.bootTimeS + bucket.startS;
        if (atS < dayS || atS >= dayS + DAY_S) continue;
        addInto(byDay, `${placementId}/${dayS}`, bucket);
        addInto(byHour, `${placementId}/${Math.floor(atS / HOUR_S) * HOUR_S}`, bucket);
      }
    }
    const range = [dayS, dayS + DAY_S, keyRowId];
    return (
      !differs(byDay, sumsOf(days.all(...range))) && !differs(byHour, sumsOf(hours.all(...range)))
    );
  };
}
