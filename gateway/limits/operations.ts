/*
 * operations.ts: limits of configuration, log, metrics, watchdog, doctor and stopping.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

/** Longest a graceful stop waits for the outbox, ms. */
export const STOP_DRAIN_MS = 10_000;
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
/** Largest database that the doctor reads to its last page, bytes: about a minute of an SD card at 10 MB/s with its tables' indexes. */
export const DOCTOR_DATABASE_BYTES = 256 << 20;
/** Sites that the doctor names one by one, sites. */
export const DOCTOR_SITES_MAX = 20;
/** A backup on the card may come so much later than it is due before the doctor warns, hours: three days. */
export const DOCTOR_BACKUP_LATE_HOURS = 72;
