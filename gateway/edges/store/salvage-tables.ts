/*
 * salvage-tables.ts: the small tables (register, facts, accounts …) of a damaged database, and of a backup where it lacks some.
 * Way: what SQLite can still read, then rows found on single pages (pages.ts), then the backup -> a new database.
 */
import type { Database } from 'better-sqlite3';
import { MIGRATIONS } from './migrations';
import { type RawRow, type RawValue, rawRows } from './pages';

/** Made again from the records, or read apart. */
const NOT_COPIED = ['record', 'epoch', 'hour', 'day'];

/** What became of a table. */
export interface TableReport {
  table: string;
  /** whole: all of it could be read. partly: what could be found, and whether more is missing nobody knows. */
  state: 'whole' | 'partly';
  rows: number;
  /** Rows taken from the backup because the damaged file lacked them. */
  fromBackup: number;
}

type Row = RawValue[];
type Shape = { of: RawRow['of']; row(rowId: number, values: Row): Row | null };

const isText = (value: RawValue): value is string => typeof value === 'string';
const isWhole = (value: RawValue): value is number => Number.isSafeInteger(value);
const isBlob = (value: RawValue, length?: number): boolean =>
  value instanceof Uint8Array && (length === undefined || value.length === length);
const isNumberOrNull = (value: RawValue) => value === null || typeof value === 'number';
const SCOPES = ['reader', 'technician', 'admin'];
const REPORTERS = ['somebody', ...SCOPES];
const FACTS =
  /^(pod|gateway_public_key|bulletin_sequence|clock|recovery_\w+|gateway_key_notice|cursor:.+|hours_run|records_missing)$/;

/** A table with row ids: the first column is the row id, the others must look like this. */
function withRowId(fits: (values: Row) => boolean): Shape {
  return {
    of: 'table',
    row: (rowId, values) =>
      values[0] === null && fits(values) ? [rowId, ...values.slice(1)] : null,
  };
}

function withoutRowId(fits: (values: Row) => boolean): Shape {
  return { of: 'index', row: (_rowId, values) => (fits(values) ? values : null) };
}

/** What a row of each table looks like on its page. Form: schema.sql. */
const SHAPES: Record<string, Shape> = {
  site: withRowId(
    (v) =>
      v.length === 6 &&
      isText(v[1]) &&
      isText(v[2]) &&
      (v[3] === 'water-point' || v[3] === 'canteen') &&
      isNumberOrNull(v[4]) &&
      isNumberOrNull(v[5]),
  ),
  node_key: withRowId(
    (v) => v.length === 4 && isBlob(v[1], 32) && isBlob(v[2], 4) && isWhole(v[3]),
  ),
  placement: withRowId(
    (v) => v.length === 5 && v.slice(1, 4).every(isWhole) && (v[4] === null || isWhole(v[4])),
  ),
  quarantine: withRowId(
    (v) =>
      v.length === 8 &&
      isBlob(v[1], 4) &&
      isBlob(v[2]) &&
      isText(v[4]) &&
      [v[3], v[5], v[6], v[7]].every(isWhole),
  ),
  conflict: withRowId(
    (v) =>
      v.length === 7 &&
      v.slice(1, 4).every(isWhole) &&
      isBlob(v[4]) &&
      isBlob(v[5], 64) &&
      isWhole(v[6]),
  ),
  notice: withRowId((v) => v.length === 3 && isWhole(v[1]) && isText(v[2]) && v[2].startsWith('{')),
  token: withRowId(
    (v) => v.length === 5 && isText(v[1]) && SCOPES.includes(String(v[2])) && isBlob(v[3], 32),
  ),
  statement: withRowId(
    (v) =>
      v.length === 9 &&
      isWhole(v[1]) &&
      [v[2], v[4], v[6]].every(isText) &&
      (isText(v[3]) || isWhole(v[3])) &&
      isWhole(v[5]) &&
      isWhole(v[8]) &&
      REPORTERS.includes(String(v[7])),
  ),
  milestone: withRowId(
    (v) =>
      v.length === 10 &&
      [v[1], v[2], v[7]].every(isText) &&
      v.slice(3, 7).every(isWhole) &&
      REPORTERS.includes(String(v[8])) &&
      (v[9] === null || isWhole(v[9])),
  ),
  account: withoutRowId(
    (v) =>
      v.length === 4 &&
      isText(v[0]) &&
      SCOPES.includes(String(v[1])) &&
      isText(v[2]) &&
      isWhole(v[3]),
  ),
  meta: withoutRowId(
    (v) => v.length === 2 && isText(v[0]) && FACTS.test(v[0]) && (isText(v[1]) || isWhole(v[1])),
  ),
  calibration: withoutRowId((v) => v.length === 3 && v.every(isWhole)),
};

/** A value as SQLite shall store it: whole numbers as integers. */
function toStore(value: RawValue): RawValue {
  return isWhole(value) ? BigInt(value) : value;
}

