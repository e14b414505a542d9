/*
 * write-witness.ts: evidence of conflicts and notices: kept, but bounded.
 * Way: custody -> tables conflict and notice -> bridge/event. Form: schema.sql.
 */
import type { Database } from 'better-sqlite3';
import type { SignedRecord } from '../../core/judge';
import { CONFLICTS_PER_KEY_MAX, NOTICES_MAX } from '../../limits/store';

/** Evidence and notices: kept, but bounded. */
export function witnessWriter(database: Database) {
  const conflictsOf = database
    .prepare('SELECT count(*) FROM conflict WHERE node_key_id = ?')
    .pluck();
  const putConflict = database.prepare(
    `INSERT INTO conflict (node_key_id, epoch, sequence, payload, signature, received_at_s)
     VALUES (?,?,?,?,?,?)`,
  );
  const putNotice = database.prepare('INSERT INTO notice (at_s, body) VALUES (?,?)');
  const dropNotices = database.prepare('DELETE FROM notice WHERE id <= ?');
  return {
    hasRoom: (keyRowId: number) => (conflictsOf.get(keyRowId) as number) < CONFLICTS_PER_KEY_MAX,
    addConflict({ key, record, payload, signature }: SignedRecord, atS: number) {
      putConflict.run(key.rowId, record.epoch, record.sequence, payload, signature, atS);
    },
    addNotice(atS: number, body: object) {
      const { lastInsertRowid } = putNotice.run(atS, JSON.stringify(body));
      dropNotices.run(Number(lastInsertRowid) - NOTICES_MAX);
    },
  };
}
