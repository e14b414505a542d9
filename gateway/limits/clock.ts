/*
 * clock.ts: limits of the gateway's clock.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

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
/** How long a reading of the clock serves, ms: time goes on from it. */
export const CLOCK_READING_MS = 1_000;
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
