/*
 * What: the Meshtastic message ToRadio, everything a client says to its radio, and Heartbeat inside it.
 * From where to where: gateway session and node firmware -> radio (written); virtual radio <- client (read).
 * Source: mesh.proto, messages ToRadio and Heartbeat. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  decodeMeshPacket,
  encodeMeshPacket,
  type MeshPacket,
  type MeshPacketToSend,
} from './mesh-packet';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putMessage,
  putPresentUint,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readUint,
  skipField,
} from './protobuf';

/** Nonce of want_config that asks for the configuration without the node database. */
export const NONCE_CONFIG_ONLY = 69420;
/** Nonce of want_config that asks for the node database alone. */
export const NONCE_NODES_ONLY = 69421;

/** nonce (uint32, 1): 1 makes the radio broadcast its NodeInfo instead of answering with a queueStatus. */
export interface Heartbeat {
  nonce: number;
}

/**
 * One of (oneof payload_variant); none of them = empty or a variant we do not use.
 * | field | number | wire |
 * |---|---|---|
 * | packet | 1 | MeshPacket |
 * | wantConfigId | 3 | uint32, nonce that comes back as configCompleteId |
 * | disconnect | 4 | bool |
 * | heartbeat | 7 | Heartbeat |
 */
export interface ToRadio {
  packet?: MeshPacket;
  wantConfigId?: number;
  disconnect?: boolean;
  heartbeat?: Heartbeat;
}

function decodeHeartbeat(bytes: Uint8Array): Heartbeat | Reason {
  const heartbeat: Heartbeat = { nonce: 0 };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) heartbeat.nonce = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : heartbeat;
}

function readPacket(reader: Reader): ToRadio {
  const packet = decodeMeshPacket(readBytes(reader));
  if (typeof packet !== 'string') return { packet: packet };
  reader.failed = true;
  return {};
}

function readHeartbeat(reader: Reader): ToRadio {
  const heartbeat = decodeHeartbeat(readBytes(reader));
  if (typeof heartbeat !== 'string') return { heartbeat: heartbeat };
  reader.failed = true;
  return {};
}

/** Reads a ToRadio; of several members of the oneof the last counts. Rejects: malformed. */
export function decodeToRadio(bytes: Uint8Array): ToRadio | Reason {
  let message: ToRadio = {};
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) message = readPacket(reader);
    else if (field === 3) message = { wantConfigId: readUint(reader) };
    else if (field === 4) message = { disconnect: readBool(reader) };
    else if (field === 7) message = readHeartbeat(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : message;
}

/** ToRadio.packet. */
export function encodeToRadioPacket(packet: MeshPacketToSend): Uint8Array {
  const body = encodeMeshPacket(packet);
  const writer = createWriter(body.length + 4);
  putMessage(writer, 1, body);
  return finish(writer);
}

/** ToRadio.want_config_id; `nonce` 0..2^32-1. */
export function encodeWantConfig(nonce: number): Uint8Array {
  const writer = createWriter(12);
  putPresentUint(writer, 3, nonce);
  return finish(writer);
}

/** ToRadio.disconnect. */
export function encodeDisconnect(): Uint8Array {
  const writer = createWriter(12);
  putPresentUint(writer, 4, 1);
  return finish(writer);
}

/** ToRadio.heartbeat; use nonce 0 to be answered by a queueStatus. */
export function encodeHeartbeat(nonce: number): Uint8Array {
  const inner = createWriter(12);
  putUint(inner, 1, nonce);
  const writer = createWriter(16);
  putMessage(writer, 7, finish(inner));
  return finish(writer);
}

/** Any ToRadio, as read by `decodeToRadio`. */
export function encodeToRadio(message: ToRadio): Uint8Array {
  if (message.packet) return encodeToRadioPacket(message.packet);
  if (message.wantConfigId !== undefined) return encodeWantConfig(message.wantConfigId);
  if (message.heartbeat) return encodeHeartbeat(message.heartbeat.nonce);
  if (message.disconnect === undefined) return new Uint8Array(0);
  const writer = createWriter(12);
  putPresentUint(writer, 4, message.disconnect ? 1 : 0);
  return finish(writer);
}