function columnsOf(database: Database, table: string): string[] {
  const rows = database.pragma(`table_info("${table}")`) as { name: string }[];
  return rows.map(({ name }) => name);
}

/** Reads what SQLite can still read of a table. */
function readTable(source: Database, table: string, columns: string[]) {
  const rows: Row[] = [];
  try {
    const shared = columnsOf(source, table).filter((name) => columns.includes(name));
    if (shared.length === 0) return { rows, shared: columns, whole: isOlder(source) };
    const all = source.prepare(`SELECT ${shared.join(', ')} FROM "${table}"`).raw();
    for (const row of all.iterate() as Iterable<Row>) rows.push(row);
    return { rows, shared, whole: true };
  } catch {
    return { rows, shared: columns, whole: false };
  }
}

/** An older form may lack tables; one whose list of tables is readable at all tells the truth. */
function isOlder(source: Database): boolean {
  const form = source.pragma('user_version', { simple: true }) as number;
  const hasRecord = source.prepare("SELECT 1 FROM sqlite_master WHERE name = 'record'").get();
  return form < MIGRATIONS.length && hasRecord !== undefined;
}

function tablesOf(target: Database): string[] {
  const names = target
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  return names.filter((name) => !NOT_COPIED.includes(name));
}

/** Puts rows into a table of the new database; what breaks its rules is left out. @returns how many were put in. */
function createPutter(target: Database, table: string) {
  return (columns: string[], rows: Iterable<Row>): number => {
    const marks = columns.map(() => '?').join(',');
    const put = target.prepare(
      `INSERT OR IGNORE INTO "${table}" (${columns.join(', ')}) VALUES (${marks})`,
    );
    let count = 0;
    for (const row of rows) {
      try {
        count += put.run(...row.map(toStore)).changes;
      } catch {
        // A value of the wrong type: the row was damaged.
      }
    }
    return count;
  };
}

/** Rows on single pages that look like a row of one of these tables; of several states of one row the last. */
function looseRows(path: string, tables: string[], progress: (share: number) => void) {
  const found = new Map(tables.map((table) => [table, new Map<string, Row>()]));
  for (const raw of rawRows(path, progress)) {
    for (const [table, rows] of found) {
      const shape = SHAPES[table];
      const row = shape?.of === raw.of ? shape.row(raw.rowId, raw.values) : null;
      if (row === null || row === undefined) continue;
      const name =
        shape.of === 'table'
          ? String(row[0])
          : String(row[0]) + (table === 'calibration' ? `/${row[1]}` : '');
      rows.delete(name);
      rows.set(name, row);
    }
  }
  return found;
}

/**
 * Fills the small tables of the new database.
 * @param source the damaged database; null = SQLite cannot open it at all
 * @param keyIdOf first 4 bytes of SHA-256 of a key: a damaged key is left out
 */
export function salvageTables(
  target: Database,
  path: string,
  source: Database | null,
  backup: Database | null,
  keyIdOf: (publicKey: Uint8Array) => Uint8Array,
  progress: (share: number) => void,
): TableReport[] {
  const tables = tablesOf(target);
  const reports = new Map<string, TableReport>();
  for (const table of tables) {
    const columns = columnsOf(target, table);
    const read =
      source === null
        ? { rows: [], shared: columns, whole: false }
        : readTable(source, table, columns);
    const rows = createPutter(target, table)(read.shared, read.rows);
    const whole = read.whole && rows === read.rows.length;
    reports.set(table, { table, state: whole ? 'whole' : 'partly', rows, fromBackup: 0 });
  }
  const torn = [...reports.values()].filter(({ state }) => state === 'partly');
  if (torn.length > 0) {
    const loose = looseRows(
      path,
      torn.map(({ table }) => table),
      progress,
    );
    for (const report of torn) {
      const columns = columnsOf(target, report.table);
      const put = createPutter(target, report.table);
      report.rows += put(columns, loose.get(report.table)?.values() ?? []);
      dropFalseKeys(target, keyIdOf);
      if (backup === null) continue;
      const kept = readTable(backup, report.table, columns);
      report.fromBackup = put(kept.shared, kept.rows);
      report.rows += report.fromBackup;
    }
  }
  dropFalseKeys(target, keyIdOf);
  return [...reports.values()];
}

/** A key whose id does not follow from it was damaged. */
function dropFalseKeys(target: Database, keyIdOf: (publicKey: Uint8Array) => Uint8Array): void {
  const keys = target.prepare('SELECT id, public_key AS key, key_id AS keyId FROM node_key').all();
  const drop = target.prepare('DELETE FROM node_key WHERE id = ?');
  for (const { id, key, keyId } of keys as { id: number; key: Uint8Array; keyId: Uint8Array }[]) {
    if (Buffer.compare(keyIdOf(key), keyId) !== 0) drop.run(id);
  }
}
