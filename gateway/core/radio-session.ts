/*
 * radio-session.ts: one client of a Meshtastic radio, as a state machine without clock, socket or randomness.
 * Way: bytes read from TCP or USB -> feed -> events for the gateway; gateway -> send -> bytes to write.
 * Pure: time is an argument (ms of any steady clock), nonces and packet ids are handed in.
 * Source: Meshtastic client API (meshtastic.org/docs/development/device/client-api), measured on firmware 2.7.26.
 *
 * | state | meaning | leaves it by |
 * |---|---|---|
 * | closed | no connection | start -> syncing |
 * | syncing | asked for the configuration | its nonce comes back -> ready; 10 s silence, 60 s in all or too many packets -> lost |
 * | ready | packets flow, a heartbeat each 60 s | `rebooted` -> syncing; 3 heartbeats unanswered -> lost |
 * | lost | the radio does not answer: the owner closes the connection | closed -> closed |
 *
 * The owner (gateway/edges) does the rest: connect, start; pass on every chunk; call tick at nextDueMs; write what
 * is to be written; on `lost` close, call closed, wait with growing delay, connect again.
 */

import { decodeFromRadio, type FromRadio } from '../../shared/meshtastic/from-radio';
import type { MeshPacket, MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import type { ClientNotification, LogRecord } from '../../shared/meshtastic/notification';
import { createFramer, encodeFrame, type Framer } from '../../shared/meshtastic/stream';
import {
  encodeHeartbeat,
  encodeToRadioPacket,
  encodeWantConfig,
  NONCE_CONFIG_ONLY,
  NONCE_NODES_ONLY,
} from '../../shared/meshtastic/to-radio';
import {
  HEARTBEAT_MS,
  HEARTBEATS_MISSED_MAX,
  RADIO_HELD_MAX,
  SENT_ANSWER_MS,
  STREAM_IDLE_MS,
  SYNC_ASKS_MAX,
  SYNC_PROGRESS_MS,
  SYNC_TOTAL_MS,
  WAKE_BYTES,
} from '../limits/radio';
import { learn, type RadioInfo, unknownRadio } from './radio-info';
import {
  type Outcome,
  outcomeOf,
  routingErrorOf,
  type SentPacket,
  sentPacket,
  withQueueStatus,
  withRouting,
} from './radio-sent';

const WAKE_BYTE = 0xc3;

/** Why a session is lost. */
export type LostCause = 'sync-silent' | 'sync-too-long' | 'sync-flooded' | 'heartbeats-unanswered';

/**
 * What happened, in the order it did:
 * - `ready`: the handshake is complete; `info` describes the radio.
 * - `packet`: heard from another node. Never before `ready`: what comes earlier is kept until then.
 * - `own-packet`: made by the own radio itself (telemetry, answers to orders); no record is in it. What came over the
 *   air under the radio's own number is a `packet`.
 * - `sent`: a packet given to `send` has a new answer. `final`: no further answer is waited for.
 * - `alive`: the radio answered a heartbeat.
 * - `rebooted`: the radio restarted; the session asks for the configuration again by itself.
 * - `notification`, `log`: words of the radio for people.
 * - `lost`: close the connection and begin anew.
 */
export type SessionEvent =
  | { type: 'ready'; nonce: number; info: RadioInfo }
  | { type: 'packet'; packet: MeshPacket }
  | { type: 'own-packet'; packet: MeshPacket }
  | { type: 'sent'; sent: SentPacket; outcome: Outcome; final: boolean }
  | { type: 'alive' }
  | { type: 'rebooted' }
  | { type: 'notification'; notification: ClientNotification }
  | { type: 'log'; record: LogRecord }
  | { type: 'lost'; cause: LostCause };

export type SessionState = 'closed' | 'syncing' | 'ready' | 'lost';

/** What a call asks its caller to write, piece by piece, and tells. */
export interface SessionStep {
  write: Uint8Array[];
  events: SessionEvent[];
}

export interface RadioSessionOptions {
  /** Number for the next want_config, u32: random, or NONCE_CONFIG_ONLY (no node database, quick). */
  nonce: () => number;
  /** Id for the next packet, u32 from a good random source. */
  packetId: () => number;
}

/** `nowMs` never goes back within one session. */
export interface RadioSession {
  /** The connection is open: wakes the radio and asks for its configuration. */
  start(nowMs: number): SessionStep;
  /** A chunk came, cut anywhere. */
  feed(chunk: Uint8Array, nowMs: number): SessionStep;
  /** Time passed. Call at `nextDueMs` or in any steady rhythm. */
  tick(nowMs: number): SessionStep;
  /** Asks for the configuration again on the open connection. */
  resync(nowMs: number): SessionStep;
  /** Asks for a sign of life now, for its queueStatus. One that stays without answer does not count as missed. */
  probe(nowMs: number): SessionStep;
  /**
   * Gives the radio a packet; without `id` it gets one. Say `hopLimit` always (0 without wantAck = no hops), payload
   * up to 231 bytes. Without connection nothing is written and the outcome is `no_answer` at once.
   * Throws: when the packet does not fit one frame of 512 bytes (our own fault).
   */
  send(packet: MeshPacketToSend, nowMs: number): SessionStep;
  /** The connection is gone. Answers to what was sent may still come over the next one. */
  closed(nowMs: number): SessionStep;
  state(): SessionState;
  /** What the radio told in the last complete handshake. */
  info(): RadioInfo;
  /** Places free in the radio's queue by its last word; -1 = not told since it was connected or restarted. */
  queueFree(): number;
  /** Bytes passed over on this connection because they belong to no frame. */
  skippedBytes(): number;
  /** When tick has something to do next, ms; Infinity = nothing. */
  nextDueMs(): number;
}

interface Session {
  options: RadioSessionOptions;
  state: SessionState;
  framer: Framer;
  info: RadioInfo;
  /** What the handshake in progress has told so far. */
  learning: RadioInfo;
  nonce: number;
  /** Times the configuration was asked for, because what came was not whole. */
  asks: number;
  /** Ask without the radio's node database: with it the last handshake failed. */
  quick: boolean;
  syncStartMs: number;
  progressMs: number;
  lastByteMs: number;
  heartbeatDueMs: number;
  heartbeatsOpen: number;
  queueFree: number;
  sent: Map<number, SentPacket>;
  held: MeshPacket[];
  nowMs: number;
  step: SessionStep;
}

function tell(session: Session, event: SessionEvent): void {
  session.step.events.push(event);
}

function writeFrame(session: Session, body: Uint8Array): void {
  session.step.write.push(encodeFrame(body));
}

function requestConfig(session: Session): void {
  session.nonce = session.quick ? NONCE_CONFIG_ONLY : session.options.nonce() >>> 0 || 1;
  session.state = 'syncing';
  session.syncStartMs = session.nowMs;
  session.progressMs = session.nowMs;
  const known = session.nonce === NONCE_NODES_ONLY ? session.info : unknownRadio();
  session.learning = { ...known, nodes: [] };
  writeFrame(session, encodeWantConfig(session.nonce));
}

// A frame of the handshake may have been damaged on its way: what it told is missing then.
function isWhole({ nonce, learning }: Session): boolean {
  if (nonce === NONCE_NODES_ONLY) return true;
  return learning.myNodeNum !== 0 && learning.lora !== undefined && learning.channels.length > 0;
}

function onComplete(session: Session): void {
  session.asks++;
  if (!isWhole(session) && session.asks < SYNC_ASKS_MAX) requestConfig(session);
  else becomeReady(session);
}

function becomeReady(session: Session): void {
  session.asks = 0;
  session.state = 'ready';
  session.info = session.learning;
  session.heartbeatDueMs = session.nowMs + HEARTBEAT_MS;
  session.heartbeatsOpen = 0;
  tell(session, { type: 'ready', nonce: session.nonce, info: session.info });
  const held = session.held;
  session.held = [];
  for (const packet of held) tell(session, { type: 'packet', packet });
}

// A radio with a large node database may stall while it tells it, and never without it.
function lose(session: Session, cause: LostCause): void {
  if (cause !== 'heartbeats-unanswered') session.quick = !session.quick;
  session.state = 'lost';
  tell(session, { type: 'lost', cause });
}

function account(session: Session, sent: SentPacket): void {
  session.sent.set(sent.id, sent);
  const outcome = outcomeOf(sent, session.info.myNodeNum);
  tell(session, { type: 'sent', sent, outcome, final: false });
}

// A packet with the radio's own number that came over the air is somebody else's.
function isOwn(session: Session, packet: MeshPacket): boolean {
  const myNodeNum = session.learning.myNodeNum || session.info.myNodeNum;
  if (packet.from !== myNodeNum && packet.from !== 0) return false;
  return packet.transportMechanism === 0 && packet.rxRssi === 0 && packet.rxSnr === 0;
}

/** Keeps a packet until the handshake is complete: it tells which channel is ours. */
function onPacket(session: Session, packet: MeshPacket): void {
  const own = isOwn(session, packet);
  const errorReason = routingErrorOf(packet);
  const sent = session.sent.get(packet.decoded?.requestId ?? 0);
  if (sent && errorReason !== undefined) {
    account(session, withRouting(sent, packet, errorReason, own, session.nowMs));
  } else if (own) tell(session, { type: 'own-packet', packet });
  else if (session.state === 'ready') tell(session, { type: 'packet', packet });
  else if (session.held.length < RADIO_HELD_MAX) session.held.push(packet);
  else if (session.state === 'syncing') lose(session, 'sync-flooded');
}

function onQueueStatus(session: Session, status: NonNullable<FromRadio['queueStatus']>): void {
  session.queueFree = status.free;
  if (status.meshPacketId === 0) {
    session.heartbeatsOpen = 0;
    tell(session, { type: 'alive' });
    return;
  }
  const sent = session.sent.get(status.meshPacketId);
  if (sent) account(session, withQueueStatus(sent, status, session.nowMs));
}

function onNotification(session: Session, notification: ClientNotification): void {
  const sent = session.sent.get(notification.replyId ?? 0);
  if (sent) account(session, { ...sent, notification: notification.message });
  tell(session, { type: 'notification', notification });
}

function onRebooted(session: Session): void {
  session.queueFree = -1;
  session.asks = 0;
  tell(session, { type: 'rebooted' });
  requestConfig(session);
}

function onMessage(session: Session, message: FromRadio): void {
  if (session.state === 'lost') return;
  if (message.packet) onPacket(session, message.packet);
  else if (message.queueStatus) onQueueStatus(session, message.queueStatus);
  else if (message.clientNotification) onNotification(session, message.clientNotification);
  else if (message.logRecord) tell(session, { type: 'log', record: message.logRecord });
  else if (message.rebooted) onRebooted(session);
  else if (message.configCompleteId !== undefined) {
    const ours = session.state === 'syncing' && message.configCompleteId === session.nonce;
    if (ours) onComplete(session);
  } else if (session.state === 'syncing') {
    // Only what belongs to the handshake is progress: a flood of log lines or packets is none.
    session.progressMs = session.nowMs;
    session.learning = learn(session.learning, message);
  } else session.info = learn(session.info, message);
}

function framerFor(session: Session): Framer {
  return createFramer((body) => {
    const message = decodeFromRadio(body);
    if (typeof message === 'string') return false;
    onMessage(session, message);
    return true;
  });
}

function tickStream(session: Session): void {
  if (session.framer.buffered() === 0) return;
  if (session.nowMs - session.lastByteMs < STREAM_IDLE_MS) return;
  session.lastByteMs = session.nowMs;
  session.framer.idle();
}

function tickState(session: Session): void {
  if (session.state === 'syncing') {
    if (session.nowMs - session.syncStartMs >= SYNC_TOTAL_MS) lose(session, 'sync-too-long');
    else if (session.nowMs - session.progressMs >= SYNC_PROGRESS_MS) lose(session, 'sync-silent');
  } else if (session.state === 'ready' && session.nowMs >= session.heartbeatDueMs) {
    if (session.heartbeatsOpen >= HEARTBEATS_MISSED_MAX) {
      lose(session, 'heartbeats-unanswered');
      return;
    }
    session.heartbeatsOpen++;
    session.heartbeatDueMs = session.nowMs + HEARTBEAT_MS;
    writeFrame(session, encodeHeartbeat(0));
  }
}

function tickSent(session: Session): void {
  for (const sent of session.sent.values()) {
    if (session.nowMs - sent.sentMs < SENT_ANSWER_MS) continue;
    session.sent.delete(sent.id);
    const outcome = outcomeOf(sent, session.info.myNodeNum);
    tell(session, { type: 'sent', sent, outcome, final: true });
  }
}

function dueMs(session: Session): number {
  const dues = [Number.POSITIVE_INFINITY];
  for (const sent of session.sent.values()) dues.push(sent.sentMs + SENT_ANSWER_MS);
  if (session.state === 'ready') dues.push(session.heartbeatDueMs);
  if (session.state === 'syncing') {
    dues.push(session.syncStartMs + SYNC_TOTAL_MS, session.progressMs + SYNC_PROGRESS_MS);
  }
  const open = session.state === 'ready' || session.state === 'syncing';
  if (open && session.framer.buffered() > 0) dues.push(session.lastByteMs + STREAM_IDLE_MS);
  return Math.min(...dues);
}

function give(session: Session, packet: MeshPacketToSend): void {
  const id = packet.id || session.options.packetId() >>> 0 || 1;
  const sent = sentPacket(packet, id, session.nowMs);
  if (session.state !== 'syncing' && session.state !== 'ready') {
    tell(session, { type: 'sent', sent, outcome: 'no_answer', final: true });
    return;
  }
  writeFrame(session, encodeToRadioPacket({ ...packet, id }));
  account(session, sent);
}

function begin(session: Session): void {
  session.queueFree = -1;
  session.asks = 0;
  session.framer = framerFor(session);
  session.step.write.push(new Uint8Array(WAKE_BYTES).fill(WAKE_BYTE));
  requestConfig(session);
}

function take(session: Session, chunk: Uint8Array): void {
  if (session.state !== 'syncing' && session.state !== 'ready') return;
  session.lastByteMs = session.nowMs;
  session.framer.push(chunk);
}

function pass(session: Session): void {
  if (session.state === 'syncing' || session.state === 'ready') tickStream(session);
  tickState(session);
  tickSent(session);
}

function newSession(options: RadioSessionOptions): Session {
  return {
    options,
    state: 'closed',
    framer: createFramer(() => false),
    info: unknownRadio(),
    learning: unknownRadio(),
    nonce: 0,
    asks: 0,
    quick: false,
    syncStartMs: 0,
    progressMs: 0,
    lastByteMs: 0,
    heartbeatDueMs: 0,
    heartbeatsOpen: 0,
    queueFree: -1,
    sent: new Map(),
    held: [],
    nowMs: 0,
    step: { write: [], events: [] },
  };
}

/** Makes a session in state closed. */
export function createRadioSession(options: RadioSessionOptions): RadioSession {
  const session = newSession(options);
  const at = (nowMs: number, act: () => void): SessionStep => {
    session.nowMs = nowMs;
    session.step = { write: [], events: [] };
    act();
    return session.step;
  };
  return {
    start: (nowMs) => at(nowMs, () => begin(session)),
    feed: (chunk, nowMs) => at(nowMs, () => take(session, chunk)),
    tick: (nowMs) => at(nowMs, () => pass(session)),
    resync: (nowMs) => at(nowMs, () => requestConfig(session)),
    probe: (nowMs) =>
      at(nowMs, () => {
        if (session.state === 'ready') writeFrame(session, encodeHeartbeat(0));
      }),
    send: (packet, nowMs) => at(nowMs, () => give(session, packet)),
    closed: (nowMs) =>
      at(nowMs, () => {
        session.state = 'closed';
      }),
    state: () => session.state,
    info: () => session.info,
    queueFree: () => session.queueFree,
    skippedBytes: () => session.framer.skippedBytes(),
    nextDueMs: () => dueMs(session),
  };
}
