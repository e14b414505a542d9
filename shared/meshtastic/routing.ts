/*
 * What: the Meshtastic message Routing (acks and naks) and the names of its error codes.
 * From where to where: payload of a Data on ROUTING_APP <-> an error code.
 * Source: mesh.proto, message Routing (route_request 1 and route_reply 2 are not ours) and enum Routing.Error.
 * Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putPresentUint,
  readUint,
  skipField,
} from './protobuf';

export const ERROR_NONE = 0;
export const ERROR_MAX_RETRANSMIT = 5;
export const ERROR_NO_CHANNEL = 6;
export const ERROR_TOO_LARGE = 7;
export const ERROR_NO_RESPONSE = 8;
export const ERROR_DUTY_CYCLE_LIMIT = 9;
/** A direct message with public-key encryption came from a node whose key is not known. */
export const ERROR_UNKNOWN_PUBLIC_KEY = 35;

/**
 * | field | number | wire |
 * |---|---|---|
 * | errorReason | 3 | enum, member of a oneof: an ack is the two bytes 18 00 |
 */
export interface Routing {
  /** undefined: a route request or reply, neither ack nor nak. */
  errorReason?: number;
}

/** Reads a Routing message. Rejects: malformed. */
export function decodeRouting(bytes: Uint8Array): Routing | Reason {
  let routing: Routing = {};
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 3) routing = { errorReason: readUint(reader) };
    else {
      if (field < 3) routing = {};
      skipField(reader);
    }
  }
  return reader.failed ? 'malformed' : routing;
}

/** Writes a Routing message with an error code, 0 = ack. */
export function encodeRouting(errorReason: number): Uint8Array {
  const writer = createWriter(12);
  putPresentUint(writer, 3, errorReason);
  return finish(writer);
}
