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

// What a radio may make the gateway remember.
/** Packets kept while the radio still tells its configuration, packets: more than its own queue holds. */
export const RADIO_HELD_MAX = 256;
/** Nodes of the radio's database that are remembered, nodes: more than any radio keeps. */
export const RADIO_NODES_MAX = 512;
/** Channels a radio has, channels: indexes 0..7. */
export const RADIO_CHANNELS_MAX = 8;
