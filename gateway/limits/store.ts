/*
 * store.ts: limits of judging and keeping: commits, quarantine, evidence, the disk, how often what is looked at.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
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
/** Epochs of one key whose sequence state is loaded at start, newest first, epochs. */
export const EPOCHS_LOADED_MAX = 8;
/** A site not heard for longer than this has "no news", s (records come hourly, plus jitter). */
export const NO_NEWS_AFTER_S = 3 * 3600;
/** A record older than this on arrival is historical: it must not move a live display, s. */
export const HISTORICAL_AFTER_S = 2 * 3600;
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
/** Longest register file that is read, bytes. */
export const REGISTER_BYTES_MAX = 4 << 20;
/** Longest a verb beside a running gateway waits for the database, ms: longer than the gateway holds a group. */
export const FACTS_WAIT_MS = 90_000;
/**
 * Pages of the database that the connection for reading keeps, KiB. better-sqlite3 would keep 16 MB, which an export fills with
 * pages that nobody asks for again; the kernel keeps the file's pages anyway.
 */
export const READER_CACHE_KIB = 2_048;
