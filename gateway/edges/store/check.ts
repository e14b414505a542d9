/*
 * check.ts: is a database whole? Form, structure, references, signatures, sums.
 * Way: an open connection -> faults in words. Read only. All of it takes minutes on a large database; the look at a start
 * takes milliseconds.
 */
import type { Database } from 'better-sqlite3';
import { RECORD_AAD } from '../../../shared/cose';
import { decodeRecord } from '../../../shared/record';
import {
  CHECK_DAYS,
  CHECK_FAULTS_MAX,
  CHECK_NEWEST,
  CHECK_RANDOM,
  CHECK_START,
} from '../../limits/backup';
import { daySumsChecker } from './check-sums';
import { MIGRATIONS } from './migrations';

/** Checks the signature of a payload. */
type VerifySigned = (
  aad: string,
  payload: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
) => boolean;

/** How thoroughly. */
export interface CheckWays {
  verify: VerifySigned;
  /** 0..1, below 1: which records and days are looked at. */
  random(): number;
  /** Signatures of all records, not of some. */
  allSignatures: boolean;
  /** false: not every page is read, only the end and the parts that everything needs. Default true. */
  everyPage?: boolean;
  /** Is told what is being looked at, and the share done, 0..1. */
  progress(what: string, share: number): void;
}

/** What was found. */
export interface Checked {
  form: number;
  records: number;
  /** Row of the record accepted last; 0 = none. */
  newestId: number;
  pod: string | null;
  /** Public half of the gateway's key, hex. */
  publicKey: string | null;
  /** Records whose signature was checked. */
  signatures: number;
  /** Days of a place whose sums were compared with their records. */
  days: number;
  /** What is wrong, in words; empty = whole. */
  faults: string[];
  /** Would sums made again from the records mend all of it? */
  onlySums: boolean;
}

interface RecordRow {
  id: number;
  payload: Uint8Array;
  signature: Uint8Array;
  publicKey: Uint8Array | null;
}

const RECORD_SQL = `SELECT r.id, r.payload, r.signature, k.public_key AS publicKey
  FROM record r LEFT JOIN node_key k ON k.id = r.node_key_id`;

/** Is this error SQLite's word for a file that is damaged? */
export function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  return code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
}

function structureFaults(database: Database, everyPage: boolean): string[] {
  if (!everyPage) {
    lookAtEnd(database);
    return [];
  }
  const rows = database.pragma(`integrity_check(${CHECK_FAULTS_MAX})`) as {
    integrity_check: string;
  }[];
  const faults = rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
  if (faults.length > 0) return faults.map((text) => `structure: ${text}`);
  const orphans = (database.pragma('foreign_key_check') as unknown[]).length;
  return orphans > 0 ? [`${orphans} rows refer to rows that are not there`] : [];
}

/** Which records are looked at. */
function* chosenRecords(database: Database, ways: CheckWays, newestId: number) {
  if (ways.allSignatures) {
    yield* database.prepare(`${RECORD_SQL} ORDER BY r.id`).iterate() as Iterable<RecordRow>;
    return;
  }
  yield* database
    .prepare(`${RECORD_SQL} ORDER BY r.id DESC LIMIT ?`)
    .all(CHECK_NEWEST) as RecordRow[];
  const from = database.prepare(`${RECORD_SQL} WHERE r.id >= ? ORDER BY r.id LIMIT 1`);
  for (let count = 0; count < CHECK_RANDOM && newestId > 0; count += 1) {
    yield from.get(1 + Math.floor(ways.random() * newestId)) as RecordRow;
  }
}

function recordFaults(database: Database, ways: CheckWays, newestId: number) {
  const faults: string[] = [];
  let checked = 0;
  for (const { id, payload, signature, publicKey } of chosenRecords(database, ways, newestId)) {
    checked += 1;
    if (checked % 1000 === 0) ways.progress('signatures', id / newestId);
    const isGood = publicKey !== null && ways.verify(RECORD_AAD, payload, signature, publicKey);
    if (!isGood && faults.length < CHECK_FAULTS_MAX) {
      faults.push(`record ${id}: its bytes no longer fit its signature`);
    }
  }
  return { checked, faults };
}

