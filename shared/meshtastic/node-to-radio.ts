/*
 * What: the one packet a counter node gives its radio, in as little code as possible.
 * From where to where: node firmware -> ToRadio -> radio (written only). want_config and heartbeat: to-radio.ts.
 * Source: mesh.proto, messages ToRadio, MeshPacket, Data. Hosts write with to-radio.ts, to the same bytes. Espruino-safe.
 */
import {
  createWriter,
  finish,
  putBool,
  putFixed32,
  putMessage,
  putPresentUint,
  putUint,
} from './protobuf';

/** Numbers as in mesh-packet.ts and data.ts. */
export interface NodePacketToSend {
  to: number;
  /** Index of the channel, 0..7. */
  channel: number;
  /** Never 0, never used before on this channel. */
  id: number;
  /** 0..7 */
  hopLimit: number;
  wantAck: boolean;
  portnum: number;
  /** Up to 231 bytes. */
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
  const data = createWriter(packet.payload.length + 12);
  putUint(data, 1, packet.portnum);
  if (packet.payload.length > 0) putMessage(data, 2, packet.payload);
  putPresentUint(data, 9, 0);
  const body = createWriter(data.length + 36);
  putFixed32(body, 2, packet.to);
  putUint(body, 3, packet.channel);
  putMessage(body, 4, finish(data));
  putFixed32(body, 6, packet.id);
  putUint(body, 9, packet.hopLimit);
  putBool(body, 10, packet.wantAck);
  const message = createWriter(body.length + 16);
  putMessage(message, 1, finish(body));
  return finish(message);
}
