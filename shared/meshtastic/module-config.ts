/*
 * What: of the Meshtastic message ModuleConfig the sections a gateway looks at: mqtt and telemetry.
 * From where to where: FromRadio.moduleConfig (kept as bytes there) <-> an object.
 * Source: module_config.proto. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putMessage,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readUint,
  skipField,
} from './protobuf';

const MQTT_SECTION = 1;
const TELEMETRY_SECTION = 6;
const LAST_SECTION = 14;

/** enabled (bool, 1): the radio speaks to a broker by itself. Its login is passed over. */
export interface MqttConfig {
  enabled: boolean;
}

/**
 * | field | number | wire |
 * |---|---|---|
 * | deviceUpdateSecs | 1 | uint32, s, 0 = the firmware's default |
 * | environmentUpdateSecs | 2 | uint32, s |
 * | environmentEnabled | 3 | bool |
 */
export interface TelemetryConfig {
  deviceUpdateSecs: number;
  environmentUpdateSecs: number;
  environmentEnabled: boolean;
}

/** oneof: **mqtt 1**, serial 2, …, **telemetry 6**, …; none of the two = another section. */
export interface ModuleConfig {
  mqtt?: MqttConfig;
  telemetry?: TelemetryConfig;
}

function readMqtt(reader: Reader): ModuleConfig {
  const mqtt: MqttConfig = { enabled: false };
  const inner = createReader(readBytes(reader));
  for (let field = nextField(inner); field !== 0; field = nextField(inner)) {
    if (field === 1) mqtt.enabled = readBool(inner);
    else skipField(inner);
  }
  if (inner.failed) reader.failed = true;
  return { mqtt: mqtt };
}

function readTelemetry(reader: Reader): ModuleConfig {
  const telemetry: TelemetryConfig = {
    deviceUpdateSecs: 0,
    environmentUpdateSecs: 0,
    environmentEnabled: false,
  };
  const inner = createReader(readBytes(reader));
  for (let field = nextField(inner); field !== 0; field = nextField(inner)) {
    if (field === 1) telemetry.deviceUpdateSecs = readUint(inner);
    else if (field === 2) telemetry.environmentUpdateSecs = readUint(inner);
    else if (field === 3) telemetry.environmentEnabled = readBool(inner);
    else skipField(inner);
  }
  if (inner.failed) reader.failed = true;
  return { telemetry: telemetry };
}

/** Reads a ModuleConfig; of several sections the last counts. Rejects: malformed. */
export function decodeModuleConfig(bytes: Uint8Array): ModuleConfig | Reason {
  let config: ModuleConfig = {};
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === MQTT_SECTION) config = readMqtt(reader);
    else if (field === TELEMETRY_SECTION) config = readTelemetry(reader);
    else {
      if (field <= LAST_SECTION) config = {};
      skipField(reader);
    }
  }
  return reader.failed ? 'malformed' : config;
}

/** A ModuleConfig to write: fields left out have their default. */
export interface ModuleConfigToSend {
  mqtt?: Partial<MqttConfig>;
  telemetry?: Partial<TelemetryConfig>;
}

/** Writes a ModuleConfig. */
export function encodeModuleConfig(config: ModuleConfigToSend): Uint8Array {
  const writer = createWriter(32);
  const inner = createWriter(24);
  if (config.mqtt) {
    putBool(inner, 1, config.mqtt.enabled);
    putMessage(writer, MQTT_SECTION, finish(inner));
  } else if (config.telemetry) {
    putUint(inner, 1, config.telemetry.deviceUpdateSecs);
    putUint(inner, 2, config.telemetry.environmentUpdateSecs);
    putBool(inner, 3, config.telemetry.environmentEnabled);
    putMessage(writer, TELEMETRY_SECTION, finish(inner));
  }
  return finish(writer);
}
