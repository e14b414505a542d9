/*
 * salvage-records.ts: the records of a damaged database, and of a backup, into a new one.
 * Way: rows found on single pages (pages.ts) and rows of the backup -> signature -> table record of the new database.
 * A record proves itself: what its key did not sign is left out, whatever the page says.
 */
import type { Database } from 'better-sqlite3';
import { equal, toHex } from '../../../shared/bytes';
import { RECORD_AAD } from '../../../shared/cose';
import { decodeRecord, type TallyRecord } from '../../../shared/record';
import { type KnownKey, placementAt } from '../../core/judge';
import { REPAIR_COMMIT_RECORDS } from '../../limits/backup';
import { type RawValue, rawRows } from './pages';
import { keysReader } from './write-register';

/** Columns of table record behind id, node_key_id, placement_id, epoch, sequence, kind. */
const RECORD_COLUMNS = 14;
const CLOCK_STATES = ['trusted', 'held', 'unknown'];

/** What was found. */
export interface RecordReport {
  /** Records of the damaged file whose signature holds. */
  found: number;
  /** Records that only the backup had. */
  fromBackup: number;
  /** Rows that look like records but are signed by no key of the register. */
  refused: number;
  /** Largest place in the order of acceptance that was seen. */
  newestId: number;
}

type VerifySigned = (
  aad: string,
  payload: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
) => boolean;

/** A row as it may be a record. */
interface Candidate {
  id: number;
  placementId: number;
  payload: Uint8Array;
  signature: Uint8Array;
  /** received_at_s, clock_state, historical, from_radio, rssi_dbm, hops. */
  reception: RawValue[];
}

const SQL = `SELECT id, placement_id AS placementId, payload, signature, received_at_s AS receivedAtS,
  clock_state AS clockState, historical, from_radio AS fromRadio, rssi_dbm AS rssiDbm, hops
  FROM record ORDER BY id`;

function* candidatesOnPages(path: string, progress: (share: number) => void): Generator<Candidate> {
  for (const { of, rowId, values } of rawRows(path, progress)) {
    if (of !== 'table' || values.length !== RECORD_COLUMNS || values[0] !== null) continue;
    const [placementId, payload, signature] = [values[2], values[6], values[7]];
    if (!(payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) continue;
    yield {
      id: rowId,
      placementId: Number(placementId),
      ...{ payload, signature, reception: values.slice(8) },
    };
  }
}

function* candidatesOfBackup(backup: Database): Generator<Candidate> {
  for (const row of backup.prepare(SQL).iterate() as Iterable<Record<string, RawValue>>) {
    const { id, placementId, payload, signature } = row as unknown as Candidate;
    const { receivedAtS, clockState, historical, fromRadio, rssiDbm, hops } = row;
    const reception = [receivedAtS, clockState, historical, fromRadio, rssiDbm, hops];
    yield { id, placementId, payload, signature, reception };
  }
}

/** Facts of the reception; one that cannot be right becomes the one that says least. */
function receptionOf([atS, clockState, historical, fromRadio, rssiDbm, hops]: RawValue[]) {
  const whole = (value: RawValue, otherwise: number) =>
    BigInt(Number.isSafeInteger(value) ? (value as number) : otherwise);
  const known = CLOCK_STATES.includes(String(clockState)) && Number.isSafeInteger(atS);
  return [
    whole(atS, 0),
    known ? String(clockState) : 'unknown',
    historical === 0 ? 0n : 1n,
    whole(fromRadio, 0),
    whole(rssiDbm, 0),
    whole(hops, -1),
  ];
}

/** The place that a record counts at: the one its row tells, if it is one of its key's; else the one of its time. */
function placeOf(key: KnownKey, told: number, record: TallyRecord): number | null {
  if (key.placements.some(({ rowId }) => rowId === told)) return told;
  if (key.placements.length === 0) return null;
  const standing = key.placements.find(({ toS }) => toS === null);
  const last = key.placements[key.placements.length - 1];
  const place = record.timeS > 0 ? placementAt(key, record.timeS) : standing;
  return (place ?? standing ?? last).rowId;
}

/** Prepares putting records into the new database. */
function createPut(target: Database, verify: VerifySigned) {
  const keys = new Map(keysReader(target)().map((key) => [toHex(key.keyId), key]));
  const stored = target.prepare(
    'SELECT payload, signature FROM record WHERE node_key_id = ? AND epoch = ? AND sequence = ?',
  );
  const insert = target.prepare(
    `INSERT OR IGNORE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
  );
  /** @returns what became of it. 'taken': its place in the order is another record's. */
  return (candidate: Candidate, ownId: boolean): 'put' | 'known' | 'taken' | 'refused' => {
    const { payload, signature } = candidate;
    const record = decodeRecord(payload);
    if (typeof record === 'string') return 'refused';
    const key = keys.get(toHex(record.keyId));
    if (key === undefined) return 'refused';
    const known = stored.get(key.rowId, record.epoch, record.sequence) as Candidate | undefined;
    if (known !== undefined) {
      const same = equal(known.payload, payload) && equal(known.signature, signature);
      return same ? 'known' : 'refused';
    }
    const placementId = placeOf(key, candidate.placementId, record);
    if (placementId === null || !verify(RECORD_AAD, payload, signature, key.publicKey))
      return 'refused';
    const { changes } = insert.run(
      ownId ? BigInt(candidate.id) : null,
      ...[key.rowId, placementId, record.epoch, record.sequence, record.kind].map(BigInt),
      ...[payload, signature, ...receptionOf(candidate.reception)],
    );
    return changes === 1 ? 'put' : 'taken';
  };
}

/**
 * Fills table record of the new database, whose keys and places are there already.
 * Throws: what SQLite throws when the new database cannot be written.
 */
export function salvageRecords(
  target: Database,
  path: string,
  backup: Database | null,
  verify: VerifySigned,
  progress: (what: string, share: number) => void,
): RecordReport {
  const put = createPut(target, verify);
  const report: RecordReport = { found: 0, fromBackup: 0, refused: 0, newestId: 0 };
  let inGroup = 0;
  const putAll = (
    candidates: Iterable<Candidate>,
    name: 'found' | 'fromBackup',
    ownId: boolean,
  ) => {
    let taken = 0;
    for (const candidate of candidates) {
      const outcome = put(candidate, ownId);
      if (outcome === 'put') report[name] += 1;
      else if (outcome === 'taken') taken += 1;
      if (outcome === 'refused' && name === 'found' && ownId) report.refused += 1;
      else report.newestId = Math.max(report.newestId, candidate.id);
      inGroup += 1;
      if (inGroup % REPAIR_COMMIT_RECORDS === 0) target.exec('COMMIT; BEGIN');
    }
    return taken;
  };
  const onPages = () =>
    candidatesOnPages(path, (share) => progress('records of the damaged file', share));
  target.exec('BEGIN');
  const takenOnPages = putAll(onPages(), 'found', true);
  progress('records of the backup', 0);
  const takenOfBackup =
    backup === null ? 0 : putAll(candidatesOfBackup(backup), 'fromBackup', true);
  // Two histories that went different ways: what has no place of its own comes at the end.
  if (takenOnPages > 0) putAll(onPages(), 'found', false);
  if (takenOfBackup > 0 && backup !== null) putAll(candidatesOfBackup(backup), 'fromBackup', false);
  target.exec('COMMIT');
  return report;
}
