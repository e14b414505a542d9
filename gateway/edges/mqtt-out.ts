/*
 * mqtt-out.ts: the publisher to an external broker, for instance Mosquitto.
 * Way: outbox and retained state -> MQTT 5 (or 3.1.1 where the broker knows no 5) -> broker -> requests.
 * MQTT 5 is asked first because its PUBACK says when the broker did not authorise a message;
 * a 3.1.1 broker acknowledges and drops it. Nothing is queued here: the outbox is durable, this is not.
 * Source: OASIS MQTT 5.0 and 3.1.1.
 */
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { connectionWords, refusalWords, subscriptionWords } from '../core/broker-words';
import { matches } from '../core/mqtt-topics';
import { BROKER_REFUSALS_MAX } from '../limits/mqtt';
import { RETRY_MS_MAX, RETRY_MS_MIN } from '../limits/radio';
import type { Log } from './log';
import type { Beside, Heard, Publisher } from './publisher';

/** How to reach the broker and what it says when we are gone. */
export interface MqttOutOptions {
  /** mqtt://host[:port] or mqtts://…, without user and password. */
  url: string;
  /** Reads the login, for each connection. Throws: in plain words. None of it is ever logged. */
  login: () => { username?: string; password?: string; ca?: string };
  clientId: string;
  will: { topic: string; payload: string };
  /** Called after each connection is made: retained state must be told again. */
  onConnect: () => void;
  /** Called when a connection is lost, or the first could not be made. */
  onLost: () => void;
  log: Log;
  /** 0..1, for the jitter of the back-off. */
  random: () => number;
}

/** Reason codes with which brokers refuse MQTT 5: 1 (3.1.1 CONNACK), 132 (5.0). */
const UNKNOWN_PROTOCOL_CODES = [1, 132];
/** From here on a reason code of MQTT 5 means failure. */
const FAILURE_FROM = 128;
/** Properties of everything told: JSON, in UTF-8. */
const JSON_PROPERTIES = { contentType: 'application/json', payloadFormatIndicator: true };

