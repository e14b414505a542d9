/*
 * What a radio answers to want_config.
 * From: the radio's settings and node database; to: the client session, as FromRadio messages in the recorded order.
 * Source: recordings of Meshtastic 2.7.26 (test/fixtures/meshtasticd/handshake-*); mesh.proto, config.proto.
 */
import { CHANNEL_PRIMARY, CHANNEL_SECONDARY } from '../../shared/meshtastic/channel-settings';
import type { FromRadioToSend } from '../../shared/meshtastic/from-radio';
import type { LoRaConfig } from '../../shared/meshtastic/lora-config';
import type { NodeInfoToSend } from '../../shared/meshtastic/node-info';
import { createWriter, finish, putUint } from '../../shared/meshtastic/protobuf';
import { REGIONS } from '../../shared/meshtastic/regions';
import { putText } from '../../shared/meshtastic/text';
import { NONCE_CONFIG_ONLY, NONCE_NODES_ONLY } from '../../shared/meshtastic/to-radio';
import type { User } from '../../shared/meshtastic/user';
import type { KnownNode } from './node-database';
import type { RadioCore } from './radio-core';

/** What the answer needs beside the core. */
export interface HandshakeFacts {
  user: User;
  rebootCount: number;
}

const CHANNELS = 8;
const CONFIG_SECTIONS = 10;
const LORA_SECTION = 6;
const MODULE_SECTIONS = 13;
const MODULE_MESSAGES = 16;
const MIN_APP_VERSION = 30200;
const FIRMWARE_VERSION = '2.7.26.54e0d8d';
const DEVICE_STATE_VERSION = 24;
/** Files of the radio's storage with typical sizes, bytes. */
const FILES: [string, number][] = [
  ['/prefs/device.proto', 104],
  ['/prefs/nodes.proto', 1758],
  ['/prefs/channels.proto', 92],
  ['/prefs/config.proto', 184],
  ['/prefs/module.proto', 102],
];

function loraConfig(core: RadioCore): LoRaConfig {
  const { preset, region, txPowerDbm } = core.options;
  return {
    usePreset: true,
    modemPreset: preset.number,
    bandwidth: preset.bandwidthHz / 1000,
    spreadFactor: preset.spreadingFactor,
    codingRate: preset.codingRate,
    region: REGIONS[region].code,
    hopLimit: core.hopLimit,
    txEnabled: true,
    txPower: txPowerDbm ?? 22,
    channelNum: 0,
    overrideDutyCycle: false,
    overrideFrequency: 0,
    ignoreMqtt: true,
    configOkToMqtt: false,
  };
}

function channelMessages(core: RadioCore): FromRadioToSend[] {
  const messages: FromRadioToSend[] = [];
  for (let index = 0; index < CHANNELS; index += 1) {
    const channel = core.channels[index];
    const role = index === 0 ? CHANNEL_PRIMARY : CHANNEL_SECONDARY;
    if (channel === undefined) messages.push({ channel: { index, settings: {} } });
    else messages.push({ channel: { index, settings: channel.setup, role } });
  }
  return messages;
}

function configMessages(core: RadioCore): FromRadioToSend[] {
  const messages: FromRadioToSend[] = [];
  for (let section = 1; section <= CONFIG_SECTIONS; section += 1) {
    const empty = { otherSection: { field: section, bytes: new Uint8Array(0) } };
    messages.push({ config: section === LORA_SECTION ? { lora: loraConfig(core) } : empty });
  }
  return messages;
}

function moduleMessages(): FromRadioToSend[] {
  const messages: FromRadioToSend[] = [];
  for (let section = 1; section <= MODULE_MESSAGES; section += 1) {
    const bytes = section <= MODULE_SECTIONS ? [(section << 3) | 2, 0] : [];
    messages.push({ moduleConfig: new Uint8Array(bytes) });
  }
  return messages;
}

function fileMessages(): FromRadioToSend[] {
  return FILES.map(([name, sizeBytes]) => {
    const writer = createWriter(48);
    putText(writer, 1, name);
    putUint(writer, 2, sizeBytes);
    return { fileInfo: finish(writer) };
  });
}

function nodeMessage(node: KnownNode): FromRadioToSend {
  const nodeInfo: NodeInfoToSend = {
    num: node.num,
    user: node.user,
    snr: node.snrDb,
    lastHeard: node.lastHeardS,
    hopsAway: node.hopsAway,
  };
  return { nodeInfo };
}

/** All messages that answer want_config with this nonce, the last one configCompleteId. */
export function answerWantConfig(
  core: RadioCore,
  facts: HandshakeFacts,
  nonce: number,
): FromRadioToSend[] {
  const others = core.nodes.all();
  const own: FromRadioToSend = { nodeInfo: { num: core.nodeNum, user: facts.user } };
  const nodes = others.map(nodeMessage);
  const complete: FromRadioToSend = { configCompleteId: nonce };
  if (nonce === NONCE_NODES_ONLY) return [own, ...nodes, complete];
  const myInfo = {
    myNodeNum: core.nodeNum,
    rebootCount: facts.rebootCount,
    minAppVersion: MIN_APP_VERSION,
    nodedbCount: others.length + 1,
  };
  const metadata = {
    firmwareVersion: core.options.firmwareVersion ?? FIRMWARE_VERSION,
    deviceStateVersion: DEVICE_STATE_VERSION,
    role: facts.user.role,
    hwModel: facts.user.hwModel,
    hasPKC: true,
  };
  return [
    { myInfo },
    { deviceuiConfig: new Uint8Array(0) },
    own,
    { metadata },
    ...channelMessages(core),
    ...configMessages(core),
    ...moduleMessages(),
    ...(nonce === NONCE_CONFIG_ONLY ? [] : nodes),
    ...fileMessages(),
    complete,
  ];
}
