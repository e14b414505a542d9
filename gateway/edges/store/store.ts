/*
 * store.ts: the gateway's SQLite database: opening, the group transaction, and every write.
 * Way: judge's verdicts -> rows; nothing leaves the gateway (bulletin, MQTT) before commit() returned.
 * Reads for telling are in read-sites.ts and read-records.ts. Form: schema.sql.
 * Storage that fails (full disk, I/O error) throws: the process must end loudly, never go on.
 */
import type { Database, Statement } from 'better-sqlite3';
import { concat } from '../../../shared/bytes';
import type { TallyRecord } from '../../../shared/record';
import { betterEpochClock, type EpochClock, epochClockOf } from '../../core/dating';
import type { Reception } from '../../core/heard';
import type { KnownKey, SignedRecord } from '../../core/judge';
import type { Register, RegisterNode } from '../../core/register';
import { CONFLICTS_PER_KEY_MAX, NOTICES_MAX, PAGE_BYTES, WAL_PAGES } from '../../limits';
import { migrate } from './migrations';
import { Sqlite } from './sqlite';

/** How the gateway stood when a record arrived. */
export interface Arrival extends Reception {
  /** Unix time by the gateway's clock, s. */
  atS: number;
  clockState: string;
  /** Late on arrival: newer data of the node is stored, or it is old. */
  historical: boolean;
}

/** Everything the gateway writes, and the lookups judging needs. All calls are synchronous. */
export interface Store {
  /** A connection of its own for reading: it sees only what is committed. */
  openReader(): Database;
  /** Takes over a register: new sites and keys, changed names, keys no longer listed are retired. */
  importRegister(
    register: Register,
    keyIdOf: (publicKey: Uint8Array) => Uint8Array,
    nowS: number,
  ): void;
  /** All keys, retired ones too, by row. */
  keys(): KnownKey[];
  storedPacket(keyRowId: number, epoch: number, sequence: number): Uint8Array | undefined;
  /** Newest epochs heard of a key, newest first. */
  newestEpochs(keyRowId: number, limit: number): number[];
  /** Stored sequences of an epoch, ascending. */
  sequences(keyRowId: number, epoch: number): number[];
  /** Stores an accepted record and its buckets. @returns buckets that disagree with stored ones. */
  addRecord(signed: SignedRecord, arrival: Arrival): number;
  /** Keeps evidence of a conflict. @returns false when the key's share is full. */
  addConflict(signed: SignedRecord, atS: number): boolean;
  /** Counts a packet that changed nothing. Kept in memory until the next commit. */
  countRefusal(reason: string, by?: number): void;
  addNotice(atS: number, body: object): void;
  meta(name: string): string | number | undefined;
  setMeta(name: string, value: string | number): void;
  /** Writes a fact with the next commit, whenever that is: losing it may only repeat work. */
  setMetaLater(name: string, value: string | number): void;
  /** Is anything waiting for a commit? 'records' must not wait long; 'counts' may. */
  pending(): 'nothing' | 'counts' | 'records';
  /** Refusals counted that wait for a commit, by reason. */
  uncommittedCounts(): ReadonlyMap<string, number>;
  /** Gateway time of the newest record, Unix s; 0 = none. */
  lastReceivedS(): number;
  /** Makes everything written so far durable (WAL, synchronous=FULL), in one transaction. */
  commit(): void;
  /** Commits and closes. */
  close(): void;
}

function openDatabase(path: string): Database {
  const database = new Sqlite(path);
  // Small pages: a commit writes whole pages, and one record touches only a few bytes of each.
  database.pragma(`page_size = ${PAGE_BYTES}`);
  database.pragma('journal_mode = WAL');
  // A page that many records touch is copied into the database once, not at every checkpoint.
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  // better-sqlite3 is built with NORMAL for WAL: a power cut could take back what a bulletin said.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  migrate(database);
  return database;
}

/** Start of the first bucket of a usage record, as uptime in s (may be below 0). */
function bucketRows(keyRowId: number, record: TallyRecord): (number | null)[][] {
  if (record.kind === 3) return [];
  const lengthS = record.bucketMinutes * 60;
  const firstS = record.uptimeS - record.buckets.length * lengthS;
  return record.buckets.map((bucket, at) => [
    keyRowId,
    record.epoch,
    firstS + at * lengthS,
    record.bucketMinutes,
    bucket[0],
    bucket[1] ?? null,
    bucket[2] ?? null,
    bucket[3] ?? null,
  ]);
}

type BucketRow = { minutes: number; counter_0: number } & Record<string, number | null>;

function sameBucket(row: BucketRow, values: (number | null)[]): boolean {
  const stored = [row.minutes, row.counter_0, row.counter_1, row.counter_2, row.counter_3];
  return stored.every((value, at) => value === values[at + 3]);
}

