/*
 * mqtt-session.ts: one MQTT session: its subscriptions, and what was published for it and is not acknowledged yet.
 * Way: messages that match a subscription -> queue -> sent in order, a window at a time -> acknowledged -> gone.
 * Pure. Source: MQTT 3.1.1 sections 3.1.2.4, 4.1, 4.4.
 */
import type { Scope } from './scopes';

/** A packet as aedes hands it over. Further fields are kept. A PUBREL has neither topic nor payload. */
export interface MqttPacket {
  cmd: string;
  topic: string;
  payload: Uint8Array | string;
  qos: number;
  retain: boolean;
  dup?: boolean;
  brokerId?: string;
  brokerCounter?: number;
  messageId?: number;
}

/**
 * Where a message can be read again, so that no queue need copy it: a row of the table record or notice, or whatever is
 * retained under its topic now.
 */
export interface Source {
  outbox: 'record' | 'notice' | 'retained';
  /** Row; 0 for retained. */
  id: number;
}

/** A filter of a session, and how aedes wants it back. */
export interface Subscription {
  topic: string;
  qos: number;
}

/** What is kept in a table: `stored` = as far as the last commit knows, `gone` = to be deleted. */
export interface Row {
  stored: boolean;
  gone: boolean;
}

/** A message that waits for its acknowledgement. With a source its payload is empty. */
export interface Queued extends Row {
  /** Order of arrival, among the messages of all sessions. */
  place: number;
  session: Session;
  packet: MqttPacket;
  source: Source | null;
}

/** A QoS 2 message of a client whose PUBREL is waited for. */
export interface Incoming extends Row {
  session: Session;
  packet: MqttPacket;
}

/** One session. A clean one is never kept in a table. */
export interface Session extends Row {
  clientId: string;
  /** Row in its table; 0 = none yet. */
  rowId: number;
  /** Whose it is: the account's name, "" = nobody in particular. */
  owner: string;
  /** What that account could do when it was last here. */
  scope: Scope;
  isClean: boolean;
  isOnline: boolean;
  /** Time this gateway ran without seeing its client, s, up to `seenMs` of the steady clock. */
  idleS: number;
  seenMs: number;
  subscriptions: Map<string, Subscription>;
  queue: Map<number, Queued>;
  /** Bytes of payloads in the queue. */
  queuedBytes: number;
  incoming: Map<number, Incoming>;
}

/** A new session that nobody has seen. */
export function emptySession(clientId: string, nowMs: number): Session {
  return {
    clientId,
    rowId: 0,
    owner: '',
    scope: 'reader',
    isClean: false,
    isOnline: false,
    idleS: 0,
    seenMs: nowMs,
    subscriptions: new Map(),
    queue: new Map(),
    queuedBytes: 0,
    incoming: new Map(),
    stored: false,
    gone: false,
  };
}

/** What a message takes of the room for payloads, bytes. */
export function bytesOf({ packet }: Queued): number {
  return packet.payload?.length ?? 0;
}

/** The message with this packet identifier, or else with this number of its broker. */
export function findQueued(session: Session, packet: Partial<MqttPacket>): Queued | undefined {
  let byMessageId: Queued | undefined;
  for (const queued of session.queue.values()) {
    const own = queued.packet;
    if (packet.brokerId !== undefined && own.brokerId === packet.brokerId) {
      if (own.brokerCounter === packet.brokerCounter) return queued;
    } else if (packet.messageId != null && own.messageId === packet.messageId) {
      byMessageId ??= queued;
    }
  }
  return byMessageId;
}

/** The oldest message that was not sent; null: there is none, or as many as the window are not acknowledged. */
export function nextToSend(session: Session, window: number): Queued | null {
  let inFlight = 0;
  for (const queued of session.queue.values()) {
    if (queued.packet.messageId == null) return queued;
    inFlight += 1;
    if (inFlight >= window) return null;
  }
  return null;
}

/** Messages that were sent and not acknowledged, oldest first: those before the first that was not sent. */
export function inFlight(session: Session): Queued[] {
  const sent: Queued[] = [];
  for (const queued of session.queue.values()) {
    if (queued.packet.messageId == null) break;
    sent.push(queued);
  }
  return sent;
}

/** Is the newest state of this topic still to be sent? Then a newer one needs no place of its own. */
export function hasUnsentState(session: Session, topic: string): boolean {
  for (const { source, packet } of session.queue.values()) {
    if (source?.outbox === 'retained' && packet.topic === topic && packet.messageId == null)
      return true;
  }
  return false;
}

/** How long nobody has been here, s. @param nowMs steady clock */
export function idleS(session: Session, nowMs: number): number {
  return session.isOnline ? 0 : session.idleS + Math.max(0, nowMs - session.seenMs) / 1000;
}
