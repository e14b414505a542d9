/*
 * backup.ts: limits of backups, restore and repair.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */
import { DISK_FREE_BYTES_MIN } from './store';

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
