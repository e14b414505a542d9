/*
 * What: as much of the Meshtastic message FromRadio as a counter node needs, in as little code as possible.
 * From where to where: radio -> node firmware (read only).
 * Source: mesh.proto, messages FromRadio, MeshPacket, MyNodeInfo, QueueStatus; channel.proto, message Channel.
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
import { decodeQueueStatus, type QueueStatus } from './queue-status';

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
  /** 0 disabled, 1 primary, 2 secondary */
  role: number;
  /** ASCII; '' = the name of the preset. */
  settings: { name: string };
}

/** One of, or none when the message is of no concern to a node. */
export interface NodeFromRadio {
  packet?: NodePacket;
  myNodeNum?: number;
  configCompleteId?: number;
  rebooted?: boolean;
  channel?: NodeChannel;
  queueStatus?: QueueStatus;
}

function readNodeData(outer: Reader): NodeData {
  const data: NodeData = { portnum: 0, payload: outer.bytes.subarray(0, 0), requestId: 0 };
  const reader = createReader(readBytes(outer));
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) data.portnum = readUint(reader);
    else if (field === 2) data.payload = readBytes(reader);
    else if (field === 6) data.requestId = readFixed32(reader);
    else skipField(reader);
  }
  if (reader.failed) outer.failed = true;
  return data;
}

function readNodePacket(outer: Reader): NodePacket {
  const packet: NodePacket = { from: 0, to: 0, channel: 0, id: 0 };
  const reader = createReader(readBytes(outer));
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) packet.from = readFixed32(reader);
    else if (field === 2) packet.to = readFixed32(reader);
    else if (field === 3) packet.channel = readUint(reader);
    else if (field === 4) packet.decoded = readNodeData(reader);
    else if (field === 6) packet.id = readFixed32(reader);
    else skipField(reader);
  }
  if (reader.failed) outer.failed = true;
  return packet;
}

function readMyNodeNum(outer: Reader): number {
  let num = 0;
  const reader = createReader(readBytes(outer));
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) num = readUint(reader);
    else skipField(reader);
  }
  if (reader.failed) outer.failed = true;
  return num;
}

function readName(outer: Reader): string {
  let name = '';
  const reader = createReader(readBytes(outer));
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 3) {
      const bytes = readBytes(reader);
      name = '';
      for (let i = 0; i < bytes.length; i++) name += String.fromCharCode(bytes[i]);
    } else skipField(reader);
  }
  if (reader.failed) outer.failed = true;
  return name;
}

function readChannel(outer: Reader): NodeFromRadio {
  const channel: NodeChannel = { index: 0, role: 0, settings: { name: '' } };
  const reader = createReader(readBytes(outer));
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) channel.index = readUint(reader);
    else if (field === 2) channel.settings = { name: readName(reader) };
    else if (field === 3) channel.role = readUint(reader);
    else skipField(reader);
  }
  if (reader.failed) outer.failed = true;
  return { channel: channel };
}

function readQueueStatus(reader: Reader): NodeFromRadio {
  const status = decodeQueueStatus(readBytes(reader));
  if (typeof status !== 'string') return { queueStatus: status };
  reader.failed = true;
  return {};
}

/** Reads a FromRadio; byte fields are views into `bytes`. Rejects: malformed. */
export function decodeNodeFromRadio(bytes: Uint8Array): NodeFromRadio | Reason {
  let message: NodeFromRadio = {};
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 2) message = { packet: readNodePacket(reader) };
    else if (field === 3) message = { myNodeNum: readMyNodeNum(reader) };
    else if (field === 7) message = { configCompleteId: readUint(reader) };
    else if (field === 8) message = { rebooted: readUint(reader) !== 0 };
    else if (field === 10) message = readChannel(reader);
    else if (field === 11) message = readQueueStatus(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : message;
}
