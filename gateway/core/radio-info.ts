/*
 * radio-info.ts: what the radio has told about itself: number, firmware, channels, LoRa settings, nodes it knows.
 * Way: radio session (messages of the handshake) -> RadioInfo -> judging, status page, warnings.
 * Pure. Source: Meshtastic mesh.proto, channel.proto, config.proto.
 */
import { CHANNEL_DISABLED, type Channel } from '../../shared/meshtastic/channel-settings';
import {
  BLUETOOTH_SECTION,
  type BluetoothConfig,
  DEVICE_SECTION,
  type DeviceConfig,
  decodeBluetoothConfig,
  decodeDeviceConfig,
  decodePositionConfig,
  decodeSecurityConfig,
  POSITION_SECTION,
  type PositionConfig,
  SECURITY_SECTION,
  type SecurityConfig,
} from '../../shared/meshtastic/config-sections';
import type { DeviceMetadata } from '../../shared/meshtastic/device-metadata';
import type { FromRadio } from '../../shared/meshtastic/from-radio';
import type { Config, LoRaConfig } from '../../shared/meshtastic/lora-config';
import {
  decodeModuleConfig,
  type MqttConfig,
  type TelemetryConfig,
} from '../../shared/meshtastic/module-config';
import type { NodeInfo } from '../../shared/meshtastic/node-info';
import type { User } from '../../shared/meshtastic/user';
import { RADIO_CHANNELS_MAX, RADIO_NODES_MAX } from '../limits/radio';

/** The radio as its last handshake described it. Never an identity: numbers and names are the radio's own claims. */
export interface RadioInfo {
  /** Number of the radio in the mesh; 0 = not told yet. */
  myNodeNum: number;
  metadata?: DeviceMetadata;
  lora?: LoRaConfig;
  device?: DeviceConfig;
  position?: PositionConfig;
  bluetooth?: BluetoothConfig;
  security?: SecurityConfig;
  mqtt?: MqttConfig;
  telemetry?: TelemetryConfig;
  /** The channels in use, by rising index. */
  channels: Channel[];
  /** Nodes in the radio's database, in the order told; its own entry among them. */
  nodes: NodeInfo[];
}

/** A radio of which nothing is known. */
export function unknownRadio(): RadioInfo {
  return { myNodeNum: 0, channels: [], nodes: [] };
}

function withChannel(channels: Channel[], channel: Channel): Channel[] {
  if (channel.index < 0 || channel.index >= RADIO_CHANNELS_MAX) return channels;
  const others = channels.filter((other) => other.index !== channel.index);
  const isIndex = channel.index >= 0 && channel.index < RADIO_CHANNELS_MAX;
  if (channel.role === CHANNEL_DISABLED || !isIndex) return others;
  return [...others, channel].sort((a, b) => a.index - b.index);
}

/** Of too many the one told longest ago gives way, but never the radio's own entry. */
function withNode({ nodes, myNodeNum }: RadioInfo, node: NodeInfo): NodeInfo[] {
  const at = nodes.findIndex((other) => other.num === node.num);
  if (at >= 0) return nodes.with(at, node);
  const out = nodes.length < RADIO_NODES_MAX ? -1 : nodes[0].num === myNodeNum ? 1 : 0;
  return [...nodes.filter((_, place) => place !== out), node];
}

/** How each section of interest is read. */
const SECTIONS: Record<number, (bytes: Uint8Array) => Partial<RadioInfo>> = {
  [DEVICE_SECTION]: (bytes) => named('device', decodeDeviceConfig(bytes)),
  [POSITION_SECTION]: (bytes) => named('position', decodePositionConfig(bytes)),
  [BLUETOOTH_SECTION]: (bytes) => named('bluetooth', decodeBluetoothConfig(bytes)),
  [SECURITY_SECTION]: (bytes) => named('security', decodeSecurityConfig(bytes)),
};

/** A section that cannot be read tells nothing. */
function named(name: keyof RadioInfo, section: object | string): Partial<RadioInfo> {
  return typeof section === 'string' ? {} : { [name]: section };
}

function withConfig(info: RadioInfo, { lora, otherSection }: Config): RadioInfo {
  if (lora) return { ...info, lora };
  const told = otherSection ? SECTIONS[otherSection.field]?.(otherSection.bytes) : undefined;
  return { ...info, ...told };
}

function withModule(info: RadioInfo, bytes: Uint8Array): RadioInfo {
  const module = decodeModuleConfig(bytes);
  return typeof module === 'string' ? info : { ...info, ...module };
}

/** What is known after one more message of the radio; messages that tell nothing about it change nothing. */
export function learn(info: RadioInfo, message: FromRadio): RadioInfo {
  if (message.myInfo) return { ...info, myNodeNum: message.myInfo.myNodeNum };
  if (message.metadata) return { ...info, metadata: message.metadata };
  if (message.config) return withConfig(info, message.config);
  if (message.moduleConfig) return withModule(info, message.moduleConfig);
  if (message.channel) return { ...info, channels: withChannel(info.channels, message.channel) };
  if (message.nodeInfo) return { ...info, nodes: withNode(info, message.nodeInfo) };
  return info;
}

/** Name and key of the radio itself; undefined when its database has no such entry. */
export function ownerOf(info: RadioInfo): User | undefined {
  return info.nodes.find((node) => node.num === info.myNodeNum)?.user;
}

/** Index of the channel of that name, 0..7; -1 = there is none. Case does not count, as on the radio. */
export function channelIndexOf(info: RadioInfo, name: string): number {
  const wanted = name.toLowerCase();
  const channel = info.channels.find(({ settings }) => settings?.name.toLowerCase() === wanted);
  return channel ? channel.index : -1;
}
