/*
 * What: the Meshtastic message Config and of its sections the one of interest, LoRaConfig.
 * From where to where: FromRadio.config <-> an object.
 * Source: config.proto, messages Config and Config.LoRaConfig. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBool,
  putFloat,
  putInt32,
  putMessage,
  putUint,
  type Reader,
  readBool,
  readBytes,
  readFloat,
  readInt32,
  readUint,
  skipField,
} from './protobuf';

const LORA_SECTION = 6;
const LAST_SECTION = 10;

/**
 * | field | number | wire |
 * |---|---|---|
 * | usePreset | 1 | bool |
 * | modemPreset | 2 | enum, see airtime.ts |
 * | bandwidth | 3 | uint32, kHz |
 * | spreadFactor | 4 | uint32, 7..12 |
 * | codingRate | 5 | uint32, 5..8 |
 * | region | 7 | enum, 0 UNSET, 3 EU_868 |
 * | hopLimit | 8 | uint32, 0..7 |
 * | txEnabled | 9 | bool |
 * | txPower | 10 | int32, dBm |
 * | channelNum | 11 | uint32, frequency slot, 0 = by name |
 * | overrideDutyCycle | 12 | bool |
 * | overrideFrequency | 14 | float, MHz |
 * | ignoreMqtt | 104 | bool |
 * | configOkToMqtt | 105 | bool |
 */
export interface LoRaConfig {
  usePreset: boolean;
  modemPreset: number;
  bandwidth: number;
  spreadFactor: number;
  codingRate: number;
  region: number;
  hopLimit: number;
  txEnabled: boolean;
  txPower: number;
  channelNum: number;
  overrideDutyCycle: boolean;
  overrideFrequency: number;
  ignoreMqtt: boolean;
  configOkToMqtt: boolean;
}

/**
 * oneof: device 1, position 2, power 3, network 4, display 5, **lora 6**, bluetooth 7, security 8, sessionkey 9,
 * device_ui 10. A section other than lora is kept as its number and bytes.
 */
export interface Config {
  lora?: LoRaConfig;
  otherSection?: { field: number; bytes: Uint8Array };
}

function readLoRaField(lora: LoRaConfig, field: number, reader: Reader): void {
  if (field === 1) lora.usePreset = readBool(reader);
  else if (field === 2) lora.modemPreset = readUint(reader);
  else if (field === 3) lora.bandwidth = readUint(reader);
  else if (field === 4) lora.spreadFactor = readUint(reader);
  else if (field === 5) lora.codingRate = readUint(reader);
  else if (field === 7) lora.region = readUint(reader);
  else if (field === 8) lora.hopLimit = readUint(reader);
  else if (field === 9) lora.txEnabled = readBool(reader);
  else if (field === 10) lora.txPower = readInt32(reader);
  else if (field === 11) lora.channelNum = readUint(reader);
  else if (field === 12) lora.overrideDutyCycle = readBool(reader);
  else if (field === 14) lora.overrideFrequency = readFloat(reader);
  else if (field === 104) lora.ignoreMqtt = readBool(reader);
  else if (field === 105) lora.configOkToMqtt = readBool(reader);
  else skipField(reader);
}

/** Reads a LoRaConfig. Rejects: malformed. */
export function decodeLoRaConfig(bytes: Uint8Array): LoRaConfig | Reason {
  const lora: LoRaConfig = {
    usePreset: false,
    modemPreset: 0,
    bandwidth: 0,
    spreadFactor: 0,
    codingRate: 0,
    region: 0,
    hopLimit: 0,
    txEnabled: false,
    txPower: 0,
    channelNum: 0,
    overrideDutyCycle: false,
    overrideFrequency: 0,
    ignoreMqtt: false,
    configOkToMqtt: false,
  };
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    readLoRaField(lora, field, reader);
  }
  return reader.failed ? 'malformed' : lora;
}

function readSection(field: number, reader: Reader): Config {
  const bytes = readBytes(reader);
  if (field !== LORA_SECTION) return { otherSection: { field: field, bytes: bytes } };
  const lora = decodeLoRaConfig(bytes);
  if (typeof lora !== 'string') return { lora: lora };
  reader.failed = true;
  return {};
}

/** Reads a Config; of several sections the last counts. Rejects: malformed. */
export function decodeConfig(bytes: Uint8Array): Config | Reason {
  let config: Config = {};
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field <= LAST_SECTION) config = readSection(field, reader);
    else skipField(reader);
  }
  return reader.failed ? 'malformed' : config;
}

/** Writes a LoRaConfig; fields left out have their default. */
export function encodeLoRaConfig(lora: Partial<LoRaConfig>): Uint8Array {
  const writer = createWriter(48);
  putBool(writer, 1, lora.usePreset);
  putUint(writer, 2, lora.modemPreset);
  putUint(writer, 3, lora.bandwidth);
  putUint(writer, 4, lora.spreadFactor);
  putUint(writer, 5, lora.codingRate);
  putUint(writer, 7, lora.region);
  putUint(writer, 8, lora.hopLimit);
  putBool(writer, 9, lora.txEnabled);
  putInt32(writer, 10, lora.txPower);
  putUint(writer, 11, lora.channelNum);
  putBool(writer, 12, lora.overrideDutyCycle);
  putFloat(writer, 14, lora.overrideFrequency);
  putBool(writer, 104, lora.ignoreMqtt);
  putBool(writer, 105, lora.configOkToMqtt);
  return finish(writer);
}

/** A Config to write: fields left out have their default. */
export interface ConfigToSend {
  lora?: Partial<LoRaConfig>;
  otherSection?: { field: number; bytes: Uint8Array };
}

/** Writes a Config. */
export function encodeConfig(config: ConfigToSend): Uint8Array {
  const writer = createWriter(64);
  if (config.lora) putMessage(writer, LORA_SECTION, encodeLoRaConfig(config.lora));
  else if (config.otherSection)
    putMessage(writer, config.otherSection.field, config.otherSection.bytes);
  return finish(writer);
}
