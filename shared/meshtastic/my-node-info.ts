/*
 * What: the Meshtastic message MyNodeInfo, first answer of the radio to want_config.
 * From where to where: FromRadio.my_info <-> an object.
 * Source: mesh.proto, message MyNodeInfo. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBytes,
  putUint,
  readBytes,
  readUint,
  skipField,
} from './protobuf';

/**
 * | field | number | wire |
 * |---|---|---|
 * | myNodeNum | 1 | uint32, number of this radio (changes with firmware 2.8: no identity) |
 * | rebootCount | 8 | uint32 |
 * | minAppVersion | 11 | uint32 |
 * | deviceId | 12 | bytes, 0 or 16 |
 * | nodedbCount | 15 | uint32, entries of the node database |
 */
export interface MyNodeInfo {
  myNodeNum: number;
  rebootCount: number;
  minAppVersion: number;
  deviceId: Uint8Array;
  nodedbCount: number;
}

/** Reads a MyNodeInfo. Rejects: malformed. */
export function decodeMyNodeInfo(bytes: Uint8Array): MyNodeInfo | Reason {
  const info: MyNodeInfo = {
    myNodeNum: 0,
    rebootCount: 0,
    minAppVersion: 0,
    deviceId: new Uint8Array(0),
    nodedbCount: 0,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) info.myNodeNum = readUint(reader);
    else if (field === 8) info.rebootCount = readUint(reader);
    else if (field === 11) info.minAppVersion = readUint(reader);
    else if (field === 12) info.deviceId = readBytes(reader);
    else if (field === 15) info.nodedbCount = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : info;
}

/** Writes a MyNodeInfo; fields left out have their default. */
export function encodeMyNodeInfo(info: Partial<MyNodeInfo>): Uint8Array {
  const writer = createWriter(48);
  putUint(writer, 1, info.myNodeNum);
  putUint(writer, 8, info.rebootCount);
  putUint(writer, 11, info.minAppVersion);
  putBytes(writer, 12, info.deviceId);
  putUint(writer, 15, info.nodedbCount);
  return finish(writer);
}
