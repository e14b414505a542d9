/*
 * mqtt-sessions.ts: all MQTT sessions, within their limits, and what of them is to be written with the next commit.
 * Way: broker -> subscribe, enqueue, acknowledge -> here -> changes -> the store's group transaction. The place in the
 * outbox is written by the same transaction, so queue and place always belong together. A message that is acknowledged
 * before the next commit is never written.
 * Pure: time is an argument. Source: MQTT 3.1.1 section 4.1.
 */
import {
  bytesOf,
  emptySession,
  hasUnsentState,
  type Incoming,
  idleS,
  type MqttPacket,
  type Queued,
  type Row,
  type Session,
  type Source,
  type Subscription,
} from './mqtt-session';
import { matches } from './mqtt-topics';
import type { Scope } from './scopes';

/** Room for sessions. */
export interface SessionLimits {
  sessions: number;
  packetsEach: number;
  packetsAll: number;
  bytesEach: number;
  bytesAll: number;
  subscriptionsEach: number;
  idleS: number;
}

/** Why a session was given up. */
export type DropReason = 'queue-full' | 'too-many-sessions' | 'expired';

/** What the tables hold at a start. */
export interface KeptSessions {
  sessions: Session[];
  queued: Queued[];
  incoming: Incoming[];
}

/** Rows that differ from their tables. Those not kept in a table (clean sessions) are not among them. */
export interface SessionChanges {
  sessions: Session[];
  queued: Queued[];
  incoming: Incoming[];
}

/** All sessions. */
export type Sessions = ReturnType<typeof createSessions>;

/** Counts what is queued in all, and knows which rows were touched. */
function createLedger() {
  const touched = { sessions: new Set<Session>(), queued: new Set<Queued>() };
  const incoming = new Set<Incoming>();
  const touch = <T extends Row>(set: Set<T>, row: T) => {
    if (row.gone && !row.stored) set.delete(row);
    else set.add(row);
  };
  const written = <T extends Row>(set: Set<T>, rows: T[]) => {
    for (const row of rows) {
      row.stored = !row.gone;
      set.delete(row);
    }
  };
  return {
    packets: 0,
    bytes: 0,
    session: (row: Session) => touch(touched.sessions, row),
    queued: (row: Queued) => touch(touched.queued, row),
    incoming: (row: Incoming) => touch(incoming, row),
    changes(): SessionChanges {
      const isKept = ({ session, stored }: Queued | Incoming) => stored || !session.isClean;
      return {
        sessions: [...touched.sessions].filter(({ isClean, stored }) => stored || !isClean),
        queued: [...touched.queued].filter(isKept),
        incoming: [...incoming].filter(isKept),
      };
    },
    written(changes: SessionChanges): void {
      written(touched.sessions, changes.sessions);
      written(touched.queued, changes.queued);
      written(incoming, changes.incoming);
    },
  };
}

/** The queues of sessions. */
function createQueues(ledger: ReturnType<typeof createLedger>, firstPlace: number) {
  let place = firstPlace;
  const count = (queued: Queued, sign: 1 | -1) => {
    ledger.packets += sign;
    ledger.bytes += sign * bytesOf(queued);
    queued.session.queuedBytes += sign * bytesOf(queued);
  };
  return {
    /** Puts a message behind all others. A retained one whose older state still waits takes no place. */
    enqueue(session: Session, packet: MqttPacket, source: Source | null): void {
      if (source?.outbox === 'retained' && hasUnsentState(session, packet.topic)) return;
      place += 1;
      const own = { ...packet, messageId: undefined };
      if (source !== null) own.payload = '';
      const queued: Queued = { place, session, packet: own, source, stored: false, gone: false };
      session.queue.set(place, queued);
      count(queued, 1);
      ledger.queued(queued);
      if (!session.stored) ledger.session(session);
    },
    /** Gives a message its packet identifier, or puts its PUBREL in its place. */
    change(queued: Queued, packet: MqttPacket): void {
      count(queued, -1);
      queued.packet = packet;
      if (packet.cmd !== 'publish') queued.source = null;
      count(queued, 1);
      ledger.queued(queued);
    },
    remove(queued: Queued): void {
      if (queued.gone) return;
      queued.gone = true;
      queued.session.queue.delete(queued.place);
      count(queued, -1);
      ledger.queued(queued);
    },
    /** Takes over what a table held. */
    restore(queued: Queued): void {
      queued.session.queue.set(queued.place, queued);
      count(queued, 1);
    },
  };
}