/** The newest day of the database, and others by chance: each of a place by chance. */
function sumFaults(database: Database, ways: CheckWays) {
  const faults: string[] = [];
  if (database.prepare("SELECT 1 FROM meta WHERE name = 'rollups'").get() !== undefined) {
    return { days: 0, faults };
  }
  const isRight = daySumsChecker(database);
  const rows = database.prepare(
    `SELECT d.day_s AS dayS, p.node_key_id AS keyRowId FROM day d JOIN placement p ON p.id = d.placement_id
       WHERE d.day_s >= ? ORDER BY d.day_s LIMIT 1 OFFSET ?`,
  );
  const span = database.prepare('SELECT min(day_s) AS fromS, max(day_s) AS toS FROM day').get() as {
    fromS: number | null;
    toS: number;
  };
  const places = database.prepare('SELECT count(*) FROM placement').pluck().get() as number;
  let days = 0;
  for (let count = 0; count < CHECK_DAYS && span.fromS !== null; count += 1) {
    const share = count === 0 ? 1 : ways.random();
    const fromS = span.fromS + Math.floor(share * (span.toS - span.fromS));
    const row = (rows.get(fromS, Math.floor(ways.random() * places)) ?? rows.get(fromS, 0)) as
      | { dayS: number; keyRowId: number }
      | undefined;
    if (row === undefined) continue;
    days += 1;
    if (isRight(row.keyRowId, row.dayS)) continue;
    const day = new Date(row.dayS * 1000).toISOString().slice(0, 10);
    faults.push(`sums of ${day}: they are not those of the records`);
  }
  return { days, faults };
}

/** Looks at all of it. Throws: what SQLite throws when it cannot even read it; see isDamage(). */
export function checkConnection(database: Database, ways: CheckWays): Checked {
  const form = database.pragma('user_version', { simple: true }) as number;
  const one = (sql: string) => database.prepare(sql).pluck().get();
  const meta = (name: string) => {
    const value = database.prepare('SELECT value FROM meta WHERE name = ?').pluck().get(name);
    return value === undefined ? null : String(value);
  };
  if (form < 1 || form > MIGRATIONS.length) {
    const why = form < 1 ? 'it is no gateway’s database' : 'a newer Tallywell made it';
    const nothing = { records: 0, newestId: 0, pod: null, publicKey: null, signatures: 0, days: 0 };
    return { form, ...nothing, faults: [`form ${form}: ${why}`], onlySums: false };
  }
  ways.progress('structure', 0);
  const faults = structureFaults(database, ways.everyPage ?? true);
  const records = one('SELECT count(*) FROM record') as number;
  const newestId = one('SELECT coalesce(max(id), 0) FROM record') as number;
  ways.progress('signatures', 0);
  const signed = recordFaults(database, ways, newestId);
  faults.push(...signed.faults);
  ways.progress('sums', 0);
  // Form 1 had no sums.
  const sums = form < 2 ? { days: 0, faults: [] } : sumFaults(database, ways);
  const onlySums = faults.length === 0 && sums.faults.length > 0;
  return {
    ...{ form, records, newestId, pod: meta('pod'), publicKey: meta('gateway_public_key') },
    ...{ signatures: signed.checked, days: sums.days },
    faults: [...faults, ...sums.faults],
    onlySums,
  };
}

/**
 * A quick look at the parts that were written last and those that everything needs. Throws: what SQLite throws when one is
 * damaged; an error of that kind (SQLITE_CORRUPT) when a record does not decode.
 */
export function lookAtEnd(database: Database): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[];
  for (const table of ['meta', 'site', 'node_key', 'placement', 'calibration', 'epoch']) {
    if (tables.includes(table)) database.prepare(`SELECT * FROM ${table}`).all();
  }
  for (const table of tables) database.prepare(`SELECT * FROM "${table}" LIMIT 1`).get();
  const newest = database.prepare('SELECT id, payload FROM record ORDER BY id DESC LIMIT ?');
  for (const { id, payload } of newest.all(CHECK_START) as { id: number; payload: Uint8Array }[]) {
    if (typeof decodeRecord(payload) !== 'string') continue;
    throw Object.assign(new Error(`record ${id} does not decode`), { code: 'SQLITE_CORRUPT' });
  }
  if (!tables.includes('hour')) return;
  const last = database.prepare('SELECT max(hour_s) FROM hour').pluck().get();
  database.prepare('SELECT * FROM hour WHERE hour_s >= ?').all(Number(last ?? 0) - 86_400);
}
