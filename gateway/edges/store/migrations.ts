/*
 * migrations.ts: the numbered steps that make and grow the database.
 * Way: openStore runs the steps above PRAGMA user_version, each in its own transaction.
 * What stands today in words: schema.sql (a test holds both equal). A step is never changed once
 * released; a change is a new step.
 */
import type { Database } from 'better-sqlite3';
import { rebuildRollups } from './rollups';

const STEP_1 = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  site TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('water-point', 'canteen')),
  latitude REAL,
  longitude REAL
) STRICT;
CREATE TABLE node_key (
  id INTEGER PRIMARY KEY,
  public_key BLOB NOT NULL UNIQUE,
  key_id BLOB NOT NULL UNIQUE,
  site_id INTEGER NOT NULL REFERENCES site (id),
  slot INTEGER NOT NULL,
  placed_at_s INTEGER NOT NULL,
  retired_at_s INTEGER
) STRICT;
CREATE TABLE calibration (
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  calibration_id INTEGER NOT NULL,
  volume_per_pulse_ul INTEGER NOT NULL,
  PRIMARY KEY (node_key_id, calibration_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  payload BLOB NOT NULL,
  signature BLOB NOT NULL,
  received_at_s INTEGER NOT NULL,
  clock_state TEXT NOT NULL,
  historical INTEGER NOT NULL,
  from_radio INTEGER NOT NULL,
  rssi_dbm INTEGER NOT NULL,
  hops INTEGER NOT NULL,
  UNIQUE (node_key_id, epoch, sequence)
) STRICT;
CREATE INDEX record_event ON record (node_key_id, epoch, sequence) WHERE kind = 3;
CREATE TABLE epoch (
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  boot_time_s INTEGER,
  clock_uncertainty INTEGER,
  clock_sequence INTEGER,
  PRIMARY KEY (node_key_id, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE bucket (
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  start_uptime_s INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  counter_0 INTEGER NOT NULL,
  counter_1 INTEGER,
  counter_2 INTEGER,
  counter_3 INTEGER,
  PRIMARY KEY (node_key_id, epoch, start_uptime_s)
) STRICT, WITHOUT ROWID;
CREATE TABLE refusal (
  reason TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE conflict (
  id INTEGER PRIMARY KEY,
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  payload BLOB NOT NULL,
  signature BLOB NOT NULL,
  received_at_s INTEGER NOT NULL
) STRICT;
CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_s INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
`;

/** Places of keys, hourly and daily sums instead of buckets, quarantine. The sums are made after the last step. */
const STEP_2 = `
CREATE TEMP TABLE old_key AS SELECT * FROM node_key;
CREATE TEMP TABLE old_record AS SELECT * FROM record;
CREATE TEMP TABLE old_calibration AS SELECT * FROM calibration;
CREATE TEMP TABLE old_conflict AS SELECT * FROM conflict;
DROP TABLE bucket;
DROP TABLE epoch;
DROP TABLE conflict;
DROP TABLE record;
DROP TABLE calibration;
DROP TABLE node_key;
CREATE TABLE node_key (
  id INTEGER PRIMARY KEY,
  public_key BLOB NOT NULL UNIQUE,
  key_id BLOB NOT NULL UNIQUE,
  slot INTEGER NOT NULL
) STRICT;
CREATE TABLE placement (
  id INTEGER PRIMARY KEY,
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  site_id INTEGER NOT NULL REFERENCES site (id),
  from_s INTEGER NOT NULL,
  to_s INTEGER,
  UNIQUE (node_key_id, from_s)
) STRICT;
CREATE TABLE calibration (
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  calibration_id INTEGER NOT NULL,
  volume_per_pulse_ul INTEGER NOT NULL,
  PRIMARY KEY (node_key_id, calibration_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  placement_id INTEGER NOT NULL REFERENCES placement (id),
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  payload BLOB NOT NULL,
  signature BLOB NOT NULL,
  received_at_s INTEGER NOT NULL,
  clock_state TEXT NOT NULL,
  historical INTEGER NOT NULL,
  from_radio INTEGER NOT NULL,
  rssi_dbm INTEGER NOT NULL,
  hops INTEGER NOT NULL,
  UNIQUE (node_key_id, epoch, sequence)
) STRICT;
CREATE INDEX record_event ON record (node_key_id, epoch, sequence) WHERE kind = 3;
CREATE TABLE epoch (
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  boot_time_s INTEGER,
  clock_uncertainty INTEGER,
  clock_sequence INTEGER,
  settled INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (node_key_id, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE hour (
  hour_s INTEGER NOT NULL,
  placement_id INTEGER NOT NULL REFERENCES placement (id),
  minutes INTEGER NOT NULL,
  counter_0 INTEGER NOT NULL,
  counter_1 INTEGER NOT NULL,
  counter_2 INTEGER NOT NULL,
  counter_3 INTEGER NOT NULL,
  PRIMARY KEY (hour_s, placement_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE day (
  day_s INTEGER NOT NULL,
  placement_id INTEGER NOT NULL REFERENCES placement (id),
  minutes INTEGER NOT NULL,
  counter_0 INTEGER NOT NULL,
  counter_1 INTEGER NOT NULL,
  counter_2 INTEGER NOT NULL,
  counter_3 INTEGER NOT NULL,
  PRIMARY KEY (day_s, placement_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key_id BLOB NOT NULL,
  packet BLOB NOT NULL UNIQUE,
  received_at_s INTEGER NOT NULL,
  clock_state TEXT NOT NULL,
  from_radio INTEGER NOT NULL,
  rssi_dbm INTEGER NOT NULL,
  hops INTEGER NOT NULL
) STRICT;
CREATE INDEX quarantine_key ON quarantine (key_id);
CREATE TABLE conflict (
  id INTEGER PRIMARY KEY,
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  payload BLOB NOT NULL,
  signature BLOB NOT NULL,
  received_at_s INTEGER NOT NULL
) STRICT;
INSERT INTO node_key SELECT id, public_key, key_id, slot FROM old_key;
INSERT INTO placement SELECT id, id, site_id, placed_at_s, retired_at_s FROM old_key;
INSERT INTO calibration SELECT * FROM old_calibration;
INSERT INTO record SELECT id, node_key_id, node_key_id, epoch, sequence, kind, payload, signature,
  received_at_s, clock_state, historical, from_radio, rssi_dbm, hops FROM old_record ORDER BY id;
INSERT INTO conflict SELECT * FROM old_conflict;
DROP TABLE old_key;
DROP TABLE old_record;
DROP TABLE old_calibration;
DROP TABLE old_conflict;
INSERT INTO meta VALUES ('rollups', 'stale');
`;

/** Accounts and tokens; which records were told late; the embedded broker's sessions. */
const STEP_3 = `
CREATE TABLE account (
  name TEXT PRIMARY KEY,
  scope TEXT NOT NULL CHECK (scope IN ('reader', 'technician', 'admin')),
  password TEXT NOT NULL,
  made_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('reader', 'technician', 'admin')),
  hash BLOB NOT NULL UNIQUE,
  made_s INTEGER NOT NULL,
  ends_s INTEGER
) STRICT;
CREATE TABLE told_late (
  outbox TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (outbox, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE mqtt_session (
  id INTEGER PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  scope TEXT NOT NULL,
  idle_s INTEGER NOT NULL,
  subscriptions TEXT NOT NULL
) STRICT;
CREATE TABLE mqtt_outgoing (
  place INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL,
  outbox TEXT CHECK (outbox IN ('record', 'notice', 'retained')),
  outbox_id INTEGER,
  message_id INTEGER,
  packet TEXT,
  payload ANY
) STRICT;
CREATE TABLE mqtt_incoming (
  session_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  packet TEXT NOT NULL,
  payload ANY,
  PRIMARY KEY (session_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE mqtt_will (
  client_id TEXT PRIMARY KEY,
  packet TEXT NOT NULL,
  payload ANY
) STRICT, WITHOUT ROWID;
CREATE TABLE mqtt_retained (
  topic TEXT PRIMARY KEY,
  packet TEXT NOT NULL,
  payload ANY
) STRICT;
`;

/** What people say of sites, and milestones. */
const STEP_4 = `
CREATE TABLE statement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id INTEGER NOT NULL REFERENCES site (id),
  about TEXT NOT NULL,
  value ANY NOT NULL,
  note TEXT NOT NULL,
  at_s INTEGER NOT NULL,
  clock_state TEXT NOT NULL,
  reporter TEXT NOT NULL CHECK (reporter IN ('somebody', 'reader', 'technician', 'admin')),
  after_record INTEGER NOT NULL
) STRICT;
CREATE INDEX statement_site ON statement (site_id, about);
CREATE TABLE milestone (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL,
  goal TEXT NOT NULL,
  target INTEGER NOT NULL,
  base INTEGER NOT NULL,
  due_s INTEGER NOT NULL,
  made_s INTEGER NOT NULL,
  clock_state TEXT NOT NULL,
  reporter TEXT NOT NULL CHECK (reporter IN ('somebody', 'reader', 'technician', 'admin')),
  ended_s INTEGER
) STRICT;
`;

/** The steps, first to last. The number of a step is its place, from 1. */
export const MIGRATIONS: readonly string[] = [STEP_1, STEP_2, STEP_3, STEP_4];

/**
 * Brings a database to the newest form.
 * Throws: when it was made by a newer Tallywell, and whatever SQLite throws.
 */
export function migrate(database: Database): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) {
    throw new Error(
      `the database has form ${version}, this program knows ${MIGRATIONS.length}: use a newer Tallywell`,
    );
  }
  for (let step = version; step < MIGRATIONS.length; step += 1) {
    database.transaction(() => {
      database.exec(MIGRATIONS[step]);
      database.pragma(`user_version = ${step + 1}`);
    })();
  }
  if (database.prepare("SELECT 1 FROM meta WHERE name = 'rollups'").get() === undefined) return;
  database.transaction(() => {
    rebuildRollups(database);
    database.exec("DELETE FROM meta WHERE name = 'rollups'");
  })();
}
