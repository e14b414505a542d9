/*
 * What: of the Meshtastic message AdminMessage the one command Tallywell gives: set_time_only.
 * From where to where: payload of a Data on ADMIN_APP to the own radio <-> unix seconds.
 * Source: admin.proto, message AdminMessage, field 43 set_time_only fixed32. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putPresentFixed32,
  readFixed32,
  skipField,
} from './protobuf';

/** setTimeOnly: unix s; undefined = another command. */
export interface AdminMessage {
  setTimeOnly?: number;
}

/** Writes AdminMessage.set_time_only, `timeS` unix s. A radio ignores a time older than its own firmware. */
export function encodeSetTimeOnly(timeS: number): Uint8Array {
  const writer = createWriter(12);
  putPresentFixed32(writer, 43, timeS);
  return finish(writer);
}

/** Reads an AdminMessage. Rejects: malformed. */
export function decodeAdminMessage(bytes: Uint8Array): AdminMessage | Reason {
  const message: AdminMessage = {};
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 43) message.setTimeOnly = readFixed32(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : message;
}
