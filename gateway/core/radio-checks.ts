/*
 * radio-checks.ts: is this radio set up as a gateway's radio should be? In plain words, each with what to do.
 * Way: RadioInfo of the last handshake -> problems and warnings of one radio, its summary -> status, page, log.
 * Pure. Source: Meshtastic config.proto, module_config.proto, channel.proto; what each setting does was measured on
 * firmware 2.7.26 or read in its source. The list for people is docs/radio.md.
 */
import { modemPresetOf } from '../../shared/meshtastic/airtime';
import { channelHash, expandPsk } from '../../shared/meshtastic/channel';
import {
  CHANNEL_PRIMARY,
  type Channel,
  type ChannelSettings,
} from '../../shared/meshtastic/channel-settings';
import { slotFrequencyHz } from '../../shared/meshtastic/frequency-slot';
import { REGIONS, type Region, type RegionName } from '../../shared/meshtastic/regions';
import { TELEMETRY_NOISE_S } from '../limits/radio';
import { channelIndexOf, type RadioInfo } from './radio-info';

/** DeviceConfig.role by number. */
const ROLES: Record<number, string> = {
  0: 'CLIENT',
  1: 'CLIENT_MUTE',
  2: 'ROUTER',
  3: 'ROUTER_CLIENT',
  4: 'REPEATER',
  5: 'TRACKER',
  6: 'SENSOR',
  7: 'TAK',
  8: 'CLIENT_HIDDEN',
  9: 'LOST_AND_FOUND',
  10: 'TAK_TRACKER',
  11: 'ROUTER_LATE',
  12: 'CLIENT_BASE',
};
/** DeviceConfig.rebroadcast_mode by number. */
const REBROADCAST_MODES = [
  'ALL',
  'ALL_SKIP_DECODING',
  'LOCAL_ONLY',
  'KNOWN_ONLY',
  'NONE',
  'CORE_PORTNUMS_ONLY',
];
const ROLE_ROUTER = 2;
const ROLE_REPEATER = 4;
const MODE_KNOWN_ONLY = 3;
const MODE_CORE_PORTNUMS_ONLY = 5;
/** Oldest firmware of which it is known that the records pass: direct messages by channel key, wanted hops. */
const FIRMWARE_MIN: readonly [number, number] = [2, 5];
/** From this one on nobody has tried it yet. */
const FIRMWARE_UNTRIED: readonly [number, number] = [2, 8];

/** A radio's settings, for people and programs. null = the radio did not tell. */
export interface RadioSummary {
  firmware: string | null;
  /** Name of the region, or its number where the name is not known here. */
  region: string | null;
  preset: string | null;
  /** Centre of the channel, Hz; a custom name of the primary channel moves it. */
  frequencyHz: number | null;
  /** Index of the channel of the records, 0..7; null = the radio has none. */
  channel: number | null;
  role: string | null;
  rebroadcastMode: string | null;
  bluetooth: boolean | null;
  hopLimit: number | null;
  txEnabled: boolean | null;
  /** Has it a GPS that is switched on? */
  gps: boolean | null;
}

/** Name and limits of a region by its number; undefined when it is not known here. */
export function regionOf(code: number): { name: RegionName; region: Region } | undefined {
  const found = Object.entries(REGIONS).find(([, region]) => region.code === code);
  return found && { name: found[0] as RegionName, region: found[1] };
}

function presetOf({ lora }: RadioInfo) {
  return lora?.usePreset ? modemPresetOf(lora.modemPreset) : undefined;
}

function effectiveName(settings: ChannelSettings | undefined, info: RadioInfo): string {
  return settings?.name || presetOf(info)?.displayName || 'Custom';
}

function frequencyHz(info: RadioInfo): number | null {
  const { lora } = info;
  const preset = presetOf(info);
  if (lora?.overrideFrequency) return Math.round(lora.overrideFrequency * 1e6);
  const region = regionOf(lora?.region ?? 0)?.region;
  if (lora === undefined || preset === undefined || region === undefined) return null;
  const primary = info.channels.find(({ role }) => role === CHANNEL_PRIMARY);
  const name = effectiveName(primary?.settings, info);
  return slotFrequencyHz(region, preset, name, lora.channelNum) || null;
}

