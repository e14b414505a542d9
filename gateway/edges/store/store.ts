/*
 * store.ts: the gateway's SQLite database: opening, the group transaction, and every write.
 * Way: judge's verdicts -> rows; nothing leaves the gateway (bulletin, MQTT) before commit() returned.
 * Reads for telling are in read-sites.ts and read-records.ts. Form: schema.sql.
 * Storage that fails throws: a full disk is dealt with in disk-keeping.ts, anything else must end the process loudly.
 */
import type { Database, Statement } from 'better-sqlite3';
import { concat } from '../../../shared/bytes';
import type { KnownKey, SignedRecord } from '../../core/judge';
import type { KeptMqtt, MqttKeeping } from '../../core/mqtt-state';
import type { Register } from '../../core/register';
import { PAGE_BYTES, READER_CACHE_KIB, WAL_PAGES } from '../../limits/store';
import { type AccountWriter, accountWriter } from './account-table';
import { lookAtEnd } from './check';
import { groupTransaction, wholeNumber } from './group';
import { MIGRATIONS, migrate } from './migrations';
import { mqttRows } from './mqtt-rows';
import { createQuarantine, type Quarantine } from './quarantine';
import { type StoredSequences, sequencesReader } from './read-sequences';
import { Sqlite } from './sqlite';
import { type StatementWriter, statementWriter } from './statements';
import { createToldLate, type ToldLateTable } from './told-late';
import { type Arrival, recordWriter } from './write-record';
import { keysReader, registerWriter } from './write-register';
import { witnessWriter } from './write-witness';

