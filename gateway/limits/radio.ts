/*
 * radio.ts: limits of a radio's session, of what it may make the gateway remember, and of sending.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

/** First delay before a lost radio or broker is tried again, ms. */
export const RETRY_MS_MIN = 1_000;
/** Longest delay before a lost radio or broker is tried again, ms. */
export const RETRY_MS_MAX = 60_000;
/** Delay before the radio is tried again when a parent process keeps the clock, ms of real time. */
export const RETRY_PARENT_MS = 50;
/** Raw bytes read from the radio that may wait for a parent's barrier, bytes. */
export const RADIO_BUFFER_BYTES_MAX = 1 << 20;
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
/** Channels of a radio, channels. */
export const RADIO_CHANNELS_MAX = 8;
/** Nodes of a radio's database that are remembered, nodes (radios keep 250 at most). */
export const RADIO_NODES_MAX = 500;
/** A radio that tells its battery, sensors or place more often than this is noisy, s. */
export const TELEMETRY_NOISE_S = 900;
/** Packets kept while a radio tells its configuration, packets: beyond any radio's own queue. */
export const RADIO_HELD_MAX = 256;
/** Times a configuration is asked for in a row when what came was not whole, times. */
export const SYNC_ASKS_MAX = 3;
/** Places of the radio's queue that are left to the mesh, places of 16. */
export const SEND_KEEP_FREE = 4;
/** Packets given whose answer has not come yet, packets: a radio keeps two answers. */
export const SEND_UNANSWERED_MAX = 2;
/** Longest the answer to a packet is waited for before the next is given, ms. */
export const SEND_SILENT_MS = 10_000;
/** Longest a packet waits for the radio, ms: a bulletin tells the time. */
export const SEND_WAIT_MS_MAX = 20_000;
/** Packets that wait for one radio, packets. */
export const SEND_WAITING_MAX = 32;
/** Share of the time our own packets may take of the air once two have gone out, 0..1. */
export const SEND_AIR_SHARE = 0.25;
/** Share of what the region allows a transmitter in an hour that our own packets take, 0..1: the rest is for others'. */
export const SEND_DUTY_SHARE = 0.5;
/** Wait after the radio said that its queue is full, ms. */
export const QUEUE_FULL_WAIT_MS = 10_000;
/** Wait after the radio refused for the duty cycle and did not say how long, ms. */
export const DUTY_WAIT_MS = 600_000;
/** How often a radio without room is asked how much it has, ms. */
export const SEND_PROBE_MS = 15_000;
/** A radio that restarts or is lost so often within TROUBLES_OFTEN_MS needs a person, times. */
export const TROUBLES_OFTEN = 4;
/** See TROUBLES_OFTEN, ms. */
export const TROUBLES_OFTEN_MS = 3_600_000;
/** A session that stood so long was a good one: the delay before the next attempt begins anew, ms. */
export const SESSION_STEADY_MS = 60_000;
/** A radio whose clock differs from the gateway's by more than this did not take the time, s. */
export const RADIO_CLOCK_OFF_S = 180;
/** Live packets show what the radio's clock says this long after a handshake or an order to set it, ms. */
export const RADIO_CLOCK_SETTLE_MS = 30_000;
/** Bulletins remembered, to know them again when another of our radios hears them, packets. */
export const OWN_BROADCASTS_MAX = 64;
/** How often a radio's GPS looks when its settings do not say, s. */
export const GPS_UPDATE_S = 120;
/** How wrong a GPS fix may be beyond its age, s: the way through the radio. */
export const GPS_UNCERTAINTY_S = 5;
/** How wrong the clock of a radio with GPS may be that does not tell its fix, s: more than is ever trusted. */
export const GPS_CLOCK_UNCERTAINTY_S = 300;
/** Two positions must lie so far apart before they prove that the GPS runs, ms. */
export const GPS_READINGS_GAP_MS = 60_000;
/** How much they may differ from the time that passed, beyond the GPS's own rhythm, s. */
export const GPS_AGREE_S = 10;
/** Bytes that may wait to be written to a radio, bytes. */
export const RADIO_WRITE_BYTES_MAX = 16_384;
/** Longest a write to a radio may take, ms. */
export const RADIO_WRITE_MS_MAX = 15_000;
