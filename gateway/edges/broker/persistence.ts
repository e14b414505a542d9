/*
 * persistence.ts: the broker's state in the form aedes asks for it (aedes-persistence 11).
 * Way: aedes -> these calls -> core/mqtt-state.ts, which the store writes with its next commit.
 * Source: the interface of aedes-persistence, whose own test suite runs against this.
 */
import { Readable } from 'node:stream';
import {
  findQueued,
  type MqttPacket,
  type Queued,
  type Session,
  type Source,
  type Subscription,
} from '../../core/mqtt-session';
import type { MqttState } from '../../core/mqtt-state';
import { matches } from '../../core/mqtt-topics';

/** A client, as far as its state is concerned. */
export interface ClientId {
  id: string;
}

/** A message read again from where it came. */
export interface ReadAgain {
  topic: string;
  payload: Uint8Array | string;
}

/** What keeping works with. */
export interface PersistenceDoors {
  state: MqttState;
  steadyMs(): number;
  /** Where a payload can be read again; null = it must be kept itself. */
  sourceOf(packet: MqttPacket): Source | null;
  /** null = it is no longer there. */
  readAgain(source: Source, topic: string): ReadAgain | null;
}

/** A subscription that matches, as aedes wants it. */
export interface Match extends Subscription {
  clientId: string;
}

/** The interface of aedes-persistence 11. */
export type Persistence = ReturnType<typeof createPersistence>;

type WillPacket = MqttPacket & { brokerId?: string; clientId?: string };

/** The packet without what aedes adds on its way. */
export function plainPacket(packet: MqttPacket): MqttPacket {
  return {
    cmd: packet.cmd || 'publish',
    brokerId: packet.brokerId,
    brokerCounter: packet.brokerCounter ?? 0,
    topic: packet.topic,
    payload: packet.payload,
    qos: packet.qos,
    retain: packet.retain || false,
    dup: packet.dup || false,
    messageId: undefined,
  };
}

function subscriptionCalls({ state }: PersistenceDoors, open: (clientId: string) => Session) {
  const { sessions } = state;
  return {
    async addSubscriptions({ id }: ClientId, subscriptions: Subscription[]) {
      sessions.subscribe(open(id), subscriptions);
    },
    async removeSubscriptions({ id }: ClientId, filters: string[]) {
      const session = sessions.get(id);
      if (session) sessions.unsubscribe(session, filters);
    },
    async subscriptionsByClient({ id }: ClientId): Promise<Subscription[]> {
      const session = sessions.get(id);
      return session ? [...session.subscriptions.values()].map((one) => ({ ...one })) : [];
    },
    async countOffline() {
      const holding = [...sessions.all()].filter(({ subscriptions }) => subscriptions.size > 0);
      const filters = holding.flatMap(({ subscriptions }) => [...subscriptions.values()]);
      return {
        subsCount: filters.filter(({ qos }) => qos > 0).length,
        clientsCount: holding.length,
      };
    },
    async subscriptionsByTopic(topic: string): Promise<Match[]> {
      return sessions
        .matching(topic)
        .map(({ session, subscription }) => ({ clientId: session.clientId, ...subscription }));
    },
    async cleanSubscriptions({ id }: ClientId) {
      const session = sessions.get(id);
      if (session) sessions.drop(session);
    },
    getClientList(topic: string) {
      const holding = [...sessions.all()].filter(({ subscriptions }) => subscriptions.has(topic));
      return Readable.from(holding.map(({ clientId }) => clientId));
    },
  };
}

/** The message with topic and payload, wherever they stand; null = they are nowhere any more. */
export function wholePacket(
  { packet, source }: { packet: MqttPacket; source: Source | null },
  readAgain: PersistenceDoors['readAgain'],
): MqttPacket | null {
  if (source === null) return { ...packet };
  const again = readAgain(source, packet.topic);
  return again === null ? null : { ...packet, ...again };
}