/** The QoS 2 messages of clients. */
function createIncoming(ledger: ReturnType<typeof createLedger>) {
  const remove = (incoming: Incoming, messageId: number) => {
    incoming.gone = true;
    incoming.session.incoming.delete(messageId);
    ledger.incoming(incoming);
  };
  return {
    put(session: Session, messageId: number, packet: MqttPacket): void {
      const incoming: Incoming = session.incoming.get(messageId) ?? {
        ...{ session, packet, stored: false, gone: false },
      };
      incoming.packet = packet;
      session.incoming.set(messageId, incoming);
      ledger.incoming(incoming);
      if (!session.stored) ledger.session(session);
    },
    remove(session: Session, messageId: number): boolean {
      const incoming = session.incoming.get(messageId);
      if (incoming !== undefined) remove(incoming, messageId);
      return incoming !== undefined;
    },
    removeAll(session: Session): void {
      for (const [messageId, incoming] of session.incoming) remove(incoming, messageId);
    },
  };
}

/** Subscriptions of sessions. */
function createSubscriptions(ledger: ReturnType<typeof createLedger>) {
  return {
    /** @returns did anything change? */
    subscribe(session: Session, added: Subscription[], most: number): boolean {
      let changed = false;
      for (const subscription of added) {
        const old = session.subscriptions.get(subscription.topic);
        if (old === undefined && session.subscriptions.size >= most) continue;
        if (old !== undefined && JSON.stringify(old) === JSON.stringify(subscription)) continue;
        session.subscriptions.set(subscription.topic, { ...subscription });
        changed = true;
      }
      if (changed) ledger.session(session);
      return changed;
    },
    /** @returns did anything change? */
    unsubscribe(session: Session, filters: string[]): boolean {
      const removed = filters.filter((filter) => session.subscriptions.delete(filter));
      if (removed.length > 0) ledger.session(session);
      return removed.length > 0;
    },
  };
}

/** Which of two gives way first: one of nobody in particular before one of an account, then the one away longer. */
function givesWayBefore(a: Session, b: Session, nowMs: number): boolean {
  if ((a.owner === '') !== (b.owner === '')) return a.owner === '';
  return idleS(a, nowMs) > idleS(b, nowMs);
}

/** Gives up sessions that are too much, of those that are away. */
function createRoom(
  limits: SessionLimits,
  byId: Map<string, Session>,
  ledger: ReturnType<typeof createLedger>,
  giveUp: (session: Session, reason: DropReason) => void,
) {
  /** null = all are here, or have less queued. */
  const longestAway = (nowMs: number, queuedMin: number): Session | null => {
    const away = [...byId.values()].filter(
      ({ isOnline, queue }) => !isOnline && queue.size >= queuedMin,
    );
    return away.reduce<Session | null>(
      (most, session) => (most === null || givesWayBefore(session, most, nowMs) ? session : most),
      null,
    );
  };
  return {
    /** @returns is there room for one more? */
    forSession(nowMs: number): boolean {
      if (byId.size < limits.sessions) return true;
      const away = longestAway(nowMs, 0);
      if (away !== null) giveUp(away, 'too-many-sessions');
      return away !== null;
    },
    afterEnqueue(session: Session, nowMs: number): void {
      if (session.queue.size > limits.packetsEach || session.queuedBytes > limits.bytesEach)
        giveUp(session, 'queue-full');
      while (ledger.packets > limits.packetsAll || ledger.bytes > limits.bytesAll) {
        const next = longestAway(nowMs, 1) ?? (session.gone ? null : session);
        if (next === null) return;
        giveUp(next, 'queue-full');
      }
    },
    age(nowMs: number): void {
      for (const session of [...byId.values()]) {
        session.idleS = idleS(session, nowMs);
        session.seenMs = nowMs;
        if (session.stored) ledger.session(session);
        if (session.idleS > limits.idleS) giveUp(session, 'expired');
      }
    },
  };
}

