/*
 * bulletins.ts: limits of what goes back to the nodes: bulletins, their numbers, a new gateway key.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

/** Delay between hearing a node without clock and the early bulletin for its group, ms. */
export const EARLY_BULLETIN_DELAY_MS = 60_000;
/** A bulletin answers nodes heard at least this long before it, ms: one whose link sleeps listens from 55 s after its record on, for 50 s. */
export const EARLY_BULLETIN_ANSWERS_MS = 55_000;
/** So many early bulletins of a group may follow one another, bulletins; … */
export const EARLY_BULLETIN_BURST = 4;
/** … and in the long run one in this time, ms. */
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
/** Slots a pod has: groups x slots per group, slots. */
export const SLOTS_MAX = 256;
/** How far the clock may lift the bulletin's number at one start, numbers (minutes): 400 days. */
export const BULLETIN_LIFT_MAX = 400 * 1_440;
/** How far a restored backup's bulletin number is lifted, numbers: more than one such lift, and 400 days of bulletins. */
export const BULLETIN_RESTORE_LIFT = 2 * BULLETIN_LIFT_MAX;
/** A drill of the recovery key is due after this, s: a year and a month. */
export const DRILL_AFTER_S = 395 * 86_400;
/** A node has taken a new gateway key when so many new records came and none came twice, records. */
export const NOTICE_ACCEPTED_AFTER = 6;
/** A new gateway key is announced before each bulletin of a group, at most so often after a start, bulletins: 30 days. */
export const NOTICE_OFTEN_MAX = 720;
/** After that, and when all nodes have it: before every so manyth bulletin of a group, for ever. */
export const NOTICE_EVERY = 24;