/** The address without user and password. */
export function urlForLog(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

function clientOptions(options: MqttOutOptions, protocolVersion: 4 | 5): IClientOptions {
  const isFive = protocolVersion === 5;
  return {
    ...options.login(),
    clientId: options.clientId,
    protocolVersion,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    keepalive: 30,
    queueQoSZero: false,
    resubscribe: false,
    will: {
      topic: options.will.topic,
      payload: Buffer.from(options.will.payload),
      qos: 1,
      retain: true,
      ...(isFive ? { properties: JSON_PROPERTIES } : {}),
    },
  };
}

function heardOf(topic: string, payload: Uint8Array, { properties }: IPublishPacket): Heard {
  // Who sends is not known here: the broker's ACL guards the topic.
  const heard: Heard = { topic, payload: new Uint8Array(payload), scope: 'technician' };
  if (properties?.responseTopic !== undefined) heard.responseTopic = properties.responseTopic;
  if (properties?.correlationData !== undefined) heard.correlationData = properties.correlationData;
  return heard;
}

/** What is wrong, said once in the log when it changes. */
function createTroubles(log: (text: string) => void) {
  let connection: string | null = null;
  const refused = new Map<string, string>();
  return {
    connected() {
      connection = null;
      refused.clear();
    },
    lost: () => {
      connection ??= 'the connection was lost';
    },
    noConnection(words: string) {
      if (connection !== words) log(words);
      connection = words;
    },
    refuse(place: string, words: string) {
      if (!refused.has(place)) log(words);
      if (refused.size < BROKER_REFUSALS_MAX) refused.set(place, words);
    },
    taken: (place: string) => refused.delete(place),
    words: (): string | null => connection ?? [...refused.values()][0] ?? null,
  };
}

/** Subscribes to what is listened to, and hands out what comes. */
function createListeners(refuse: (place: string, words: string) => void) {
  const listeners = new Map<string, (message: Heard) => void>();
  const subscribe = (client: MqttClient, filter: string) => {
    const isFive = client.options.protocolVersion === 5;
    // Not what was retained before: a request is asked once. Not our own.
    const options = isFive ? { qos: 1 as const, rh: 2, nl: true } : { qos: 1 as const };
    client.subscribe(filter, options, (error) => {
      if (error && client.connected) refuse(filter, subscriptionWords(filter));
    });
  };
  return {
    add(filter: string, hear: (message: Heard) => void, client: MqttClient | null) {
      listeners.set(filter, hear);
      if (client !== null) subscribe(client, filter);
    },
    connected(client: MqttClient) {
      for (const filter of listeners.keys()) subscribe(client, filter);
    },
    heard(topic: string, payload: Uint8Array, packet: IPublishPacket) {
      if (packet.retain) return;
      for (const [filter, hear] of listeners) {
        if (matches(filter, topic)) hear(heardOf(topic, payload, packet));
      }
    },
  };
}

function publishProperties(payload: string, beside: Beside | undefined) {
  const correlationData =
    beside?.correlationData === undefined
      ? {}
      : { correlationData: Buffer.from(beside.correlationData) };
  return { ...(payload === '' ? {} : JSON_PROPERTIES), ...correlationData };
}

/** Keeps one connection after the other open, with back-off. */
function keepConnected(
  options: MqttOutOptions,
  troubles: ReturnType<typeof createTroubles>,
  opened: (client: MqttClient) => void,
  lost: () => void,
) {
  let protocolVersion: 4 | 5 = 5;
  let retryMs = RETRY_MS_MIN;
  let timer: NodeJS.Timeout | undefined;
  let client: MqttClient | null = null;
  let closed = false;
  const retry = () => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(open, retryMs * (0.5 + options.random() / 2));
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
  };
  const noteError = (error: Error) => {
    const code = (error as { code?: unknown }).code;
    if (protocolVersion === 5 && UNKNOWN_PROTOCOL_CODES.includes(code as number)) {
      protocolVersion = 4;
      retryMs = RETRY_MS_MIN;
      return;
    }
    troubles.noConnection(connectionWords(code, error.message));
  };
  function connect(): MqttClient {
    // A new client each time: nothing of a lost connection is sent again behind the outbox's back.
    const current = mqtt.connect(options.url, clientOptions(options, protocolVersion));
    current.on('connect', () => {
      retryMs = RETRY_MS_MIN;
      opened(current);
    });
    current.on('error', noteError);
    current.once('close', () => {
      current.end(true);
      lost();
      retry();
    });
    return current;
  }
  function open(): void {
    try {
      client = connect();
    } catch (error) {
      // The login's files: somebody may just be writing them.
      troubles.noConnection((error as Error).message);
      retry();
    }
  }
  open();
  return {
    client: () => (client?.connected ? client : null),
    async end() {
      closed = true;
      clearTimeout(timer);
      await client?.endAsync(!client.connected);
    },
  };
}

/** Starts to connect, and keeps connecting with back-off until close(). */
export function connectBroker(options: MqttOutOptions): Publisher {
  const where = urlForLog(options.url);
  const log = (text: string) => options.log(`broker ${where}: ${text}`);
  const troubles = createTroubles(log);
  const listeners = createListeners(troubles.refuse);
  const unacknowledged = new Set<() => void>();
  const opened = (client: MqttClient) => {
    log('connected');
    troubles.connected();
    client.on('message', listeners.heard);
    listeners.connected(client);
    options.onConnect();
  };
  const lost = () => {
    troubles.lost();
    options.onLost();
    for (const tellLost of unacknowledged) tellLost();
    unacknowledged.clear();
  };
  const connection = keepConnected(options, troubles, opened, lost);
  return {
    isConnected: () => connection.client() !== null,
    problem: troubles.words,
    publish: (topic, payload, retain, beside) =>
      new Promise((resolve, reject) => {
        const client = connection.client();
        if (client === null) return reject(new Error('not connected'));
        const tellLost = () => reject(new Error('connection lost before PUBACK'));
        unacknowledged.add(tellLost);
        const isFive = client.options.protocolVersion === 5;
        const properties = isFive ? { properties: publishProperties(payload, beside) } : {};
        client.publish(topic, payload, { qos: 1, retain, ...properties }, (error) => {
          unacknowledged.delete(tellLost);
          if (!error) {
            troubles.taken(topic);
            return resolve();
          }
          const code = (error as { code?: unknown }).code;
          if (typeof code === 'number' && code >= FAILURE_FROM) {
            troubles.refuse(topic, refusalWords(code, topic));
          }
          reject(error);
        });
      }),
    listen: (filter, hear) => listeners.add(filter, hear, connection.client()),
    close: connection.end,
  };
}
