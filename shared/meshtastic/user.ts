/*
 * What: the Meshtastic message User, what a node says about itself to people.
 * From where to where: NodeInfo.user and the payload of NODEINFO_APP <-> an object.
 * Source: mesh.proto, message User (4 macaddr is out of use). Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putBytes,
  putPresentUint,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readUint,
  skipField,
} from './protobuf';
import { putText, readText } from './text';

/**
 * | field | number | wire |
 * |---|---|---|
 * | id | 1 | string, "!" and the node number in 8 hex digits |
 * | longName | 2 | string, up to 39 bytes |
 * | shortName | 3 | string, up to 4 bytes |
 * | hwModel | 5 | enum, 255 private hardware |
 * | isLicensed | 6 | bool |
 * | role | 7 | enum, 0 CLIENT, 1 CLIENT_MUTE, 2 ROUTER |
 * | publicKey | 8 | bytes, 0 or 32 |
 * | isUnmessagable | 9 | optional bool |
 */
export interface User {
  id: string;
  longName: string;
  shortName: string;
  hwModel: number;
  isLicensed: boolean;
  role: number;
  publicKey: Uint8Array;
  isUnmessagable?: boolean;
}

function readUserField(user: User, field: number, reader: Reader): void {
  if (field === 1) user.id = readText(reader);
  else if (field === 2) user.longName = readText(reader);
  else if (field === 3) user.shortName = readText(reader);
  else if (field === 5) user.hwModel = readUint(reader);
  else if (field === 6) user.isLicensed = readBool(reader);
  else if (field === 7) user.role = readUint(reader);
  else if (field === 8) user.publicKey = readBytes(reader);
  else if (field === 9) user.isUnmessagable = readBool(reader);
  else skipField(reader);
}

/** Reads a User. Rejects: malformed. */
export function decodeUser(bytes: Uint8Array): User | Reason {
  const user: User = {
    id: '',
    longName: '',
    shortName: '',
    hwModel: 0,
    isLicensed: false,
    role: 0,
    publicKey: new Uint8Array(0),
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    readUserField(user, field, reader);
  }
  return reader.failed ? 'malformed' : user;
}

/** Writes a User; fields left out have their default. */
export function encodeUser(user: Partial<User>): Uint8Array {
  const writer = createWriter(112);
  putText(writer, 1, user.id);
  putText(writer, 2, user.longName);
  putText(writer, 3, user.shortName);
  putUint(writer, 5, user.hwModel);
  putBool(writer, 6, user.isLicensed);
  putUint(writer, 7, user.role);
  putBytes(writer, 8, user.publicKey);
  if (user.isUnmessagable !== undefined) putPresentUint(writer, 9, user.isUnmessagable ? 1 : 0);
  return finish(writer);
}
