/*
 * export.ts: limits of exports: how much is read and sent at one time, how many exports run.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

/** Rows read from the database at one time, rows: what an export holds in memory, whatever it exports. */
export const EXPORT_PAGE_ROWS = 16;
/** Text gathered before it is sent or written, characters. */
export const EXPORT_CHUNK_CHARS = 8_192;
/** Sites up to which their records are looked up one by one; of more all records are looked through, sites. */
export const EXPORT_SITES_LOOKED_UP_MAX = 4;
/** Records that are looked at for the newest use of a site, records: 400 days of hours. */
export const EXPORT_LAST_USE_ROWS_MAX = 9_600;
/** Exports over HTTP at one time, exports: each takes its turn with everything else the gateway does. */
export const EXPORTS_AT_ONCE_MAX = 2;
/** When to come again for an export, s. */
export const EXPORT_RETRY_S = 30;
/** Longest file of partners' names that is read, bytes. */
export const PARTNERS_BYTES_MAX = 1 << 20;
/** How far before the asked time records are looked for, s: as much as two clocks may differ. */
export const EXPORT_SLACK_S = 86_400;
/** Time that a status looks back for a draw in exports of statuses when nobody says otherwise, s: 30 days. */
export const EXPORT_STATUS_S = 30 * 86_400;
/** Entities one SensorThings answer carries at most, entities. */
export const STA_TOP_MAX = 1_000;
/** The same when nobody says otherwise, entities. */
export const STA_TOP = 100;
/** Observations that a SensorThings question may skip, observations: eleven years of hours. */
export const STA_SKIP_MAX = 100_000;
/** Room that an export leaves on its disk, bytes. */
export const EXPORT_SPARE_BYTES = 32 << 20;
