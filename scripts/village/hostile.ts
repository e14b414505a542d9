/*
 * A hostile radio near the gateway: a few packets each village day that must change nothing but a counter.
 * It knows the channel's key (one stolen node is enough for that) but no node's signing key.
 * From: the air, where it listens. To: the air. Source: the list of what a gateway must refuse (docs/village.md).
 */
import type { Air } from '../../hardware/virtual/air';
import {
  type ChannelKey,
  createChannelKeys,
  decryptFrame,
  encryptBody,
} from '../../hardware/virtual/channel-keys';
import type { Position } from '../../hardware/virtual/link-budget';
import type { Modem } from '../../hardware/virtual/modem';
import { createRandomStream } from '../../hardware/virtual/random';
import type { World } from '../../hardware/virtual/world';
import { isBulletin } from '../../shared/bulletin';
import { PORTNUM, RECORD_BYTES_MAX, SIGNATURE_BYTES } from '../../shared/limits';
import { encodeData } from '../../shared/meshtastic/data';
import { decodeOnAir, encodeOnAir } from '../../shared/meshtastic/onair';
import { radioNumberOf } from './keys';

const DAY_MS = 86_400_000;
/** A port of Meshtastic's private range that is not ours. */
const FOREIGN_PORT = 256;

/** What the hostile radio needs. */
export interface HostileSetup {
  world: World;
  air: Air;
  modem: Modem;
  position: Position;
  channel: { name: string; psk: Uint8Array };
  gatewayNode: number;
  seed: number;
}

/** Kinds of hostile packets, one of each a day. */
export const HOSTILE_KINDS = [
  'unknown-key',
  'bad-signature',
  'replayed',
  'truncated',
  'oversized',
  'foreign-port',
  'foreign-channel',
] as const;
export type HostileKind = (typeof HOSTILE_KINDS)[number];

/** A running hostile radio. `heard` is told every frame on the air; `sent` counts its own. */
export interface Hostile {
  heard(bytes: Uint8Array): void;
  sent(): number;
}

/** What is sent for a kind, made from a record that was heard. `port` and `foreign` say where it goes. */
export function hostilePayload(
  kind: HostileKind,
  heard: Uint8Array,
  noise: Uint8Array,
): { payload: Uint8Array; port: number; foreignChannel: boolean } {
  const payload = new Uint8Array(heard);
  const plain = { payload, port: PORTNUM, foreignChannel: false };
  if (kind === 'replayed') return plain;
  if (kind === 'foreign-port') return { ...plain, port: FOREIGN_PORT };
  if (kind === 'foreign-channel') return { ...plain, foreignChannel: true };
  if (kind === 'truncated') return { ...plain, payload: payload.subarray(0, 40) };
  if (kind === 'oversized') {
    const long = new Uint8Array(RECORD_BYTES_MAX + 10);
    long.set(payload);
    return { ...plain, payload: long };
  }
  // bad-signature: one bit of the signature. unknown-key: another key id (bytes 4..7 of the record's array).
  if (kind === 'bad-signature') payload[payload.length - SIGNATURE_BYTES] ^= 1;
  else payload.set(noise.subarray(0, 4), 4);
  return plain;
}

/** Puts a hostile radio into the world: one packet of each kind a day, at seeded moments, from the second hour on. */
export function createHostile(setup: HostileSetup): Hostile {
  const { world, air, seed } = setup;
  const [channel] = createChannelKeys([setup.channel], '');
  const [foreign] = createChannelKeys([{ name: 'other', psk: new Uint8Array([1]) }], '');
  const dice = createRandomStream(seed, 'hostile');
  const from = radioNumberOf(seed, 'hostile');
  let lastRecord: Uint8Array | undefined;
  let count = 0;
  const send = (kind: HostileKind): void => {
    if (lastRecord === undefined) return;
    const { payload, port, foreignChannel } = hostilePayload(kind, lastRecord, dice.bytes(4));
    const frame = frameOf(foreignChannel ? foreign : channel, {
      from,
      to: setup.gatewayNode,
      id: dice.u32() || 1,
      payload,
      port,
    });
    air.inject(frame, setup.position, setup.modem);
    count++;
  };
  const startDay = (startMs: number): void => {
    for (const kind of HOSTILE_KINDS) {
      world.at(startMs + 7_200_000 + dice.below(DAY_MS - 7_200_000), () => send(kind));
    }
    world.at(startMs + DAY_MS, () => startDay(startMs + DAY_MS));
  };
  startDay(0);
  return {
    heard: (bytes) => {
      lastRecord = recordIn([channel], bytes) ?? lastRecord;
    },
    sent: () => count,
  };
}

/** The signed record inside a frame, if it is one of ours. */
function recordIn(channels: ChannelKey[], frame: Uint8Array): Uint8Array | undefined {
  const parts = decodeOnAir(frame);
  if (typeof parts === 'string' || parts.header.channelHash !== channels[0].hash) return undefined;
  const found = decryptFrame(channels, frame, parts);
  if (typeof found === 'string' || found.data.portnum !== PORTNUM) return undefined;
  if (isBulletin(found.data.payload)) return undefined;
  return new Uint8Array(found.data.payload);
}

interface HostilePacket {
  from: number;
  to: number;
  id: number;
  payload: Uint8Array;
  port: number;
}

/** A whole frame. It claims to have used up its hops, so that nobody relays it. */
function frameOf(channel: ChannelKey, packet: HostilePacket): Uint8Array {
  const { from, to, id, payload, port } = packet;
  const data = encodeData({ portnum: port, payload, bitfield: 0 });
  const header = {
    ...{ to, from, id, hopLimit: 0, hopStart: 3, wantAck: false, viaMqtt: false },
    ...{ channelHash: channel.hash, nextHop: 0, relayNode: from & 255 || 255 },
  };
  return encodeOnAir(header, encryptBody(channel, id, from, data));
}
