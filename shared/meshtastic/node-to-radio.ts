/*
 * What: the three things a counter node says to its radio, in as little code as possible.
 * From where to where: node firmware -> ToRadio -> radio (written only).
 * Source: mesh.proto, messages ToRadio, MeshPacket, Data, Heartbeat. Hosts write with to-radio.ts, to the same bytes.
 * Espruino-safe.
 */
import { concat } from '../bytes';

function putVarint(out: number[], value: number): void {
  let rest = value;
  while (rest > 127) {
    out.push((rest & 127) | 128);
    rest = rest >>> 7;
  }
  out.push(rest);
}

/** A varint field. */
function putUint(out: number[], field: number, value: number): void {
  out.push(field << 3);
  putVarint(out, value);
}

/** A fixed32 field. */
function putFixed32(out: number[], field: number, value: number): void {
  out.push((field << 3) | 5, value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}

/** A length-delimited field around what was written before. */
function wrap(field: number, parts: ArrayLike<number>[]): Uint8Array {
  const body = concat(parts);
  const head = [(field << 3) | 2];
  putVarint(head, body.length);
  return concat([head, body]);
}

/** Numbers as in mesh-packet.ts and data.ts. */
export interface NodePacketToSend {
  to: number;
  /** Index of the channel, 0..7. */
  channel: number;
  /** Never 0, never used before on this channel. */
  id: number;
  /** 1..7 */
  hopLimit: number;
  wantAck: boolean;
  portnum: number;
  /** 1..231 bytes. */
  payload: Uint8Array;
}

/**
 * ToRadio.packet with a Data inside; the bitfield is written as 0, because firmware 2.8 asks for it.
 *
 * | field of MeshPacket | number | | field of Data | number |
 * |---|---|---|---|---|
 * | to | 2 fixed32 | | portnum | 1 enum |
 * | channel | 3 uint32 | | payload | 2 bytes |
 * | decoded | 4 Data | | bitfield | 9 uint32 |
 * | id | 6 fixed32 | | | |
 * | hopLimit | 9 uint32 | | | |
 * | wantAck | 10 bool | | | |
 */
export function encodeNodePacket(packet: NodePacketToSend): Uint8Array {
  const portnum: number[] = [];
  putUint(portnum, 1, packet.portnum);
  const bitfield: number[] = [];
  putUint(bitfield, 9, 0);
  const start: number[] = [];
  putFixed32(start, 2, packet.to);
  if (packet.channel > 0) putUint(start, 3, packet.channel);
  const end: number[] = [];
  putFixed32(end, 6, packet.id);
  putUint(end, 9, packet.hopLimit);
  if (packet.wantAck) putUint(end, 10, 1);
  return wrap(1, [start, wrap(4, [portnum, wrap(2, [packet.payload]), bitfield]), end]);
}

/** ToRadio.want_config_id; `nonce` 1..2^32-1. */
export function encodeNodeWantConfig(nonce: number): Uint8Array {
  const out: number[] = [];
  putUint(out, 3, nonce);
  return new Uint8Array(out);
}

/** ToRadio.heartbeat with nonce 0, which the radio answers with a queueStatus. */
export function encodeNodeHeartbeat(): Uint8Array {
  return wrap(7, []);
}
