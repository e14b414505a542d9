/*
 * What: the Meshtastic message DeviceMetadata: firmware version and abilities of the radio.
 * From where to where: FromRadio.metadata <-> an object.
 * Source: mesh.proto, message DeviceMetadata. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putUint,
  readBool,
  readUint,
  skipField,
} from './protobuf';
import { putText, readText } from './text';

/**
 * | field | number | wire |
 * |---|---|---|
 * | firmwareVersion | 1 | string, such as "2.7.26.54e0d8d" |
 * | deviceStateVersion | 2 | uint32 |
 * | role | 7 | enum, 0 CLIENT, 2 ROUTER (drops our port) |
 * | hwModel | 9 | enum |
 * | hasPKC | 11 | bool |
 * | hasXeddsa | 14 | bool, firmware 2.8 |
 */
export interface DeviceMetadata {
  firmwareVersion: string;
  deviceStateVersion: number;
  role: number;
  hwModel: number;
  hasPKC: boolean;
  hasXeddsa: boolean;
}

/** Reads a DeviceMetadata. Rejects: malformed. */
export function decodeDeviceMetadata(bytes: Uint8Array): DeviceMetadata | Reason {
  const metadata: DeviceMetadata = {
    firmwareVersion: '',
    deviceStateVersion: 0,
    role: 0,
    hwModel: 0,
    hasPKC: false,
    hasXeddsa: false,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) metadata.firmwareVersion = readText(reader);
    else if (field === 2) metadata.deviceStateVersion = readUint(reader);
    else if (field === 7) metadata.role = readUint(reader);
    else if (field === 9) metadata.hwModel = readUint(reader);
    else if (field === 11) metadata.hasPKC = readBool(reader);
    else if (field === 14) metadata.hasXeddsa = readBool(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : metadata;
}

/** Writes a DeviceMetadata; fields left out have their default. */
export function encodeDeviceMetadata(metadata: Partial<DeviceMetadata>): Uint8Array {
  const writer = createWriter(48);
  putText(writer, 1, metadata.firmwareVersion);
  putUint(writer, 2, metadata.deviceStateVersion);
  putUint(writer, 7, metadata.role);
  putUint(writer, 9, metadata.hwModel);
  putBool(writer, 11, metadata.hasPKC);
  putBool(writer, 14, metadata.hasXeddsa);
  return finish(writer);
}
