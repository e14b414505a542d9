/*
 * facts.ts: limits and standards of the facts about sites: when an hour is due, what the sector holds a site against.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 * Sources of the standards: docs/indicators.md.
 */

/** An hour that is not here this long after its end is late, s: records come hourly, with jitter and one repeat. */
export const HOUR_DUE_AFTER_S = 2 * 3600;
/** Events of one stay that are looked through for button presses, events. */
export const FACT_EVENTS_MAX = 2_000;
/** What people said of one site that is looked through, rows. */
export const FACT_STATEMENTS_MAX = 2_000;
/** Episodes that the facts of a site carry, newest first, episodes. */
export const EPISODES_TOLD_MAX = 50;
/** Longest that facts stay as they were read when nothing changed, s. */
export const FACTS_KEPT_S = 3_600;
/** Pages kept as they were sent, zipped: the newest of these (some 10 KB each), pages. */
export const KEPT_PAGES_MAX = 64;
/** How long what the gateway says of itself stands on kept pages before it is asked again, ms. */
export const NOTICES_KEPT_MS = 5_000;
/** Longest file of a language, bytes; languages of the page, languages. */
export const LOCALE_BYTES_MAX = 256 << 10;
export const LANGUAGES_MAX = 40;
/** Longest note of a person, characters. */
export const NOTE_CHARS_MAX = 500;
/** What people may say of one site in a day, rows: a prank must not fill the card. */
export const STATEMENTS_PER_SITE_DAY_MAX = 100;
/** What people may say in all, rows (about 20 MB). */
export const STATEMENTS_MAX = 100_000;
/** What one address may say at once after a rest, rows; and in the long run, rows per s. */
export const SAY_BURST_MAX = 10;
export const SAY_PER_S_MAX = 1 / 60;
/** Milestones of a pod, also ended ones, rows. */
export const MILESTONES_MAX = 200;
/** Longest title of a milestone, characters. */
export const TITLE_CHARS_MAX = 120;
/** Rows of one page of statements or episodes, rows. */
export const FACT_PAGE_MAX = 500;
/** Newest statements of a site among which its page looks for notes, rows. */
export const NOTES_SHOWN_MAX = 20;
/** Newest records of a stay in which its page looks for changes and temperatures, records: a week of hours. */
export const RECENT_RECORDS_MAX = 168;
/** Whole days whose bars are kept ready for cards and sheets, days. */
export const DAY_BARS_MAX = 14;
/** Events and changes that a site's page shows, and rows of the page of notes. */
export const HAPPENINGS_SHOWN_MAX = 15;
export const NOTES_PAGE_ROWS = 50;
/** Rows that the files of notes carry at most, rows. */
export const NOTES_FILE_ROWS_MAX = 20_000;
/** Listeners to the stream at one time, connections; of one address. */
export const STREAM_CLIENTS_MAX = 64;
export const STREAM_CLIENTS_PER_ADDRESS_MAX = 8;
/** How often a stream says that it is alive, ms. */
export const STREAM_HEARTBEAT_MS = 15_000;
/** A stream ends after this, ms, and the listener comes again: rights are looked at then. */
export const STREAM_MS_MAX = 3_600_000;
/** What may wait for a slow listener before it is dropped, bytes. */
export const STREAM_WAITING_BYTES_MAX = 256 << 10;

/** Flow below which a draw is "low", 0.1 L per minute: UPGro's snapshot, 10 L/min. */
export const LOW_FLOW_DL_PER_MINUTE = 100;
/** UPGro's performance: less downtime in a year than this, days; in this many days. */
export const DOWNTIME_DAYS_MAX = 30;
export const PERFORMANCE_DAYS = 365;
/** Time to repair in two published studies, days: Oxford's sensors in Kyuso; sensor-dispatched repair in Rwanda. */
export const REPAIR_DAYS_OXFORD = 2;
export const REPAIR_DAYS_RWANDA = 21;
/** Sphere: least water, L per person and day. */
export const SPHERE_LITRES = 15;
/** Sphere: longest queue, minutes; to fill 20 L, minutes; distance, m. */
export const SPHERE_QUEUE_MINUTES = 30;
export const SPHERE_FILL_MINUTES = 3;
export const SPHERE_DISTANCE_M = 500;
/** Sphere: most people at a tap, a hand pump, an open well. */
export const SPHERE_PEOPLE = { tap: 250, 'hand-pump': 500, 'open-well': 400 } as const;
/** JMP: longest round trip of "basic", minutes. */
export const JMP_ROUND_TRIP_MINUTES = 30;
/** WHO's Five Keys: fridge at most, hot holding at least, 0.01 °C. */
export const FRIDGE_CENTIC_MAX = 500;
export const HOT_HOLDING_CENTIC_MIN = 6_000;
/** Days of the running figures of an indicator, days. */
export const INDICATOR_DAYS = 7;
/** Days in which days without a meal are counted, days. */
export const MEAL_DAYS = 30;
/** Part of a day that must have been counted for it to be a day of an indicator, of 1. */
export const DAY_SHARE_MIN = 0.9;
