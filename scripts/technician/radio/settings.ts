/*
 * settings.ts: all settings of a radio, as it told them: owner, sections of Config and ModuleConfig, channels.
 * Way: messages of the handshake or answers to getters -> RadioSettings -> plan, snapshot, comparison.
 * Pure. May hold the channel's key and the radio's private key: never shown, never stored by this file.
 */
import { CONFIG_TYPES, hardwareName, type Message, MODULE_TYPES, type Variant } from './official';

/** Roles of a channel. */
export const CHANNEL_OFF = 0;
export const CHANNEL_FIRST = 1;

/** What a radio told. Maps by name of the section, by index of the channel, by number of the node. */
export interface RadioSettings {
  /** 0 = not told. */
  nodeNum: number;
  firmware: string;
  /** Name of its board, as Meshtastic spells it; '' = not told. */
  hardware: string;
  owner?: Message;
  configs: Map<string, Message>;
  modules: Map<string, Message>;
  channels: Map<number, Message>;
  /** Public keys of the nodes it knows, 32 bytes. */
  publicKeys: Map<number, Uint8Array>;
}

/** Nothing told yet. */
export function noSettings(): RadioSettings {
  return {
    nodeNum: 0,
    firmware: '',
    hardware: '',
    configs: new Map(),
    modules: new Map(),
    channels: new Map(),
    publicKeys: new Map(),
  };
}

function takeSection(sections: Map<string, Message>, told: unknown, known: object): void {
  const { payloadVariant } = told as { payloadVariant: { case?: string; value: unknown } };
  const { case: name, value } = payloadVariant;
  if (name !== undefined && name in known) sections.set(name, value as Message);
}

function takeNode(settings: RadioSettings, told: Message): void {
  const user = told.user as Message | undefined;
  if (user === undefined) return;
  if (told.num === settings.nodeNum) settings.owner = user;
  const key = user.publicKey as Uint8Array;
  if (key.length === 32) settings.publicKeys.set(told.num as number, key);
}

/** Adds what one FromRadio, or one answer to a getter, tells. Others change nothing. */
export function takeTold(settings: RadioSettings, told: Variant): void {
  const value = told.value as Message;
  switch (told.case) {
    case 'myInfo':
      settings.nodeNum = value.myNodeNum as number;
      break;
    case 'nodeInfo':
      takeNode(settings, value);
      break;
    case 'metadata':
    case 'getDeviceMetadataResponse':
      settings.firmware = value.firmwareVersion as string;
      settings.hardware = hardwareName(value.hwModel as number);
      break;
    case 'getOwnerResponse':
      settings.owner = value;
      break;
    case 'channel':
    case 'getChannelResponse':
      settings.channels.set(value.index as number, value);
      break;
    case 'config':
    case 'getConfigResponse':
      takeSection(settings.configs, value, CONFIG_TYPES);
      break;
    case 'moduleConfig':
    case 'getModuleConfigResponse':
      takeSection(settings.modules, value, MODULE_TYPES);
  }
}
