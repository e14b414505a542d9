/*
 * What: the 16-byte header in front of every Meshtastic frame on the air.
 * From where to where: LoRa frame <-> header fields and encrypted body.
 * Source: the layer description of Meshtastic's mesh algorithm (meshtastic.org/docs/overview/mesh-algo) and frames
 * recorded from firmware 2.7.26. Espruino-safe.
 */
import type { Reason } from '../reasons';

export const AIR_HEADER_BYTES = 16;
/** Longest LoRa frame. */
export const AIR_FRAME_BYTES_MAX = 255;

/**
 * | bytes | field |
 * |---|---|
 * | 0..3 | to, little-endian node number, ffffffff = everyone |
 * | 4..7 | from, little-endian |
 * | 8..11 | id, little-endian |
 * | 12 | bits 0-2 hopLimit, bit 3 wantAck, bit 4 viaMqtt, bits 5-7 hopStart |
 * | 13 | channelHash, 0 also marks public-key encryption |
 * | 14 | nextHop, last byte of a node number, 0 = none |
 * | 15 | relayNode, last byte of the sender's number (a last byte 00 is sent as ff) |
 */
export interface OnAirHeader {
  to: number;
  from: number;
  id: number;
  hopLimit: number;
  wantAck: boolean;
  viaMqtt: boolean;
  hopStart: number;
  channelHash: number;
  nextHop: number;
  relayNode: number;
}

/** A frame taken apart; `body` is a view into it. */
export interface OnAirFrame {
  header: OnAirHeader;
  body: Uint8Array;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (8 * i)) & 255;
}

/** Reads a frame. Rejects: too-short (under 16 bytes), too-long (over 255 bytes). */
export function decodeOnAir(frame: Uint8Array): OnAirFrame | Reason {
  if (frame.length < AIR_HEADER_BYTES) return 'too-short';
  if (frame.length > AIR_FRAME_BYTES_MAX) return 'too-long';
  const flags = frame[12];
  return {
    header: {
      to: readU32(frame, 0),
      from: readU32(frame, 4),
      id: readU32(frame, 8),
      hopLimit: flags & 7,
      wantAck: (flags & 8) !== 0,
      viaMqtt: (flags & 16) !== 0,
      hopStart: flags >> 5,
      channelHash: frame[13],
      nextHop: frame[14],
      relayNode: frame[15],
    },
    body: frame.subarray(AIR_HEADER_BYTES),
  };
}

/** Writes a frame of header and encrypted body. Throws: when it would exceed 255 bytes or hops 7 (our own fault). */
export function encodeOnAir(header: OnAirHeader, body: Uint8Array): Uint8Array {
  if (AIR_HEADER_BYTES + body.length > AIR_FRAME_BYTES_MAX) throw new Error('frame too long');
  if (header.hopLimit > 7 || header.hopStart > 7) throw new Error('more than 7 hops');
  const frame = new Uint8Array(AIR_HEADER_BYTES + body.length);
  writeU32(frame, 0, header.to);
  writeU32(frame, 4, header.from);
  writeU32(frame, 8, header.id);
  frame[12] =
    header.hopLimit | (header.wantAck ? 8 : 0) | (header.viaMqtt ? 16 : 0) | (header.hopStart << 5);
  frame[13] = header.channelHash;
  frame[14] = header.nextHop;
  frame[15] = header.relayNode;
  frame.set(body, AIR_HEADER_BYTES);
  return frame;
}

/** What stands for a node in nextHop and relayNode: the last byte of its number, ff when that is 00. */
export function lastByteOf(nodeNum: number): number {
  return (nodeNum & 255) === 0 ? 255 : nodeNum & 255;
}
