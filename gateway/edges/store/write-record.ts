/*
 * write-record.ts: stores an accepted record: its exact bytes, how it arrived, and what it adds to the sums.
 * Way: judge's verdict -> table record; rollups.ts -> tables epoch, hour, day. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import type { Reception } from '../../core/heard';
import type { SignedRecord } from '../../core/judge';
import { createRollups } from './rollups';

/** How the gateway stood when a record arrived. */
export interface Arrival extends Reception {
  /** Unix time by the gateway's clock, s. */
  atS: number;
  clockState: string;
  /** Late on arrival: newer data of the node is stored, or it is old. */
  historical: boolean;
}

/** Prepares the writes of one accepted record. */
export function recordWriter(database: Database) {
  const insert = database.prepare(
    `INSERT INTO record (node_key_id, placement_id, epoch, sequence, kind, payload, signature,
       received_at_s, clock_state, historical, from_radio, rssi_dbm, hops)
     VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
  );
  const rollups = createRollups(database);
  return {
    /** @returns buckets that disagree with stored ones */
    add({ key, placement, record, payload, signature }: SignedRecord, arrival: Arrival): number {
      const disagreements = rollups.add(key.rowId, placement.rowId, record);
      insert.run(
        key.rowId,
        placement.rowId,
        record.epoch,
        record.sequence,
        record.kind,
        payload,
        signature,
        arrival.atS,
        arrival.clockState,
        arrival.historical ? 1 : 0,
        arrival.fromRadio,
        arrival.rssiDbm,
        arrival.hops,
      );
      return disagreements;
    },
    forget: rollups.forget,
  };
}
