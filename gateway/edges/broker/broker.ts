/*
 * broker.ts: the embedded MQTT 3.1.1 broker (aedes): where programs read, and technicians ask.
 * Way: outbox and retained state -> aedes -> subscribers; requests of technicians -> listen().
 * What it must know after a restart stands in core/mqtt-state.ts; the store writes it with its own commits.
 * Source: OASIS MQTT 3.1.1.
 */
import type { Server } from 'node:net';
import { Aedes } from 'aedes';
import { type TopicRules, topicRules } from '../../core/mqtt-acl';
import type { Source } from '../../core/mqtt-session';
import { createMqttState, type KeptMqtt, type MqttState } from '../../core/mqtt-state';
import { matches } from '../../core/mqtt-topics';
import { createTokenBucket } from '../../core/token-bucket';
import {
  BROKER_CONNECT_MS_MAX,
  BROKER_DRAIN_MS,
  MQTT_CLIENT_ID_BYTES_MAX,
  MQTT_INCOMING_MAX,
  MQTT_SAVE_MS,
  MQTT_SESSION_COMMITS_BURST,
  MQTT_SESSION_COMMITS_PER_S,
  MQTT_SESSION_LIMITS,
  MQTT_TOPIC_BYTES_MAX,
  MQTT_TOPIC_LEVELS_MAX,
} from '../../limits/mqtt';
import type { Accounts } from '../accounts';
import type { Log } from '../log';
import type { Beside, Heard, Publisher } from '../publisher';
import type { LiveClient, Login } from './client';
import { createDelivery } from './delivery';
import { createDoor, type Ended, listen } from './listeners';
import { createLogins } from './logins';
import type { ReadAgain } from './persistence';
import { type CertificateFiles, tlsServer } from './tls';

/** How the broker is started, and what it stands on. */
export interface BrokerOptions {
  /** Address to bind; 127.0.0.1 keeps it on this machine. */
  host: string;
  /** Port without TLS, 0 = any free one; null = none. */
  port: number | null;
  /** Port with TLS; null = none. */
  tls: (CertificateFiles & { port: number }) | null;
  accounts: Accounts | null;
  /** What somebody without account may do. */
  anonymous: 'reader' | 'nobody';
  pod: string;
  homeAssistantPrefix: string | null;
  /** What it knew before this start. */
  kept: KeptMqtt;
  /** Makes everything durable now, the state of this broker too. @returns could it be done? */
  commit(): boolean;
  /** Sees to it that the next commit is not far. */
  commitSoon(): void;
  /** A message of the outbox, read again; null = there is no such row. */
  readAgain(source: Source): ReadAgain | null;
  clock: { nowMs(): number; steadyMs(): number };
  log: Log;
}

/** A running embedded broker. */
export interface EmbeddedBroker extends Publisher {
  /** mqtt://host:port of the plain listener, or mqtts:// where there is only that. */
  url: string;
  /** mqtts://host:port; null = no TLS. */
  tlsUrl: string | null;
  /** What it must know after a restart, for the store to write. */
  state: MqttState;
  /** Connections ended and logins refused since the start, by why. */
  refused(): Ended & { login: number };
}

type DoneWithError = (error?: Error | null) => void;

/** Holds clients to the rules of topics. What is not allowed ends the connection, a filter is only refused. */
function holdToRules(
  broker: Aedes,
  rules: TopicRules,
  loginOf: (client: LiveClient) => Login | null,
) {
  const isShort = (topic: string) =>
    Buffer.byteLength(topic) <= MQTT_TOPIC_BYTES_MAX &&
    topic.split('/').length <= MQTT_TOPIC_LEVELS_MAX;
  broker.authorizePublish = (client, { topic, retain }, done: DoneWithError) => {
    if (client === null) return done(null);
    const login = loginOf(client as LiveClient);
    const isAllowed = login !== null && isShort(topic) && rules.mayPublish(login, topic, retain);
    done(isAllowed ? null : new Error('may not publish this'));
  };
  broker.authorizeSubscribe = (client, subscription, done) => {
    const login = loginOf(client as LiveClient);
    const { topic } = subscription;
    const isAllowed =
      login !== null &&
      isShort(topic) &&
      rules.maySubscribe(login.scope, topic) &&
      (login.filters.has(topic) || login.filters.size < MQTT_SESSION_LIMITS.subscriptionsEach);
    if (isAllowed) login.filters.add(topic);
    done(null, isAllowed ? subscription : null);
  };
  broker.on('unsubscribe', (filters, client) => {
    for (const filter of filters) loginOf(client as LiveClient)?.filters.delete(filter);
  });
}

