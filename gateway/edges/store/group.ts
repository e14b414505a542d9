/*
 * group.ts: the group transaction: opened by the first write, made durable together by commit().
 * Way: every write of the store -> begin(); gateway's committer -> commit().
 */
import type { Database } from 'better-sqlite3';

/** A number for a column of any type, where a plain one would be stored as 1.0. */
export function wholeNumber(value: string | number): string | bigint {
  return typeof value === 'number' ? BigInt(value) : value;
}

/** What else writes into each group transaction. */
export interface GroupPart {
  /** Is there something that should not wait for long? */
  isUrgent(): boolean;
  /** Writes, within the transaction. @returns called once it is durable */
  write(): () => void;
}

/** The group transaction of one writing connection. */
export function groupTransaction(database: Database) {
  const counts = new Map<string, number>();
  const putCount = database.prepare(
    `INSERT INTO refusal VALUES (?,?) ON CONFLICT (reason) DO UPDATE SET count = count + excluded.count`,
  );
  const putMeta = database.prepare('INSERT OR REPLACE INTO meta VALUES (?,?)');
  const later = new Map<string, string | number>();
  let part: GroupPart | null = null;
  const begin = () => {
    if (!database.inTransaction) database.exec('BEGIN IMMEDIATE');
  };
  return {
    begin,
    later,
    putMeta,
    counts,
    join(joining: GroupPart) {
      part = joining;
    },
    count(reason: string, by: number) {
      counts.set(reason, (counts.get(reason) ?? 0) + by);
    },
    pending(): 'nothing' | 'counts' | 'records' {
      if (database.inTransaction) return 'records';
      return counts.size > 0 || part?.isUrgent() ? 'counts' : 'nothing';
    },
    rollback() {
      if (database.inTransaction) database.exec('ROLLBACK');
    },
    commit() {
      begin();
      for (const [reason, by] of counts) putCount.run(reason, by);
      for (const [name, value] of later) putMeta.run(name, wholeNumber(value));
      const written = part?.write();
      database.exec('COMMIT');
      written?.();
      counts.clear();
      later.clear();
    },
  };
}
