/*
 * wish.ts: how a radio of Tallywell is set up, at the gateway and at a site.
 * Way: pod, key and choices of the technician -> RadioWish -> plan.
 * Pure. Source: docs/radio.md and gateway/core/radio-checks.ts, which look for the same; Meshtastic config.proto,
 * module_config.proto. The link to a node: firmware/links/uart-session.ts, UART_BAUD.
 */
import { UART_BAUD } from '../../../firmware/node-limits';
import { CHANNEL_NAME } from '../../../shared/limits';
import { channelHash } from '../../../shared/meshtastic/channel';
import {
  RADIO_LONG_NAME_BYTES_MAX,
  RADIO_PLACE_S,
  RADIO_QUIET_S,
  RADIO_SHORT_NAME_BYTES_MAX,
} from '../limits';
import { Trouble } from '../trouble';
import type { Message } from './official';
import { presetNumber, regionNumber } from './official';
import type { ChannelWish, Fields, RadioWish } from './plan';
import { CHANNEL_FIRST, CHANNEL_OFF, type RadioSettings } from './settings';

const ROLE_CLIENT = 0;
const ROLE_CLIENT_MUTE = 1;
const REBROADCAST_ALL = 0;
const NODE_INFO_S = 10_800;
const HOPS = 3;
const GPS_DISABLED = 0;
const GPS_ENABLED = 1;
/** Bit of position_flags: tell the time of the fix. */
const FLAG_TIMESTAMP = 128;
/** A gateway takes its time from the radio's GPS: it looks this often, s. */
const GATEWAY_GPS_S = 30;
const MODE_PROTO = 2;
const ADMIN_KEYS_MAX = 3;
/** Numbers of SerialConfig.baud. */
const BAUDS: Record<number, number> = { 38400: 9, 57600: 10, 115200: 11 };

/** What the technician chose. */
export interface RadioChoice {
  /** gateway: the gateway's own. site: a node's UART hangs on it, and it relays. sleeper: the same, powered only to send. */
  role: 'gateway' | 'site' | 'sleeper';
  longName: string;
  shortName: string;
  /** Name of the region, EU_868. */
  region: string;
  /** Name of the modem preset, LONG_FAST. */
  preset: string;
  /** Frequency slot, 0 = by the channel's name. */
  channelNum: number;
  /** Pins of the Serial module on the radio's board; null = no node hangs on it. */
  pins: { rxd: number; txd: number } | null;
  /** Key of the channel "serial", 32 bytes. */
  channelKey: Uint8Array;
  /** Public key of a radio that may set this one up over the air, 32 bytes. */
  adminKey?: Uint8Array;
}

