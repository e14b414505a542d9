/*
 * Tests of gateway/core/mqtt-sessions.ts with its tables (edges/store/mqtt-rows.ts): a subscriber with a session that
 * lasts gets everything in order, whatever comes between; and sessions stay within their limits.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type MqttPacket, nextToSend, type Session } from '../../../gateway/core/mqtt-session';
import { createMqttState, type MqttState } from '../../../gateway/core/mqtt-state';
import { openStore, type Store } from '../../../gateway/edges/store/store';
import { testFolder } from '../support/places';

const LIMITS = {
  sessions: 3,
  packetsEach: 10,
  packetsAll: 25,
  bytesEach: 1_000,
  bytesAll: 2_000,
  subscriptionsEach: 3,
  idleS: 86_400,
};
const WIDE = { ...LIMITS, packetsEach: 1e6, packetsAll: 1e6, bytesEach: 1e9, bytesAll: 1e9 };

function begin(store: Store, steadyMs: () => number, limits = LIMITS, dropped: string[] = []) {
  const state = createMqttState(store.keptMqtt(), {
    ...{ limits, saveMs: 1e9, steadyMs, nowMs: () => 0 },
    onDropped: ({ clientId }, reason) => dropped.push(`${clientId} ${reason}`),
  });
  store.keepMqtt(state.keeping);
  return state;
}

function newStore(): Store {
  const store = openStore(join(testFolder(), 'gateway.sqlite'));
  onTestFinished(() => store.close());
  return store;
}

function packet(topic = 't', payload = ''): MqttPacket {
  return { cmd: 'publish', topic, payload, qos: 1, retain: false };
}

function open(state: MqttState, clientId: string, nowMs = 0): Session {
  const session = state.sessions.open(clientId, nowMs);
  if (session === null) throw new Error('no room');
  return session;
}

type Step = 'tell' | 'send' | 'acknowledge' | 'lose-acknowledgement' | 'commit' | 'crash' | 'full';

/** One subscriber's view of numbered messages: told from a cursor, queued, sent, acknowledged; and what may come between. */
function subscriberWorld() {
  const store = newStore();
  let state = begin(store, () => 0, WIDE);
  const subscription = { topic: '#', qos: 1 };
  state.sessions.subscribe(open(state, 'reader'), [subscription]);
  store.commit();
  let cursor = 0;
  let sentButUnheard: { place: number }[] = [];
  const heard: number[] = [];
  const session = () => open(state, 'reader');
  const steps: Record<Step, () => void> = {
    tell() {
      cursor += 1;
      const matching = state.sessions.matching('t');
      expect(matching.length).toBe(1);
      state.sessions.enqueue(matching[0].session, packet(), { outbox: 'record', id: cursor }, 0);
      store.setMetaLater('cursor', cursor);
    },
    send() {
      const queued = nextToSend(session(), 5);
      if (queued === null) return;
      state.sessions.change(queued, { ...queued.packet, messageId: (queued.place % 65_535) + 1 });
      heard.push(queued.source?.id ?? -1);
      sentButUnheard.push(queued);
    },
    acknowledge() {
      const next = sentButUnheard.shift();
      const queued = next && session().queue.get(next.place);
      if (queued) state.sessions.remove(queued);
    },
    'lose-acknowledgement'() {
      // The client comes back: what it had not acknowledged is sent again, first.
      for (const { source, packet: own } of session().queue.values())
        if (own.messageId != null) heard.push(source?.id ?? -1);
    },
    commit: () => store.commit(),
    crash() {
      store.rollback();
      // What was only in memory is gone: the place in the outbox too.
      state = begin(store, () => 0, WIDE);
      cursor = Number(store.meta('cursor') ?? 0);
      store.setMetaLater('cursor', cursor);
      sentButUnheard = [];
      steps['lose-acknowledgement']();
    },
    full: () => store.rollback(),
  };
  return {
    steps,
    heard,
    cursor: () => cursor,
    settle() {
      while (nextToSend(session(), 1e6) !== null) {
        steps.send();
        const next = sentButUnheard.at(-1);
        const queued = next && session().queue.get(next.place);
        if (queued) state.sessions.remove(queued);
      }
    },
  };
}

test('whatever the order of telling, acknowledging, commits, crashes and full disks: everything arrives, in order', () => {
  const step = fc.constantFrom<Step>(
    ...(['tell', 'tell', 'tell', 'send', 'send', 'acknowledge', 'acknowledge', 'commit'] as const),
    ...(['lose-acknowledgement', 'crash', 'full'] as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (order) => {
      const world = subscriberWorld();
      for (const one of order) world.steps[one]();
      while (world.cursor() < 3) world.steps.tell();
      world.settle();
      const first = [...new Set(world.heard)];
      // Each at least once; and when a number is heard for the first time, all before it were heard.
      expect(first).toEqual(Array.from({ length: first.length }, (_, at) => at + 1));
      expect(first.length).toBeGreaterThanOrEqual(world.cursor());
    }),
    { numRuns: 60, seed: 7 },
  );
});

test('what is acknowledged before the next commit is never written', () => {
  const store = newStore();
  const state = begin(store, () => 0);
  const session = open(state, 'reader');
  state.sessions.subscribe(session, [{ topic: '#', qos: 1 }]);
  store.commit();
  state.sessions.enqueue(session, packet(), { outbox: 'record', id: 1 }, 0);
  state.sessions.remove([...session.queue.values()][0]);
  expect(state.keeping.changes().queued).toEqual([]);
  expect(store.pending()).toBe('nothing');
});

