/*
 * The channels of a virtual radio: encryption of what it sends, decryption of what it hears.
 * From: Data messages and frames off the air; to: frame bodies and Data messages.
 * Source: shared/meshtastic/channel.ts; AES by node:crypto.
 */
import { createCipheriv } from 'node:crypto';
import { channelHash, cryptChannel, expandPsk } from '../../shared/meshtastic/channel';
import { type Data, decodeData } from '../../shared/meshtastic/data';
import type { OnAirHeader } from '../../shared/meshtastic/onair';
import type { Reason } from '../../shared/reasons';

/** A channel as its owner sets it up. */
export interface ChannelSetup {
  /** Up to 11 ASCII characters; 'serial' and 'gpio' let direct messages use the channel key. */
  name: string;
  /** 0, 1, 16 or 32 bytes. */
  psk: Uint8Array;
}

/** A channel ready for use. */
export interface ChannelKey {
  name: string;
  /** Name shown to clients: '' where the preset's name stands in. */
  setup: ChannelSetup;
  key: Uint8Array;
  hash: number;
}

/** Result of trying all channels on a frame. */
export interface Decrypted {
  data: Data;
  channelIndex: number;
}

/** AES-ECB over whole blocks. */
export function encryptBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-ecb' : 'aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return cipher.update(blocks);
}

/** Prepares channels; the first is the primary. `presetName` names a channel without a name. */
export function createChannelKeys(setups: ChannelSetup[], presetName: string): ChannelKey[] {
  const primaryKey = expandPsk(setups[0].psk);
  return setups.map((setup) => {
    const name = setup.name === '' ? presetName : setup.name;
    const key = setup.psk.length === 0 ? primaryKey : expandPsk(setup.psk);
    return { name, setup, key, hash: channelHash(name, key) };
  });
}

/** Body of a frame from (id, from) holding these Data bytes. */
export function encryptBody(
  channel: ChannelKey,
  id: number,
  from: number,
  dataBytes: Uint8Array,
): Uint8Array {
  return cryptChannel(encryptBlocks, channel.key, id, from, dataBytes);
}

function tryChannel(channel: ChannelKey, header: OnAirHeader, body: Uint8Array): Data | Reason {
  if (channel.hash !== header.channelHash) return 'foreign-channel';
  const data = decodeData(encryptBody(channel, header.id, header.from, body));
  if (typeof data === 'string' || data.portnum === 0) return 'undecryptable';
  return data;
}

/** Finds the channel on which a body makes sense. Rejects: undecryptable. */
export function decryptBody(
  channels: ChannelKey[],
  header: OnAirHeader,
  body: Uint8Array,
): Decrypted | Reason {
  for (let channelIndex = 0; channelIndex < channels.length; channelIndex += 1) {
    const data = tryChannel(channels[channelIndex], header, body);
    if (typeof data !== 'string') return { data, channelIndex };
  }
  return 'undecryptable';
}
