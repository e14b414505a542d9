/*
 * What: the Meshtastic message NodeInfo, one entry of the radio's node database.
 * From where to where: FromRadio.node_info <-> an object.
 * Source: mesh.proto, message NodeInfo (3 position, 6 device_metrics and the favourite flags are passed over).
 * Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putFixed32,
  putFloat,
  putMessage,
  putPresentUint,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readFixed32,
  readFloat,
  readUint,
  skipField,
} from './protobuf';
import { decodeUser, encodeUser, type User } from './user';

/**
 * | field | number | wire |
 * |---|---|---|
 * | num | 1 | uint32, node number |
 * | user | 2 | User |
 * | snr | 4 | float, dB of the last packet |
 * | lastHeard | 5 | fixed32, unix s |
 * | channel | 7 | uint32, index of the channel it was heard on |
 * | viaMqtt | 8 | bool |
 * | hopsAway | 9 | optional uint32 |
 */
export interface NodeInfo {
  num: number;
  user?: User;
  snr: number;
  lastHeard: number;
  channel: number;
  viaMqtt: boolean;
  hopsAway?: number;
}

/** A NodeInfo to write: fields left out have their default. */
export interface NodeInfoToSend extends Partial<Omit<NodeInfo, 'user'>> {
  user?: Partial<User>;
}

function readNodeInfoUser(info: NodeInfo, reader: Reader): void {
  const user = decodeUser(readBytes(reader));
  if (typeof user === 'string') reader.failed = true;
  else info.user = user;
}

/** Reads a NodeInfo. Rejects: malformed. */
export function decodeNodeInfo(bytes: Uint8Array): NodeInfo | Reason {
  const info: NodeInfo = { num: 0, snr: 0, lastHeard: 0, channel: 0, viaMqtt: false };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) info.num = readUint(reader);
    else if (field === 2) readNodeInfoUser(info, reader);
    else if (field === 4) info.snr = readFloat(reader);
    else if (field === 5) info.lastHeard = readFixed32(reader);
    else if (field === 7) info.channel = readUint(reader);
    else if (field === 8) info.viaMqtt = readBool(reader);
    else if (field === 9) info.hopsAway = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : info;
}

/** Writes a NodeInfo; fields left out have their default. */
export function encodeNodeInfo(info: NodeInfoToSend): Uint8Array {
  const writer = createWriter(144);
  putUint(writer, 1, info.num);
  if (info.user) putMessage(writer, 2, encodeUser(info.user));
  putFloat(writer, 4, info.snr);
  putFixed32(writer, 5, info.lastHeard);
  putUint(writer, 7, info.channel);
  putBool(writer, 8, info.viaMqtt);
  if (info.hopsAway !== undefined) putPresentUint(writer, 9, info.hopsAway);
  return finish(writer);
}
