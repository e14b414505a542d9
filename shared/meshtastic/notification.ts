/*
 * What: the Meshtastic messages ClientNotification and LogRecord, words from the radio for people.
 * From where to where: FromRadio.client_notification and FromRadio.log_record <-> objects.
 * Source: mesh.proto, messages ClientNotification and LogRecord. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putFixed32,
  putPresentUint,
  putUint,
  readFixed32,
  readUint,
  skipField,
} from './protobuf';
import { putText, readText } from './text';

/**
 * | field | number | wire |
 * |---|---|---|
 * | replyId | 1 | optional uint32, id of the packet it is about |
 * | time | 2 | fixed32, unix s |
 * | level | 3 | enum, 30 warning, 40 error |
 * | message | 4 | string |
 */
export interface ClientNotification {
  replyId?: number;
  time: number;
  level: number;
  message: string;
}

/**
 * | field | number | wire |
 * |---|---|---|
 * | message | 1 | string |
 * | time | 2 | fixed32, unix s |
 * | source | 3 | string, thread of the firmware |
 * | level | 4 | enum |
 */
export interface LogRecord {
  message: string;
  time: number;
  source: string;
  level: number;
}

/** Reads a ClientNotification. Rejects: malformed. */
export function decodeClientNotification(bytes: Uint8Array): ClientNotification | Reason {
  const notification: ClientNotification = { time: 0, level: 0, message: '' };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) notification.replyId = readUint(reader);
    else if (field === 2) notification.time = readFixed32(reader);
    else if (field === 3) notification.level = readUint(reader);
    else if (field === 4) notification.message = readText(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : notification;
}

/** Writes a ClientNotification; fields left out have their default. */
export function encodeClientNotification(notification: Partial<ClientNotification>): Uint8Array {
  const writer = createWriter(96);
  if (notification.replyId !== undefined) putPresentUint(writer, 1, notification.replyId);
  putFixed32(writer, 2, notification.time);
  putUint(writer, 3, notification.level);
  putText(writer, 4, notification.message);
  return finish(writer);
}

/** Reads a LogRecord. Rejects: malformed. */
export function decodeLogRecord(bytes: Uint8Array): LogRecord | Reason {
  const record: LogRecord = { message: '', time: 0, source: '', level: 0 };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) record.message = readText(reader);
    else if (field === 2) record.time = readFixed32(reader);
    else if (field === 3) record.source = readText(reader);
    else if (field === 4) record.level = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : record;
}

/** Writes a LogRecord; fields left out have their default. */
export function encodeLogRecord(record: Partial<LogRecord>): Uint8Array {
  const writer = createWriter(96);
  putText(writer, 1, record.message);
  putFixed32(writer, 2, record.time);
  putText(writer, 3, record.source);
  putUint(writer, 4, record.level);
  return finish(writer);
}
