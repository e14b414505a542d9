/*
 * What a radio answers to want_config.
 * From: the radio's settings and node database; to: the client session, as FromRadio messages in the recorded order.
 * Source: recordings of Meshtastic 2.7.26 (test/fixtures/meshtasticd/handshake-*); mesh.proto, config.proto.
 */
import { decodeChannel } from '../../shared/meshtastic/channel-settings';
import type { DeviceMetadata } from '../../shared/meshtastic/device-metadata';
import type { FromRadioToSend } from '../../shared/meshtastic/from-radio';
import type { NodeInfoToSend } from '../../shared/meshtastic/node-info';
import { createWriter, finish, putMessage, putUint } from '../../shared/meshtastic/protobuf';
import { putText } from '../../shared/meshtastic/text';
import { NONCE_CONFIG_ONLY, NONCE_NODES_ONLY } from '../../shared/meshtastic/to-radio';
import type { User } from '../../shared/meshtastic/user';
import type { KnownNode } from './node-database';
import type { RadioCore } from './radio-core';
import type { RadioSettings } from './radio-settings';

/** What the answer needs beside the core. */
export interface HandshakeFacts {
  user: User;
  rebootCount: number;
  settings: RadioSettings;
}

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

function channelMessages({ now }: RadioSettings): FromRadioToSend[] {
  return now.channels.map((bytes) => {
    const channel = decodeChannel(bytes);
    return { channel: typeof channel === 'string' ? {} : { settings: {}, ...channel } };
  });
}

function configMessages({ now }: RadioSettings): FromRadioToSend[] {
  return [...now.configs].map(([field, bytes]) => ({ config: { otherSection: { field, bytes } } }));
}

function moduleMessages({ now }: RadioSettings): FromRadioToSend[] {
  const messages: FromRadioToSend[] = [...now.modules].map(([section, bytes]) => {
    const writer = createWriter(bytes.length + 8);
    putMessage(writer, section, bytes);
    return { moduleConfig: finish(writer) };
  });
  while (messages.length < MODULE_MESSAGES) messages.push({ moduleConfig: new Uint8Array(0) });
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

/** What the radio says of its firmware and board. */
export function metadataOf(core: RadioCore, user: User): Partial<DeviceMetadata> {
  return {
    firmwareVersion: core.options.firmwareVersion ?? FIRMWARE_VERSION,
    deviceStateVersion: DEVICE_STATE_VERSION,
    role: user.role,
    hwModel: user.hwModel,
    hasPKC: true,
  };
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
  const metadata = metadataOf(core, facts.user);
  return [
    { myInfo },
    { deviceuiConfig: new Uint8Array(0) },
    own,
    { metadata },
    ...channelMessages(facts.settings),
    ...configMessages(facts.settings),
    ...moduleMessages(facts.settings),
    ...(nonce === NONCE_CONFIG_ONLY ? [] : nodes),
    ...fileMessages(),
    complete,
  ];
}
