/*
 * What: the talk with a Meshtastic radio on the serial port: handshake, one packet under way, what is heard.
 * From where to where: packets -> ToRadio frames; FromRadio frames -> outcomes and broadcasts. uart.ts and
 * uart-powered.ts keep it going, each in its own rhythm.
 * Source: Meshtastic's client API (mesh.proto ToRadio, FromRadio). Espruino-safe.
 */
import { CHANNEL_NAME, HOP_LIMIT, PORTNUM } from '../../shared/limits';
import {
  decodeNodeFromRadio,
  decodeNodeRouting,
  type NodeFromRadio,
  type NodePacket,
} from '../../shared/meshtastic/node-from-radio';
import { encodeNodePacket, encodeNodeWantConfig } from '../../shared/meshtastic/node-to-radio';
import { BROADCAST, ROUTING_APP } from '../../shared/meshtastic/port-num';
import { createFramer, encodeFrame, type Framer } from '../../shared/meshtastic/stream';
import { NONCE_CONFIG_ONLY } from '../../shared/meshtastic/to-radio';
import type { Board } from '../board';
import type { LinkTold, Outcome } from '../link';
import { OUTCOME_MS, UART_BAUD, WAKE_BYTE, WAKE_BYTES, WAKE_MS } from '../node-limits';

/** The packet under way. */
interface Flight {
  id: number;
  sentMs: number;
  done: (outcome: Outcome) => void;
}

/** What is known of the radio and of the packet under way. */
export interface Session {
  board: Board;
  framer: Framer;
  onBroadcast: (packet: Uint8Array, from: number) => void;
  gatewayNode: number;
  myNodeNum: number;
  /** Index of the channel named "serial", -1 = the radio has none: then nothing may be sent. */
  channel: number;
  isReady: boolean;
  /** Uptime of the last handshake's start, ms. */
  askedMs: number;
  /** Handshakes without success in a row. */
  failures: number;
  /** Uptime of the last whole message, ms. */
  heardMs: number;
  heartbeatMs: number;
  flight: Flight | null;
}

function settle(session: Session, outcome: Outcome): void {
  const flight = session.flight;
  session.flight = null;
  if (flight) flight.done(outcome);
}

/** Wakes the radio and asks for its configuration, without its node database. */
export function connect(session: Session): void {
  const board = session.board;
  session.isReady = false;
  session.channel = -1;
  session.askedMs = board.uptimeMs();
  const wake = new Uint8Array(WAKE_BYTES);
  wake.fill(WAKE_BYTE);
  board.uart.write(wake);
  board.after(WAKE_MS, () => {
    board.uart.write(encodeFrame(encodeNodeWantConfig(NONCE_CONFIG_ONLY)));
  });
}

/** A ROUTING answer to the packet under way. An echo of a neighbour (from our own radio, no error) proves nothing. */
function hearRouting(session: Session, packet: NodePacket, payload: Uint8Array): void {
  const errorReason = decodeNodeRouting(payload);
  if (typeof errorReason === 'string') return;
  if (errorReason !== 0) settle(session, 'nak');
  else if (packet.from !== session.myNodeNum) settle(session, 'delivered');
}

function hearPacket(session: Session, packet: NodePacket): void {
  const data = packet.decoded;
  if (!data) return;
  const flight = session.flight;
  if (data.portnum === ROUTING_APP && flight && data.requestId === flight.id) {
    hearRouting(session, packet, data.payload);
  }
  const isBroadcast = packet.to === BROADCAST && packet.channel === session.channel;
  if (data.portnum === PORTNUM && isBroadcast) session.onBroadcast(data.payload, packet.from);
}

function hear(session: Session, message: NodeFromRadio): void {
  session.heardMs = session.board.uptimeMs();
  if (message.packet) hearPacket(session, message.packet);
  if (message.myNodeNum !== undefined) session.myNodeNum = message.myNodeNum;
  const channel = message.channel;
  if (channel && channel.name === CHANNEL_NAME) session.channel = channel.index;
  if (message.configCompleteId === NONCE_CONFIG_ONLY) {
    session.isReady = session.channel >= 0;
    session.failures = 0;
    session.heartbeatMs = session.heardMs;
  }
  if (message.rebooted) connect(session);
  const status = message.queueStatus;
  if (status && session.flight && status.meshPacketId === session.flight.id && status.res !== 0) {
    settle(session, 'refused');
  }
}

/** As Link.send. */
export function sendPacket(
  session: Session,
  packet: Uint8Array,
  done: (outcome: Outcome) => void,
): boolean {
  if (!session.isReady || session.flight) return false;
  const id = session.board.random32() || 1;
  session.flight = { id: id, sentMs: session.board.uptimeMs(), done: done };
  const message = encodeNodePacket({
    to: session.gatewayNode,
    channel: session.channel,
    id: id,
    hopLimit: HOP_LIMIT,
    wantAck: true,
    portnum: PORTNUM,
    payload: packet,
  });
  session.board.uart.write(encodeFrame(message));
  return true;
}

/** Gives up a packet of which nothing was heard in time, and half a frame that never ended. Call it every few seconds. */
export function expire(session: Session): void {
  if (session.framer.buffered() > 0) session.framer.idle();
  const flight = session.flight;
  if (flight && session.board.uptimeMs() - flight.sentMs > OUTCOME_MS) settle(session, 'silent');
}

/** Opens the serial port and asks. */
export function openSession(session: Session): void {
  session.board.uart.open(UART_BAUD, (chunk) => session.framer.push(chunk));
  connect(session);
}

/** Nothing is written before it is opened. */
export function createSession(board: Board): Session {
  const session: Session = {
    board: board,
    framer: createFramer((body) => {
      const message = decodeNodeFromRadio(body);
      if (typeof message === 'string') return false;
      hear(session, message);
      return true;
    }),
    onBroadcast: () => {},
    gatewayNode: board.config ? board.config.gatewayNode : 0,
    myNodeNum: 0,
    channel: -1,
    isReady: false,
    askedMs: 0,
    failures: 0,
    heardMs: 0,
    heartbeatMs: 0,
    flight: null,
  };
  return session;
}

/** For a technician: whether the radio answers, and has the channel. */
export function describeSession(session: Session): LinkTold {
  return {
    isReady: session.isReady,
    hasChannel: session.channel >= 0,
    failures: session.failures,
    nodeNum: session.myNodeNum,
    heardS: Math.floor(session.heardMs / 1000),
  };
}