function outgoingCalls(doors: PersistenceDoors, open: (clientId: string) => Session) {
  const { sessions } = doors.state;
  const whole = (queued: Queued) => wholePacket(queued, doors.readAgain);
  const enqueue = (clientId: string, packet: MqttPacket) =>
    sessions.enqueue(open(clientId), plainPacket(packet), doors.sourceOf(packet), doors.steadyMs());
  return {
    async outgoingEnqueue({ clientId }: { clientId: string }, packet: MqttPacket) {
      enqueue(clientId, packet);
    },
    async outgoingEnqueueCombi(matching: { clientId: string }[], packet: MqttPacket) {
      for (const { clientId } of matching) enqueue(clientId, packet);
    },
    async outgoingUpdate({ id }: ClientId, packet: MqttPacket) {
      const session = sessions.get(id);
      const queued = session && findQueued(session, packet);
      if (!queued) throw new Error('no such packet');
      const isPublish = (packet.cmd ?? 'publish') === 'publish';
      const { messageId } = packet;
      const pubrel = { cmd: packet.cmd, messageId } as MqttPacket;
      sessions.change(queued, isPublish ? { ...queued.packet, messageId } : pubrel);
    },
    async outgoingClearMessageId({ id }: ClientId, packet: Partial<MqttPacket>) {
      const session = sessions.get(id);
      // Without an identifier nothing was sent, so nothing is acknowledged.
      const queued = session && packet.messageId != null ? findQueued(session, packet) : undefined;
      if (!queued) return undefined;
      sessions.remove(queued);
      return whole(queued) ?? queued.packet;
    },
    outgoingStream({ id }: ClientId) {
      const queue = [...(sessions.get(id)?.queue.values() ?? [])];
      return Readable.from(queue.map(whole).filter((packet) => packet !== null));
    },
  };
}

function incomingCalls({ state }: PersistenceDoors, open: (clientId: string) => Session) {
  const { sessions } = state;
  return {
    async incomingStorePacket({ id }: ClientId, packet: MqttPacket) {
      const messageId = Number(packet.messageId);
      sessions.putIncoming(open(id), messageId, { ...plainPacket(packet), messageId });
    },
    async incomingGetPacket({ id }: ClientId, packet: MqttPacket) {
      const incoming = sessions.get(id)?.incoming.get(Number(packet.messageId));
      if (!incoming) throw new Error('no such packet');
      return { ...incoming.packet };
    },
    async incomingDelPacket({ id }: ClientId, packet: MqttPacket) {
      const session = sessions.get(id);
      if (!session || !sessions.removeIncoming(session, Number(packet.messageId)))
        throw new Error('no such packet');
    },
    async cleanIncoming({ id }: ClientId) {
      const session = sessions.get(id);
      if (session) sessions.removeAllIncoming(session);
    },
  };
}

function willCalls({ state: { wills } }: PersistenceDoors, brokerId: () => string) {
  return {
    async putWill({ id }: ClientId, packet: WillPacket) {
      packet.brokerId = brokerId();
      packet.clientId = id;
      wills.set(id, { clientId: id, packet });
    },
    async getWill({ id }: ClientId) {
      return wills.get(id)?.packet;
    },
    async delWill({ id }: ClientId) {
      const will = wills.get(id)?.packet;
      wills.delete(id);
      return will;
    },
    streamWill(brokers: Record<string, unknown> = {}) {
      const packets = [...wills.values()].map(({ packet }) => packet as WillPacket);
      return Readable.from(packets.filter((will) => !brokers[will.brokerId ?? '']));
    },
  };
}

/** Makes aedes' persistence on this state. */
export function createPersistence(doors: PersistenceDoors) {
  const { state } = doors;
  let isDestroyed = false;
  const open = (clientId: string): Session => {
    const session = state.sessions.open(clientId, doors.steadyMs());
    if (session === null) throw new Error('no room for another session');
    return session;
  };
  const retainedOf = (filters: string[]) =>
    [...state.retained.values.values()].filter(({ topic }) =>
      filters.some((filter) => matches(filter, topic)),
    );
  let current = { id: '' };
  return {
    get broker() {
      return current;
    },
    async setup(broker: { id: string }) {
      current = broker;
    },
    async storeRetained(packet: MqttPacket) {
      state.retained.put({ ...packet });
    },
    createRetainedStream: (filter: string) => Readable.from(retainedOf([filter])),
    createRetainedStreamCombi: (filters: string[]) => Readable.from(retainedOf(filters)),
    ...subscriptionCalls(doors, open),
    ...outgoingCalls(doors, open),
    ...incomingCalls(doors, open),
    ...willCalls(doors, () => current.id),
    async destroy() {
      if (isDestroyed) throw new Error('destroyed twice');
      isDestroyed = true;
    },
  };
}
