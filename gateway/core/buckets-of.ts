/*
 * buckets-of.ts: which buckets a record brings, and which of them nobody brought before.
 * A record's last twelve buckets are its own; earlier ones are carried again, and are counted once.
 * Way: record and the records around it -> new buckets -> hourly and daily sums of the store.
 * Pure. Source: design section 5 ("the gateway dedupes by bucket start and raises disagreement").
 */
import { BUCKETS_MAX } from '../../shared/limits';
import type { TallyRecord } from '../../shared/record';

/** What was counted in some minutes of an epoch. */
export interface Bucket {
  /** Uptime at which it begins, s (may be below 0). */
  startS: number;
  minutes: number;
  /** What each counter rose by. */
  counts: number[];
}

/** A stored record and its place in the order of acceptance (row id): of two that differ the earlier one counts. */
export interface PlacedRecord {
  id: number;
  /** Row of the place where its node stood. */
  placementId: number;
  record: TallyRecord;
}

/** A bucket and the place where it was counted. */
export interface PlacedBucket {
  placementId: number;
  bucket: Bucket;
}

/** Longest time that the buckets of one record reach back, s: as many hours as buckets. */
export const REACH_S_MAX = BUCKETS_MAX * 3600;

/** Uptime at which the first bucket of a record begins, s; of an event, when it happened. */
export function firstStartS(record: TallyRecord): number {
  if (record.kind === 3) return record.uptimeS;
  return record.uptimeS - record.buckets.length * record.bucketMinutes * 60;
}

/** The buckets of a record, oldest first. An event has none. */
export function bucketsOf(record: TallyRecord): Bucket[] {
  if (record.kind === 3) return [];
  const { bucketMinutes: minutes, buckets } = record;
  const firstS = firstStartS(record);
  return buckets.map((counts, at) => ({ startS: firstS + at * minutes * 60, minutes, counts }));
}

function sameBucket(a: Bucket, b: Bucket): boolean {
  if (a.minutes !== b.minutes || a.counts.length !== b.counts.length) return false;
  return a.counts.every((value, at) => value === b.counts[at]);
}

/**
 * The buckets of a record that none of its neighbours brought.
 * @param neighbours records accepted before it whose buckets may be the same ones, in order of acceptance
 * @returns new buckets, and how many of the others differ from what counts already
 */
export function newBuckets(
  record: TallyRecord,
  neighbours: TallyRecord[],
): { fresh: Bucket[]; disagreements: number } {
  const known = new Map<number, Bucket>();
  for (const neighbour of neighbours) {
    for (const bucket of bucketsOf(neighbour)) {
      if (!known.has(bucket.startS)) known.set(bucket.startS, bucket);
    }
  }
  const fresh: Bucket[] = [];
  let disagreements = 0;
  for (const bucket of bucketsOf(record)) {
    const counted = known.get(bucket.startS);
    if (counted === undefined) fresh.push(bucket);
    else if (!sameBucket(counted, bucket)) disagreements += 1;
  }
  return { fresh, disagreements };
}

/**
 * Every bucket of an epoch once: the one accepted first of those that begin at the same uptime.
 * Keeps only what may still be brought again, so that an epoch of years takes little memory.
 * @param records all of one epoch, by rising sequence
 */
export function* bucketsOfEpoch(records: Iterable<PlacedRecord>): Generator<PlacedBucket> {
  const open = new Map<number, PlacedBucket & { id: number }>();
  for (const { id, placementId, record } of records) {
    for (const [startS, oldest] of open) {
      // In the order they were put in, which is nearly that of their starts: what is younger waits.
      if (startS >= record.uptimeS - REACH_S_MAX) break;
      open.delete(startS);
      yield oldest;
    }
    for (const bucket of bucketsOf(record)) {
      const other = open.get(bucket.startS);
      if (other === undefined || id < other.id)
        open.set(bucket.startS, { id, placementId, bucket });
    }
  }
  yield* open.values();
}
