/*
 * What: the Meshtastic message Data, the part of a packet that is encrypted on the air.
 * From where to where: MeshPacket.decoded on the stream, and the decrypted body of an on-air frame <-> an object.
 * Source: mesh.proto, message Data. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putBytes,
  putFixed32,
  putPresentUint,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readFixed32,
  readUint,
  skipField,
} from './protobuf';

/**
 * | field | number | wire |
 * |---|---|---|
 * | portnum | 1 | enum, 0..511 |
 * | payload | 2 | bytes, 0..233 (at most 231 fit a frame with bitfield) |
 * | wantResponse | 3 | bool |
 * | dest | 4 | fixed32, node number |
 * | source | 5 | fixed32, node number |
 * | requestId | 6 | fixed32, packet id this answers |
 * | replyId | 7 | fixed32 |
 * | emoji | 8 | fixed32 |
 * | bitfield | 9 | optional uint32: bit 0 ok to MQTT, bit 1 want response |
 * | xeddsaSignature | 10 | bytes, 64 from firmware 2.8 on, else none |
 */
export interface Data {
  portnum: number;
  payload: Uint8Array;
  wantResponse: boolean;
  dest: number;
  source: number;
  requestId: number;
  replyId: number;
  emoji: number;
  /** undefined = not present, which is not the same as 0. */
  bitfield?: number;
  xeddsaSignature: Uint8Array;
}

function readDataField(data: Data, field: number, reader: Reader): void {
  if (field === 1) data.portnum = readUint(reader);
  else if (field === 2) data.payload = readBytes(reader);
  else if (field === 3) data.wantResponse = readBool(reader);
  else if (field === 4) data.dest = readFixed32(reader);
  else if (field === 5) data.source = readFixed32(reader);
  else if (field === 6) data.requestId = readFixed32(reader);
  else if (field === 7) data.replyId = readFixed32(reader);
  else if (field === 8) data.emoji = readFixed32(reader);
  else if (field === 9) data.bitfield = readUint(reader);
  else if (field === 10) data.xeddsaSignature = readBytes(reader);
  else skipField(reader);
}

/** Reads a Data message; byte fields are views into `bytes`. Rejects: malformed. */
export function decodeData(bytes: Uint8Array): Data | Reason {
  const none = new Uint8Array(0);
  const data: Data = {
    portnum: 0,
    payload: none,
    wantResponse: false,
    dest: 0,
    source: 0,
    requestId: 0,
    replyId: 0,
    emoji: 0,
    xeddsaSignature: none,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    readDataField(data, field, reader);
  }
  return reader.failed ? 'malformed' : data;
}

/** Writes a Data message; fields left out have their default. Put `bitfield` in, even as 0: firmware 2.8 asks for it. */
export function encodeData(data: Partial<Data>): Uint8Array {
  const writer = createWriter((data.payload ? data.payload.length : 0) + 40);
  putUint(writer, 1, data.portnum);
  putBytes(writer, 2, data.payload);
  putBool(writer, 3, data.wantResponse);
  putFixed32(writer, 4, data.dest);
  putFixed32(writer, 5, data.source);
  putFixed32(writer, 6, data.requestId);
  putFixed32(writer, 7, data.replyId);
  putFixed32(writer, 8, data.emoji);
  if (data.bitfield !== undefined) putPresentUint(writer, 9, data.bitfield);
  putBytes(writer, 10, data.xeddsaSignature);
  return finish(writer);
}
