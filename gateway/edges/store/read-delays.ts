/*
 * read-delays.ts: how long records of a key are on their way, as measured while the gateway knew the time.
 * Way: newest stored records -> shortest delay -> what the nodes say of time after a power cut (core/nodes-time.ts).
 */
import type { Database } from 'better-sqlite3';
import { decodeRecord } from '../../../shared/record';
import { NODE_DELAY_RECORDS, NODE_DELAY_S } from '../../limits/clock';

/** Looks up delays. */
export interface DelayReader {
  /** Shortest delay from a record's time to its arrival, s, of the newest records; null = never measured. */
  shortestDelayS(keyRowId: number): number | null;
}

/** Prepares the reader on a connection for reading. */
export function createDelayReader(database: Database): DelayReader {
  const newest = database.prepare(
    `SELECT payload, received_at_s AS atS, clock_state AS state FROM record
     WHERE node_key_id = ? ORDER BY epoch DESC, sequence DESC LIMIT ?`,
  );
  return {
    shortestDelayS(keyRowId) {
      const rows = newest.all(keyRowId, NODE_DELAY_RECORDS) as {
        payload: Uint8Array;
        atS: number;
        state: string;
      }[];
      const delays = rows.flatMap(({ payload, atS, state }) => {
        const record = decodeRecord(payload);
        if (state !== 'trusted' || typeof record === 'string' || record.timeS === 0) return [];
        const delayS = atS - record.timeS;
        return delayS >= 0 && delayS <= NODE_DELAY_S ? [delayS] : [];
      });
      return delays.length === 0 ? null : Math.min(...delays);
    },
  };
}
