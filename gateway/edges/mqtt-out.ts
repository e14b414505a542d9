/*
 * mqtt-out.ts: the publisher to an external broker, for instance Mosquitto.
 * Way: outbox and retained state -> MQTT 5 (or 3.1.1 where the broker knows no 5) -> broker.
 * MQTT 5 is asked first because its PUBACK says when the broker did not authorise a message;
 * a 3.1.1 broker acknowledges and drops it. Nothing is queued here: the outbox is durable, this is not.
 * Source: OASIS MQTT 5.0 and 3.1.1.
 */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { RETRY_MS_MAX, RETRY_MS_MIN } from '../limits';
import type { Log } from './log';
import type { Heard, Publisher } from './publisher';

/** How to reach the broker and what it says when we are gone. */
export interface MqttOutOptions {
  /** mqtt://[user:password@]host[:port] or mqtts://… The password is never logged. */
  url: string;
  clientId: string;
  will: { topic: string; payload: string };
  /** Called after each connection is made: retained state must be told again. */
  onConnect: () => void;
  log: Log;
  /** 0..1, for the jitter of the back-off. */
  random: () => number;
}

/** Reason codes with which brokers refuse MQTT 5: 1 (3.1.1 CONNACK), 132 (5.0). */
const UNKNOWN_PROTOCOL_CODES = [1, 132];

/** The address without user and password. */
export function urlForLog(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

function clientOptions(options: MqttOutOptions, protocolVersion: 4 | 5): IClientOptions {
  return {
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
    },
  };
}

/** Starts to connect, and keeps connecting with back-off until close(). */
export function connectBroker(options: MqttOutOptions): Publisher {
  let client: MqttClient;
  let protocolVersion: 4 | 5 = 5;
  let retryMs = RETRY_MS_MIN;
  let retryTimer: NodeJS.Timeout | undefined;
  let closed = false;
  const unacknowledged = new Set<() => void>();
  const where = urlForLog(options.url);
  const listeners = new Map<string, (message: Heard) => void>();

  const retry = () => {
    if (closed) return;
    clearTimeout(retryTimer);
    retryTimer = setTimeout(open, retryMs * (0.5 + options.random() / 2));
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
  };
  const open = () => {
    // A new client each time: nothing of a lost connection is sent again behind the outbox's back.
    const current = mqtt.connect(options.url, clientOptions(options, protocolVersion));
    client = current;
    current.on('connect', () => {
      retryMs = RETRY_MS_MIN;
      options.log(`broker ${where}: connected`);
      for (const filter of listeners.keys()) current.subscribe(filter, { qos: 1 });
      options.onConnect();
    });
    current.on('error', (error) => {
      const code = (error as { code?: unknown }).code;
      if (protocolVersion === 5 && UNKNOWN_PROTOCOL_CODES.includes(code as number)) {
        protocolVersion = 4;
        retryMs = RETRY_MS_MIN;
      }
      options.log(`broker ${where}: ${error.message || String(code)}`);
    });
    current.once('close', () => {
      for (const lost of unacknowledged) lost();
      unacknowledged.clear();
      current.end(true);
      retry();
    });
  };
  open();
  return {
    isConnected: () => client.connected,
    publish: (topic, payload, retain) =>
      new Promise((resolve, reject) => {
        if (!client.connected) return reject(new Error('not connected'));
        const lost = () => reject(new Error('connection lost before PUBACK'));
        unacknowledged.add(lost);
        client.publish(topic, payload, { qos: 1, retain }, (error) => {
          unacknowledged.delete(lost);
          if (error) reject(error);
          else resolve();
        });
      }),
    listen(filter, hear) {
      listeners.set(filter, hear);
      if (client.connected) client.subscribe(filter, { qos: 1 });
    },
    async close() {
      closed = true;
      clearTimeout(retryTimer);
      await client.endAsync(!client.connected);
    },
  };
}
