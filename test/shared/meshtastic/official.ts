/*
 * official.ts: the official Meshtastic protobuf definitions as an independent oracle for our hand-written codec.
 * Way: our objects -> official objects -> official bytes, for comparison with ours.
 * Source: npm @meshtastic/protobufs 2.7.18 (GPL-3.0) and @bufbuild/protobuf, test only. The package's types do not
 * resolve, hence `any`.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import * as protobufs from '@meshtastic/protobufs';

// biome-ignore lint/suspicious/noExplicitAny: see above
export type Loose = any;

const { Mesh, Channel, Config, Admin, ModuleConfig } = protobufs as Loose;

export const schemas = {
  admin: Admin.AdminMessageSchema,
  bluetooth: Config.Config_BluetoothConfigSchema,
  channel: Channel.ChannelSchema,
  channelSettings: Channel.ChannelSettingsSchema,
  clientNotification: Mesh.ClientNotificationSchema,
  config: Config.ConfigSchema,
  data: Mesh.DataSchema,
  device: Config.Config_DeviceConfigSchema,
  fromRadio: Mesh.FromRadioSchema,
  lora: Config.Config_LoRaConfigSchema,
  logRecord: Mesh.LogRecordSchema,
  meshPacket: Mesh.MeshPacketSchema,
  metadata: Mesh.DeviceMetadataSchema,
  moduleConfig: ModuleConfig.ModuleConfigSchema,
  myInfo: Mesh.MyNodeInfoSchema,
  nodeInfo: Mesh.NodeInfoSchema,
  position: Mesh.PositionSchema,
  positionConfig: Config.Config_PositionConfigSchema,
  queueStatus: Mesh.QueueStatusSchema,
  routing: Mesh.RoutingSchema,
  security: Config.Config_SecurityConfigSchema,
  toRadio: Mesh.ToRadioSchema,
  user: Mesh.UserSchema,
};

/** Bytes of an official object given by its fields. */
export function officialBytes(schema: Loose, fields: Loose): Uint8Array {
  return toBinary(schema, create(schema, fields)) as Uint8Array;
}

/** True when the official reader takes the bytes. */
export function officialTakes(schema: Loose, bytes: Uint8Array): boolean {
  try {
    fromBinary(schema, bytes);
    return true;
  } catch {
    return false;
  }
}

/** The official reader's object. */
export function officialRead(schema: Loose, bytes: Uint8Array): Loose {
  return fromBinary(schema, bytes);
}

// Fields of firmware 2.8 that the official package does not have yet.
function withoutNew(fields: Loose): Loose {
  const { xeddsaSignature, xeddsaSigned, hasXeddsa, ...rest } = fields;
  return rest;
}

/** Our Data, User, ... as the official init object (same field names). */
export function plain(fields: Loose): Loose {
  return withoutNew(fields);
}

export function meshPacket(packet: Loose): Loose {
  const { decoded, encrypted, ...rest } = withoutNew(packet);
  if (decoded) return { ...rest, payloadVariant: { case: 'decoded', value: plain(decoded) } };
  return encrypted ? { ...rest, payloadVariant: { case: 'encrypted', value: encrypted } } : rest;
}

export function config(value: Loose): Loose {
  return value.lora ? { payloadVariant: { case: 'lora', value: value.lora } } : {};
}

/** Our PositionConfig: times in s have their unit in our names. */
export function positionConfig(value: Loose): Loose {
  return {
    positionBroadcastSecs: value.broadcastSecs,
    positionBroadcastSmartEnabled: value.smartEnabled,
    fixedPosition: value.fixedPosition,
    gpsUpdateInterval: value.gpsUpdateSecs,
    positionFlags: value.positionFlags,
    gpsMode: value.gpsMode,
  };
}

export function moduleConfig(value: Loose): Loose {
  if (value.mqtt) return { payloadVariant: { case: 'mqtt', value: value.mqtt } };
  if (!value.telemetry) return {};
  const { deviceUpdateSecs, environmentUpdateSecs, environmentEnabled } = value.telemetry;
  const telemetry = {
    deviceUpdateInterval: deviceUpdateSecs,
    environmentUpdateInterval: environmentUpdateSecs,
    environmentMeasurementEnabled: environmentEnabled,
  };
  return { payloadVariant: { case: 'telemetry', value: telemetry } };
}

/** Our Position: a place is 0 N, 0 E. */
export function position({ hasPlace, satellites, ...rest }: Loose): Loose {
  const place = hasPlace ? { latitudeI: 0, longitudeI: 0 } : {};
  return { ...rest, ...place, satsInView: satellites };
}

const inner: Record<string, (value: Loose) => Loose> = { packet: meshPacket, config };

/** Our FromRadio or ToRadio as the official init object. */
export function variant(message: Loose): Loose {
  const { id, ...rest } = message;
  const name = Object.keys(rest)[0];
  if (!name) return { id };
  const value = (inner[name] ?? ((same: Loose) => same))(rest[name]);
  const official = { case: name, value: typeof value === 'object' ? plain(value) : value };
  return { id, payloadVariant: official };
}
