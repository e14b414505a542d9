/*
 * The queue of packets for one radio: room, air, duty cycle, and what is concluded.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome, SentPacket } from '../../../gateway/core/radio-sent';
import { createSendQueue, type SendQueue } from '../../../gateway/core/send-queue';

const RUNS = 200 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const ROOM = { free: 16, dutyCyclePercent: 100 };
const AIR_MS = 600;

function waiting(key: string, tag: number, airtimeMs = AIR_MS) {
  return { key, tag, airtimeMs, packet: { to: 0xffffffff } };
}

/** An account as the session would tell it. */
function account(id: number, res?: number, errorReason?: number, words?: string): SentPacket {
  const queueAnswers = res === undefined ? [] : [{ atMs: 0, res, free: 15, maxlen: 16 }];
  const routingAnswers =
    errorReason === undefined
      ? []
      : [{ atMs: 0, from: 1, errorReason, kind: 'nak' as const, hopLimit: 0, hopStart: 0 }];
  const base = { id, to: 0xffffffff, portnum: 287, sentMs: 0, queueAnswers, routingAnswers };
  return words === undefined ? base : { ...base, notification: words };
}

/** Gives all that may go now. @returns their tags. */
function giveAll(queue: SendQueue, nowMs: number, room = ROOM): number[] {
  const tags: number[] = [];
  for (let one = queue.next(nowMs, room); one !== null; one = queue.next(nowMs, room)) {
    queue.given(one, one.tag, nowMs);
    tags.push(one.tag);
  }
  return tags;
}

function say(queue: SendQueue, id: number, outcome: Outcome, nowMs: number, res = 0): void {
  queue.onSent(account(id, res), outcome, false, nowMs);
}

test('while the radio has not told its room packets go one at a time', () => {
  const queue = createSendQueue();
  const unknown = { ...ROOM, free: -1 };
  queue.put(waiting('a', 1), 0);
  queue.put(waiting('b', 2), 0);
  expect(giveAll(queue, 0, unknown)).toEqual([1]);
  expect(queue.hasRoom(0, unknown, AIR_MS)).toBe(false);
  say(queue, 1, 'queued', 100);
  expect(queue.takeConclusions()).toEqual([{ tag: 1, verdict: 'taken' }]);
  expect(giveAll(queue, 100, unknown)).toEqual([2]);
});

test('four places of the radio stay free for the mesh, and it is asked again how many it has', () => {
  const queue = createSendQueue();
  queue.put(waiting('a', 1), 0);
  for (const free of [0, 3, 4]) {
    const room = { ...ROOM, free };
    expect(giveAll(queue, 0, room)).toEqual([]);
  }
  const room = { ...ROOM, free: 4 };
  expect(queue.wantsProbe(0, room)).toBe(true);
  expect(queue.wantsProbe(14_999, room)).toBe(false);
  expect(queue.nextDueMs(1, room)).toBe(15_000);
  expect(queue.wantsProbe(15_000, room)).toBe(true);
  expect(queue.wantsProbe(99_000, { ...ROOM, free: 5 })).toBe(false);
  expect(giveAll(queue, 15_000, { ...ROOM, free: 5 })).toEqual([1]);
});

test('two follow each other at once, then the air is paid for: a quarter of the time', () => {
  const queue = createSendQueue();
  for (let tag = 1; tag <= 4; tag += 1) queue.put(waiting(`${tag}`, tag), 0);
  expect(giveAll(queue, 0)).toEqual([1, 2]);
  say(queue, 1, 'queued', 10);
  say(queue, 2, 'queued', 10);
  expect(giveAll(queue, 10)).toEqual([]);
  // 1,200 ms used, 600 may be owed: 600 / 0.25.
  expect(queue.nextDueMs(10, ROOM)).toBe(2_400);
  expect(giveAll(queue, 2_399)).toEqual([]);
  expect(giveAll(queue, 2_400)).toEqual([3]);
  say(queue, 3, 'queued', 2_410);
  expect(giveAll(queue, 4_799)).toEqual([]);
  expect(giveAll(queue, 4_800)).toEqual([4]);
});

