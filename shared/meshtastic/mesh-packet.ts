/*
 * What: the Meshtastic message MeshPacket, one packet as the radio and its client pass it to each other.
 * From where to where: ToRadio.packet and FromRadio.packet <-> an object.
 * Source: mesh.proto, message MeshPacket. Espruino-safe.
 */
import type { Reason } from '../reasons';
import { type Data, decodeData, encodeData } from './data';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putBytes,
  putFixed32,
  putFloat,
  putInt32,
  putMessage,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readFixed32,
  readFloat,
  readInt32,
  readUint,
  skipField,
} from './protobuf';

/**
 * | field | number | wire |
 * |---|---|---|
 * | from | 1 | fixed32, node number (the radio fills in its own) |
 * | to | 2 | fixed32, node number, 0xffffffff = everyone |
 * | channel | 3 | uint32: index of the channel; of an undecrypted packet the hash of the air |
 * | decoded | 4 | Data (oneof with encrypted) |
 * | encrypted | 5 | bytes (oneof with decoded) |
 * | id | 6 | fixed32, never 0 when sent by us |
 * | rxTime | 7 | fixed32, unix s, 0 = the radio does not know the time |
 * | rxSnr | 8 | float, dB |
 * | hopLimit | 9 | uint32, 0..7 |
 * | wantAck | 10 | bool |
 * | priority | 11 | enum, 0 unset, 64 default, 70 reliable, 120 ack |
 * | rxRssi | 12 | int32, dBm |
 * | viaMqtt | 14 | bool |
 * | hopStart | 15 | uint32, 0..7 |
 * | publicKey | 16 | bytes, 32 of the sender when pkiEncrypted |
 * | pkiEncrypted | 17 | bool |
 * | nextHop | 18 | uint32, last byte of a node number |
 * | relayNode | 19 | uint32, last byte of a node number |
 * | txAfter | 20 | uint32, ms, inside the radio only |
 * | transportMechanism | 21 | enum, 1 = LoRa |
 * | xeddsaSigned | 22 | bool, firmware 2.8 |
 */
export interface MeshPacket {
  from: number;
  to: number;
  channel: number;
  decoded?: Data;
  encrypted?: Uint8Array;
  id: number;
  rxTime: number;
  rxSnr: number;
  hopLimit: number;
  wantAck: boolean;
  priority: number;
  rxRssi: number;
  viaMqtt: boolean;
  hopStart: number;
  publicKey: Uint8Array;
  pkiEncrypted: boolean;
  nextHop: number;
  relayNode: number;
  txAfter: number;
  transportMechanism: number;
  xeddsaSigned: boolean;
}

/** A packet to write: fields left out have their default. */
export interface MeshPacketToSend extends Partial<Omit<MeshPacket, 'decoded'>> {
  decoded?: Partial<Data>;
}

function readBody(packet: MeshPacket, field: number, reader: Reader): void {
  const bytes = readBytes(reader);
  packet.decoded = undefined;
  packet.encrypted = undefined;
  if (field === 5) packet.encrypted = bytes;
  else {
    const data = decodeData(bytes);
    if (typeof data === 'string') reader.failed = true;
    else packet.decoded = data;
  }
}

function readReception(packet: MeshPacket, field: number, reader: Reader): void {
  if (field === 7) packet.rxTime = readFixed32(reader);
  else if (field === 8) packet.rxSnr = readFloat(reader);
  else if (field === 12) packet.rxRssi = readInt32(reader);
  else if (field === 14) packet.viaMqtt = readBool(reader);
  else if (field === 16) packet.publicKey = readBytes(reader);
  else if (field === 17) packet.pkiEncrypted = readBool(reader);
  else if (field === 20) packet.txAfter = readUint(reader);
  else if (field === 21) packet.transportMechanism = readUint(reader);
  else if (field === 22) packet.xeddsaSigned = readBool(reader);
  else skipField(reader);
}

function readPacketField(packet: MeshPacket, field: number, reader: Reader): void {
  if (field === 1) packet.from = readFixed32(reader);
  else if (field === 2) packet.to = readFixed32(reader);
  else if (field === 3) packet.channel = readUint(reader);
  else if (field === 4 || field === 5) readBody(packet, field, reader);
  else if (field === 6) packet.id = readFixed32(reader);
  else if (field === 9) packet.hopLimit = readUint(reader);
  else if (field === 10) packet.wantAck = readBool(reader);
  else if (field === 11) packet.priority = readUint(reader);
  else if (field === 15) packet.hopStart = readUint(reader);
  else if (field === 18) packet.nextHop = readUint(reader);
  else if (field === 19) packet.relayNode = readUint(reader);
  else readReception(packet, field, reader);
}

/** Reads a MeshPacket; byte fields are views into `bytes`. Rejects: malformed. */
export function decodeMeshPacket(bytes: Uint8Array): MeshPacket | Reason {
  const packet: MeshPacket = {
    from: 0,
    to: 0,
    channel: 0,
    id: 0,
    rxTime: 0,
    rxSnr: 0,
    hopLimit: 0,
    wantAck: false,
    priority: 0,
    rxRssi: 0,
    viaMqtt: false,
    hopStart: 0,
    publicKey: new Uint8Array(0),
    pkiEncrypted: false,
    nextHop: 0,
    relayNode: 0,
    txAfter: 0,
    transportMechanism: 0,
    xeddsaSigned: false,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    readPacketField(packet, field, reader);
  }
  return reader.failed ? 'malformed' : packet;
}

/** Writes a MeshPacket; fields left out have their default. */
export function encodeMeshPacket(packet: MeshPacketToSend): Uint8Array {
  const writer = createWriter(96);
  putFixed32(writer, 1, packet.from);
  putFixed32(writer, 2, packet.to);
  putUint(writer, 3, packet.channel);
  if (packet.decoded) putMessage(writer, 4, encodeData(packet.decoded));
  else if (packet.encrypted) putMessage(writer, 5, packet.encrypted);
  putFixed32(writer, 6, packet.id);
  putFixed32(writer, 7, packet.rxTime);
  putFloat(writer, 8, packet.rxSnr);
  putUint(writer, 9, packet.hopLimit);
  putBool(writer, 10, packet.wantAck);
  putUint(writer, 11, packet.priority);
  putInt32(writer, 12, packet.rxRssi);
  putBool(writer, 14, packet.viaMqtt);
  putUint(writer, 15, packet.hopStart);
  putBytes(writer, 16, packet.publicKey);
  putBool(writer, 17, packet.pkiEncrypted);
  putUint(writer, 18, packet.nextHop);
  putUint(writer, 19, packet.relayNode);
  putUint(writer, 20, packet.txAfter);
  putUint(writer, 21, packet.transportMechanism);
  putBool(writer, 22, packet.xeddsaSigned);
  return finish(writer);
}
