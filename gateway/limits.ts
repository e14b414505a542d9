/*
 * limits.ts: every limit of the gateway, with its unit.
 * Limits of the wire and of the node live in shared/limits.ts.
 */

/** Longest a stored record waits for its durable commit, ms: one commit for several spares the SD card. Events do not wait. */
export const GROUP_COMMIT_MS = 60_000;
/** Records of one commit at most, records. */
export const GROUP_RECORDS_MAX = 100;
/** Longest that counts of refused packets wait for a commit of their own, ms. */
export const COUNTS_COMMIT_MS = 10_000;

/** How often the gateway looks whether a bulletin, a health report or a state change is due, ms. */
export const TICK_MS = 5_000;
/** How often the retained health report is published, ms. */
export const HEALTH_MS = 300_000;

/** Delay between hearing a node without clock and the early bulletin for its group, ms. */
export const EARLY_BULLETIN_DELAY_MS = 60_000;
/** Least time between an early bulletin and the bulletin of the same group before it, ms. */
export const EARLY_BULLETIN_GAP_MS = 600_000;
/** Delay before a bulletin that the radio refused is tried again, ms. */
export const BULLETIN_RETRY_MS = 120_000;
/** Bulletin sequences noted ahead in the store with one write, sequences. */
export const BULLETIN_SEQUENCES_RESERVED = 60;
/** Largest bulletin sequence: it is a u32 on the air. */
export const BULLETIN_SEQUENCE_MAX = 0xffffffff;
/** How often the state of an older epoch is told again after its last change, bulletins. */
export const BULLETIN_REPEATS = 4;
/** The same where something of the epoch is missing, bulletins. */
export const BULLETIN_REPEATS_INCOMPLETE = 12;
/** Epochs of one key whose sequence state is loaded at start, newest first, epochs. */
export const EPOCHS_LOADED_MAX = 8;
/** Slots a pod has: groups x slots per group, slots. */
export const SLOTS_MAX = 256;

/** A site not heard for longer than this has "no news", s (records come hourly, plus jitter). */
export const NO_NEWS_AFTER_S = 3 * 3600;
/** A record older than this on arrival is historical: it must not move a live display, s. */
export const HISTORICAL_AFTER_S = 2 * 3600;

/** First delay before a lost radio or broker is tried again, ms. */
export const RETRY_MS_MIN = 1_000;
/** Longest delay before a lost radio or broker is tried again, ms. */
export const RETRY_MS_MAX = 60_000;
/** Delay before the radio is tried again when a parent process keeps the clock, ms of real time. */
export const RETRY_PARENT_MS = 50;

/** Raw bytes read from the radio that may wait for a parent's barrier, bytes. */
export const RADIO_BUFFER_BYTES_MAX = 1 << 20;

/** Free space below which the disk counts as full, before it is, bytes: the log must still be copied into the database. */
export const DISK_FREE_BYTES_MIN = 32 << 20;

/** Page of a new database, bytes. */
export const PAGE_BYTES = 1_024;
/** Length of the write-ahead log at which it is copied into the database, pages. */
export const WAL_PAGES = 8_000;

/** Evidence of conflicts kept per key, records. */
export const CONFLICTS_PER_KEY_MAX = 16;
/** Packets of unknown keys kept, packets (about 1.5 MB). */
export const QUARANTINE_MAX = 5_000;
/** The same of one key id, packets: two months of hourly records. */
export const QUARANTINE_PER_KEY_MAX = 1_500;
/** Key ids in quarantine that the status lists, key ids. */
export const QUARANTINE_LISTED_MAX = 20;
/** How often it is noted up to where each epoch is stored without a gap, ms. */
export const SETTLED_MS = 86_400_000;
/** Notices (events of the gateway) kept, rows. */
export const NOTICES_MAX = 10_000;

/** Messages sent to the broker that wait for their PUBACK at one time, messages. */
export const OUTBOX_WINDOW = 10;
/** Longest a graceful stop waits for the outbox, ms. */
export const STOP_DRAIN_MS = 10_000;

/** TCP connections the embedded broker accepts at one time, connections. */
export const BROKER_CLIENTS_MAX = 64;
/** How long a subscriber that does not read may hold up the others before it is dropped, ms. */
export const BROKER_DRAIN_MS = 5_000;
/** Largest packet a client may send to the embedded broker, bytes (clients only subscribe). */
export const BROKER_PACKET_BYTES_MAX = 65_536;

