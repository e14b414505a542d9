/*
 * limits.ts: every limit of the technician's bench, with its unit.
 * Way: read by acts, bench folder and page.
 */

/** One line of the bench's log, bytes. */
export const LOG_LINE_BYTES_MAX = 16_384;
/** The whole log, bytes: some 100,000 acts. */
export const LOG_BYTES_MAX = 64 * 1024 * 1024;
/** How long one tool waits for another to be done with the bench folder, ms. */
export const BENCH_LOCK_MS = 10_000;
/** A file of the bench that is read whole (pod, sites, snapshots, registrations), bytes. */
export const BENCH_FILE_BYTES_MAX = 8 * 1024 * 1024;
/** Snapshots kept of one device; the oldest goes. */
export const SAVED_PER_DEVICE_MAX = 20;