/** Subscriptions with QoS 1 or 2 that match, the widest filters first. */
function matching(sessions: Iterable<Session>, topic: string) {
  const found = [...sessions].flatMap((session) =>
    [...session.subscriptions.values()]
      .filter(({ qos, topic: filter }) => qos > 0 && matches(filter, topic))
      .map((subscription) => ({ session, subscription })),
  );
  const isWide = ({ subscription }: { subscription: Subscription }) =>
    Number(/[+#]/.test(subscription.topic));
  return found.sort((a, b) => isWide(b) - isWide(a));
}

/** Sessions by client identifier. `onDropped` is told of each that was given up. */
export function createSessions(
  limits: SessionLimits,
  kept: KeptSessions,
  onDropped: (session: Session, reason: DropReason) => void,
) {
  const byId = new Map(kept.sessions.map((session) => [session.clientId, session]));
  const ledger = createLedger();
  const lastPlace = kept.queued.reduce((most, { place }) => Math.max(most, place), 0);
  const queues = createQueues(ledger, lastPlace);
  const incoming = createIncoming(ledger);
  const subscriptions = createSubscriptions(ledger);
  kept.queued.forEach(queues.restore);
  for (const one of kept.incoming) one.session.incoming.set(Number(one.packet.messageId), one);
  const drop = (session: Session) => {
    for (const queued of [...session.queue.values()]) queues.remove(queued);
    incoming.removeAll(session);
    session.gone = true;
    byId.delete(session.clientId);
    ledger.session(session);
  };
  const room = createRoom(limits, byId, ledger, (session, reason) => {
    drop(session);
    onDropped(session, reason);
  });
  return {
    all: () => byId.values(),
    get: (clientId: string) => byId.get(clientId),
    /** The session of this client, made when there is none. null = no room: all others are here. */
    open(clientId: string, nowMs: number): Session | null {
      const found = byId.get(clientId);
      if (found !== undefined) return found;
      if (!room.forSession(nowMs)) return null;
      const session = emptySession(clientId, nowMs);
      byId.set(clientId, session);
      return session;
    },
    /** Its client came or went. */
    seen(session: Session, isOnline: boolean, nowMs: number): void {
      session.isOnline = isOnline;
      session.idleS = 0;
      session.seenMs = nowMs;
      if (session.stored) ledger.session(session);
    },
    /** Says whose it is, and that it lasts. */
    claim(session: Session, owner: string, scope: Scope): void {
      if (session.isClean) incoming.removeAll(session);
      const isSame = session.owner === owner && session.scope === scope && !session.isClean;
      Object.assign(session, { owner, scope, isClean: false });
      if (!isSame && session.stored) ledger.session(session);
    },
    /** Ends a session that its client no longer wants. */
    drop,
    subscribe: (session: Session, added: Subscription[]) =>
      subscriptions.subscribe(session, added, limits.subscriptionsEach),
    unsubscribe: subscriptions.unsubscribe,
    /** Subscriptions with QoS 1 or 2 that match, the widest filters first. */
    matching: (topic: string) => matching(byId.values(), topic),
    enqueue(session: Session, packet: MqttPacket, source: Source | null, nowMs: number): void {
      queues.enqueue(session, packet, source);
      room.afterEnqueue(session, nowMs);
    },
    change: queues.change,
    remove: queues.remove,
    putIncoming: incoming.put,
    removeIncoming: incoming.remove,
    removeAllIncoming: incoming.removeAll,
    /** Notes how long each has been away, and gives up those that were away too long. */
    age: room.age,
    queuedPackets: () => ledger.packets,
    changes: ledger.changes,
    written: ledger.written,
  };
}
