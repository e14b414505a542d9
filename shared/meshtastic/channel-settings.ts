/*
 * What: the Meshtastic messages Channel and ChannelSettings: name, key and role of one channel of a radio.
 * From where to where: FromRadio.channel <-> an object.
 * Source: channel.proto. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putBytes,
  putFixed32,
  putInt32,
  putMessage,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readFixed32,
  readInt32,
  readUint,
  skipField,
} from './protobuf';
import { putText, readText } from './text';

export const CHANNEL_DISABLED = 0;
export const CHANNEL_PRIMARY = 1;
export const CHANNEL_SECONDARY = 2;

/**
 * | field | number | wire |
 * |---|---|---|
 * | psk | 2 | bytes: 0, 1 (short form), 16 or 32 |
 * | name | 3 | string, up to 11 bytes, '' = name of the preset |
 * | id | 4 | fixed32 |
 * | uplinkEnabled | 5 | bool |
 * | downlinkEnabled | 6 | bool |
 * | moduleSettings | 7 | message, kept as bytes |
 */
export interface ChannelSettings {
  psk: Uint8Array;
  name: string;
  id: number;
  uplinkEnabled: boolean;
  downlinkEnabled: boolean;
  moduleSettings?: Uint8Array;
}

/**
 * | field | number | wire |
 * |---|---|---|
 * | index | 1 | int32, 0..7 |
 * | settings | 2 | ChannelSettings |
 * | role | 3 | enum, 0 disabled, 1 primary, 2 secondary |
 */
export interface Channel {
  index: number;
  settings?: ChannelSettings;
  role: number;
}

/** A Channel to write: fields left out have their default. */
export interface ChannelToSend {
  index?: number;
  settings?: Partial<ChannelSettings>;
  role?: number;
}

/** Reads a ChannelSettings. Rejects: malformed. */
export function decodeChannelSettings(bytes: Uint8Array): ChannelSettings | Reason {
  const settings: ChannelSettings = {
    psk: new Uint8Array(0),
    name: '',
    id: 0,
    uplinkEnabled: false,
    downlinkEnabled: false,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 2) settings.psk = readBytes(reader);
    else if (field === 3) settings.name = readText(reader);
    else if (field === 4) settings.id = readFixed32(reader);
    else if (field === 5) settings.uplinkEnabled = readBool(reader);
    else if (field === 6) settings.downlinkEnabled = readBool(reader);
    else if (field === 7) settings.moduleSettings = readBytes(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : settings;
}

function readSettings(channel: Channel, reader: Reader): void {
  const settings = decodeChannelSettings(readBytes(reader));
  if (typeof settings === 'string') reader.failed = true;
  else channel.settings = settings;
}

/** Reads a Channel. Rejects: malformed. */
export function decodeChannel(bytes: Uint8Array): Channel | Reason {
  const channel: Channel = { index: 0, role: 0 };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) channel.index = readInt32(reader);
    else if (field === 2) readSettings(channel, reader);
    else if (field === 3) channel.role = readUint(reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : channel;
}

/** Writes a ChannelSettings; fields left out have their default. */
export function encodeChannelSettings(settings: Partial<ChannelSettings>): Uint8Array {
  const writer = createWriter(80);
  putBytes(writer, 2, settings.psk);
  putText(writer, 3, settings.name);
  putFixed32(writer, 4, settings.id);
  putBool(writer, 5, settings.uplinkEnabled);
  putBool(writer, 6, settings.downlinkEnabled);
  if (settings.moduleSettings) putMessage(writer, 7, settings.moduleSettings);
  return finish(writer);
}

/** Writes a Channel; fields left out have their default. */
export function encodeChannel(channel: ChannelToSend): Uint8Array {
  const writer = createWriter(96);
  putInt32(writer, 1, channel.index);
  if (channel.settings) putMessage(writer, 2, encodeChannelSettings(channel.settings));
  putUint(writer, 3, channel.role);
  return finish(writer);
}
