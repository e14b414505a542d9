/*
 * quarantine.ts: packets whose key nobody has registered yet. They wait, bounded, until it is.
 * Way: custody -> table quarantine -> custody again when the register knows the key. Form: schema.sql.
 * Nothing here is believed: no signature can be checked yet. So one key id gets its share and no more, and when
 * all is full the key id with the most packets gives up its oldest.
 */
import type { Database } from 'better-sqlite3';
import type { Reception } from '../../core/heard';
import { QUARANTINE_MAX, QUARANTINE_PER_KEY_MAX } from '../../limits/store';

/** A packet that waits, and how it was heard. */
export interface QuarantinedPacket extends Reception {
  id: number;
  /** Payload and signature. */
  packet: Uint8Array;
  /** Unix time by the gateway's clock, s. */
  atS: number;
  clockState: string;
}

/** How many packets wait, by key id (hex), most first. */
export type QuarantineCounts = { keyId: string; packets: number; lastHeardS: number }[];

/** The table's reads and writes. */
export interface Quarantine {
  /** Does this packet wait already? */
  has(packet: Uint8Array): boolean;
  add(keyId: Uint8Array, packet: Omit<QuarantinedPacket, 'id'>): void;
  /** Takes out everything that waits for this key, oldest first. */
  take(keyId: Uint8Array): QuarantinedPacket[];
}

/** Prepares the table's reads and writes. `begin` opens the transaction they belong to, where none is open. */
export function createQuarantine(database: Database, begin: () => void): Quarantine {
  const find = database.prepare('SELECT 1 FROM quarantine WHERE packet = ?');
  const put = database.prepare(
    `INSERT INTO quarantine (key_id, packet, received_at_s, clock_state, from_radio, rssi_dbm, hops)
     VALUES (?,?,?,?,?,?,?)`,
  );
  const count = database.prepare('SELECT count(*) FROM quarantine').pluck();
  const countOf = database.prepare('SELECT count(*) FROM quarantine WHERE key_id = ?').pluck();
  const largest = database
    .prepare('SELECT key_id FROM quarantine GROUP BY key_id ORDER BY count(*) DESC, key_id LIMIT 1')
    .pluck();
  const dropOldest = database.prepare(
    'DELETE FROM quarantine WHERE id = (SELECT min(id) FROM quarantine WHERE key_id = ?)',
  );
  const waiting = database.prepare(
    `SELECT id, packet, received_at_s AS atS, clock_state AS clockState, from_radio AS fromRadio,
       rssi_dbm AS rssiDbm, hops FROM quarantine WHERE key_id = ? ORDER BY id`,
  );
  const drop = database.prepare('DELETE FROM quarantine WHERE key_id = ?');
  return {
    has: (packet) => find.get(packet) !== undefined,
    add(keyId, { packet, atS, clockState, fromRadio, rssiDbm, hops }) {
      begin();
      if ((countOf.get(keyId) as number) >= QUARANTINE_PER_KEY_MAX) dropOldest.run(keyId);
      else if ((count.get() as number) >= QUARANTINE_MAX) dropOldest.run(largest.get());
      put.run(keyId, packet, atS, clockState, fromRadio, rssiDbm, hops);
    },
    take(keyId) {
      const packets = waiting.all(keyId) as QuarantinedPacket[];
      if (packets.length === 0) return packets;
      begin();
      drop.run(keyId);
      return packets;
    },
  };
}

/** Reads what waits. @returns at most `limit` key ids */
export function quarantineCounts(database: Database): (limit: number) => QuarantineCounts {
  const counts = database.prepare(
    `SELECT lower(hex(key_id)) AS keyId, count(*) AS packets, max(received_at_s) AS lastHeardS
     FROM quarantine GROUP BY key_id ORDER BY packets DESC, keyId LIMIT ?`,
  );
  return (limit) => counts.all(limit) as QuarantineCounts;
}
