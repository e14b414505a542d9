/*
 * statements.ts: what people say of sites, and milestones: rows in, rows out.
 * Way: API -> tables statement and milestone -> facts. Form: schema.sql. Rows are only added; a milestone may end.
 */
import type { Database } from 'better-sqlite3';
import type { MilestoneRow } from '../../core/facts/milestones';
import type { StatementRow } from '../../core/facts/statements';
import { FACT_STATEMENTS_MAX, MILESTONES_MAX, STATEMENTS_MAX } from '../../limits/facts';
import { wholeNumber } from './group';

/** What is written: who, when and how sure the clock was come with it. */
export type NewStatement = Omit<StatementRow, 'id' | 'afterRecord'>;
/** A milestone that is set. */
export type NewMilestone = Omit<MilestoneRow, 'id' | 'endedS'>;

/** Reads, prepared once on a connection for reading. */
export interface StatementReader {
  /** What was said of a site, newest first, at most FACT_STATEMENTS_MAX. */
  ofSite(site: string): StatementRow[];
  /** All sites or one, newest first, rows before this id (0 = from the newest). */
  page(site: string | null, beforeId: number, limit: number): StatementRow[];
  milestones(): MilestoneRow[];
}

/** Writes, inside the caller's transaction. */
export interface StatementWriter {
  /** @returns its row; null = there is no such site, or no room for more. */
  add(statement: NewStatement): number | null;
  /** Rows said of a site since then. */
  countSince(site: string, sinceS: number): number;
  /** @returns its row; null = no room for more. */
  addMilestone(milestone: NewMilestone): number | null;
  /** @returns false: there is no such milestone, or it has ended. */
  endMilestone(id: number, atS: number): boolean;
}

const STATEMENT_SQL = `SELECT t.id, s.site, t.about, t.value, t.note, t.at_s AS atS, t.clock_state AS clockState,
  t.reporter, t.after_record AS afterRecord FROM statement t JOIN site s ON s.id = t.site_id`;
const MILESTONE_SQL = `SELECT id, title, goal, target, base, due_s AS dueS, made_s AS madeS, clock_state AS clockState,
  reporter, ended_s AS endedS FROM milestone ORDER BY id`;

/** Prepares the reads. */
export function createStatementReader(database: Database): StatementReader {
  const ofSite = database.prepare(`${STATEMENT_SQL} WHERE s.site = ? ORDER BY t.id DESC LIMIT ?`);
  const before = `t.id < ? ORDER BY t.id DESC LIMIT ?`;
  const all = database.prepare(`${STATEMENT_SQL} WHERE ${before}`);
  const one = database.prepare(`${STATEMENT_SQL} WHERE s.site = ? AND ${before}`);
  const milestones = database.prepare(MILESTONE_SQL);
  return {
    ofSite: (site) => ofSite.all(site, FACT_STATEMENTS_MAX) as StatementRow[],
    page(site, beforeId, limit) {
      const below = beforeId === 0 ? Number.MAX_SAFE_INTEGER : beforeId;
      const rows = site === null ? all.all(below, limit) : one.all(site, below, limit);
      return rows as StatementRow[];
    },
    milestones: () => milestones.all() as MilestoneRow[],
  };
}

/** Prepares the writes. `begin` opens the transaction they belong to, where none is open. */
export function statementWriter(database: Database, begin: () => void): StatementWriter {
  const siteId = database.prepare('SELECT id FROM site WHERE site = ?').pluck();
  const count = database.prepare('SELECT coalesce(max(id), 0) FROM statement').pluck();
  const since = database
    .prepare('SELECT count(*) FROM statement WHERE site_id = ? AND at_s >= ?')
    .pluck();
  const add = database.prepare(
    `INSERT INTO statement (site_id, about, value, note, at_s, clock_state, reporter, after_record)
     VALUES (?,?,?,?,?,?,?, (SELECT coalesce(max(id), 0) FROM record))`,
  );
  const milestones = database.prepare('SELECT coalesce(max(id), 0) FROM milestone').pluck();
  const addMilestone = database.prepare(
    `INSERT INTO milestone (title, goal, target, base, due_s, made_s, clock_state, reporter) VALUES (?,?,?,?,?,?,?,?)`,
  );
  const end = database.prepare('UPDATE milestone SET ended_s = ? WHERE id = ? AND ended_s IS NULL');
  return {
    add({ site, about, value, note, atS, clockState, reporter }) {
      const id = siteId.get(site) as number | undefined;
      if (id === undefined || (count.get() as number) >= STATEMENTS_MAX) return null;
      begin();
      const row = add.run(id, about, wholeNumber(value), note, atS, clockState, reporter);
      return Number(row.lastInsertRowid);
    },
    countSince(site, sinceS) {
      const id = siteId.get(site) as number | undefined;
      return id === undefined ? 0 : (since.get(id, sinceS) as number);
    },
    addMilestone({ title, goal, target, base, dueS, madeS, clockState, reporter }) {
      if ((milestones.get() as number) >= MILESTONES_MAX) return null;
      begin();
      const row = addMilestone.run(title, goal, target, base, dueS, madeS, clockState, reporter);
      return Number(row.lastInsertRowid);
    },
    endMilestone(id, atS) {
      begin();
      return end.run(atS, id).changes === 1;
    },
  };
}
