/*
 * Reads the gateway's database from outside, read-only, as any auditor could.
 * From: DIR/gateway.sqlite (its form: gateway/edges/store/schema.sql). To: the view, judge.ts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bucketsOf } from '../../gateway/core/buckets-of';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { decodeRecord } from '../../shared/record';
import type { RecordBytes, StoredBucket } from './judge';

/** Packets that changed nothing, so far in this folder. */
export interface RefusedCounts {
  duplicate: number;
  rejected: number;
}

/** What is known of one key while the village runs. */
export interface KeyProgress {
  storedRecords: number;
  lastHeardS: number;
}

/** An open reading. Keys are named by their public key in hex. */
export interface StoreReading {
  progress(): Map<string, KeyProgress>;
  refused(): RefusedCounts;
  recordsOf(publicKey: Uint8Array): RecordBytes[];
  bucketsOf(publicKey: Uint8Array): StoredBucket[];
  close(): void;
}

/** Each bucket of a key once: of two that begin at the same time the one accepted first. */
function bucketsIn(payloads: Uint8Array[]): StoredBucket[] {
  const found = new Map<string, StoredBucket>();
  for (const payload of payloads) {
    const record = decodeRecord(payload);
    if (typeof record === 'string') throw new Error(`a stored record does not decode: ${record}`);
    for (const { startS, counts } of bucketsOf(record)) {
      const name = `${record.epoch}/${startS}`;
      const bucket = { epoch: record.epoch, startUptimeS: startS, counts };
      if (!found.has(name)) found.set(name, bucket);
    }
  }
  return [...found.values()];
}

function countRefused(rows: { reason: string; count: number }[]): RefusedCounts {
  const counts = { duplicate: 0, rejected: 0 };
  for (const { reason, count } of rows) {
    if (reason === 'duplicate') counts.duplicate += count;
    // A disagreement is about a carried bucket of a record that was accepted, not about a packet.
    else if (reason !== 'disagreement') counts.rejected += count;
  }
  return counts;
}

/** What the folder's database had refused before this run; zeros when there is none yet. */
export function refusedBefore(folder: string): RefusedCounts {
  if (!existsSync(join(folder, 'gateway.sqlite'))) return { duplicate: 0, rejected: 0 };
  const reading = openStoreReading(folder);
  const counts = reading.refused();
  reading.close();
  return counts;
}

/** Opens DIR/gateway.sqlite for reading. Throws: when there is none. */
export function openStoreReading(folder: string): StoreReading {
  const database = new Database(join(folder, 'gateway.sqlite'), {
    readonly: true,
    fileMustExist: true,
  });
  const progress = database.prepare(
    `SELECT lower(hex(k.public_key)) AS publicKey, count(r.id) AS storedRecords,
       coalesce(max(r.received_at_s), 0) AS lastHeardS
     FROM node_key k LEFT JOIN record r ON r.node_key_id = k.id GROUP BY k.id`,
  );
  const refusal = database.prepare('SELECT reason, count FROM refusal');
  const records = database.prepare(
    `SELECT epoch, sequence, payload, signature FROM record
     WHERE node_key_id = (SELECT id FROM node_key WHERE public_key = ?) ORDER BY epoch, sequence`,
  );
  const payloads = database
    .prepare(
      `SELECT payload FROM record
       WHERE node_key_id = (SELECT id FROM node_key WHERE public_key = ?) ORDER BY id`,
    )
    .pluck();
  return {
    progress: () => {
      const rows = progress.all() as ({ publicKey: string } & KeyProgress)[];
      return new Map(rows.map((row) => [row.publicKey, row]));
    },
    refused: () => countRefused(refusal.all() as { reason: string; count: number }[]),
    recordsOf: (publicKey) =>
      (
        records.all(publicKey) as {
          epoch: number;
          sequence: number;
          payload: Uint8Array;
          signature: Uint8Array;
        }[]
      ).map((row) => ({
        epoch: row.epoch,
        sequence: row.sequence,
        bytes: new Uint8Array([...row.payload, ...row.signature]),
      })),
    bucketsOf: (publicKey) => bucketsIn(payloads.all(publicKey) as Uint8Array[]),
    close: () => database.close(),
  };
}
