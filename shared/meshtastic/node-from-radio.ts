/*
 * What: as much of the Meshtastic message FromRadio as a counter node needs, in as little code as possible.
 * From where to where: radio -> node firmware (read only).
 * Source: mesh.proto, messages FromRadio, MeshPacket, Data, MyNodeInfo, QueueStatus, Routing; channel.proto, Channel.
 * Hosts read with from-radio.ts. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  nextField,
  type Reader,
  readBytes,
  readFixed32,
  readUint,
  skipField,
} from './protobuf';

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
const WIRE_32_BIT = 5;
/** No field that a node reads has a higher number. */
const FIELD_MAX = 15;

/** Of a Data what a node reads (numbers as in data.ts). */
export interface NodeData {
  portnum: number;
  payload: Uint8Array;
  /** Id of the packet this answers, 0 = none. */
  requestId: number;
}

/** A received packet: the fields a node judges by (numbers as in mesh-packet.ts). */
export interface NodePacket {
  from: number;
  to: number;
  /** Index of the channel. */
  channel: number;
  id: number;
  /** undefined: the radio could not decrypt it. */
  decoded?: NodeData;
}

/** A channel of the radio (numbers as in channel-settings.ts). */
export interface NodeChannel {
  /** 0..7 */
  index: number;
  /** ASCII; '' = the name of the preset. */
  name: string;
}

/** Of a QueueStatus what a node reads (numbers as in queue-status.ts). */
export interface NodeQueueStatus {
  /** 0 = taken. */
  res: number;
  meshPacketId: number;
}

/** One of, or none when the message is of no concern to a node. */
export interface NodeFromRadio {
  packet?: NodePacket;
  myNodeNum?: number;
  configCompleteId?: number;
  rebooted?: boolean;
  channel?: NodeChannel;
  queueStatus?: NodeQueueStatus;
}

/** One message taken apart: the last value of each field by its number. */
interface Fields {
  isBad: boolean;
  wires: number[];
  uints: number[];
  bytes: Uint8Array[];
}

function readField(fields: Fields, field: number, reader: Reader): void {
  fields.wires[field] = reader.wire;
  if (reader.wire === WIRE_VARINT) fields.uints[field] = readUint(reader);
  else if (reader.wire === WIRE_32_BIT) fields.uints[field] = readFixed32(reader);
  else if (reader.wire === WIRE_BYTES) fields.bytes[field] = readBytes(reader);
  else skipField(reader);
}

function takeApart(bytes: Uint8Array): Fields {
  const fields: Fields = { isBad: false, wires: [], uints: [], bytes: [] };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field > FIELD_MAX) skipField(reader);
    else readField(fields, field, reader);
  }
  fields.isBad = reader.failed;
  return fields;
}

function uintOf(fields: Fields, field: number, wire: number): number {
  if (fields.wires[field] === undefined) return 0;
  if (fields.wires[field] !== wire) fields.isBad = true;
  return fields.uints[field];
}

function bytesOf(fields: Fields, field: number): Uint8Array {
  if (fields.wires[field] === WIRE_BYTES) return fields.bytes[field];
  if (fields.wires[field] !== undefined) fields.isBad = true;
  return new Uint8Array(0);
}

/** An inner message; what is wrong inside is wrong outside. */
function innerOf(fields: Fields, field: number): Fields {
  const inner = takeApart(bytesOf(fields, field));
  if (inner.isBad) fields.isBad = true;
  return inner;
}

function dataOf(packet: Fields): NodeData {
  const data = innerOf(packet, 4);
  const decoded = {
    portnum: uintOf(data, 1, WIRE_VARINT),
    payload: bytesOf(data, 2),
    requestId: uintOf(data, 6, WIRE_32_BIT),
  };
  if (data.isBad) packet.isBad = true;
  return decoded;
}

function packetOf(packet: Fields): NodeFromRadio {
  const heard: NodePacket = {
    from: uintOf(packet, 1, WIRE_32_BIT),
    to: uintOf(packet, 2, WIRE_32_BIT),
    channel: uintOf(packet, 3, WIRE_VARINT),
    id: uintOf(packet, 6, WIRE_32_BIT),
  };
  if (packet.wires[4] !== undefined) heard.decoded = dataOf(packet);
  return { packet: heard };
}

function channelOf(channel: Fields): NodeFromRadio {
  const settings = innerOf(channel, 2);
  const ascii = bytesOf(settings, 3);
  let name = '';
  for (let i = 0; i < ascii.length; i++) name += String.fromCharCode(ascii[i]);
  if (settings.isBad) channel.isBad = true;
  return { channel: { index: uintOf(channel, 1, WIRE_VARINT), name: name } };
}

function messageOf(field: number, inner: Fields): NodeFromRadio {
  if (field === 2) return packetOf(inner);
  if (field === 10) return channelOf(inner);
  if (field === 3) return { myNodeNum: uintOf(inner, 1, WIRE_VARINT) };
  return {
    queueStatus: {
      res: uintOf(inner, 1, WIRE_VARINT) | 0,
      meshPacketId: uintOf(inner, 4, WIRE_VARINT),
    },
  };
}

/** errorReason (3) of a Routing, 0 = none. Rejects: malformed. */
export function decodeNodeRouting(payload: Uint8Array): number | Reason {
  const routing = takeApart(payload);
  const errorReason = uintOf(routing, 3, WIRE_VARINT);
  return routing.isBad ? 'malformed' : errorReason;
}

/** Reads a FromRadio; byte fields are views into `bytes`. Rejects: malformed. */
export function decodeNodeFromRadio(bytes: Uint8Array): NodeFromRadio | Reason {
  const fields = takeApart(bytes);
  let message: NodeFromRadio = {};
  for (let field = 2; field <= 11; field++) {
    if (fields.wires[field] === undefined) continue;
    if (field === 7) message = { configCompleteId: uintOf(fields, 7, WIRE_VARINT) };
    else if (field === 8) message = { rebooted: uintOf(fields, 8, WIRE_VARINT) !== 0 };
    else if (field === 2 || field === 3 || field > 9) {
      const inner = innerOf(fields, field);
      message = messageOf(field, inner);
      if (inner.isBad) fields.isBad = true;
    }
  }
  return fields.isBad ? 'malformed' : message;
}