/** Longest request line plus headers the HTTP server reads, bytes. */
export const HTTP_HEADER_BYTES_MAX = 8_192;
/** Longest an HTTP client may take to send its request, ms. */
export const HTTP_REQUEST_MS_MAX = 10_000;
/** TCP connections the HTTP server accepts at one time, connections. */
export const HTTP_CLIENTS_MAX = 128;
/** Records one API answer carries at most, records. */
export const HTTP_RECORDS_MAX = 500;
/** Hours one API answer carries at most, hours: a month. */
export const HTTP_HOURS_MAX = 31 * 24;
/** Days one API answer carries at most, days: ten years. */
export const HTTP_DAYS_MAX = 3_660;

/** Longest register file that is read, bytes. */
export const REGISTER_BYTES_MAX = 4 << 20;

/** Bytes C3 written to wake a radio before the first frame, bytes. */
export const WAKE_BYTES = 32;
/** Longest silence of the radio while it tells its configuration, ms. */
export const SYNC_PROGRESS_MS = 10_000;
/** Longest the whole handshake may take, ms. */
export const SYNC_TOTAL_MS = 60_000;
/** How often the radio is asked for a sign of life, ms. */
export const HEARTBEAT_MS = 60_000;
/** Heartbeats in a row that may stay without answer, heartbeats. */
export const HEARTBEATS_MISSED_MAX = 3;
/** Longest a half frame waits for its next byte, ms. */
export const STREAM_IDLE_MS = 2_000;
/** How long answers to a sent packet are waited for, ms (three tries of the slowest usual preset take 25 s). */
export const SENT_ANSWER_MS = 60_000;
/** Answers of one kind kept for one sent packet, answers. */
export const SENT_ANSWERS_MAX = 16;

/** Longest a TCP connection to the radio may take to open, ms. */
export const CONNECT_MS_MAX = 10_000;
/** How often the radio's clock is set, ms (a radio takes a new time after 30 min at the earliest). */
export const SET_TIME_MS = 31 * 60_000;

/** How fast a computer's clock runs away when nobody sets it, millionths. */
export const CLOCK_DRIFT_PPM = 50;
/** A clock that somebody set is called trusted up to this uncertainty, s: some 13 days after a time server's last answer. */
export const CLOCK_TRUSTED_S_MAX = 60;
/** No time before this can be right: 2026-01-01, Unix ms. */
export const CLOCK_PLAUSIBLE_FROM_MS = 1_767_225_600_000;
/** No time can be right that is so much later than the newest one stored, ms: 20 years. */
export const CLOCK_AHEAD_MS_MAX = 20 * 365.25 * 86_400_000;
/** A correction by more than this beyond what both sides allow for is told, ms. */
export const CLOCK_STEP_MS = 2_000;
/** A correction of at least this moves the times at which sites were last heard, s. */
export const LAST_HEARD_STEP_S = 60;
/** How often the machine is asked what it knows of the time, ms. */
export const CLOCK_POLL_MS = 60_000;
/** How often the kernel is asked whether a time server keeps its clock, ms (a program is run for it). */
export const CLOCK_KERNEL_POLL_MS = 300_000;
/** How often the time is noted for a restart of the process, ms. It goes with another commit. */
export const CLOCK_SAVE_MS = 3_600_000;
/** How wrong the system's clock may be just after a time server set it, s. */
export const NTP_UNCERTAINTY_S = 2;
/** How wrong a clock chip may be, s: nobody says when it was set. */
export const RTC_UNCERTAINTY_S = 240;
/** How wrong a technician's time may be when he does not say it, s. */
export const TECHNICIAN_UNCERTAINTY_S = 5;
/** A fresh record leaves its node within this, s: the sender's jitter and a minute (SEND_JITTER_S of the node). */
export const NODE_DELAY_S = 1_260;
/** Two nodes agree when what they say lies at most so far apart, beyond their own uncertainty, s. */
export const NODES_AGREE_S = 180;
/** How much a record's way may differ from the way of those before, s: the sender looks once a minute. */
export const NODES_UNCERTAINTY_S = 60;
/** Records of a key looked at to know how long they are on their way, records. */
export const NODE_DELAY_RECORDS = 24;
/** A bulletin tells no time that is less sure than this, s: the nodes' own clocks are better. */
export const BULLETIN_CLOCK_S_MAX = 512;

