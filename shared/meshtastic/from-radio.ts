/*
 * What: the Meshtastic message FromRadio, everything a radio says to its client, all variants, for hosts.
 * From where to where: radio -> gateway session (read); virtual radio -> client (written).
 * Source: mesh.proto, message FromRadio. The node reads with node-from-radio.ts, which is smaller. Espruino-safe.
 */
import type { Reason } from '../reasons';
import { type Channel, type ChannelToSend, decodeChannel, encodeChannel } from './channel-settings';
import { type DeviceMetadata, decodeDeviceMetadata, encodeDeviceMetadata } from './device-metadata';
import { type Config, type ConfigToSend, decodeConfig, encodeConfig } from './lora-config';
import {
  decodeMeshPacket,
  encodeMeshPacket,
  type MeshPacket,
  type MeshPacketToSend,
} from './mesh-packet';
import { decodeMyNodeInfo, encodeMyNodeInfo, type MyNodeInfo } from './my-node-info';
import { decodeNodeInfo, encodeNodeInfo, type NodeInfo, type NodeInfoToSend } from './node-info';
import {
  type ClientNotification,
  decodeClientNotification,
  decodeLogRecord,
  encodeClientNotification,
  encodeLogRecord,
  type LogRecord,
} from './notification';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putMessage,
  putPresentUint,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readUint,
  skipField,
  type Writer,
} from './protobuf';
import { decodeQueueStatus, encodeQueueStatus, type QueueStatus } from './queue-status';

/**
 * `id` and one of the rest (oneof payload_variant); none of them = a variant unknown here.
 * | field | number | wire |
 * |---|---|---|
 * | id | 1 | uint32, running number (0 over TCP) |
 * | packet | 2 | MeshPacket |
 * | myInfo | 3 | MyNodeInfo |
 * | nodeInfo | 4 | NodeInfo |
 * | config | 5 | Config |
 * | logRecord | 6 | LogRecord |
 * | configCompleteId | 7 | uint32, the nonce of want_config |
 * | rebooted | 8 | bool |
 * | moduleConfig | 9 | message, kept as bytes |
 * | channel | 10 | Channel |
 * | queueStatus | 11 | QueueStatus |
 * | xmodemPacket | 12 | message, kept as bytes |
 * | metadata | 13 | DeviceMetadata |
 * | mqttClientProxyMessage | 14 | message, kept as bytes |
 * | fileInfo | 15 | message, kept as bytes |
 * | clientNotification | 16 | ClientNotification |
 * | deviceuiConfig | 17 | message, kept as bytes |
 */
export interface FromRadio {
  id: number;
  packet?: MeshPacket;
  myInfo?: MyNodeInfo;
  nodeInfo?: NodeInfo;
  config?: Config;
  logRecord?: LogRecord;
  configCompleteId?: number;
  rebooted?: boolean;
  moduleConfig?: Uint8Array;
  channel?: Channel;
  queueStatus?: QueueStatus;
  xmodemPacket?: Uint8Array;
  metadata?: DeviceMetadata;
  mqttClientProxyMessage?: Uint8Array;
  fileInfo?: Uint8Array;
  clientNotification?: ClientNotification;
  deviceuiConfig?: Uint8Array;
}

/** A FromRadio to write: exactly one member beside `id`; inner fields left out have their default. */
export interface FromRadioToSend {
  id?: number;
  packet?: MeshPacketToSend;
  myInfo?: Partial<MyNodeInfo>;
  nodeInfo?: NodeInfoToSend;
  config?: ConfigToSend;
  logRecord?: Partial<LogRecord>;
  configCompleteId?: number;
  rebooted?: boolean;
  moduleConfig?: Uint8Array;
  channel?: ChannelToSend;
  queueStatus?: Partial<QueueStatus>;
  xmodemPacket?: Uint8Array;
  metadata?: Partial<DeviceMetadata>;
  mqttClientProxyMessage?: Uint8Array;
  fileInfo?: Uint8Array;
  clientNotification?: Partial<ClientNotification>;
  deviceuiConfig?: Uint8Array;
}

