/*
 * send-queue.ts: packets that wait for one radio, and when each is given to it.
 * Way: bulletins, announcements -> here -> radio session -> answers of the radio -> here -> taken or failed.
 * Pure. Source: Meshtastic firmware 2.7.26: a queue of 16 that it shares with what it passes on for others, an answer
 * (queueStatus) for each packet of which it keeps two, DUTY_CYCLE_LIMIT above the region's share of an hour.
 *
 * A packet is given when the radio has room (its own word), when our packets before it are paid for (a share of the air),
 * and when the hour's share of the region is not used up. One that waits too long is dropped: a bulletin tells the time.
 */
import type { MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import {
  DUTY_WAIT_MS,
  QUEUE_FULL_WAIT_MS,
  SEND_AIR_SHARE,
  SEND_DUTY_SHARE,
  SEND_KEEP_FREE,
  SEND_PROBE_MS,
  SEND_SILENT_MS,
  SEND_UNANSWERED_MAX,
  SEND_WAIT_MS_MAX,
  SEND_WAITING_MAX,
} from '../limits/radio';
import type { Outcome, SentPacket } from './radio-sent';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DUTY_CYCLE_LIMIT = 9;
const QUEUE_FULL = 32;

/** A packet to send. Of those with one key only the newest waits. */
export interface Waiting {
  key: string;
  /** Names this very packet in what is concluded of it. */
  tag: number;
  packet: MeshPacketToSend;
  /** Its time on the air, ms. */
  airtimeMs: number;
}

/** With the time at which it began to wait, ms. */
export type Timed = Waiting & { sinceMs: number };

/** What the radio is like now. */
export interface RadioRoom {
  /** Places free in the radio's queue; -1 = not told. */
  free: number;
  /** Share of an hour a transmitter may send in the region, percent; 100 = no limit. */
  dutyCyclePercent: number;
}

/** taken: the radio has it. failed: it was refused, not answered, replaced, or waited too long. One for each packet. */
export interface Conclusion {
  tag: number;
  verdict: 'taken' | 'failed';
}

/**
 * How many packets ended how: an outcome of radio-sent.ts, or `lost` (the connection ended before any answer),
 * `expired` (it waited here too long), `replaced` (a newer one came while it waited).
 */
export type SendCounts = Record<string, number>;

/** The queue of one radio. */
export interface SendQueue {
  put(waiting: Waiting, nowMs: number): void;
  /** The packet to give now, which the caller gives; null = none may be given. */
  next(nowMs: number, room: RadioRoom): Timed | null;
  /** It was given under this id. */
  given(waiting: Timed, id: number, nowMs: number): void;
  /** The radio said something about a packet. */
  onSent(sent: SentPacket, outcome: Outcome, final: boolean, nowMs: number): void;
  /** Time passed. */
  tick(nowMs: number): void;
  /** The connection ended, or the radio restarted. */
  onLost(): void;
  /** Would a packet of this length go out at once? */
  hasRoom(nowMs: number, room: RadioRoom, airtimeMs: number): boolean;
  /** Is it time to ask the radio how much room it has? Then the caller asks. */
  wantsProbe(nowMs: number, room: RadioRoom): boolean;
  /** When something is due next, ms; Infinity = nothing. */
  nextDueMs(nowMs: number, room: RadioRoom): number;
  takeConclusions(): Conclusion[];
  counts(): SendCounts;
  /** Until when the radio must not send, by its own word, ms; null = it may. */
  blockedUntilMs(nowMs: number): number | null;
}

interface Given {
  waiting: Timed;
  atMs: number;
  /** The radio has said something about it, or nothing is expected any more. */
  isSettled: boolean;
  /** Something was concluded of it, or it waits again. */
  isConcluded: boolean;
}

interface Queue {
  waiting: Timed[];
  given: Map<number, Given>;
  conclusions: Conclusion[];
  counts: SendCounts;
  /** Air used and not paid for yet, ms, at `debtAtMs`. */
  debtMs: number;
  debtAtMs: number;
  /** Air used by the minute, for an hour. */
  used: { minute: number; airtimeMs: number }[];
  pauseUntilMs: number;
  blockedUntilMs: number;
  probedMs: number;
}

function count(queue: Queue, outcome: string): void {
  queue.counts[outcome] = (queue.counts[outcome] ?? 0) + 1;
}

function conclude(queue: Queue, given: Given, verdict: Conclusion['verdict']): void {
  if (given.isConcluded) return;
  given.isConcluded = true;
  queue.conclusions.push({ tag: given.waiting.tag, verdict });
}

function debtAt(queue: Queue, nowMs: number): number {
  return Math.max(0, queue.debtMs - Math.max(0, nowMs - queue.debtAtMs) * SEND_AIR_SHARE);
}

function usedInHour(queue: Queue, nowMs: number): number {
  const from = Math.floor((nowMs - HOUR_MS) / MINUTE_MS);
  queue.used = queue.used.filter(({ minute }) => minute > from);
  return queue.used.reduce((sum, { airtimeMs }) => sum + airtimeMs, 0);
}

function isWithinDuty(queue: Queue, nowMs: number, percent: number, airtimeMs: number): boolean {
  if (percent >= 100) return true;
  const allowedMs = (HOUR_MS * percent * SEND_DUTY_SHARE) / 100;
  return usedInHour(queue, nowMs) + airtimeMs <= allowedMs;
}

function hasCredit({ given }: Queue, free: number): boolean {
  const open = [...given.values()].filter(({ isSettled }) => !isSettled).length;
  if (free < 0) return open === 0;
  return open < SEND_UNANSWERED_MAX && free - open > SEND_KEEP_FREE;
}

/** Two packets may follow each other (an announcement and its bulletin); then the air must be paid for. */
function mayGive(queue: Queue, nowMs: number, room: RadioRoom, airtimeMs: number): boolean {
  return (
    nowMs >= Math.max(queue.pauseUntilMs, queue.blockedUntilMs) &&
    hasCredit(queue, room.free) &&
    debtAt(queue, nowMs) <= airtimeMs &&
    isWithinDuty(queue, nowMs, room.dutyCyclePercent, airtimeMs)
  );
}

/** Drops packets that wait. */
function drop(queue: Queue, isDropped: (one: Timed) => boolean, why: 'expired' | 'replaced') {
  for (const { tag } of queue.waiting.filter(isDropped)) {
    count(queue, why);
    queue.conclusions.push({ tag, verdict: 'failed' });
  }
  queue.waiting = queue.waiting.filter((one) => !isDropped(one));
}

function put(queue: Queue, waiting: Waiting, nowMs: number): void {
  drop(queue, ({ key }) => key === waiting.key, 'replaced');
  const [oldest] = queue.waiting;
  if (queue.waiting.length >= SEND_WAITING_MAX) drop(queue, (one) => one === oldest, 'expired');
  queue.waiting.push({ ...waiting, sinceMs: nowMs });
}

function given(queue: Queue, waiting: Timed, id: number, nowMs: number): void {
  const { airtimeMs } = waiting;
  queue.given.set(id, { waiting, atMs: nowMs, isSettled: false, isConcluded: false });
  queue.debtMs = debtAt(queue, nowMs) + airtimeMs;
  queue.debtAtMs = nowMs;
  const minute = Math.floor(nowMs / MINUTE_MS);
  const last = queue.used.at(-1);
  if (last?.minute === minute) last.airtimeMs += airtimeMs;
  else queue.used.push({ minute, airtimeMs });
}

/** Minutes in "You can send again in 12 mins"; undefined when the words are others. */
function toldMinutes(words: string | undefined): number | undefined {
  const found = /(\d{1,4}) ?min/.exec(words ?? '');
  return found ? Number(found[1]) : undefined;
}

/** Once more, while it is young and nothing newer took its place. */
function waitAgain(queue: Queue, given: Given, nowMs: number): void {
  const { waiting } = given;
  if (given.isConcluded || nowMs - waiting.sinceMs >= SEND_WAIT_MS_MAX) return;
  if (queue.waiting.some(({ key }) => key === waiting.key)) return;
  given.isConcluded = true;
  queue.waiting.unshift(waiting);
}

function onRefused(queue: Queue, given: Given, sent: SentPacket, nowMs: number): void {
  const isDuty = (code: number) => code === DUTY_CYCLE_LIMIT;
  const duty =
    sent.queueAnswers.some(({ res }) => isDuty(res)) ||
    sent.routingAnswers.some(({ errorReason }) => isDuty(errorReason));
  if (duty) {
    const minutes = toldMinutes(sent.notification);
    const waitMs = minutes === undefined ? DUTY_WAIT_MS : Math.max(1, minutes) * MINUTE_MS;
    queue.blockedUntilMs = nowMs + Math.min(waitMs, HOUR_MS);
  } else if (sent.queueAnswers.some(({ res }) => res === QUEUE_FULL)) {
    queue.pauseUntilMs = nowMs + QUEUE_FULL_WAIT_MS;
    waitAgain(queue, given, nowMs);
  }
}

function onSent(queue: Queue, sent: SentPacket, outcome: Outcome, final: boolean, nowMs: number) {
  const given = queue.given.get(sent.id);
  if (given === undefined) return;
  if (outcome !== 'no_answer') given.isSettled = true;
  const isRefused = outcome.startsWith('refused_') || outcome.startsWith('nak_');
  if (final) {
    queue.given.delete(sent.id);
    count(queue, outcome);
  } else if (isRefused) onRefused(queue, given, sent, nowMs);
  if (isRefused) conclude(queue, given, 'failed');
  else if (outcome !== 'no_answer') conclude(queue, given, 'taken');
}

function tick(queue: Queue, nowMs: number): void {
  drop(queue, ({ sinceMs }) => nowMs - sinceMs >= SEND_WAIT_MS_MAX, 'expired');
  for (const one of queue.given.values()) {
    if (one.isSettled || nowMs - one.atMs < SEND_SILENT_MS) continue;
    one.isSettled = true;
    conclude(queue, one, 'failed');
  }
}

function onLost(queue: Queue): void {
  for (const [id, one] of queue.given) {
    if (one.isSettled) continue;
    queue.given.delete(id);
    count(queue, 'lost');
    conclude(queue, one, 'failed');
  }
  drop(queue, () => true, 'expired');
  queue.pauseUntilMs = 0;
}

function isStarved(room: RadioRoom): boolean {
  return room.free >= 0 && room.free <= SEND_KEEP_FREE;
}

function nextDueMs(queue: Queue, nowMs: number, room: RadioRoom): number {
  const dues = [Number.POSITIVE_INFINITY];
  for (const { sinceMs } of queue.waiting) dues.push(sinceMs + SEND_WAIT_MS_MAX);
  for (const { isSettled, atMs } of queue.given.values()) {
    if (!isSettled) dues.push(atMs + SEND_SILENT_MS);
  }
  if (isStarved(room)) dues.push(queue.probedMs + SEND_PROBE_MS);
  const [first] = queue.waiting;
  if (first !== undefined) {
    const paidMs = nowMs + Math.max(0, debtAt(queue, nowMs) - first.airtimeMs) / SEND_AIR_SHARE;
    const freeMs = Math.max(queue.pauseUntilMs, queue.blockedUntilMs, Math.ceil(paidMs));
    if (freeMs > nowMs) dues.push(freeMs);
  }
  return Math.min(...dues);
}

/** Makes an empty queue. */
export function createSendQueue(): SendQueue {
  const queue: Queue = {
    waiting: [],
    given: new Map(),
    conclusions: [],
    counts: {},
    debtMs: 0,
    debtAtMs: 0,
    used: [],
    pauseUntilMs: 0,
    blockedUntilMs: 0,
    probedMs: Number.NEGATIVE_INFINITY,
  };
  return {
    put: (waiting, nowMs) => put(queue, waiting, nowMs),
    next(nowMs, room) {
      const [first] = queue.waiting;
      if (first === undefined || !mayGive(queue, nowMs, room, first.airtimeMs)) return null;
      queue.waiting = queue.waiting.slice(1);
      return first;
    },
    given: (waiting, id, nowMs) => given(queue, waiting, id, nowMs),
    onSent: (sent, outcome, final, nowMs) => onSent(queue, sent, outcome, final, nowMs),
    tick: (nowMs) => tick(queue, nowMs),
    onLost: () => onLost(queue),
    hasRoom: (nowMs, room, airtimeMs) =>
      queue.waiting.length === 0 && mayGive(queue, nowMs, room, airtimeMs),
    wantsProbe(nowMs, room) {
      if (!isStarved(room) || nowMs < queue.probedMs + SEND_PROBE_MS) return false;
      queue.probedMs = nowMs;
      return true;
    },
    nextDueMs: (nowMs, room) => nextDueMs(queue, nowMs, room),
    takeConclusions: () => queue.conclusions.splice(0),
    counts: () => ({ ...queue.counts }),
    blockedUntilMs: (nowMs) => (queue.blockedUntilMs > nowMs ? queue.blockedUntilMs : null),
  };
}
