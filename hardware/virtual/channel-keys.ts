/*
 * The channels of a virtual radio: encryption of what it sends, decryption of what it hears.
 * From: Data messages and frames off the air; to: frame bodies and Data messages.
 * Source: shared/meshtastic/channel.ts; AES by node:crypto.
 */
import { createCipheriv } from 'node:crypto';
import { channelHash, cryptChannel, expandPsk } from '../../shared/meshtastic/channel';
import { type Data, decodeData } from '../../shared/meshtastic/data';
import type { OnAirFrame } from '../../shared/meshtastic/onair';
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
  /** Its own name, or the preset's where it has none. */
  name: string;
  setup: ChannelSetup;
  key: Uint8Array;
  hash: number;
  /** Tells equal keys of different radios. */
  fingerprint: string;
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
    const fingerprint = Buffer.from(key).toString('hex');
    return { name, setup, key, hash: channelHash(name, key), fingerprint };
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

type Attempt = Data | Reason;

/**
 * Results by frame and channel: all receivers of a frame share its bytes, so one decrypts for all. Nothing is
 * remembered beyond the life of the frame.
 */
const attempts = new WeakMap<Uint8Array, Map<string, Attempt>>();

function decrypt(channel: ChannelKey, { header, body }: OnAirFrame): Attempt {
  const data = decodeData(encryptBody(channel, header.id, header.from, body));
  return typeof data === 'string' || data.portnum === 0 ? 'undecryptable' : data;
}

function tryChannel(channel: ChannelKey, frameBytes: Uint8Array, frame: OnAirFrame): Attempt {
  if (channel.hash !== frame.header.channelHash) return 'foreign-channel';
  const known = attempts.get(frameBytes) ?? new Map<string, Attempt>();
  const attempt = known.get(channel.fingerprint) ?? decrypt(channel, frame);
  known.set(channel.fingerprint, attempt);
  attempts.set(frameBytes, known);
  return attempt;
}

/**
 * Finds the channel on which a frame makes sense; `frame` is `frameBytes` taken apart. The Data is shared: read only.
 * Rejects: undecryptable.
 */
export function decryptFrame(
  channels: ChannelKey[],
  frameBytes: Uint8Array,
  frame: OnAirFrame,
): Decrypted | Reason {
  for (let channelIndex = 0; channelIndex < channels.length; channelIndex += 1) {
    const data = tryChannel(channels[channelIndex], frameBytes, frame);
    if (typeof data !== 'string') return { data, channelIndex };
  }
  return 'undecryptable';
}