/** Writes of one accepted record. */
function recordWriter(database: Database) {
  const insert = database.prepare(
    `INSERT INTO record (node_key_id, epoch, sequence, kind, payload, signature, received_at_s,
       clock_state, historical, from_radio, rssi_dbm, hops) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
  );
  const getBucket = database.prepare(
    'SELECT * FROM bucket WHERE node_key_id = ? AND epoch = ? AND start_uptime_s = ?',
  );
  const putBucket = database.prepare('INSERT INTO bucket VALUES (?,?,?,?,?,?,?,?)');
  const getEpoch = database.prepare('SELECT * FROM epoch WHERE node_key_id = ? AND epoch = ?');
  const putEpoch = database.prepare('INSERT OR REPLACE INTO epoch VALUES (?,?,?,?,?)');

  const writeBuckets = (keyRowId: number, record: TallyRecord): number => {
    let disagreements = 0;
    for (const values of bucketRows(keyRowId, record)) {
      const row = getBucket.get(values[0], values[1], values[2]) as BucketRow | undefined;
      if (row === undefined) putBucket.run(...values);
      else if (!sameBucket(row, values)) disagreements += 1;
    }
    return disagreements;
  };
  const writeEpoch = (keyRowId: number, record: TallyRecord): void => {
    const row = getEpoch.get(keyRowId, record.epoch) as EpochRow | undefined;
    const stored = row === undefined ? null : clockOfRow(row);
    const best = betterEpochClock(stored, epochClockOf(record));
    if (row !== undefined && best === stored) return;
    putEpoch.run(
      keyRowId,
      record.epoch,
      best?.bootTimeS ?? null,
      best?.uncertainty ?? null,
      best?.sequence ?? null,
    );
  };
  return (signed: SignedRecord, arrival: Arrival): number => {
    const { key, record } = signed;
    insert.run(
      key.rowId,
      record.epoch,
      record.sequence,
      record.kind,
      signed.payload,
      signed.signature,
      arrival.atS,
      arrival.clockState,
      arrival.historical ? 1 : 0,
      arrival.fromRadio,
      arrival.rssiDbm,
      arrival.hops,
    );
    writeEpoch(key.rowId, record);
    return writeBuckets(key.rowId, record);
  };
}

interface EpochRow {
  boot_time_s: number | null;
  clock_uncertainty: number;
  clock_sequence: number;
}

function clockOfRow(row: EpochRow): EpochClock | null {
  if (row.boot_time_s === null) return null;
  return {
    bootTimeS: row.boot_time_s,
    uncertainty: row.clock_uncertainty,
    sequence: row.clock_sequence,
  };
}

/** Takes over a register inside the caller's transaction. */
function importer(database: Database) {
  const putSite = database.prepare(
    `INSERT INTO site (site, name, kind, latitude, longitude) VALUES (?,?,?,?,?)
     ON CONFLICT (site) DO UPDATE SET name = excluded.name, kind = excluded.kind,
       latitude = excluded.latitude, longitude = excluded.longitude RETURNING id`,
  );
  const putKey = database.prepare(
    `INSERT INTO node_key (public_key, key_id, site_id, slot, placed_at_s, retired_at_s)
     VALUES (?,?,?,?,?,?) ON CONFLICT (public_key) DO UPDATE SET site_id = excluded.site_id,
       slot = excluded.slot, placed_at_s = excluded.placed_at_s,
       retired_at_s = excluded.retired_at_s RETURNING id`,
  );
  const putCalibration = database.prepare(
    `INSERT INTO calibration VALUES (?,?,?) ON CONFLICT DO UPDATE
     SET volume_per_pulse_ul = excluded.volume_per_pulse_ul`,
  );
  const inUse = database.prepare('SELECT id FROM node_key WHERE retired_at_s IS NULL').pluck();
  const retire = database.prepare('UPDATE node_key SET retired_at_s = ? WHERE id = ?');
  return (
    register: Register,
    keyIdOf: (publicKey: Uint8Array) => Uint8Array,
    nowS: number,
  ): void => {
    const listed = new Set<number>();
    const importNode = (siteRowId: number, node: RegisterNode) => {
      const { id } = putKey.get(
        node.publicKey,
        keyIdOf(node.publicKey),
        siteRowId,
        node.slot,
        node.placedAtS,
        node.retiredAtS,
      ) as { id: number };
      listed.add(id);
      const calibration = node.calibration;
      if (calibration) putCalibration.run(id, calibration.id, calibration.volumePerPulseUl);
    };
    for (const site of register.sites) {
      const row = putSite.get(site.site, site.name, site.kind, site.latitude, site.longitude);
      for (const node of site.nodes) importNode((row as { id: number }).id, node);
    }
    for (const id of inUse.all() as number[]) {
      if (!listed.has(id)) retire.run(nowS, id);
    }
  };
}

/** A number for a column of any type, where a plain one would be stored as 1.0. */
function wholeNumber(value: string | number): string | bigint {
  return typeof value === 'number' ? BigInt(value) : value;
}

/** The group transaction: opened by the first write, ended by commit(). */
function groupTransaction(database: Database) {
  const counts = new Map<string, number>();
  const putCount = database.prepare(
    `INSERT INTO refusal VALUES (?,?) ON CONFLICT (reason) DO UPDATE SET count = count + excluded.count`,
  );
  const putMeta = database.prepare('INSERT OR REPLACE INTO meta VALUES (?,?)');
  const later = new Map<string, string | number>();
  const begin = () => {
    if (!database.inTransaction) database.exec('BEGIN IMMEDIATE');
  };
  return {
    begin,
    later,
    putMeta,
    counts,
    count(reason: string, by: number) {
      counts.set(reason, (counts.get(reason) ?? 0) + by);
    },
    pending(): 'nothing' | 'counts' | 'records' {
      if (database.inTransaction) return 'records';
      return counts.size > 0 ? 'counts' : 'nothing';
    },
    commit() {
      begin();
      for (const [reason, by] of counts) putCount.run(reason, by);
      for (const [name, value] of later) putMeta.run(name, wholeNumber(value));
      database.exec('COMMIT');
      counts.clear();
      later.clear();
    },
  };
}

const KEYS_SQL = `SELECT k.id AS rowId, k.public_key AS publicKey, k.key_id AS keyId, s.site AS site,
  k.slot AS slot, k.retired_at_s AS retiredAtS FROM node_key k JOIN site s ON s.id = k.site_id
  ORDER BY k.id`;

/** Evidence and notices: kept, but bounded. */
function witnessWriter(database: Database) {
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

/** Names of the single facts the gateway keeps. */
export const META_GATEWAY_KEY = 'gateway_public_key';
export const META_POD = 'pod';
export const META_BULLETIN_SEQUENCE = 'bulletin_sequence';

function packetReader(get: Statement) {
  return (keyRowId: number, epoch: number, sequence: number): Uint8Array | undefined => {
    const row = get.get(keyRowId, epoch, sequence) as
      | { payload: Uint8Array; signature: Uint8Array }
      | undefined;
    return row && concat([row.payload, row.signature]);
  };
}

/**
 * Opens (or makes) the database and brings it to the newest form.
 * Throws: when it cannot be opened, is damaged, or was made by a newer Tallywell.
 */
export function openStore(path: string): Store {
  const database = openDatabase(path);
  const group = groupTransaction(database);
  const writeRecord = recordWriter(database);
  const importRegister = importer(database);
  const witness = witnessWriter(database);
  const getMeta = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
  const getPacket = database.prepare(
    'SELECT payload, signature FROM record WHERE node_key_id = ? AND epoch = ? AND sequence = ?',
  );
  const getEpochs = database
    .prepare('SELECT epoch FROM epoch WHERE node_key_id = ? ORDER BY epoch DESC LIMIT ?')
    .pluck();
  const getSequences = database
    .prepare('SELECT sequence FROM record WHERE node_key_id = ? AND epoch = ? ORDER BY sequence')
    .pluck();
  const getKeys = database.prepare(KEYS_SQL);
  const getLastReceived = database
    .prepare('SELECT coalesce((SELECT received_at_s FROM record ORDER BY id DESC LIMIT 1), 0)')
    .pluck();
  return {
    openReader: () => new Sqlite(path, { readonly: true }),
    importRegister(register, keyIdOf, nowS) {
      group.begin();
      importRegister(register, keyIdOf, nowS);
    },
    keys: () => getKeys.all() as KnownKey[],
    storedPacket: packetReader(getPacket),
    newestEpochs: (keyRowId, limit) => getEpochs.all(keyRowId, limit) as number[],
    sequences: (keyRowId, epoch) => getSequences.all(keyRowId, epoch) as number[],
    addRecord(signed, arrival) {
      group.begin();
      return writeRecord(signed, arrival);
    },
    addConflict(signed, atS) {
      if (!witness.hasRoom(signed.key.rowId)) return false;
      group.begin();
      witness.addConflict(signed, atS);
      return true;
    },
    countRefusal: (reason, by = 1) => group.count(reason, by),
    addNotice(atS, body) {
      group.begin();
      witness.addNotice(atS, body);
    },
    meta: (name) => getMeta.get(name) as string | number | undefined,
    setMeta(name, value) {
      group.begin();
      group.putMeta.run(name, wholeNumber(value));
    },
    setMetaLater: (name, value) => group.later.set(name, value),
    pending: group.pending,
    uncommittedCounts: () => group.counts,
    lastReceivedS: () => getLastReceived.get() as number,
    commit: group.commit,
    close() {
      group.commit();
      database.close();
    },
  };
}
