/*
 * What: of the Meshtastic sections of Config those a gateway looks at: device, position, bluetooth, security.
 * From where to where: Config.otherSection (lora-config.ts) <-> objects. Of each section only the fields of interest;
 * the radio's private key, which is in security too, is passed over.
 * Source: config.proto. Espruino-safe.
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

/** Numbers of the sections in Config. */
export const DEVICE_SECTION = 1;
export const POSITION_SECTION = 2;
export const BLUETOOTH_SECTION = 7;
export const SECURITY_SECTION = 8;

/**
 * | field | number | wire |
 * |---|---|---|
 * | role | 1 | enum, 0 CLIENT, 2 ROUTER |
 * | rebroadcastMode | 6 | enum, 0 ALL, 5 CORE_PORTNUMS_ONLY |
 */
export interface DeviceConfig {
  role: number;
  rebroadcastMode: number;
}

/**
 * | field | number | wire |
 * |---|---|---|
 * | broadcastSecs | 1 | uint32, s, 0 = the firmware's default |
 * | smartEnabled | 2 | bool |
 * | fixedPosition | 3 | bool |
 * | gpsUpdateSecs | 5 | uint32, s, 0 = the firmware's default |
 * | positionFlags | 7 | uint32, bit 7: tell the timestamp of the fix |
 * | gpsMode | 13 | enum, 0 DISABLED, 1 ENABLED, 2 NOT_PRESENT |
 */
export interface PositionConfig {
  broadcastSecs: number;
  smartEnabled: boolean;
  fixedPosition: boolean;
  gpsUpdateSecs: number;
  positionFlags: number;
  gpsMode: number;
}

/** enabled (bool, 1). */
export interface BluetoothConfig {
  enabled: boolean;
}

/**
 * | field | number | wire |
 * |---|---|---|
 * | isManaged | 4 | bool: orders of the own client are refused |
 * | serialEnabled | 5 | bool: the USB port takes a client |
 * | debugLogApiEnabled | 6 | bool: the log comes with the packets |
 */
export interface SecurityConfig {
  isManaged: boolean;
  serialEnabled: boolean;
  debugLogApiEnabled: boolean;
}

/** Reads a DeviceConfig. Rejects: malformed. */
export function decodeDeviceConfig(bytes: Uint8Array): DeviceConfig | Reason {
  const device: DeviceConfig = { role: 0, rebroadcastMode: 0 };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) device.role = readUint(reader);
    else if (field === 6) device.rebroadcastMode = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : device;
}

/** Writes a DeviceConfig; fields left out have their default. */
export function encodeDeviceConfig(device: Partial<DeviceConfig>): Uint8Array {
  const writer = createWriter(12);
  putUint(writer, 1, device.role);
  putUint(writer, 6, device.rebroadcastMode);
  return finish(writer);
}

/** Reads a PositionConfig. Rejects: malformed. */
export function decodePositionConfig(bytes: Uint8Array): PositionConfig | Reason {
  const position: PositionConfig = {
    broadcastSecs: 0,
    smartEnabled: false,
    fixedPosition: false,
    gpsUpdateSecs: 0,
    positionFlags: 0,
    gpsMode: 0,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) position.broadcastSecs = readUint(reader);
    else if (field === 2) position.smartEnabled = readBool(reader);
    else if (field === 3) position.fixedPosition = readBool(reader);
    else if (field === 5) position.gpsUpdateSecs = readUint(reader);
    else if (field === 7) position.positionFlags = readUint(reader);
    else if (field === 13) position.gpsMode = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : position;
}

/** Writes a PositionConfig; fields left out have their default. */
export function encodePositionConfig(position: Partial<PositionConfig>): Uint8Array {
  const writer = createWriter(32);
  putUint(writer, 1, position.broadcastSecs);
  putBool(writer, 2, position.smartEnabled);
  putBool(writer, 3, position.fixedPosition);
  putUint(writer, 5, position.gpsUpdateSecs);
  putUint(writer, 7, position.positionFlags);
  putUint(writer, 13, position.gpsMode);
  return finish(writer);
}

/** Reads a BluetoothConfig. Rejects: malformed. */
export function decodeBluetoothConfig(bytes: Uint8Array): BluetoothConfig | Reason {
  const bluetooth: BluetoothConfig = { enabled: false };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) bluetooth.enabled = readBool(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : bluetooth;
}

/** Writes a BluetoothConfig. */
export function encodeBluetoothConfig(bluetooth: Partial<BluetoothConfig>): Uint8Array {
  const writer = createWriter(4);
  putBool(writer, 1, bluetooth.enabled);
  return finish(writer);
}

/** Reads a SecurityConfig. Rejects: malformed. */
export function decodeSecurityConfig(bytes: Uint8Array): SecurityConfig | Reason {
  const security: SecurityConfig = {
    isManaged: false,
    serialEnabled: false,
    debugLogApiEnabled: false,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 4) security.isManaged = readBool(reader);
    else if (field === 5) security.serialEnabled = readBool(reader);
    else if (field === 6) security.debugLogApiEnabled = readBool(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : security;
}

/** Writes a SecurityConfig; fields left out have their default. */
export function encodeSecurityConfig(security: Partial<SecurityConfig>): Uint8Array {
  const writer = createWriter(12);
  putBool(writer, 4, security.isManaged);
  putBool(writer, 5, security.serialEnabled);
  putBool(writer, 6, security.debugLogApiEnabled);
  return finish(writer);
}
