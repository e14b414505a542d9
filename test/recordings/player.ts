/*
 * player.ts: plays a recorded conversation to a radio session and writes down what the session concludes.
 * Way: recorded chunks -> session (from_radio) and what the recorded client did (to_radio) -> Played, shaped like
 * the recording's `expect`.
 * The recorded client's requests are given to the session as orders; each must make the session write the very bytes
 * the recorded client wrote.
 */
import {
  createRadioSession,
  type SessionEvent,
  type SessionStep,
} from '../../gateway/core/radio-session';
import { PORTNUM } from '../../shared/limits';
import { decodeFromRadio, type FromRadio } from '../../shared/meshtastic/from-radio';
import type { MeshPacket } from '../../shared/meshtastic/mesh-packet';
import { ADMIN_APP } from '../../shared/meshtastic/port-num';
import { createFramer, encodeFrame, type Framer } from '../../shared/meshtastic/stream';
import {
  decodeToRadio,
  encodeDisconnect,
  encodeHeartbeat,
  encodeToRadio,
  encodeWantConfig,
  type ToRadio,
} from '../../shared/meshtastic/to-radio';
import {
  counted,
  hex,
  otherPacket,
  privatePacket,
  radio,
  sentPacket,
  undecodedPacket,
  variantOf,
  type Where,
} from './conclusions';
import type { Chunk } from './recording';

const LONG_AFTER_MS = 3_600_000;

interface Handshake {
  conn: number;
  nonce_sent: number;
  config_complete_id: number | null;
  matches: boolean;
  names: string[];
}

/** Everything concluded from one recording. */
export interface Played {
  radio: ReturnType<typeof radio>;
  sessions: (Omit<Handshake, 'names'> & { order: string[] })[];
  received_private: ReturnType<typeof privatePacket>[];
  received_other: ReturnType<typeof otherPacket>[];
  undecoded_packets: ReturnType<typeof undecodedPacket>[];
  own_packets_by_portnum: Record<string, number>;
  admin_responses: number;
  sent: ReturnType<typeof sentPacket>[];
  heartbeats_sent: number;
  queue_status_with_id_0: number;
  rebooted_flags: number;
  client_notifications: (Where & { reply_id?: number; level: number; message: string })[];
  stray_bytes: number;
  from_radio_messages: number;
  /** Differences between what was recorded and what our encoder or session would have written. */
  writtenOtherwise: string[];
  /** Work the session still waits for an hour after the end: must be none. */
  nextDueMs: number;
}

interface Player {
  where: Where;
  nonces: number[];
  session: ReturnType<typeof createRadioSession>;
  toRadio: Framer;
  fromRadio: Framer;
  handshakes: Handshake[];
  /** Requests for the configuration on this connection: those recorded so far, those the session has made. */
  asked: number;
  made: number;
  sentConn: Map<number, number>;
  sent: Map<number, ReturnType<typeof sentPacket>>;
  played: Played;
}

function onHeard(player: Player, packet: MeshPacket): void {
  const { played, where } = player;
  if (!packet.decoded) played.undecoded_packets.push(undecodedPacket({ ...where }, packet));
  else if (packet.decoded.portnum === PORTNUM) {
    played.received_private.push(privatePacket({ ...where }, packet));
  } else played.received_other.push(otherPacket({ ...where }, packet));
}

function onOwn(player: Player, packet: MeshPacket): void {
  const portnum = packet.decoded?.portnum ?? 0;
  const counts = player.played.own_packets_by_portnum;
  if (portnum === ADMIN_APP) player.played.admin_responses++;
  else counts[portnum] = (counts[portnum] ?? 0) + 1;
}

function onReady(player: Player, nonce: number): void {
  const handshake = player.handshakes.findLast(({ nonce_sent }) => nonce_sent === nonce);
  if (handshake) handshake.matches = true;
}

function onEvent(player: Player, event: SessionEvent): void {
  const { played, where } = player;
  if (event.type === 'packet') onHeard(player, event.packet);
  else if (event.type === 'own-packet') onOwn(player, event.packet);
  else if (event.type === 'ready') onReady(player, event.nonce);
  else if (event.type === 'alive') played.queue_status_with_id_0++;
  else if (event.type === 'rebooted') played.rebooted_flags++;
  else if (event.type === 'notification') {
    const { replyId, level, message } = event.notification;
    played.client_notifications.push({ ...where, reply_id: replyId, level, message });
  } else if (event.type === 'sent') {
    const conn = player.sentConn.get(event.sent.id) ?? where.conn;
    player.sentConn.set(event.sent.id, conn);
    player.sent.set(event.sent.id, sentPacket(conn, event.sent, event.outcome));
  } else if (event.type === 'lost') throw new Error(`lost: ${event.cause}`);
}

function done(player: Player, step: SessionStep): Uint8Array[] {
  for (const event of step.events) onEvent(player, event);
  return step.write;
}

function expectWritten(player: Player, body: Uint8Array, frames: Uint8Array[]): void {
  const recorded = hex(encodeFrame(body));
  const written = frames.map(hex);
  if (!written.includes(recorded)) {
    player.played.writtenOtherwise.push(`recorded ${recorded}, written ${written.join(' ')}`);
  }
}

