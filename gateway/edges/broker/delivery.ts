/*
 * delivery.ts: how messages reach clients with a session that lasts: from the session's queue only, in order, a window at
 * a time, each kept until its acknowledgement. aedes by itself would send new messages before the older ones of a client that
 * comes back, drop ones that were overtaken, and send more than there are packet identifiers.
 * Way: aedes' calls -> persistence (+ queue) -> PUBLISH -> client -> PUBACK -> the next one.
 * Source: MQTT 3.1.1 sections 4.4 and 4.6.
 */
import { Readable } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import mqttPacket from 'mqtt-packet';
import type { TopicRules } from '../../core/mqtt-acl';
import {
  inFlight,
  type MqttPacket,
  nextToSend,
  type Session,
  type Subscription,
} from '../../core/mqtt-session';
import type { MqttState } from '../../core/mqtt-state';
import { MQTT_IN_FLIGHT_MAX } from '../../limits/mqtt';
import type { LiveClient, Login } from './client';
import { createPersistence, type Match, type PersistenceDoors, wholePacket } from './persistence';

/** What delivery works with. */
export interface DeliveryDoors extends PersistenceDoors {
  state: MqttState;
  rules: TopicRules;
  /** null = not logged in (yet). */
  loginOf(client: LiveClient): Login | null;
  /** A client relies on what changed now. Throws: it cannot be made durable. */
  makeDurable(): void;
}

const MESSAGE_ID_MAX = 65_535;

/** A packet identifier that nothing on this connection or in this session has. */
function freeMessageId(client: LiveClient, session: Session): number {
  const taken = new Set(inFlight(session).map(({ packet }) => packet.messageId));
  for (;;) {
    const messageId = client._nextId;
    client._nextId = messageId >= MESSAGE_ID_MAX ? 1 : messageId + 1;
    if (!taken.has(messageId)) return messageId;
  }
}

/** Sends from queues. */
function createSender(doors: DeliveryDoors) {
  const { sessions } = doors.state;
  const ready = new Map<string, LiveClient>();
  /** @returns is there more to send just now? */
  const sendNext = (client: LiveClient, session: Session): boolean => {
    const queued = nextToSend(session, MQTT_IN_FLIGHT_MAX);
    if (queued === null) return false;
    const whole = wholePacket(queued, doors.readAgain);
    if (whole === null || !doors.rules.mayRead(session.scope, whole.topic)) {
      sessions.remove(queued);
      return true;
    }
    const messageId = freeMessageId(client, session);
    sessions.change(queued, { ...queued.packet, messageId });
    const { topic, qos } = whole;
    const payload = Buffer.from(whole.payload);
    mqttPacket.writeToStream(
      {
        ...{ cmd: 'publish', topic, payload, messageId, retain: false, dup: false },
        qos: qos as 1 | 2,
      },
      client.conn,
    );
    return true;
  };
  return {
    ready,
    send(clientId: string): void {
      const client = ready.get(clientId);
      const session = sessions.get(clientId);
      if (!client || !session || client.clean) return;
      while (!client.closed && !client.conn.destroyed && sendNext(client, session));
    },
  };
}

/** Calls of the persistence that concern what a client relies on. */
function durableCalls(doors: DeliveryDoors, persistence: ReturnType<typeof createPersistence>) {
  const { sessions } = doors.state;
  return {
    async addSubscriptions(client: LiveClient, subscriptions: Subscription[]): Promise<void> {
      const login = doors.loginOf(client);
      const session = sessions.open(client.id, doors.steadyMs());
      if (login === null || session === null) throw new Error('no session');
      const allowed = subscriptions.filter(
        ({ topic }) => login.filters.has(topic) && doors.rules.maySubscribe(login.scope, topic),
      );
      if (sessions.subscribe(session, allowed)) doors.makeDurable();
    },
    async removeSubscriptions(client: LiveClient, filters: string[]): Promise<void> {
      const session = sessions.get(client.id);
      if (session && sessions.unsubscribe(session, filters)) doors.makeDurable();
    },
    async cleanSubscriptions(client: LiveClient): Promise<void> {
      const session = sessions.get(client.id);
      if (!session) return;
      sessions.drop(session);
      if (session.stored) doors.makeDurable();
    },
    async incomingStorePacket(client: LiveClient, packet: MqttPacket): Promise<void> {
      const session = sessions.open(client.id, doors.steadyMs());
      if (session !== null && client.clean) session.isClean = true;
      await persistence.incomingStorePacket(client, packet);
    },
  };
}