/** The first characters of a text that fit. */
export function cutToBytes(text: string, bytesMax: number): string {
  let cut = '';
  for (const character of text) {
    if (Buffer.byteLength(cut + character) > bytesMax) break;
    cut += character;
  }
  return cut;
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** As it is when it is quiet enough (0 = the firmware's default, which may be loud), else so many s. */
function quiet(value: unknown, s: number): number {
  return number(value) >= s ? number(value) : s;
}

function loraFields(choice: RadioChoice, have: Message | undefined): Fields {
  const region = regionNumber(choice.region);
  if (!region) throw new Trouble('region-unset', { region: choice.region });
  const modemPreset = presetNumber(choice.preset);
  if (modemPreset === undefined) {
    throw new Trouble('bad-file', { file: 'pod', fault: `preset ${choice.preset}` });
  }
  return {
    usePreset: true,
    modemPreset,
    region,
    channelNum: choice.channelNum,
    hopLimit: number(have?.hopLimit) || HOPS,
    txEnabled: true,
    overrideDutyCycle: false,
    overrideFrequency: 0,
    configOkToMqtt: false,
  };
}

/** A place is told rarely; only the gateway's GPS is of use, for its time. */
function positionFields({ role }: RadioChoice, have: Message | undefined): Fields {
  const common = {
    positionBroadcastSecs: quiet(have?.positionBroadcastSecs, RADIO_PLACE_S),
    positionBroadcastSmartEnabled: false,
  };
  if (have?.gpsMode !== GPS_ENABLED) return common;
  if (role !== 'gateway') return { ...common, gpsMode: GPS_DISABLED };
  const positionFlags = number(have.positionFlags) | FLAG_TIMESTAMP;
  return { ...common, positionFlags, gpsUpdateInterval: GATEWAY_GPS_S };
}

function serialFields({ pins }: RadioChoice): Fields {
  if (pins === null) return { enabled: false };
  return {
    enabled: true,
    echo: false,
    mode: MODE_PROTO,
    rxd: pins.rxd,
    txd: pins.txd,
    baud: BAUDS[UART_BAUD],
    overrideConsoleSerialPort: false,
  };
}

function telemetryFields(have: Message | undefined): Fields {
  return {
    deviceUpdateInterval: quiet(have?.deviceUpdateInterval, RADIO_QUIET_S),
    environmentMeasurementEnabled: false,
    airQualityEnabled: false,
    powerMeasurementEnabled: false,
    healthMeasurementEnabled: false,
  };
}

/** Of the keys that may order it from afar there is room for three: the new one comes last. */
function securityFields({ adminKey }: RadioChoice, have: Message | undefined): Fields {
  const common = { serialEnabled: true, debugLogApiEnabled: false };
  if (adminKey === undefined) return common;
  const told = ((have?.adminKey ?? []) as Uint8Array[]).filter(({ length }) => length > 0);
  const wanted = Uint8Array.from(adminKey);
  const others = told.filter((key) => Buffer.compare(key, wanted) !== 0);
  if (others.length < told.length) return common;
  return { ...common, adminKey: [...others.slice(0, ADMIN_KEYS_MAX - 1), wanted] };
}

/** Channel 0 is ours; another one of the same name goes, for only the first of a name is used. */
function channelWishes({ channelKey }: RadioChoice, have: RadioSettings): Map<number, ChannelWish> {
  const psk = Uint8Array.from(channelKey);
  const wishes = new Map<number, ChannelWish>([
    [0, { role: CHANNEL_FIRST, name: CHANNEL_NAME, psk }],
  ]);
  for (const [index, { role, settings }] of have.channels) {
    const name = `${(settings as Message | undefined)?.name ?? ''}`.toLowerCase();
    if (index > 0 && role !== CHANNEL_OFF && name === CHANNEL_NAME) wishes.set(index, null);
  }
  return wishes;
}

/**
 * The wish for a radio that has these settings.
 * Throws Trouble: region-unset, zero-hash, bad-file (preset, key, names).
 */
export function tallywellWish(choice: RadioChoice, have: RadioSettings): RadioWish {
  const { configs, modules } = have;
  const { channelKey, longName, shortName } = choice;
  if (channelKey.length !== 32) {
    throw new Trouble('bad-file', { file: 'pod', fault: 'channel key is not 32 bytes' });
  }
  if (channelHash(CHANNEL_NAME, channelKey) === 0) throw new Trouble('zero-hash');
  const role = choice.role === 'sleeper' ? ROLE_CLIENT_MUTE : ROLE_CLIENT;
  return {
    owner: {
      longName: cutToBytes(longName, RADIO_LONG_NAME_BYTES_MAX),
      shortName: cutToBytes(shortName, RADIO_SHORT_NAME_BYTES_MAX),
    },
    configs: {
      lora: loraFields(choice, configs.get('lora')),
      device: { role, rebroadcastMode: REBROADCAST_ALL, nodeInfoBroadcastSecs: NODE_INFO_S },
      position: positionFields(choice, configs.get('position')),
      // A node's UART does not wake a radio that saves power.
      ...(choice.pins === null ? {} : { power: { isPowerSaving: false } }),
      bluetooth: { enabled: false },
      security: securityFields(choice, configs.get('security')),
    },
    channels: channelWishes(choice, have),
    modules: {
      mqtt: { enabled: false },
      serial: serialFields(choice),
      rangeTest: { enabled: false },
      telemetry: telemetryFields(modules.get('telemetry')),
      neighborInfo: { enabled: false },
    },
  };
}
