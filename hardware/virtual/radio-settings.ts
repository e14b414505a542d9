/*
 * The settings of a virtual radio: what it told, takes from its client, keeps over a restart, and works out by itself.
 * From: radio options, admin messages (radio-admin.ts); to: the handshake, and the radio's parts at each start.
 * Source: Meshtastic 2.7.26: config.proto, module_config.proto; what it derives was seen in test/fixtures/meshtasticd/provisioning*.
 * Left out: a change of the frequency slot, channels behind an unused one.
 */
import { modemPresetOf } from '../../shared/meshtastic/airtime';
import {
  CHANNEL_DISABLED,
  CHANNEL_PRIMARY,
  CHANNEL_SECONDARY,
  decodeChannel,
  encodeChannel,
} from '../../shared/meshtastic/channel-settings';
import { DEVICE_SECTION, decodeDeviceConfig } from '../../shared/meshtastic/config-sections';
import {
  decodeLoRaConfig,
  encodeLoRaConfig,
  type LoRaConfig,
} from '../../shared/meshtastic/lora-config';
import { createWriter, finish, putBool, putInt32, putUint } from '../../shared/meshtastic/protobuf';
import { REGIONS, type Region, type RegionName } from '../../shared/meshtastic/regions';
import { putText } from '../../shared/meshtastic/text';
import { createChannelKeys } from './channel-keys';
import { createModem } from './modem';
import { keyPairOf, keysInSecurity, securityFieldsOf } from './public-keys';
import type { RadioCore, RadioRole } from './radio-core';
import {
  FACTORY_CHANNEL,
  FACTORY_CONFIGS,
  FACTORY_LAMP,
  FACTORY_MODULES,
  FACTORY_MQTT_ROOT,
} from './radio-factory';

export const LORA_SECTION = 6;
export const SECURITY_SECTION = 8;
const MQTT_SECTION = 1;
const CONFIG_SECTIONS = 10;
const MODULE_SECTIONS = 13;
const CHANNELS = 8;
const ROLES: RadioRole[] = ['CLIENT', 'CLIENT_MUTE', 'ROUTER'];

/** All that is kept, as bytes of the protobuf. */
interface Kept {
  longName: string;
  shortName: string;
  publicKey: Uint8Array;
  configs: Map<number, Uint8Array>;
  modules: Map<number, Uint8Array>;
  channels: Uint8Array[];
}

/** Settings as they are now; `commit` makes them last. */
export interface RadioSettings {
  now: Kept;
  /** Sets a section of Config. A new region brings its limits and a key pair. */
  setConfig(section: number, bytes: Uint8Array): void;
  setModule(section: number, bytes: Uint8Array): void;
  setChannel(bytes: Uint8Array): void;
  setOwner(longName: string, shortName: string): void;
  commit(): void;
  /** What was not committed is gone (power off). */
  revert(): void;
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** `bytes` with more fields behind; of a field that comes twice the last counts. */
function withMore(bytes: Uint8Array | undefined, more: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([bytes ?? new Uint8Array(0), more]));
}

function regionOf(code: number): [RegionName, Region] | undefined {
  return Object.entries(REGIONS).find(([, region]) => region.code === code) as
    | [RegionName, Region]
    | undefined;
}

function loraOf(core: RadioCore): Uint8Array {
  const { preset, region, txPowerDbm } = core.options;
  return encodeLoRaConfig({
    usePreset: true,
    modemPreset: preset.number,
    bandwidth: preset.bandwidthHz / 1000,
    spreadFactor: preset.spreadingFactor,
    codingRate: preset.codingRate,
    region: REGIONS[region].code,
    hopLimit: core.hopLimit,
    txEnabled: true,
    txPower: txPowerDbm ?? 22,
    ignoreMqtt: true,
  });
}

function numbered(count: number): [number, Uint8Array][] {
  return Array.from({ length: count }, (_, at) => [at + 1, new Uint8Array(0)]);
}

function channelsOf(core: RadioCore): Uint8Array[] {
  return Array.from({ length: CHANNELS }, (_, index) => {
    const channel = core.channels[index];
    if (channel === undefined) return encodeChannel({ index, settings: {} });
    const role = index === 0 ? CHANNEL_PRIMARY : CHANNEL_SECONDARY;
    return encodeChannel({ index, settings: channel.setup, role });
  });
}

function lampOf(nodeNum: number): Uint8Array {
  const writer = createWriter(12);
  for (const at of [0, 1, 2]) putUint(writer, 3 + at, (nodeNum >>> (16 - 8 * at)) & 255);
  return finish(writer);
}

function factory(nodeNum: number): Pick<Kept, 'configs' | 'modules' | 'channels'> {
  const others = Array.from({ length: CHANNELS - 1 }, (_, at) =>
    encodeChannel({ index: at + 1, settings: {} }),
  );
  const modules = new Map(FACTORY_MODULES.map(([section, text]) => [section, hex(text)]));
  modules.set(FACTORY_LAMP, withMore(modules.get(FACTORY_LAMP), lampOf(nodeNum)));
  return {
    configs: new Map(FACTORY_CONFIGS.map(([section, text]) => [section, hex(text)])),
    modules,
    channels: [hex(FACTORY_CHANNEL), ...others],
  };
}

function first(core: RadioCore): Kept {
  const { longName, shortName, factoryNew } = core.options;
  const { publicKey } = core.keys;
  if (factoryNew)
    return { longName, shortName, publicKey: new Uint8Array(0), ...factory(core.nodeNum) };
  const configs = new Map(numbered(CONFIG_SECTIONS))
    .set(LORA_SECTION, loraOf(core))
    .set(SECURITY_SECTION, securityFieldsOf(core.keys));
  const modules = new Map(numbered(MODULE_SECTIONS));
  return { longName, shortName, publicKey, configs, modules, channels: channelsOf(core) };
}