/** What a client's coming and going does. */
function createPresence(doors: DeliveryDoors, sender: ReturnType<typeof createSender>) {
  const { sessions } = doors.state;
  return {
    /** A client is connected, and what it had been sent is sent again. */
    ready(client: LiveClient): void {
      const session = sessions.get(client.id);
      if (client.clean || !session) return;
      // Away from the identifiers it still has: aedes gives retained messages the next ones, unasked.
      const last = inFlight(session).at(-1)?.packet.messageId;
      if (last != null) client._nextId = (last % MESSAGE_ID_MAX) + 1;
      sender.ready.set(client.id, client);
      sessions.seen(session, true, doors.steadyMs());
      sender.send(client.id);
    },
    /** A client is gone. */
    gone(client: LiveClient): void {
      if (sender.ready.get(client.id) === client) sender.ready.delete(client.id);
      const session = sessions.get(client.id);
      if (!session || client.clean !== session.isClean) return;
      const isEmpty = session.subscriptions.size + session.queue.size + session.incoming.size === 0;
      if (client.clean || (isEmpty && !session.stored)) sessions.drop(session);
      else sessions.seen(session, false, doors.steadyMs());
    },
  };
}

/** Makes the persistence that aedes is given, and what the broker's events must call. */
export function createDelivery(doors: DeliveryDoors) {
  const { state, rules } = doors;
  const { sessions } = state;
  const persistence = createPersistence(doors);
  const sender = createSender(doors);
  // By its payload, which aedes hands on as it is: the clients whose queues have the message.
  const queuedFor = new WeakMap<object, Set<string>>();
  const enqueue = async (matching: Match[], packet: MqttPacket): Promise<void> => {
    const best = new Map<string, number>();
    for (const { clientId, qos } of matching)
      best.set(clientId, Math.max(qos, best.get(clientId) ?? 0));
    queuedFor.set(packet.payload as Uint8Array, new Set(best.keys()));
    for (const [clientId, qos] of best) {
      if (!rules.mayRead(sessions.get(clientId)?.scope ?? 'reader', packet.topic)) continue;
      await persistence.outgoingEnqueue(
        { clientId },
        { ...packet, qos: Math.min(qos, packet.qos) },
      );
      sender.send(clientId);
    }
  };
  return {
    persistence: {
      ...persistence,
      ...durableCalls(doors, persistence),
      outgoingEnqueueCombi: enqueue,
      /** What is sent again when a client comes back: only what it had been sent. The rest follows as it acknowledges. */
      outgoingStream({ id }: { id: string }) {
        const session = sessions.get(id);
        const again = (session ? inFlight(session) : []).flatMap((queued) => {
          const whole =
            queued.packet.cmd === 'publish' ? wholePacket(queued, doors.readAgain) : queued.packet;
          if (whole === null) sessions.remove(queued);
          return whole === null ? [] : [{ ...whole, retain: false, dup: whole.cmd === 'publish' }];
        });
        return Readable.from(again);
      },
      async outgoingClearMessageId(client: { id: string }, packet: Partial<MqttPacket>) {
        const session = sessions.get(client.id);
        const queued = (session ? inFlight(session) : []).find(
          (one) => one.packet.messageId === packet.messageId,
        );
        if (queued === undefined) return undefined;
        sessions.remove(queued);
        sender.send(client.id);
        return queued.packet;
      },
    },
    /** May aedes send this message to this client now? Not what the client's queue sends. */
    mayForward(client: LiveClient, packet: AedesPublishPacket & { messageId?: number }): boolean {
      const login = doors.loginOf(client);
      if (login === null || !rules.mayRead(login.scope, packet.topic)) return false;
      // One of its queue, sent again after it came back, or a retained message it subscribed to.
      if (client.clean || packet.messageId != null || !packet.brokerId) return true;
      return !queuedFor.get(packet.payload as Buffer)?.has(client.id);
    },
    ...createPresence(doors, sender),
    /** The client of this session; undefined: it is not connected. */
    clientOf: (session: Session) => sender.ready.get(session.clientId),
  };
}