/** The settings as they are. Never a key. */
export function radioSummary(info: RadioInfo, channelName: string): RadioSummary {
  const { lora, device, metadata } = info;
  const index = channelIndexOf(info, channelName);
  const role = device?.role ?? metadata?.role;
  const mode = device?.rebroadcastMode;
  const region =
    lora && (regionOf(lora.region)?.name ?? (lora.region ? `${lora.region}` : 'UNSET'));
  const preset = lora && (presetOf(info)?.displayName ?? 'Custom');
  return {
    firmware: metadata?.firmwareVersion ?? null,
    region: region ?? null,
    preset: preset ?? null,
    frequencyHz: frequencyHz(info),
    channel: index < 0 ? null : index,
    role: role === undefined ? null : (ROLES[role] ?? `${role}`),
    rebroadcastMode: mode === undefined ? null : (REBROADCAST_MODES[mode] ?? `${mode}`),
    bluetooth: info.bluetooth?.enabled ?? null,
    hopLimit: lora?.hopLimit ?? null,
    txEnabled: lora?.txEnabled ?? null,
    gps: info.position ? info.position.gpsMode === 1 : null,
  };
}

function loraProblems({ lora }: RadioInfo): string[] {
  if (!lora) return ['the radio did not tell its LoRa settings: restart it'];
  const problems: string[] = [];
  if (lora.region === 0) {
    problems.push('no region is set, so the radio may not send: set the region of your country');
  }
  if (!lora.txEnabled) problems.push('sending is switched off: switch on LoRa "transmit enabled"');
  return problems;
}

function roleProblems(info: RadioInfo): string[] {
  const role = info.device?.role ?? info.metadata?.role;
  const mode = info.device?.rebroadcastMode;
  if (role === ROLE_ROUTER || role === ROLE_REPEATER) {
    return [`role ${ROLES[role]} does not deliver packets of private ports: set CLIENT`];
  }
  if (mode === MODE_CORE_PORTNUMS_ONLY) {
    return ['rebroadcast mode CORE_PORTNUMS_ONLY throws records away: set ALL'];
  }
  return [];
}

/** What keeps this radio from serving as a gateway on that channel, in words for people. Empty = nothing. */
export function radioProblems(info: RadioInfo, channelName: string): string[] {
  const problems: string[] = [];
  if (info.myNodeNum === 0) problems.push('the radio did not tell its number');
  if (channelIndexOf(info, channelName) < 0) {
    problems.push(
      `the radio has no channel named "${channelName}": add it with the key of your pod`,
    );
  }
  return [...problems, ...loraProblems(info), ...roleProblems(info)];
}

function pskWarnings(name: string, settings: ChannelSettings): string[] {
  const { psk } = settings;
  if (psk.length > 32) return ['the key of the channel is longer than 32 bytes: set a new one'];
  const key = expandPsk(psk);
  if (key.length === 0) {
    return ['the channel has no key, so anybody reads and answers: set a random one of 32 bytes'];
  }
  const warnings: string[] = [];
  if (psk.length === 1) warnings.push('the key of the channel is the public one: set a random one');
  else if (psk.length < 16) warnings.push('the key of the channel is short: set one of 32 bytes');
  if (channelHash(name, key) === 0) {
    warnings.push(
      "the channel's hash is 0, the mark of public-key packets: set another random key, on all radios",
    );
  }
  return warnings;
}

function channelWarnings(info: RadioInfo, channelName: string): string[] {
  const wanted = channelName.toLowerCase();
  const ours = info.channels.filter(({ settings }) => settings?.name.toLowerCase() === wanted);
  const settings = ours[0]?.settings;
  if (settings === undefined) return [];
  const warnings = pskWarnings(settings.name, keyed(ours[0], info));
  if (ours.length > 1) {
    const indexes = ours.map(({ index }) => index).join(' and ');
    warnings.push(
      `channels ${indexes} are both named "${channelName}": only ${ours[0].index} is used, rename the other`,
    );
  }
  if (settings.uplinkEnabled) {
    warnings.push(
      'MQTT uplink of the channel is on, records leave through the internet: switch it off',
    );
  }
  if (settings.downlinkEnabled) {
    warnings.push('MQTT downlink of the channel is on, strangers fill the air: switch it off');
  }
  return warnings;
}

