/*
 * official.ts: the official Meshtastic protobuf definitions, with the few types the set-up of a radio needs.
 * Way: bytes of the stream <-> messages, fields of a newer firmware kept. Source: npm @meshtastic/protobufs 2.7.18.
 * The package's own types do not resolve, so what is used is written down here.
 */
import { clone, create, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import * as protobufs from '@meshtastic/protobufs';

// biome-ignore lint/suspicious/noExplicitAny: the package has no types, see above
const { Mesh, Admin, Config, ModuleConfig, Channel } = protobufs as any;

/** A message: its fields by their names in camelCase, enums as numbers. */
export interface Message {
  $typeName: string;
  [field: string]: unknown;
}

/** A message that is one of several. */
export interface Variant {
  case: string;
  value: unknown;
}

/** An AdminMessage. */
export interface AdminMessage extends Variant {
  /** 8 bytes that prove a session; empty = none. */
  sessionPasskey: Uint8Array;
}

/** Names of Config's sections that can be set, with their numbers in get_config_request. */
export const CONFIG_TYPES: Readonly<Record<string, number>> = {
  device: 0,
  position: 1,
  power: 2,
  network: 3,
  display: 4,
  lora: 5,
  bluetooth: 6,
  security: 7,
};

/** Names of ModuleConfig's sections, with their numbers in get_module_config_request. */
export const MODULE_TYPES: Readonly<Record<string, number>> = {
  mqtt: 0,
  serial: 1,
  externalNotification: 2,
  storeForward: 3,
  rangeTest: 4,
  telemetry: 5,
  cannedMessage: 6,
  audio: 7,
  remoteHardware: 8,
  neighborInfo: 9,
  ambientLighting: 10,
  detectionSensor: 11,
  paxcounter: 12,
};

function read(schema: unknown, bytes: Uint8Array): Message {
  return fromBinary(schema as DescMessage, bytes) as unknown as Message;
}

function make(schema: unknown, fields: object): Message {
  return create(schema as DescMessage, fields as never) as unknown as Message;
}

function schemaOf(
  holder: { fields: { localName: string; message?: DescMessage }[] },
  name: string,
) {
  const schema = holder.fields.find(({ localName }) => localName === name)?.message;
  if (schema === undefined) throw new Error(`Meshtastic has no settings named ${name}`);
  return schema;
}

/** Schema of a section of `config` or `module`. Throws: there is none of that name. */
export function sectionSchema(kind: 'config' | 'module', name: string): DescMessage {
  return schemaOf(kind === 'config' ? Config.ConfigSchema : ModuleConfig.ModuleConfigSchema, name);
}

/** Reads a FromRadio; null = it is none. Of a kind these definitions do not know: case ''. */
export function readFromRadio(bytes: Uint8Array): Variant | null {
  try {
    const { payloadVariant } = read(Mesh.FromRadioSchema, bytes) as unknown as {
      payloadVariant: { case?: string; value: unknown };
    };
    return { case: payloadVariant.case ?? '', value: payloadVariant.value };
  } catch {
    return null;
  }
}

/** Reads an AdminMessage; null = it is none. */
export function readAdmin(bytes: Uint8Array): AdminMessage | null {
  try {
    const { payloadVariant, sessionPasskey } = read(Admin.AdminMessageSchema, bytes) as unknown as {
      payloadVariant: { case?: string; value: unknown };
      sessionPasskey: Uint8Array;
    };
    return { case: payloadVariant.case ?? '', value: payloadVariant.value, sessionPasskey };
  } catch {
    return null;
  }
}

/** Bytes of an AdminMessage. */
export function writeAdmin(payloadVariant: Variant, sessionPasskey?: Uint8Array): Uint8Array {
  const schema = Admin.AdminMessageSchema as DescMessage;
  const passkey = sessionPasskey ? { sessionPasskey } : {};
  return toBinary(schema, create(schema, { payloadVariant, ...passkey } as never));
}

/** A section as it is, or an empty one, with these fields set. The one given is not changed. */
export function withFields(
  schema: DescMessage,
  base: Message | undefined,
  fields: object,
): Message {
  const section = base ? clone(schema, base as never) : create(schema);
  return Object.assign(section, fields) as unknown as Message;
}

/** Config or ModuleConfig around a section. */
export function around(kind: 'config' | 'module', name: string, section: Message): Message {
  const schema = kind === 'config' ? Config.ConfigSchema : ModuleConfig.ModuleConfigSchema;
  return make(schema, { payloadVariant: { case: name, value: section } });
}

/** A Channel with these fields in its settings. */
export function channelMessage(fields: { index: number; role: number; settings: object }): Message {
  const settings = make(Channel.ChannelSettingsSchema, fields.settings);
  return make(Channel.ChannelSchema, { ...fields, settings });
}

/** A User of these names. */
export function userMessage(fields: object): Message {
  return make(Mesh.UserSchema, fields);
}

/** Schemas that are kept and read whole. */
export const USER_SCHEMA = Mesh.UserSchema as DescMessage;
export const CHANNEL_SCHEMA = Channel.ChannelSchema as DescMessage;

/** Bytes of any of them. */
export function bytesOf(schema: DescMessage, message: Message): Uint8Array {
  return toBinary(schema, message as never);
}

/** Reads any of them. Throws: they are no such message. */
export function messageOf(schema: DescMessage, bytes: Uint8Array): Message {
  return read(schema, bytes);
}

/** Number of a region by its name: EU_868; undefined = there is none. UNSET is 0. */
export function regionNumber(name: string): number | undefined {
  const found = Config.Config_LoRaConfig_RegionCode[name];
  return typeof found === 'number' ? found : undefined;
}

/** Number of a modem preset by its name: LONG_FAST; undefined = there is none. */
export function presetNumber(name: string): number | undefined {
  const found = Config.Config_LoRaConfig_ModemPreset[name];
  return typeof found === 'number' ? found : undefined;
}

/** Name of a board by its number: RAK4631. */
export function hardwareName(number: number): string {
  return Mesh.HardwareModel[number] ?? `${number}`;
}