/** Everything the gateway writes, and the lookups judging needs. All calls are synchronous. */
export interface Store {
  /** A connection of its own for reading: it sees only what is committed. */
  openReader(): Database;
  /**
   * Takes over a register: new sites and keys, changed names, keys no longer listed are retired. @param isWhole false: it
   * lists some sites only, the others stay.
   */
  importRegister(
    register: Pick<Register, 'sites'>,
    keyIdOf: (publicKey: Uint8Array) => Uint8Array,
    nowS: number,
    isWhole?: boolean,
  ): void;
  /** All keys, retired ones too, by row. */
  keys(): KnownKey[];
  storedPacket(keyRowId: number, epoch: number, sequence: number): Uint8Array | undefined;
  /** Newest epochs heard of a key, newest first. */
  newestEpochs(keyRowId: number, limit: number): number[];
  /** What is stored of an epoch. */
  sequences(keyRowId: number, epoch: number): StoredSequences;
  /** Notes that sequences 1..settled of an epoch are stored, so that a start need not count them. */
  noteSettled(keyRowId: number, epoch: number, settled: number): void;
  /** Stores an accepted record and what it adds to the sums. @returns buckets that disagree with stored ones. */
  addRecord(signed: SignedRecord, arrival: Arrival): number;
  /** Keeps evidence of a conflict. @returns false when the key's share is full. */
  addConflict(signed: SignedRecord, atS: number): boolean;
  /** Packets of unknown keys. */
  quarantine: Quarantine;
  /** Records that are historical to a broker because it was told late. */
  toldLate: ToldLateTable;
  /** Accounts and tokens. Reads: account-table.ts. */
  accounts: AccountWriter;
  /** What people say, and milestones. Reads: statements.ts. */
  statements: StatementWriter;
  /** What the embedded broker knew before this start. */
  keptMqtt(): KeptMqtt;
  /** From now on each commit also writes what the broker must know after a restart. */
  keepMqtt(keeping: MqttKeeping): void;
  /** Counts a packet that changed nothing. Kept in memory until the next commit. */
  countRefusal(reason: string, by?: number): void;
  addNotice(atS: number, body: object): void;
  meta(name: string): string | number | undefined;
  setMeta(name: string, value: string | number): void;
  /** Writes a fact with the next commit, whenever that is: losing it may only repeat work. */
  setMetaLater(name: string, value: string | number): void;
  /** Is anything waiting for a commit? 'records' must not wait long; 'counts' may. */
  pending(): 'nothing' | 'counts' | 'records';
  /** Records added since the last commit, records. */
  pendingRecords(): number;
  /** Refusals counted that wait for a commit, by reason. */
  uncommittedCounts(): ReadonlyMap<string, number>;
  /** Gateway time of the newest record, Unix s; 0 = none. */
  lastReceivedS(): number;
  /** Makes everything written so far durable (WAL, synchronous=FULL), in one transaction. */
  commit(): void;
  /** Undoes everything written since the last commit. Counts and facts "for later" stay, in memory. */
  rollback(): void;
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
  try {
    if (isOfKnownForm(database)) lookAtEnd(database);
    migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** Neither new nor a newer program's. */
function isOfKnownForm(database: Database): boolean {
  const form = database.pragma('user_version', { simple: true }) as number;
  return form > 0 && form <= MIGRATIONS.length;
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

/** Reads that judging and a start need. */
function lookupsOf(database: Database) {
  const getMeta = database.prepare('SELECT value FROM meta WHERE name = ?').pluck();
  const getPacket = database.prepare(
    'SELECT payload, signature FROM record WHERE node_key_id = ? AND epoch = ? AND sequence = ?',
  );
  const getEpochs = database
    .prepare('SELECT epoch FROM epoch WHERE node_key_id = ? ORDER BY epoch DESC LIMIT ?')
    .pluck();
  const getLastReceived = database
    .prepare('SELECT coalesce((SELECT received_at_s FROM record ORDER BY id DESC LIMIT 1), 0)')
    .pluck();
  return {
    keys: keysReader(database),
    storedPacket: packetReader(getPacket),
    newestEpochs: (keyRowId: number, limit: number) => getEpochs.all(keyRowId, limit) as number[],
    sequences: sequencesReader(database),
    meta: (name: string) => getMeta.get(name) as string | number | undefined,
    lastReceivedS: () => getLastReceived.get() as number,
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
  const importRegister = registerWriter(database);
  const witness = witnessWriter(database);
  const mqtt = mqttRows(database, witness.addNotice);
  const settle = database.prepare(
    'UPDATE epoch SET settled = max(settled, ?) WHERE node_key_id = ? AND epoch = ?',
  );
  let pendingRecords = 0;
  const commit = () => {
    group.commit();
    pendingRecords = 0;
  };
  return {
    ...lookupsOf(database),
    openReader() {
      const reader = new Sqlite(path, { readonly: true });
      reader.pragma(`cache_size = -${READER_CACHE_KIB}`);
      return reader;
    },
    importRegister(register, keyIdOf, nowS, isWhole = true) {
      group.begin();
      importRegister(register, keyIdOf, nowS, isWhole);
    },
    noteSettled(keyRowId, epoch, settled) {
      group.begin();
      settle.run(settled, keyRowId, epoch);
    },
    addRecord(signed, arrival) {
      group.begin();
      pendingRecords += 1;
      return writeRecord.add(signed, arrival);
    },
    addConflict(signed, atS) {
      if (!witness.hasRoom(signed.key.rowId)) return false;
      group.begin();
      witness.addConflict(signed, atS);
      return true;
    },
    quarantine: createQuarantine(database, group.begin),
    toldLate: createToldLate(database, group.begin),
    accounts: accountWriter(database, group.begin),
    statements: statementWriter(database, group.begin),
    keptMqtt: mqtt.read,
    keepMqtt: (keeping) =>
      group.join({ isUrgent: keeping.isUrgent, write: () => mqtt.write(keeping) }),
    countRefusal: (reason, by = 1) => group.count(reason, by),
    addNotice(atS, body) {
      group.begin();
      witness.addNotice(atS, body);
    },
    setMeta(name, value) {
      group.begin();
      group.putMeta.run(name, wholeNumber(value));
    },
    setMetaLater: (name, value) => group.later.set(name, value),
    pending: group.pending,
    pendingRecords: () => pendingRecords,
    uncommittedCounts: () => group.counts,
    commit,
    rollback() {
      group.rollback();
      writeRecord.forget();
      pendingRecords = 0;
    },
    close() {
      commit();
      database.close();
    },
  };
}
