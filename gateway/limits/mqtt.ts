/*
 * mqtt.ts: limits of telling and answering over MQTT, and of the embedded broker.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

/** Messages sent to the broker that wait for their PUBACK at one time, messages. */
export const OUTBOX_WINDOW = 10;
/** TCP connections the embedded broker accepts at one time, connections. */
export const BROKER_CLIENTS_MAX = 64;
/** How long a subscriber that does not read may hold up the others before it is dropped, ms. */
export const BROKER_DRAIN_MS = 5_000;
/** Largest packet a client may send to the embedded broker, bytes (clients only subscribe). */
export const BROKER_PACKET_BYTES_MAX = 65_536;
/** Topics an external broker refused that are remembered, for the status, topics. */
export const BROKER_REFUSALS_MAX = 16;
/** Rows looked through at once when records are found that will be told late, rows. */
export const LATE_ROWS_MAX = 5_000;
/** Longest request over MQTT, bytes. */
export const REQUEST_BYTES_MAX = 4_096;
/** Longest transaction that a request may name, characters. */
export const REQUEST_TRANSACTION_MAX = 64;
/** Longest verb, response topic and correlation data that are answered to, characters and bytes. */
export const REQUEST_VERB_MAX = 32;
export const RESPONSE_TOPIC_MAX = 256;
export const CORRELATION_BYTES_MAX = 256;
/** Requests answered at once after a quiet time, requests. */
export const REQUESTS_BURST = 20;
/** Requests answered a second for ever, requests. */
export const REQUESTS_PER_S = 5;
/** Answers that may wait for their PUBACK, answers. */
export const ANSWERS_WAITING_MAX = 16;
/** How often "too-many" is answered; in between such requests are only counted, ms. */
export const TOO_MANY_ANSWER_MS = 1_000;
/** Time between two writings of retained messages and of how long sessions were away, ms. A graceful end writes them too. */
export const MQTT_SAVE_MS = 86_400_000;
/** Room for sessions. */
export const MQTT_SESSION_LIMITS = {
  /** Sessions kept, sessions. The one whose client has been away longest gives way. */
  sessions: 128,
  /** Messages queued for one session, messages: three weeks of 40 nodes. */
  packetsEach: 20_000,
  /** The same of all sessions, messages (about 20 MB of memory). */
  packetsAll: 100_000,
  /** Payloads queued for one session that stand nowhere else, bytes. */
  bytesEach: 1 << 20,
  /** The same of all sessions, bytes. */
  bytesAll: 8 << 20,
  /** Filters of one session, filters. */
  subscriptionsEach: 50,
  /** A session ends when this gateway ran so long without seeing its client, s: 30 days. */
  idleS: 30 * 86_400,
};
/** Messages sent to one session that wait for their PUBACK at one time, messages. */
export const MQTT_IN_FLIGHT_MAX = 20;
/** Changes of sessions that are made durable at once, changes a second; further ones wait up to COUNTS_COMMIT_MS. */
export const MQTT_SESSION_COMMITS_PER_S = 0.1;
/** The same at once, changes. */
export const MQTT_SESSION_COMMITS_BURST = 64;
/** Client identifiers, bytes. */
export const MQTT_CLIENT_ID_BYTES_MAX = 64;
/** Topics and filters of clients, bytes. */
export const MQTT_TOPIC_BYTES_MAX = 256;
/** The same, levels. */
export const MQTT_TOPIC_LEVELS_MAX = 16;
/** Payload of a last will, bytes. */
export const MQTT_WILL_BYTES_MAX = 256;
/** QoS 2 messages of one client that wait for PUBREL, messages. */
export const MQTT_INCOMING_MAX = 20;
/** Connections of one address, connections. */
export const BROKER_CLIENTS_PER_ADDRESS_MAX = 48;
/** Longest a client may take from its connection to its CONNECT, and a TLS handshake, ms. */
export const BROKER_CONNECT_MS_MAX = 10_000;
/** A silent connection is asked after this whether its other end is still there, ms (TCP keepalive). */
export const BROKER_TCP_KEEPALIVE_MS = 60_000;
/** What a client may send before the broker parses it. */
export const BROKER_STREAM_LIMITS = {
  packetBytes: BROKER_PACKET_BYTES_MAX,
  connectBytes: 4_096,
  bytesPerS: 65_536,
  bytesBurst: 262_144,
  packetsPerS: 200,
  packetsBurst: 1_000,
};
/** Wrong logins of one address, logins a second. */
export const BROKER_LOGINS_PER_S = 0.1;
/** The same at once, logins. */
export const BROKER_LOGINS_BURST = 10;
/** Addresses whose wrong logins are remembered, addresses. */
export const BROKER_LOGIN_ADDRESSES_MAX = 1_024;
