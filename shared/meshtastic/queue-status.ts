/*
 * What: the Meshtastic message QueueStatus, the radio's answer to each packet and each heartbeat.
 * From where to where: FromRadio.queue_status <-> an object.
 * Source: mesh.proto, message QueueStatus. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putInt32,
  putUint,
  readInt32,
  readUint,
  skipField,
} from './protobuf';

/**
 * | field | number | wire |
 * |---|---|---|
 * | res | 1 | int32: 0 taken, 32 queue full, 33 no radio, 34 sending disabled, else an error code of Routing |
 * | free | 2 | uint32, places free in the queue |
 * | maxlen | 3 | uint32, places in all |
 * | meshPacketId | 4 | uint32, the packet's id, 0 = answer to a heartbeat |
 */
export interface QueueStatus {
  res: number;
  free: number;
  maxlen: number;
  meshPacketId: number;
}

/** Reads a QueueStatus. Rejects: malformed. */
export function decodeQueueStatus(bytes: Uint8Array): QueueStatus | Reason {
  const status: QueueStatus = { res: 0, free: 0, maxlen: 0, meshPacketId: 0 };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) status.res = readInt32(reader);
    else if (field === 2) status.free = readUint(reader);
    else if (field === 3) status.maxlen = readUint(reader);
    else if (field === 4) status.meshPacketId = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : status;
}

/** Writes a QueueStatus; fields left out have their default. */
export function encodeQueueStatus(status: Partial<QueueStatus>): Uint8Array {
  const writer = createWriter(32);
  putInt32(writer, 1, status.res);
  putUint(writer, 2, status.free);
  putUint(writer, 3, status.maxlen);
  putUint(writer, 4, status.meshPacketId);
  return finish(writer);
}
