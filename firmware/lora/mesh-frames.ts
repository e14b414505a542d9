/*
 * What: makes and reads the frames of our channel: header, encryption, Data.
 * From where to where: the link's packets <-> frames of the radio chip. Source: shared/meshtastic (onair, channel, data).
 * Espruino-safe.
 */
import { cryptChannel, type EncryptBlocks } from '../../shared/meshtastic/channel';
import { type Data, decodeData, encodeData } from '../../shared/meshtastic/data';
import {
  decodeOnAir,
  encodeOnAir,
  lastByteOf,
  type OnAirHeader,
} from '../../shared/meshtastic/onair';
import type { Reason } from '../../shared/reasons';

/** What every frame of a node has in common. */
export interface MeshChannel {
  encryptBlocks: EncryptBlocks;
  key: Uint8Array;
  hash: number;
  nodeNum: number;
}

/** A packet to be sent. */
export interface MeshPacketOut {
  to: number;
  id: number;
  wantAck: boolean;
  /** Hops it may take; also told as the number it starts with. */
  hopLimit: number;
  portnum: number;
  payload: Uint8Array;
  /** Packet that this answers; 0 = none. */
  requestId: number;
}

/** A packet of our channel that was heard. */
export interface MeshPacketIn {
  header: OnAirHeader;
  data: Data;
}

/** The frame of a packet. The bitfield is always there: firmware 2.8 asks for it. */
export function makeFrame(channel: MeshChannel, packet: MeshPacketOut): Uint8Array {
  const data = encodeData({
    portnum: packet.portnum,
    payload: packet.payload,
    requestId: packet.requestId,
    bitfield: 0,
  });
  const { nodeNum } = channel;
  const body = cryptChannel(channel.encryptBlocks, channel.key, packet.id, nodeNum, data);
  const header: OnAirHeader = {
    to: packet.to,
    from: nodeNum,
    id: packet.id,
    hopLimit: packet.hopLimit,
    wantAck: packet.wantAck,
    viaMqtt: false,
    hopStart: packet.hopLimit,
    channelHash: channel.hash,
    nextHop: 0,
    relayNode: lastByteOf(nodeNum),
  };
  return encodeOnAir(header, body);
}

/** The header of a frame. Rejects: too-short, too-long, malformed (from nobody or from everybody, or through MQTT). */
export function readHeader(frame: Uint8Array): OnAirHeader | Reason {
  const parts = decodeOnAir(frame);
  if (typeof parts === 'string') return parts;
  const { from, viaMqtt } = parts.header;
  return from === 0 || from === 0xffffffff || viaMqtt ? 'malformed' : parts.header;
}

/** Opens a frame whose header has our channel's hash. Rejects: undecryptable. */
export function openFrame(channel: MeshChannel, frame: Uint8Array): MeshPacketIn | Reason {
  const parts = decodeOnAir(frame);
  if (typeof parts === 'string') return parts;
  const { header, body } = parts;
  const bytes = cryptChannel(channel.encryptBlocks, channel.key, header.id, header.from, body);
  const data = decodeData(bytes);
  return typeof data === 'string' || data.portnum === 0
    ? 'undecryptable'
    : { header: header, data: data };
}