/** How far the clock may lift the bulletin's number at one start, numbers (minutes): 400 days. */
export const BULLETIN_LIFT_MAX = 400 * 1_440;
/** How far a restored backup's bulletin number is lifted, numbers: more than one such lift, and 400 days of bulletins. */
export const BULLETIN_RESTORE_LIFT = 2 * BULLETIN_LIFT_MAX;

/** Longest a verb beside a running gateway waits for the database, ms: longer than the gateway holds a group. */
export const FACTS_WAIT_MS = 90_000;
/** A drill of the recovery key is due after this, s: a year and a month. */
export const DRILL_AFTER_S = 395 * 86_400;
/** A node has taken a new gateway key when so many new records came and none came twice, records. */
export const NOTICE_ACCEPTED_AFTER = 6;
/** A new gateway key is announced before each bulletin of a group, at most so often after a start, bulletins: 30 days. */
export const NOTICE_OFTEN_MAX = 720;
/** After that, and when all nodes have it: before every so manyth bulletin of a group, for ever. */
export const NOTICE_EVERY = 24;

// What is told and asked over MQTT.
/** Topics an external broker refused that are remembered, for the status, topics. */
export const BROKER_REFUSALS_MAX = 16;
/** Rows looked through at once when records are found that will be told late, rows. */
export const LATE_ROWS_MAX = 5_000;
/** Longest request over MQTT, bytes. */
export const REQUEST_BYTES_MAX = 4_096;
/** Longest transaction that a request may name, characters. */
export const REQUEST_TRANSACTION_MAX = 64;
/** Longest verb, response topic and correlation data that are answered to, characters and bytes. */
export const REQUEST_VERB_MAX = 32;
export const RESPONSE_TOPIC_MAX = 256;
export const CORRELATION_BYTES_MAX = 256;
/** Requests answered at once after a quiet time, requests. */
export const REQUESTS_BURST = 20;
/** Requests answered a second for ever, requests. */
export const REQUESTS_PER_S = 5;
/** Answers that may wait for their PUBACK, answers. */
export const ANSWERS_WAITING_MAX = 16;
/** How often "too-many" is answered; in between such requests are only counted, ms. */
export const TOO_MANY_ANSWER_MS = 1_000;
// Accounts, tokens, sessions and HTTP security.

/** Cost of the scrypt of a new password, log2 of N: with R and P below 16 MiB, some 0.2 s on a Raspberry Pi 3. */
export const PASSWORD_SCRYPT_LOG2_N = 14;
/** Block size of that scrypt, units of 128 bytes. */
export const PASSWORD_SCRYPT_R = 8;
/** Parallelisation of that scrypt, lanes. */
export const PASSWORD_SCRYPT_P = 1;
/** Most memory that the parameters of a stored password may ask for, bytes. */
export const PASSWORD_SCRYPT_BYTES_MAX = 32 << 20;
/** Most lanes that the parameters of a stored password may ask for, lanes. */
export const PASSWORD_SCRYPT_P_MAX = 4;
/** Passwords that wait for their check at one time (one is checked at a time), passwords. */
export const PASSWORD_CHECKS_WAITING_MAX = 16;
/** Shortest password a person may choose, characters. */
export const PASSWORD_CHARS_MIN = 10;
/** Longest password, bytes of UTF-8. */
export const PASSWORD_BYTES_MAX = 256;
/** Passwords remembered as right, keyed by a hash that dies with the process, passwords. */
export const PASSWORDS_REMEMBERED_MAX = 64;
/** How long a right password is remembered, ms: HTTP Basic sends it with each request. */
export const PASSWORD_REMEMBERED_MS = 300_000;
/** Accounts a gateway has at most, accounts. */
export const ACCOUNTS_MAX = 64;
/** Tokens a gateway has at most, tokens. */
export const TOKENS_MAX = 64;
/** Longest life of a token that ends by itself, days. */
export const TOKEN_DAYS_MAX = 3_650;
/** Longest text looked at as a token, characters. */
export const TOKEN_CHARS_MAX = 64;

