/*
 * limits.ts: every limit of the technician's bench, with its unit.
 * Way: read by acts, bench folder and page.
 */

/** Longest name of a radio's owner, bytes of UTF-8. */
export const RADIO_LONG_NAME_BYTES_MAX = 39;
/** Longest short name of a radio's owner, bytes of UTF-8. */
export const RADIO_SHORT_NAME_BYTES_MAX = 4;
/** A radio tells its battery at most this often, s. */
export const RADIO_QUIET_S = 1_800;
/** A radio tells its place at most this often, s: it stands still. */
export const RADIO_PLACE_S = 43_200;
/** Longest an answer of the plugged-in radio to an order may take, ms. */
export const RADIO_ANSWER_MS = 10_000;
/** After the settings are committed the radio restarts within this, ms (7 s were seen). */
export const RADIO_RESTART_MS = 20_000;
/** It must answer again within this, ms (with Wi-Fi it takes 20 s). */
export const RADIO_BACK_MS = 90_000;
/** Wait between two attempts to reach it again, ms. */
export const RADIO_AGAIN_MS = 1_000;
/** Longest an answer of a radio over the air may take, ms. */
export const REMOTE_ANSWER_MS = 30_000;
/** Attempts at each message over the air, times. */
export const REMOTE_ATTEMPTS = 3;
/** A remote radio is left alone for so long while it restarts, ms. */
export const REMOTE_RESTART_MS = 40_000;
/** A session of remote orders is renewed after so long, ms (the radio ends it after 300 s). */
export const REMOTE_SESSION_MS = 120_000;
/** Longest what became of a packet is waited for, ms (three tries of the slowest usual preset take 25 s). */
export const RADIO_SENT_MS = 60_000;