test('of one key only the newest waits, and none waits longer than 20 s', () => {
  const queue = createSendQueue();
  const full = { ...ROOM, free: 0 };
  queue.put(waiting('bulletin-1', 1), 0);
  queue.put(waiting('bulletin-2', 2), 5_000);
  queue.put(waiting('bulletin-1', 3), 10_000);
  expect(queue.takeConclusions()).toEqual([{ tag: 1, verdict: 'failed' }]);
  queue.tick(24_999);
  expect(queue.takeConclusions()).toEqual([]);
  expect(queue.nextDueMs(24_999, { ...full, free: -1 })).toBe(25_000);
  queue.tick(25_000);
  expect(queue.takeConclusions()).toEqual([{ tag: 2, verdict: 'failed' }]);
  expect(giveAll(queue, 25_000)).toEqual([3]);
  expect(queue.counts()).toEqual({ replaced: 1, expired: 1 });
});

test('what waits is bounded', () => {
  const queue = createSendQueue();
  for (let tag = 1; tag <= 40; tag += 1) queue.put(waiting(`${tag}`, tag), 0);
  expect(queue.takeConclusions().map(({ tag }) => tag)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(queue.counts()).toEqual({ expired: 8 });
});

test('a full queue of the radio: the same packet again after 10 s, unless it is too old then', () => {
  const queue = createSendQueue();
  queue.put(waiting('a', 1), 0);
  giveAll(queue, 0);
  say(queue, 1, 'refused_32', 100, 32);
  expect(queue.takeConclusions()).toEqual([]);
  expect(giveAll(queue, 10_099)).toEqual([]);
  expect(queue.nextDueMs(100, ROOM)).toBe(10_100);
  const again = queue.next(10_100, ROOM);
  expect(again?.tag).toBe(1);
  if (again) queue.given(again, 77, 10_100);
  say(queue, 77, 'refused_32', 20_100, 32);
  expect(queue.takeConclusions()).toEqual([{ tag: 1, verdict: 'failed' }]);
});

test('a used up duty cycle: nothing goes for as long as the radio says, or ten minutes', () => {
  const queue = createSendQueue();
  queue.put(waiting('a', 1), 0);
  giveAll(queue, 0);
  say(queue, 1, 'refused_9', 1_000, 9);
  expect(queue.takeConclusions()).toEqual([{ tag: 1, verdict: 'failed' }]);
  expect(queue.blockedUntilMs(1_000)).toBe(601_000);
  const words = 'Duty cycle limit exceeded. You can send again in 59 mins';
  queue.onSent(account(1, 9, 9, words), 'nak_DUTY_CYCLE_LIMIT', false, 1_010);
  expect(queue.blockedUntilMs(1_010)).toBe(1_010 + 59 * 60_000);
  expect(queue.hasRoom(3_000_000, ROOM, AIR_MS)).toBe(false);
  expect(queue.hasRoom(1_010 + 59 * 60_000, ROOM, AIR_MS)).toBe(true);
  queue.onSent(account(1, 9, 9, words), 'nak_DUTY_CYCLE_LIMIT', true, 60_000);
  expect(queue.counts()).toEqual({ nak_DUTY_CYCLE_LIMIT: 1 });
  expect(queue.blockedUntilMs(1_010 + 59 * 60_000)).toBe(null);
});

test('half of what the region allows in an hour is ours', () => {
  const queue = createSendQueue();
  const ua868 = { free: 16, dutyCyclePercent: 1 };
  let sent = 0;
  for (let second = 0; second < 3_600; second += 1) {
    queue.put(waiting('a', second), second * 1_000);
    for (const tag of giveAll(queue, second * 1_000, ua868)) {
      say(queue, tag, 'queued', second * 1_000);
      sent += 1;
    }
  }
  // 1 % of an hour is 36 s; of that half in packets of 0.6 s.
  expect(sent).toBe(30);
  queue.tick(3_700_000);
  expect(queue.hasRoom(3_700_000, ua868, AIR_MS)).toBe(true);
});

test('no answer for 10 s: it failed, and the next may go; a late answer still counts for the figures', () => {
  const queue = createSendQueue();
  queue.put(waiting('a', 1), 0);
  queue.put(waiting('b', 2), 0);
  const unknown = { ...ROOM, free: -1 };
  giveAll(queue, 0, unknown);
  queue.tick(9_999);
  expect(queue.takeConclusions()).toEqual([]);
  queue.tick(10_000);
  expect(queue.takeConclusions()).toEqual([{ tag: 1, verdict: 'failed' }]);
  expect(giveAll(queue, 10_000, unknown)).toEqual([2]);
  say(queue, 1, 'queued', 11_000);
  expect(queue.takeConclusions()).toEqual([]);
  queue.onSent(account(1, 0), 'queued', true, 60_000);
  expect(queue.counts()).toEqual({ queued: 1 });
});

test('when the connection ends, what had no answer is lost, what waits is dropped', () => {
  const queue = createSendQueue();
  for (let tag = 1; tag <= 3; tag += 1) queue.put(waiting(`${tag}`, tag), 0);
  giveAll(queue, 0);
  say(queue, 1, 'queued', 5);
  queue.takeConclusions();
  queue.onLost();
  expect(queue.takeConclusions().map(({ tag }) => tag)).toEqual([2, 3]);
  queue.onSent(account(1, 0), 'queued', true, 60_000);
  queue.onSent(account(2), 'no_answer', true, 60_000);
  expect(queue.counts()).toEqual({ lost: 1, expired: 1, queued: 1 });
  expect(queue.nextDueMs(60_000, ROOM)).toBe(Number.POSITIVE_INFINITY);
});

test('whatever happens: each packet is concluded once at most, and a quiet radio forgets nothing', () => {
  const act = fc.oneof(
    fc.record({ act: fc.constant('put' as const), key: fc.nat(5) }),
    fc.record({ act: fc.constant('answer' as const), res: fc.constantFrom(0, 9, 32, 33) }),
    fc.record({ act: fc.constant('lost' as const) }),
    fc.record({ act: fc.constant('wait' as const), ms: fc.nat(15_000) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), fc.constantFrom(-1, 3, 5, 16), (acts, free) => {
      const queue = createSendQueue();
      const concluded: number[] = [];
      let [nowMs, tag, id] = [0, 0, 0];
      const open: number[] = [];
      for (const one of [...acts, { act: 'lost' as const }]) {
        if (one.act === 'put') {
          tag += 1;
          queue.put(waiting(`${one.key}`, tag), nowMs);
        } else if (one.act === 'answer') {
          const first = open.shift();
          const outcome: Outcome = one.res === 0 ? 'queued' : `refused_${one.res}`;
          if (first !== undefined) queue.onSent(account(first, one.res), outcome, false, nowMs);
        } else if (one.act === 'lost') queue.onLost();
        else nowMs += one.ms;
        queue.tick(nowMs);
        const room = { free, dutyCyclePercent: 10 };
        for (let next = queue.next(nowMs, room); next !== null; next = queue.next(nowMs, room)) {
          id += 1;
          queue.given(next, id, nowMs);
          open.push(id);
          if (free < 0) expect(queue.next(nowMs, room)).toBe(null);
        }
        expect(queue.nextDueMs(nowMs, { ...room, free: 16 })).toBeGreaterThanOrEqual(nowMs);
        concluded.push(...queue.takeConclusions().map((conclusion) => conclusion.tag));
      }
      expect(new Set(concluded).size).toBe(concluded.length);
      expect(concluded.length).toBe(tag);
    }),
    { numRuns: RUNS, seed: 20261128 },
  );
});