/** Logins for one name, or from one address, that may go wrong before it has to wait, logins. */
export const LOGIN_FREE_TRIES = 5;
/** First wait after that, ms. It doubles with each further one that goes wrong. */
export const LOGIN_WAIT_MS_MIN = 1_000;
/** Longest wait of a name, ms: short, so that a stranger cannot lock somebody out for long. */
export const LOGIN_NAME_WAIT_MS_MAX = 30_000;
/** Longest wait of an address, ms. */
export const LOGIN_ADDRESS_WAIT_MS_MAX = 300_000;
/** After this time without a try nothing of the wrong ones is known any more, ms. */
export const LOGIN_FORGET_MS = 900_000;
/** Names, and addresses, whose wrong logins are remembered, each. */
export const LOGIN_KEYS_MAX = 1_024;

/** A session ends when it was not used for this long, ms. */
export const SESSION_IDLE_MS_MAX = 3_600_000;
/** A session ends after this time in any case, ms. */
export const SESSION_MS_MAX = 86_400_000;
/** Sessions at one time, sessions. The one unused longest gives way. */
export const SESSIONS_MAX = 512;
/** Sessions of one account at one time, sessions. */
export const SESSIONS_PER_ACCOUNT_MAX = 16;

/** Longest body of a POST, bytes. */
export const HTTP_BODY_BYTES_MAX = 16_384;
/** Longest path and query, characters. */
export const HTTP_TARGET_CHARS_MAX = 2_048;
/** Headers of one request, headers. */
export const HTTP_HEADERS_MAX = 64;
/** How often it is looked whether a request takes too long, ms. */
export const HTTP_SLOW_CHECK_MS = 2_000;
/** A connection on which nothing moves is closed after this, ms. */
export const HTTP_IDLE_MS_MAX = 30_000;
/** TCP connections of one address at one time, connections (this machine itself: all). */
export const HTTP_CLIENTS_PER_ADDRESS_MAX = 32;
/** Requests of one address in the long run, requests per s (this machine itself: any). */
export const HTTP_REQUESTS_PER_S_MAX = 20;
/** Requests of one address at once after a rest, requests. */
export const HTTP_REQUESTS_BURST_MAX = 200;
/** Addresses whose requests are counted, addresses. */
export const HTTP_ADDRESSES_MAX = 1_024;
// Backups, restore and repair.
/** Pages copied before the copy is synced and others get their turn, pages: 4 MB, so that no commit waits behind more. */
export const BACKUP_STEP_PAGES = 4_096;
/** Backups kept at each place when nobody says otherwise, backups. */
export const BACKUP_KEEP = 7;
/** The same at most, backups. */
export const BACKUP_KEEP_MAX = 365;
/** Room that a backup must leave on its disk, bytes: more than where the gateway counts its disk as full. */
export const BACKUP_SPARE_BYTES = 8 * DISK_FREE_BYTES_MIN;
/** Copies on the database's own disk may write so much, bytes a day: about what its records write. */
export const BACKUP_CARD_BYTES_PER_DAY = 16_000_000;
/** Longest time between two copies on the database's own disk, hours: 30 days, half of a node's journal. */
export const BACKUP_CARD_HOURS_MAX = 30 * 24;
/** Time between two copies on a stick, hours. */
export const BACKUP_STICK_HOURS = 24;
/** How long a gateway runs before its first copy, hours. */
export const BACKUP_FIRST_HOURS = 1;
/** A stick that was put in just now gets a copy when the last one is older than this, hours. */
export const BACKUP_PUT_IN_HOURS = 1;
/** How often it is looked whether a stick was put in, ms. */
export const BACKUP_LOOK_MS = 60_000;
/** Time before a copy that failed is tried again, ms. */
export const BACKUP_RETRY_MS = 3_600_000;
/** Longest a copy may take before it is given up, ms. */
export const BACKUP_MS_MAX = 6 * 3_600_000;
/** A backup older than this is warned of, s: eight days for a stick. */
export const BACKUP_OLD_S = 8 * 86_400;
/** Newest records whose signatures are checked in each backup, records. */
export const CHECK_NEWEST = 64;
/** Other records, taken by chance, whose signatures are checked, records. */
export const CHECK_RANDOM = 256;
/** Days of a place whose sums are compared with their records, days. */
export const CHECK_DAYS = 4;
/** Faults of a database told one by one, faults. */
export const CHECK_FAULTS_MAX = 20;
/** Newest records that are read at each start to see whether the end of the database is whole, records. */
export const CHECK_START = 200;
/** Records written in one transaction while a database is put together again, records. */
export const REPAIR_COMMIT_RECORDS = 20_000;
// Radios
/** Channels of a radio, channels. */
export const RADIO_CHANNELS_MAX = 8;
/** Nodes of a radio's database that are remembered, nodes (radios keep 250 at most). */
export const RADIO_NODES_MAX = 500;
/** A radio that tells its battery, sensors or place more often than this is noisy, s. */
export const TELEMETRY_NOISE_S = 900;
/** Packets kept while a radio tells its configuration, packets: beyond any radio's own queue. */
export const HELD_PACKETS_MAX = 1_000;
/** Times a configuration is asked for in a row when what came was not whole, times. */
export const SYNC_ASKS_MAX = 3;
/** Places of the radio's queue that are left to the mesh, places of 16. */
export const SEND_KEEP_FREE = 4;
/** Packets given whose answer has not come yet, packets: a radio keeps two answers. */
export const SEND_UNANSWERED_MAX = 2;
/** Longest the answer to a packet is waited for before the next is given, ms. */
export const SEND_SILENT_MS = 10_000;
/** Longest a packet waits for the radio, ms: a bulletin tells the time. */
export const SEND_WAIT_MS_MAX = 20_000;
/** Packets that wait for one radio, packets. */
export const SEND_WAITING_MAX = 32;
/** Share of the time our own packets may take of the air once two have gone out, 0..1. */
export const SEND_AIR_SHARE = 0.25;
/** Share of what the region allows a transmitter in an hour that our own packets take, 0..1: the rest is for others'. */
export const SEND_DUTY_SHARE = 0.5;
/** Wait after the radio said that its queue is full, ms. */
export const QUEUE_FULL_WAIT_MS = 10_000;
/** Wait after the radio refused for the duty cycle and did not say how long, ms. */
export const DUTY_WAIT_MS = 600_000;
/** How often a radio without room is asked how much it has, ms. */
export const SEND_PROBE_MS = 15_000;
/** A radio that restarts or is lost so often within TROUBLES_OFTEN_MS needs a person, times. */
export const TROUBLES_OFTEN = 4;
/** See TROUBLES_OFTEN, ms. */
export const TROUBLES_OFTEN_MS = 3_600_000;
/** A session that stood so long was a good one: the delay before the next attempt begins anew, ms. */
export const SESSION_STEADY_MS = 60_000;
/** A radio whose clock differs from the gateway's by more than this did not take the time, s. */
export const RADIO_CLOCK_OFF_S = 180;
/** Live packets show what the radio's clock says this long after a handshake or an order to set it, ms. */
export const RADIO_CLOCK_SETTLE_MS = 30_000;
/** Bulletins remembered, to know them again when another of our radios hears them, packets. */
export const OWN_BROADCASTS_MAX = 64;