function onRequest(player: Player, request: ToRadio): Uint8Array[] {
  const { session, where } = player;
  if (request.packet) return done(player, session.send(request.packet, where.t_ms));
  if (request.wantConfigId !== undefined) {
    const handshake = { conn: where.conn, nonce_sent: request.wantConfigId };
    const open = { config_complete_id: null, matches: false, names: [] };
    player.handshakes.push({ ...handshake, ...open });
    player.asked++;
    // The session makes the first request of a connection, and one after `rebooted`, without being told.
    if (player.asked <= player.made) return [encodeFrame(encodeWantConfig(request.wantConfigId))];
    return done(player, session.resync(where.t_ms));
  }
  if (request.heartbeat) {
    player.played.heartbeats_sent++;
    return [encodeFrame(encodeHeartbeat(request.heartbeat.nonce))];
  }
  return request.disconnect ? [encodeFrame(encodeDisconnect())] : [];
}

function takeToRadio(player: Player, body: Uint8Array): boolean {
  const request = decodeToRadio(body);
  if (typeof request === 'string') return false;
  expectWritten(player, body, [encodeFrame(encodeToRadio(request))]);
  expectWritten(player, body, onRequest(player, request));
  return true;
}

function noteOrder(player: Player, message: FromRadio): void {
  player.played.from_radio_messages++;
  const handshake = player.handshakes.findLast(({ conn }) => conn === player.where.conn);
  if (!handshake || handshake.config_complete_id !== null) return;
  handshake.names.push(variantOf(message));
  handshake.config_complete_id = message.configCompleteId ?? null;
}

function takeFromRadio(player: Player, body: Uint8Array): boolean {
  const message = decodeFromRadio(body);
  if (typeof message === 'string') return false;
  noteOrder(player, message);
  return true;
}

/** Nonces of all want_config of one connection, in order. */
function noncesOf(chunks: Chunk[], conn: number): number[] {
  const nonces: number[] = [];
  const framer = createFramer((body) => {
    const request = decodeToRadio(body);
    if (typeof request === 'string') return false;
    if (request.wantConfigId !== undefined) nonces.push(request.wantConfigId);
    return true;
  });
  for (const chunk of chunks) if (chunk.toRadio && chunk.conn === conn) framer.push(chunk.bytes);
  return nonces;
}

function connect(player: Player, chunks: Chunk[], chunk: Chunk): void {
  if (player.where.conn > 0) done(player, player.session.closed(chunk.tMs));
  player.played.stray_bytes += player.fromRadio.skippedBytes() + player.fromRadio.buffered();
  player.where = { t_ms: chunk.tMs, conn: chunk.conn };
  player.nonces = noncesOf(chunks, chunk.conn);
  player.asked = 0;
  player.made = 0;
  player.toRadio = createFramer((body) => takeToRadio(player, body));
  player.fromRadio = createFramer((body) => takeFromRadio(player, body));
  const frames = done(player, player.session.start(chunk.tMs));
  if (frames.length !== 2) throw new Error('start must write wake bytes and one request');
}

function newPlayer(): Player {
  const player: Player = {
    where: { t_ms: 0, conn: 0 },
    nonces: [],
    session: createRadioSession({
      nonce: () => player.nonces[player.made++] ?? 1,
      packetId: () => {
        throw new Error('every recorded packet has an id');
      },
    }),
    toRadio: createFramer(() => false),
    fromRadio: createFramer(() => false),
    handshakes: [],
    asked: 0,
    made: 0,
    sentConn: new Map(),
    sent: new Map(),
    played: {
      radio: radio({ myNodeNum: 0, channels: [], nodes: [] }),
      sessions: [],
      received_private: [],
      received_other: [],
      undecoded_packets: [],
      own_packets_by_portnum: {},
      admin_responses: 0,
      sent: [],
      heartbeats_sent: 0,
      queue_status_with_id_0: 0,
      rebooted_flags: 0,
      client_notifications: [],
      stray_bytes: 0,
      from_radio_messages: 0,
      writtenOtherwise: [],
      nextDueMs: 0,
    },
  };
  return player;
}

/**
 * Plays all chunks, one connection after the other, and returns the conclusions.
 * Throws: when the session gives the radio up.
 */
export function play(recorded: Chunk[]): Played {
  const player = newPlayer();
  const chunks = [...recorded].sort((a, b) => a.conn - b.conn);
  for (const chunk of chunks) {
    if (chunk.conn !== player.where.conn) connect(player, chunks, chunk);
    player.where.t_ms = chunk.tMs;
    if (chunk.toRadio) player.toRadio.push(chunk.bytes);
    else {
      player.fromRadio.push(chunk.bytes);
      done(player, player.session.feed(chunk.bytes, chunk.tMs));
    }
  }
  const { played, session, where } = player;
  played.stray_bytes += player.fromRadio.skippedBytes() + player.fromRadio.buffered();
  done(player, session.closed(where.t_ms));
  done(player, session.tick(where.t_ms + LONG_AFTER_MS));
  played.radio = radio(session.info());
  played.sessions = player.handshakes.map(({ names, ...rest }) => ({
    ...rest,
    order: counted(names),
  }));
  played.sent = [...player.sent.values()];
  played.nextDueMs = session.nextDueMs();
  return played;
}