/** Publishes one after the other: aedes numbers messages when they come and drops, per subscriber, those overtaken. */
function createPublishing(broker: Aedes, sources: WeakMap<object, Source>) {
  const publishOne = (topic: string, text: string, retain: boolean, source?: Source) =>
    new Promise<void>((resolve, reject) => {
      const payload = Buffer.from(text);
      if (source !== undefined) sources.set(payload, source);
      else if (retain && text !== '') sources.set(payload, { outbox: 'retained', id: 0 });
      broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  let last: Promise<void> = Promise.resolve();
  return (topic: string, payload: string, retain: boolean, beside?: Beside): Promise<void> => {
    const published = last.then(() => publishOne(topic, payload, retain, beside?.source));
    last = published.catch(() => {});
    return published;
  };
}

/** Tells listeners what clients published, with what its sender may do. */
function createListening(broker: Aedes, loginOf: (client: LiveClient) => Login | null) {
  const listeners: { filter: string; hear: (message: Heard) => void }[] = [];
  broker.on('publish', ({ topic, payload }, client) => {
    const login = client === null ? null : loginOf(client as LiveClient);
    if (login === null) return;
    for (const { filter, hear } of listeners) {
      if (matches(filter, topic))
        hear({ topic, payload: new Uint8Array(payload as Buffer), scope: login.scope });
    }
  });
  return (filter: string, hear: (message: Heard) => void) => void listeners.push({ filter, hear });
}

/** Makes what a client relies on durable, at most so often at once that nobody wears out the card. */
function createDurability(options: BrokerOptions, state: () => MqttState) {
  const atOnce = createTokenBucket(MQTT_SESSION_COMMITS_PER_S, MQTT_SESSION_COMMITS_BURST);
  return () => {
    state().hurry();
    if (!atOnce.take(1, options.clock.steadyMs())) return options.commitSoon();
    if (!options.commit()) throw new Error('the session cannot be written: the disk is full');
  };
}

/** Puts aedes and what it stands on together. */
async function assemble(options: BrokerOptions) {
  const { clock, log, pod, homeAssistantPrefix } = options;
  const sources = new WeakMap<object, Source>();
  const rules = topicRules({ pod, homeAssistantPrefix });
  const state: MqttState = createMqttState(options.kept, {
    ...{ limits: MQTT_SESSION_LIMITS, saveMs: MQTT_SAVE_MS, ...clock },
    onDropped(session, reason) {
      log(`MQTT: the session of client ${JSON.stringify(session.clientId)} was dropped: ${reason}`);
      delivery.clientOf(session)?.close();
      options.commitSoon();
    },
  });
  const logins = createLogins({ ...options, rules, state, steadyMs: clock.steadyMs });
  const delivery = createDelivery({
    ...{ state, rules, steadyMs: clock.steadyMs, loginOf: logins.loginOf },
    sourceOf: ({ payload }) => sources.get(payload as Uint8Array) ?? null,
    readAgain: (source, topic) =>
      source.outbox === 'retained'
        ? (state.retained.values.get(topic) ?? null)
        : options.readAgain(source),
    makeDurable: createDurability(options, () => state),
  });
  const broker = await Aedes.createBroker({
    maxClientsIdLength: MQTT_CLIENT_ID_BYTES_MAX,
    maxTopicLevels: MQTT_TOPIC_LEVELS_MAX,
    maxInflightInbound: MQTT_INCOMING_MAX,
    connectTimeout: BROKER_CONNECT_MS_MAX,
    drainTimeout: BROKER_DRAIN_MS,
    persistence: delivery.persistence,
    authorizeForward: (client, packet) =>
      delivery.mayForward(client as LiveClient, packet) ? packet : null,
  });
  logins.guard(broker);
  holdToRules(broker, rules, logins.loginOf);
  broker.on('clientReady', (client) => delivery.ready(client as LiveClient));
  broker.on('clientDisconnect', (client) => delivery.gone(client as LiveClient));
  broker.on('clientError', () => {});
  broker.on('connectionError', () => {});
  return { broker, state, logins, sources };
}

/**
 * Starts the broker.
 * Rejects: a port in use; a certificate that cannot be used, in plain words.
 */
export async function startBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { host, port, tls, clock, log } = options;
  const secure = tls === null ? null : tlsServer(tls, clock.nowMs, log);
  const { broker, state, logins, sources } = await assemble(options);
  const door = createDoor(broker, clock.steadyMs);
  const refused = () => ({ ...door.ended(), login: logins.wrong() });
  const servers: Server[] = [];
  const open = async (server: Server, scheme: string, at: number, option: string) => {
    servers.push(server);
    const bound = await listen(server, host, at, option);
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  };
  const close = () =>
    new Promise<void>((resolve) => {
      for (const server of servers) server.close();
      broker.close(() => {
        state.close();
        resolve();
      });
    });
  try {
    const plainUrl = port === null ? null : await open(door.plain(), 'mqtt', port, '--mqtt-port');
    const tlsUrl =
      secure && tls ? await open(door.secure(secure), 'mqtts', tls.port, 'mqttTls.port') : null;
    const url = plainUrl ?? tlsUrl;
    if (url === null) throw new Error('MQTT: neither a plain port nor one with TLS is set');
    return {
      ...{ url, tlsUrl, state, close },
      isConnected: () => true,
      publish: createPublishing(broker, sources),
      listen: createListening(broker, logins.loginOf),
      refused,
      clients: () => ({ queued: state.sessions.queuedPackets(), refused: refused() }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