/** How often a radio's GPS looks when its settings do not say, s. */
export const GPS_UPDATE_S = 120;
/** How wrong a GPS fix may be beyond its age, s: the way through the radio. */
export const GPS_UNCERTAINTY_S = 5;
/** How wrong the clock of a radio with GPS may be that does not tell its fix, s: more than is ever trusted. */
export const GPS_CLOCK_UNCERTAINTY_S = 300;
/** Two positions must lie so far apart before they prove that the GPS runs, ms. */
export const GPS_READINGS_GAP_MS = 60_000;
/** How much they may differ from the time that passed, beyond the GPS's own rhythm, s. */
export const GPS_AGREE_S = 10;
/** Bytes that may wait to be written to a radio, bytes. */
export const RADIO_WRITE_BYTES_MAX = 16_384;
/** Longest a write to a radio may take, ms. */
export const RADIO_WRITE_MS_MAX = 15_000;
// The embedded broker: sessions, clients, streams.
/** Time between two writings of retained messages and of how long sessions were away, ms. A graceful end writes them too. */
export const MQTT_SAVE_MS = 86_400_000;
/** Room for sessions. */
export const MQTT_SESSION_LIMITS = {
  /** Sessions kept, sessions. The one whose client has been away longest gives way. */
  sessions: 128,
  /** Messages queued for one session, messages: three weeks of 40 nodes. */
  packetsEach: 20_000,
  /** The same of all sessions, messages (about 20 MB of memory). */
  packetsAll: 100_000,
  /** Payloads queued for one session that stand nowhere else, bytes. */
  bytesEach: 1 << 20,
  /** The same of all sessions, bytes. */
  bytesAll: 8 << 20,
  /** Filters of one session, filters. */
  subscriptionsEach: 50,
  /** A session ends when this gateway ran so long without seeing its client, s: 30 days. */
  idleS: 30 * 86_400,
};
/** Messages sent to one session that wait for their PUBACK at one time, messages. */
export const MQTT_IN_FLIGHT_MAX = 20;
/** Changes of sessions that are made durable at once, changes a second; further ones wait up to COUNTS_COMMIT_MS. */
export const MQTT_SESSION_COMMITS_PER_S = 0.1;
/** The same at once, changes. */
export const MQTT_SESSION_COMMITS_BURST = 64;
/** Client identifiers, bytes. */
export const MQTT_CLIENT_ID_BYTES_MAX = 64;
/** Topics and filters of clients, bytes. */
export const MQTT_TOPIC_BYTES_MAX = 256;
/** The same, levels. */
export const MQTT_TOPIC_LEVELS_MAX = 16;
/** Payload of a last will, bytes. */
export const MQTT_WILL_BYTES_MAX = 256;
/** QoS 2 messages of one client that wait for PUBREL, messages. */
export const MQTT_INCOMING_MAX = 20;
/** Connections of one address, connections. */
export const BROKER_CLIENTS_PER_ADDRESS_MAX = 48;
/** Longest a client may take from its connection to its CONNECT, and a TLS handshake, ms. */
export const BROKER_CONNECT_MS_MAX = 10_000;
/** A silent connection is asked after this whether its other end is still there, ms (TCP keepalive). */
export const BROKER_TCP_KEEPALIVE_MS = 60_000;
/** What a client may send before the broker parses it. */
export const BROKER_STREAM_LIMITS = {
  packetBytes: BROKER_PACKET_BYTES_MAX,
  connectBytes: 4_096,
  bytesPerS: 65_536,
  bytesBurst: 262_144,
  packetsPerS: 200,
  packetsBurst: 1_000,
};
/** Wrong logins of one address, logins a second. */
export const BROKER_LOGINS_PER_S = 0.1;
/** The same at once, logins. */
export const BROKER_LOGINS_BURST = 10;
/** Addresses whose wrong logins are remembered, addresses. */
export const BROKER_LOGIN_ADDRESSES_MAX = 1_024;
// Operations: configuration, log, metrics, watchdog, doctor.
/** Radios one gateway keeps, radios. */
export const RADIOS_MAX = 8;
/** Longest configuration file that is read, bytes. */
export const CONFIG_BYTES_MAX = 256 << 10;
/** Faults of a configuration that are told at one time, faults. */
export const CONFIG_PROBLEMS_MAX = 50;
/** Longest secret file (a password, a token) that is read, bytes. */
export const SECRET_FILE_BYTES_MAX = 4_096;
/** Longest log line, characters. */
export const LOG_LINE_CHARS_MAX = 2_000;
/** A line that was written is not written again for this time; then how often it came is said, ms. */
export const LOG_REPEAT_MS = 3_600_000;
/** Different lines whose repeats are counted, lines. */
export const LOG_REPEATS_MAX = 256;
/** Lines that one hour may write, lines: a journal on an SD card must not grow by a fault. */
export const LOG_LINES_PER_HOUR = 1_000;
/** How old the engine's last tick may be for the watchdog to be fed, ms: six ticks. */
export const LIVE_TICK_MS = 30_000;
/** How long something written may wait for its commit for the watchdog to be fed, ms: twice the longest hold-back. */
export const LIVE_COMMIT_MS = 120_000;
/** Longest the program that speaks to systemd may take, ms. */
export const NOTIFY_MS_MAX = 10_000;
/** How often the state is told to systemd when it asks for no watchdog, ms. */
export const NOTIFY_STATUS_MS = 60_000;
/** Longest each step of a graceful end may take, ms: a broker that acknowledges nothing must not hold it up. */
export const STOP_STEP_MS = 3_000;
/** Longest the doctor waits for a radio, a broker or a gateway, ms. */
export const DOCTOR_WAIT_MS = 15_000;
/** Longest the doctor reads the database for its check, ms. */
export const DOCTOR_DATABASE_MS = 60_000;
/** Sites that the doctor names one by one, sites. */
export const DOCTOR_SITES_MAX = 20;
/** A backup is old after this, s: three days. */
export const DOCTOR_BACKUP_OLD_S = 3 * 86_400;