test('a newer state takes the place of the one that still waits, and messages keep their own', () => {
  const state = begin(newStore(), () => 0);
  const session = open(state, 'reader');
  const enqueue = (topic: string, outbox: 'retained' | 'record', id: number) =>
    state.sessions.enqueue(session, packet(topic, 'x'), { outbox, id }, 0);
  enqueue('a', 'retained', 0);
  enqueue('a', 'record', 1);
  enqueue('b', 'retained', 0);
  enqueue('a', 'retained', 0);
  expect([...session.queue.values()].map((one) => one.packet.topic)).toEqual(['a', 'a', 'b']);
  const [first] = session.queue.values();
  state.sessions.change(first, { ...first.packet, messageId: 1 });
  enqueue('a', 'retained', 0);
  expect(session.queue.size).toBe(4);
});

test('a session with too much gives way, then the one that was away longest; each of an account is told', () => {
  let nowMs = 0;
  const dropped: string[] = [];
  const store = newStore();
  const state = begin(store, () => nowMs, LIMITS, dropped);
  const { sessions } = state;
  for (const name of ['a', 'b', 'c']) {
    nowMs += 60_000;
    const session = open(state, name, nowMs);
    // Of c nothing is told: it belongs to no account.
    session.owner = name === 'c' ? '' : 'hub';
    sessions.subscribe(session, [{ topic: '#', qos: 1 }]);
    sessions.seen(session, false, nowMs);
  }
  for (let at = 0; at < 11; at += 1) sessions.enqueue(open(state, 'c'), packet(), null, nowMs);
  expect(dropped).toEqual(['c queue-full']);
  sessions.enqueue(open(state, 'b'), packet('t', 'x'.repeat(1_001)), null, nowMs);
  expect(dropped.at(-1)).toBe('b queue-full');
  for (const name of ['d', 'e']) sessions.seen(open(state, name, nowMs), true, nowMs);
  sessions.seen(open(state, 'f', nowMs), true, nowMs);
  expect(dropped.at(-1)).toBe('a too-many-sessions');
  expect(sessions.open('g', nowMs)).toBeNull();
  store.commit();
  const reader = store.openReader();
  const notices = reader.prepare('SELECT body FROM notice').pluck().all() as string[];
  reader.close();
  expect(notices.map((body) => JSON.parse(body))).toEqual([
    { notice: 'session-dropped', client: 'b', reason: 'queue-full' },
    { notice: 'session-dropped', client: 'a', reason: 'too-many-sessions' },
  ]);
});

test('strangers cannot push out what an account’s absent reader waits for: sessions of nobody give way first', () => {
  const dropped: string[] = [];
  const state = begin(newStore(), () => 0, LIMITS, dropped);
  const { sessions } = state;
  const consumer = open(state, 'consumer');
  consumer.owner = 'hub';
  sessions.seen(consumer, false, 0);
  for (const name of ['s1', 's2', 's3', 's4']) {
    sessions.seen(open(state, name, 60_000), false, 60_000);
  }
  expect(dropped).toEqual(['s1 too-many-sessions', 's2 too-many-sessions']);
  // The queue of all is full: again the stranger's goes, though the account's reader is away longer.
  for (let at = 0; at < 8; at += 1) sessions.enqueue(consumer, packet(), null, 60_000);
  const stranger = open(state, 's4', 60_000);
  for (let at = 0; at < 9; at += 1)
    sessions.enqueue(stranger, packet('t', 'x'.repeat(100)), null, 60_000);
  for (let at = 0; at < 9; at += 1)
    sessions.enqueue(open(state, 's3', 60_000), packet('t', 'x'.repeat(100)), null, 60_000);
  expect(dropped.slice(2).every((line) => !line.startsWith('consumer'))).toBe(true);
  expect(dropped.length).toBeGreaterThan(2);
});

test('a session ends after so much time of this gateway, over restarts, whatever the clock says', () => {
  let nowMs = 0;
  const dropped: string[] = [];
  const store = newStore();
  let state = begin(store, () => nowMs, LIMITS, dropped);
  const session = open(state, 'reader');
  state.sessions.subscribe(session, [{ topic: '#', qos: 1 }]);
  state.sessions.seen(session, false, nowMs);
  store.commit();
  nowMs += 50_000_000;
  state.sessions.age(nowMs);
  store.commit();
  // The steady clock of another boot.
  nowMs = 9_000_000_000;
  state = begin(store, () => nowMs, LIMITS, dropped);
  nowMs += 36_000_000;
  state.sessions.age(nowMs);
  expect(dropped).toEqual([]);
  nowMs += 500_000;
  state.sessions.age(nowMs);
  expect(dropped).toEqual(['reader expired']);
  store.commit();
  expect(store.keptMqtt().sessions).toEqual([]);
});

test('a session takes no more filters than allowed', () => {
  const state = begin(newStore(), () => 0);
  const session = open(state, 'reader');
  const filters = ['a', 'b', 'c', 'd'].map((topic) => ({ topic, qos: 1 }));
  expect(state.sessions.subscribe(session, filters)).toBe(true);
  expect([...session.subscriptions.keys()]).toEqual(['a', 'b', 'c']);
  expect(state.sessions.subscribe(session, filters)).toBe(false);
});
