/*
 * A radio's own bookkeeping of how much it sent and how busy it found the channel.
 * From: its transmitter and receiver; to: duty-cycle refusal, contention windows, statistics.
 * Source: Meshtastic 2.7.26: sixty one-minute sums for sending, six ten-second sums for the channel.
 */

const SEND_BUCKETS = 60;
const SEND_BUCKET_MS = 60_000;
const CHANNEL_BUCKETS = 6;
const CHANNEL_BUCKET_MS = 10_000;

/** Sums over the last `buckets.length` intervals; `epoch` is the number of the present interval. */
interface Ring {
  buckets: number[];
  bucketMs: number;
  epoch: number;
  total: number;
}

export interface AirtimeLog {
  logSent(airtimeMs: number): void;
  logHeard(airtimeMs: number): void;
  /** Share of the last hour spent sending, percent. */
  sentPercent(): number;
  /** Share of the last minute in which this radio sent or heard a frame, percent. */
  channelPercent(): number;
  /** Whole minutes until the share sent falls to `limitPercent`, 0..60. */
  silentMinutes(limitPercent: number): number;
  /** Forgets everything, as a restart does. */
  clear(): void;
}

function createRing(count: number, bucketMs: number): Ring {
  return { buckets: new Array<number>(count).fill(0), bucketMs, epoch: 0, total: 0 };
}

function clearRing(ring: Ring): void {
  ring.buckets.fill(0);
  ring.total = 0;
}

function advance(ring: Ring, nowMs: number): void {
  const epoch = Math.floor(nowMs / ring.bucketMs);
  const steps = Math.min(epoch - ring.epoch, ring.buckets.length);
  for (let i = 1; i <= steps; i += 1) {
    const index = (ring.epoch + i) % ring.buckets.length;
    ring.total -= ring.buckets[index];
    ring.buckets[index] = 0;
  }
  if (steps === ring.buckets.length) clearRing(ring);
  ring.epoch = epoch;
}

function add(ring: Ring, nowMs: number, amountMs: number): void {
  advance(ring, nowMs);
  ring.buckets[ring.epoch % ring.buckets.length] += amountMs;
  ring.total += amountMs;
}

function percent(ring: Ring, nowMs: number): number {
  advance(ring, nowMs);
  return (100 * ring.total) / (ring.buckets.length * ring.bucketMs);
}

function minutesUntil(ring: Ring, nowMs: number, limitPercent: number): number {
  advance(ring, nowMs);
  const limitMs = (limitPercent / 100) * SEND_BUCKETS * SEND_BUCKET_MS;
  let left = ring.total;
  for (let minutes = 0; minutes < SEND_BUCKETS; minutes += 1) {
    if (left <= limitMs) return minutes;
    left -= ring.buckets[(ring.epoch + 1 + minutes) % SEND_BUCKETS];
  }
  return SEND_BUCKETS;
}

/** A new, empty log reading the time from `nowMs`. */
export function createAirtimeLog(nowMs: () => number): AirtimeLog {
  const sent = createRing(SEND_BUCKETS, SEND_BUCKET_MS);
  const channel = createRing(CHANNEL_BUCKETS, CHANNEL_BUCKET_MS);
  return {
    logSent: (airtimeMs) => {
      add(sent, nowMs(), airtimeMs);
      add(channel, nowMs(), airtimeMs);
    },
    logHeard: (airtimeMs) => add(channel, nowMs(), airtimeMs),
    sentPercent: () => percent(sent, nowMs()),
    channelPercent: () => percent(channel, nowMs()),
    silentMinutes: (limitPercent) => minutesUntil(sent, nowMs(), limitPercent),
    clear: () => {
      clearRing(sent);
      clearRing(channel);
    },
  };
}
