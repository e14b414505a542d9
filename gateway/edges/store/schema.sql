-- The gateway's database (DIR/gateway.sqlite), as migrations.ts makes it. A test holds both equal.
-- Public for readers: open it read-only. It is in WAL mode, so reading disturbs nobody.
-- Times ending in _s are Unix seconds by the clock named. Raw signed bytes are never deleted.

-- Single facts: rollups (there while sums are to be made from the
-- records), pod, gateway_public_key (hex), bulletin_sequence (none above it
-- has gone out yet), clock (JSON: time, uptime and boot id,
-- for a restart), recovery_public_key (hex), recovery_made_s, recovery_drilled_s, gateway_key_notice (hex: announcement of
-- this gateway's key, where it replaced another), hours_run (in all its life),
-- registrations (JSON: sites that technicians registered, in the form of the register's file), records_missing (empty places in the order
-- of acceptance, since a repair), cursor:<outbox> (last row of record or notice the broker has acknowledged),
-- untold:<outbox> (while the broker is away: last row of record that may have been told to it; -1 = it is there).
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- The register. History belongs to the site.
CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  site TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('water-point', 'canteen')),
  latitude REAL,
  longitude REAL
) STRICT;

-- Trust belongs to the key. key_id = first 4 bytes of SHA-256(public_key). slot: its place in the bulletins.
CREATE TABLE node_key (
  id INTEGER PRIMARY KEY,
  public_key BLOB NOT NULL UNIQUE,
  key_id BLOB NOT NULL UNIQUE,
  slot INTEGER NOT NULL
) STRICT;

-- Where a key stood, from when to when (to_s NULL = it stands there). A replaced node's key stays: what it
-- counted still counts. A node that moved has a row for each place.
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

-- Every accepted record once, in order of acceptance (id). payload and signature are the exact bytes
-- heard. placement_id: where its node stood at that time. The rest are facts of the reception: gateway's clock
-- and how sure it was ('trusted', 'held', 'unknown'), historical (1 = late on arrival), radio number of the
-- sender (a hint), signal, hops (-1 not told).
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

-- Events are few; the newest button press is found through this.
CREATE INDEX record_event ON record (node_key_id, epoch, sequence) WHERE kind = 3;

-- One row per epoch heard. boot_time_s (Unix time at uptime 0, by the node's clock) comes from the
-- surest record of the epoch and dates all its buckets; NULL while no record of it had time.
-- settled: sequences 1..settled are all stored, noted once a day, so that a start need not count them again.
CREATE TABLE epoch (
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  boot_time_s INTEGER,
  clock_uncertainty INTEGER,
  clock_sequence INTEGER,
  settled INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (node_key_id, epoch)
) STRICT, WITHOUT ROWID;

-- What was counted, summed by the UTC hour and day in which its 5-minute bucket began, each bucket once whoever
-- carried it. minutes: how much of the hour or day was counted at all. Water point: counter_0 = volume in 0.1 L,
-- counter_1 = draws, counter_2 = strokes. Canteen: counter_0 = adults' meals, counter_1 = children's meals.
-- Epochs without time are not in it. Made again from the records by `tallywell repair`.
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

-- Packets whose key nobody has registered yet, with the facts of their reception: judged when it is. Bounded.
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

-- Packets that changed nothing, by reason (shared/reasons.ts), 'duplicate' and 'conflict' among them;
-- 'disagreement' counts carried buckets that differed from the ones stored.
CREATE TABLE refusal (
  reason TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Evidence: records with a good signature whose (key, epoch, sequence) is stored with other bytes.
CREATE TABLE conflict (
  id INTEGER PRIMARY KEY,
  node_key_id INTEGER NOT NULL REFERENCES node_key (id),
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  payload BLOB NOT NULL,
  signature BLOB NOT NULL,
  received_at_s INTEGER NOT NULL
) STRICT;

-- Things worth telling once (JSON), for bridge/event.
CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_s INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

-- Who may do what. password: scrypt's parameters, salt and hash, never the password (edges/passwords.ts). made_s by the
-- clock of the machine; 0 = it did not know the time.
CREATE TABLE account (
  name TEXT PRIMARY KEY,
  scope TEXT NOT NULL CHECK (scope IN ('reader', 'technician', 'admin')),
  password TEXT NOT NULL,
  made_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Tokens of programs. hash: SHA-256 of the token, which is random and shown once. ends_s: from then on it counts no
-- more; NULL = never.
CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('reader', 'technician', 'admin')),
  hash BLOB NOT NULL UNIQUE,
  made_s INTEGER NOT NULL,
  ends_s INTEGER
) STRICT;

-- Rows first..last of record that were not told to a broker in time, because it was away or is new: in its messages they
-- are historical, whatever record.historical says. Written before they are told, so that repeats are identical. One row
-- for each time a broker was away; outbox: as in meta's cursor:<outbox>.
CREATE TABLE told_late (
  outbox TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (outbox, first)
) STRICT, WITHOUT ROWID;
-- Sessions of the embedded broker's clients that asked for one that lasts (MQTT 3.1.1 section 4.1). owner: the account,
-- '' = nobody in particular. idle_s: how long this gateway ran without seeing the client. subscriptions: JSON.
CREATE TABLE mqtt_session (
  id INTEGER PRIMARY KEY,
  client_id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  scope TEXT NOT NULL,
  idle_s INTEGER NOT NULL,
  subscriptions TEXT NOT NULL
) STRICT;

-- What was told while such a client was away, or is not acknowledged by it, in order (place). outbox and outbox_id: the row
-- of record or notice it is made from, or 'retained': the state of its topic today; NULL = the payload stands here. message_id:
-- packet identifier it was sent under. packet: the packet's other fields, JSON, where they say more than that.
CREATE TABLE mqtt_outgoing (
  place INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL,
  outbox TEXT CHECK (outbox IN ('record', 'notice', 'retained')),
  outbox_id INTEGER,
  message_id INTEGER,
  packet TEXT,
  payload ANY
) STRICT;

-- QoS 2 messages of clients that wait for PUBREL.
CREATE TABLE mqtt_incoming (
  session_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  packet TEXT NOT NULL,
  payload ANY,
  PRIMARY KEY (session_id, message_id)
) STRICT, WITHOUT ROWID;

-- Last wills of connected clients.
CREATE TABLE mqtt_will (
  client_id TEXT PRIMARY KEY,
  packet TEXT NOT NULL,
  payload ANY
) STRICT, WITHOUT ROWID;

-- Retained messages as they stood some time in the last day. All are told again at each start.
CREATE TABLE mqtt_retained (
  topic TEXT PRIMARY KEY,
  packet TEXT NOT NULL,
  payload ANY
) STRICT;

-- What people said of sites, oldest first; never changed. about, value: gateway/core/facts/statements.ts; 'works' has
-- 'broken' or 'fixed', 'note' has ''. note: their words. at_s by the gateway's clock, and how sure it was. reporter: the
-- scope of the account, or 'somebody' (at a phone, without one); never a name. after_record: the record accepted last before
-- it: what came first is known, also where the clock was not.
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

-- What the pod wants to reach (gateway/core/facts/milestones.ts): goal and target, from which base, until due_s. ended_s:
-- since when it is no longer shown as a goal; NULL = it is.
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
