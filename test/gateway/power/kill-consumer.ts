/*
 * kill-consumer.ts: an MQTT client with a persistent session that notes every record it is told, and what must hold of them.
 * Way: broker -> mqtt.js (or mosquitto_sub) -> list of messages -> faults, which throw.
 */
import type { Database as Connection } from 'better-sqlite3';
import mqtt from 'mqtt';
import { expect, onTestFinished } from 'vitest';

/** One message: site, key/epoch/sequence, and the exact text. */
export interface Told {
  site: string;
  triple: string;
  text: string;
}

/** Reads a record's topic and payload. */
export function toldOf(topic: string, text: string): Told {
  const { key, epoch, seq } = JSON.parse(text);
  return { site: topic.split('/')[3], triple: `${key}/${epoch}/${seq}`, text };
}

/** A subscriber whose session outlives its connections. */
export interface Consumer {
  told: Told[];
  /** Is it promised all that is told from now on (SUBACK)? */
  subscribed(): boolean;
  /** Loses its connection, and connects again. */
  stumble(): void;
}

/** Subscribes with QoS 1 and `clean: false`; connects again whenever it is cut off. Ends with the test. */
export function persistentConsumer(port: number, topic: string): Consumer {
  const told: Told[] = [];
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    clientId: 'consumer',
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 20,
    connectTimeout: 2_000,
  });
  client.on('error', () => {});
  client.on('message', (name, payload) => told.push(toldOf(name, payload.toString())));
  let subscribed = false;
  // mqtt.js does not ask again when the broker kept the session but not the SUBSCRIBE that was on its way.
  client.on('connect', () => {
    if (subscribed) return;
    client.subscribe(topic, { qos: 1 }, (error) => {
      subscribed ||= !error;
    });
  });
  onTestFinished(() => void client.end(true));
  return { told, subscribed: () => subscribed, stumble: () => void client.stream?.destroy() };
}

/** Records by site in the order of their acceptance, as key/epoch/sequence. */
export function acceptedBySite(database: Connection): Map<string, string[]> {
  const rows = database
    .prepare(
      `SELECT s.site, lower(hex(k.key_id)) || '/' || r.epoch || '/' || r.sequence AS triple
       FROM record r JOIN placement p ON p.id = r.placement_id JOIN site s ON s.id = p.site_id
       JOIN node_key k ON k.id = r.node_key_id ORDER BY r.id`,
    )
    .all() as { site: string; triple: string }[];
  const bySite = new Map<string, string[]>();
  for (const { site, triple } of rows) {
    const triples = bySite.get(site);
    if (triples === undefined) bySite.set(site, [triple]);
    else triples.push(triple);
  }
  return bySite;
}

/** How many records of the database a consumer has heard of. */
export function distinct(told: Told[]): number {
  return new Set(told.map(({ triple }) => triple)).size;
}

/**
 * Each record at least once, repeats identical, in order of acceptance per site: a message is the next one, or one that
 * was told before and from which the telling goes on.
 */
export function expectAllTold(told: Told[], accepted: Map<string, string[]>): void {
  const texts = new Map<string, string>();
  const last = new Map<string, number>();
  const places = new Map<string, number>();
  for (const triples of accepted.values())
    for (const [at, name] of triples.entries()) places.set(name, at);
  for (const { site, triple, text } of told) {
    const before = texts.get(triple);
    if (before !== undefined && before !== text) throw new Error(`${triple} was told in two ways`);
    texts.set(triple, text);
    const at = places.get(triple);
    if (at === undefined) throw new Error(`${triple} was told, but is not stored`);
    if (at > (last.get(site) ?? -1) + 1) throw new Error(`${triple} was told before its turn`);
    last.set(site, at);
  }
  const missing = [...places.keys()].filter((triple) => !texts.has(triple));
  expect(missing).toEqual([]);
}