function copyOf(kept: Kept): Kept {
  return {
    ...kept,
    configs: new Map(kept.configs),
    modules: new Map(kept.modules),
    channels: [...kept.channels],
  };
}

/** What the radio works out of a preset and a region. */
function derived(lora: LoRaConfig): Uint8Array {
  const writer = createWriter(48);
  const preset = lora.usePreset ? modemPresetOf(lora.modemPreset) : undefined;
  putUint(writer, 3, preset && preset.bandwidthHz / 1000);
  putUint(writer, 4, preset?.spreadingFactor);
  putUint(writer, 5, preset?.codingRate);
  const region = regionOf(lora.region)?.[1];
  if (region && lora.txPower > region.txPowerDbmMax) putInt32(writer, 10, region.txPowerDbmMax);
  return finish(writer);
}

/** The first region that is set brings a key pair, and what the region asks for. */
function firstRegion(core: RadioCore, kept: Kept, code: number): void {
  const [name, region] = regionOf(code) ?? [`${code}`, undefined];
  const lora = createWriter(8);
  putBool(lora, 9, true);
  if (region && region.dutyCyclePercent < 100) putBool(lora, 104, true);
  kept.configs.set(LORA_SECTION, withMore(kept.configs.get(LORA_SECTION), finish(lora)));
  const mqtt = createWriter(32);
  putText(mqtt, 8, `${FACTORY_MQTT_ROOT}/${name}`);
  kept.modules.set(MQTT_SECTION, withMore(kept.modules.get(MQTT_SECTION), finish(mqtt)));
  if (kept.publicKey.length > 0) return;
  setKeys(kept, core.dice.bytes(32));
}

function setKeys(kept: Kept, privateKey: Uint8Array): void {
  const pair = keyPairOf(privateKey);
  kept.publicKey = pair.publicKey;
  const section = withMore(kept.configs.get(SECURITY_SECTION), securityFieldsOf(pair));
  kept.configs.set(SECURITY_SECTION, section);
}

/** A section security without a private key asks for a new one; of one with it only the private key counts. */
function renewKeys(core: RadioCore, kept: Kept, region: number): void {
  const { privateKey } = keysInSecurity(kept.configs.get(SECURITY_SECTION) ?? new Uint8Array(0));
  if (region === 0) return;
  setKeys(kept, privateKey.length === 32 ? privateKey : core.dice.bytes(32));
}

/** The radio uses the keys that are set. */
function useKeys(core: RadioCore, kept: Kept): void {
  core.keys = keysInSecurity(kept.configs.get(SECURITY_SECTION) ?? new Uint8Array(0));
}

function setConfig(core: RadioCore, kept: Kept, section: number, bytes: Uint8Array): void {
  const before = decodeLoRaConfig(kept.configs.get(LORA_SECTION) ?? new Uint8Array(0));
  kept.configs.set(section, bytes);
  if (section === SECURITY_SECTION && typeof before !== 'string') {
    renewKeys(core, kept, before.region);
  }
  const lora = section === LORA_SECTION ? decodeLoRaConfig(bytes) : '';
  if (typeof lora === 'string' || typeof before === 'string') return;
  kept.configs.set(section, withMore(bytes, derived(lora)));
  if (before.region === 0 && lora.region !== 0) firstRegion(core, kept, lora.region);
}

/** Settings of a radio. */
export function createSettings(core: RadioCore): RadioSettings {
  let saved = first(core);
  const settings: RadioSettings = {
    now: copyOf(saved),
    setConfig: (section, bytes) => {
      setConfig(core, settings.now, section, bytes);
      useKeys(core, settings.now);
    },
    setModule: (section, bytes) => void settings.now.modules.set(section, bytes),
    setChannel: (bytes) => {
      const channel = decodeChannel(bytes);
      if (typeof channel === 'string' || channel.index >= CHANNELS) return;
      settings.now.channels[channel.index] = bytes;
    },
    setOwner: (longName, shortName) => Object.assign(settings.now, { longName, shortName }),
    commit: () => {
      saved = copyOf(settings.now);
    },
    revert: () => {
      settings.now = copyOf(saved);
      useKeys(core, saved);
    },
  };
  return settings;
}

/** Makes the parts of a radio as its settings say (at a start). A radio without region stays as it is. */
export function obey(core: RadioCore, { now }: RadioSettings): void {
  const lora = decodeLoRaConfig(now.configs.get(LORA_SECTION) ?? new Uint8Array(0));
  const device = decodeDeviceConfig(now.configs.get(DEVICE_SECTION) ?? new Uint8Array(0));
  if (typeof lora === 'string' || typeof device === 'string') return;
  const region = regionOf(lora.region);
  const preset = lora.usePreset ? modemPresetOf(lora.modemPreset) : undefined;
  if (region === undefined || preset === undefined) return;
  Object.assign(core.modem, createModem(preset, region[0]));
  core.dutyCyclePercent = region[1].dutyCyclePercent;
  core.hopLimit = lora.hopLimit || core.hopLimit;
  core.role = ROLES[device.role] ?? 'CLIENT';
  const channels = now.channels.map((bytes) => decodeChannel(bytes));
  const used = channels.flatMap((channel) => {
    if (typeof channel === 'string' || channel.role === CHANNEL_DISABLED) return [];
    return [
      { name: channel.settings?.name ?? '', psk: channel.settings?.psk ?? new Uint8Array(0) },
    ];
  });
  if (used.length > 0) core.channels = createChannelKeys(used, preset.displayName);
}