function checked<T>(reader: Reader, inner: T | Reason): T | undefined {
  if (typeof inner !== 'string') return inner;
  reader.failed = true;
  return undefined;
}

function readMessageVariant(id: number, field: number, reader: Reader): FromRadio {
  const bytes = readBytes(reader);
  if (field === 2) return { id: id, packet: checked(reader, decodeMeshPacket(bytes)) };
  if (field === 3) return { id: id, myInfo: checked(reader, decodeMyNodeInfo(bytes)) };
  if (field === 4) return { id: id, nodeInfo: checked(reader, decodeNodeInfo(bytes)) };
  if (field === 5) return { id: id, config: checked(reader, decodeConfig(bytes)) };
  if (field === 6) return { id: id, logRecord: checked(reader, decodeLogRecord(bytes)) };
  if (field === 9) return { id: id, moduleConfig: bytes };
  if (field === 10) return { id: id, channel: checked(reader, decodeChannel(bytes)) };
  if (field === 11) return { id: id, queueStatus: checked(reader, decodeQueueStatus(bytes)) };
  if (field === 12) return { id: id, xmodemPacket: bytes };
  if (field === 13) return { id: id, metadata: checked(reader, decodeDeviceMetadata(bytes)) };
  if (field === 14) return { id: id, mqttClientProxyMessage: bytes };
  if (field === 15) return { id: id, fileInfo: bytes };
  if (field === 16) {
    return { id: id, clientNotification: checked(reader, decodeClientNotification(bytes)) };
  }
  return { id: id, deviceuiConfig: bytes };
}

/** Reads a FromRadio; of several members of the oneof the last counts. Rejects: malformed. */
export function decodeFromRadio(bytes: Uint8Array): FromRadio | Reason {
  let message: FromRadio = { id: 0 };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) message.id = readUint(reader);
    else if (field === 7) message = { id: message.id, configCompleteId: readUint(reader) };
    else if (field === 8) message = { id: message.id, rebooted: readBool(reader) };
    else if (field < 18) message = readMessageVariant(message.id, field, reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : message;
}

function putKeptBytes(writer: Writer, message: FromRadioToSend): void {
  if (message.moduleConfig) putMessage(writer, 9, message.moduleConfig);
  else if (message.xmodemPacket) putMessage(writer, 12, message.xmodemPacket);
  else if (message.mqttClientProxyMessage) putMessage(writer, 14, message.mqttClientProxyMessage);
  else if (message.fileInfo) putMessage(writer, 15, message.fileInfo);
  else if (message.deviceuiConfig) putMessage(writer, 17, message.deviceuiConfig);
}

/** Writes a FromRadio. */
export function encodeFromRadio(message: FromRadioToSend): Uint8Array {
  const writer = createWriter(128);
  putUint(writer, 1, message.id);
  if (message.packet) putMessage(writer, 2, encodeMeshPacket(message.packet));
  else if (message.myInfo) putMessage(writer, 3, encodeMyNodeInfo(message.myInfo));
  else if (message.nodeInfo) putMessage(writer, 4, encodeNodeInfo(message.nodeInfo));
  else if (message.config) putMessage(writer, 5, encodeConfig(message.config));
  else if (message.logRecord) putMessage(writer, 6, encodeLogRecord(message.logRecord));
  else if (message.configCompleteId !== undefined) {
    putPresentUint(writer, 7, message.configCompleteId);
  } else if (message.rebooted !== undefined) putPresentUint(writer, 8, message.rebooted ? 1 : 0);
  else if (message.channel) putMessage(writer, 10, encodeChannel(message.channel));
  else if (message.queueStatus) putMessage(writer, 11, encodeQueueStatus(message.queueStatus));
  else if (message.metadata) putMessage(writer, 13, encodeDeviceMetadata(message.metadata));
  else if (message.clientNotification) {
    putMessage(writer, 16, encodeClientNotification(message.clientNotification));
  } else putKeptBytes(writer, message);
  return finish(writer);
}