/** A second channel without a key of its own uses that of the first. */
function keyed({ role, settings }: Channel, info: RadioInfo): ChannelSettings {
  const own = settings as ChannelSettings;
  if (role === CHANNEL_PRIMARY || own.psk.length > 0) return own;
  const primary = info.channels.find((channel) => channel.role === CHANNEL_PRIMARY);
  return { ...own, psk: primary?.settings?.psk ?? own.psk };
}

/** [major, minor]; undefined when it is not written so. */
function versionOf(firmware: string): readonly [number, number] | undefined {
  const parts = /^(\d{1,4})\.(\d{1,4})(\.|$)/.exec(firmware);
  return parts ? [Number(parts[1]), Number(parts[2])] : undefined;
}

function isBefore(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

function firmwareWarnings({ metadata }: RadioInfo): string[] {
  const firmware = metadata?.firmwareVersion ?? '';
  const version = versionOf(firmware);
  if (version === undefined) {
    return ['the radio did not tell the version of its firmware: 2.7.26 is the one tried'];
  }
  if (isBefore(version, FIRMWARE_MIN)) {
    return [`firmware ${firmware} is too old: flash 2.7.26`];
  }
  if (!isBefore(version, FIRMWARE_UNTRIED)) {
    return [
      `firmware ${firmware} has not been tried, early 2.8 loses direct messages: flash 2.7.26`,
    ];
  }
  return [];
}

function noiseWarnings({ position, telemetry }: RadioInfo): string[] {
  const warnings: string[] = [];
  const often = (s: number | undefined) => s !== undefined && s > 0 && s < TELEMETRY_NOISE_S;
  const words = `more often than every ${TELEMETRY_NOISE_S / 60} min: that fills the air`;
  if (often(telemetry?.deviceUpdateSecs)) warnings.push(`the radio tells its battery ${words}`);
  if (telemetry?.environmentEnabled && often(telemetry.environmentUpdateSecs)) {
    warnings.push(`the radio tells its sensors ${words}`);
  }
  if (often(position?.broadcastSecs)) warnings.push(`the radio tells its place ${words}`);
  return warnings;
}

function otherClientWarnings({ bluetooth, security, mqtt }: RadioInfo): string[] {
  const warnings: string[] = [];
  if (bluetooth?.enabled) {
    warnings.push(
      'Bluetooth is on: a phone that connects takes records away from the gateway: switch it off',
    );
  }
  if (security?.isManaged) {
    warnings.push('the radio is "managed", so its clock cannot be set: switch that off');
  }
  if (security?.debugLogApiEnabled) {
    warnings.push('the radio sends its debug log along with the packets: switch that off');
  }
  if (mqtt?.enabled) {
    warnings.push(
      'the MQTT module of the radio is on, the gateway does not need it: switch it off',
    );
  }
  return warnings;
}

/** What should be set otherwise, though the radio serves: in words for people. Empty = nothing. */
export function radioWarnings(info: RadioInfo, channelName: string): string[] {
  const warnings = [...channelWarnings(info, channelName), ...firmwareWarnings(info)];
  if (info.device?.rebroadcastMode === MODE_KNOWN_ONLY) {
    warnings.push('rebroadcast mode KNOWN_ONLY leaves out new nodes: set ALL');
  }
  if (info.lora?.overrideDutyCycle) {
    warnings.push('the duty cycle is overridden: most countries forbid that, switch it off');
  }
  if (info.lora && !info.lora.usePreset) {
    warnings.push('no modem preset is used: nodes must have the very same numbers');
  }
  return [...warnings, ...otherClientWarnings(info), ...noiseWarnings(info)];
}
