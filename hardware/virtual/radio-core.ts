/*
 * What the halves of a virtual radio share: its settings, its parts and its counters.
 * From: createRadio (radio.ts); to: the routing side (radio-mesh.ts), the client side (radio-client.ts).
 */

import type { ModemPreset } from '../../shared/meshtastic/airtime';
import type { MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import type { RegionName } from '../../shared/meshtastic/regions';
import type { AirtimeLog } from './airtime-log';
import type { ChannelKey, ChannelSetup } from './channel-keys';
import type { Position } from './link-budget';
import type { Modem } from './modem';
import type { NodeDatabase } from './node-database';
import type { PacketHistory } from './packet-history';
import type { KeyPair } from './public-keys';
import type { AdminFaults } from './radio-admin';
import type { Transmitter } from './radio-transmitter';
import type { RandomStream } from './random';
import type { World } from './world';

/** Role in the mesh: CLIENT relays what others have not, CLIENT_MUTE never, ROUTER always and first but not private ports. */
export type RadioRole = 'CLIENT' | 'CLIENT_MUTE' | 'ROUTER';

export interface RadioOptions {
  /** Node number, 4..0xfffffffe. */
  nodeNum: number;
  /** Up to 39 bytes of UTF-8. */
  longName: string;
  /** Up to 4 bytes of UTF-8. */
  shortName: string;
  position: Position;
  /** 1..8 channels; the first is the primary. */
  channels: ChannelSetup[];
  region: RegionName;
  preset: ModemPreset;
  role?: RadioRole;
  /** dBm; default 22. */
  txPowerDbm?: number;
  /** Hop limit where the client leaves it open, 1..7; default 3. */
  hopLimit?: number;
  firmwareVersion?: string;
  /** Packets kept for the client; default 32 (nRF52 of 2.7), 8 on the first ESP32. */
  toPhonePackets?: number;
  /** Bytes a serial port keeps until the radio reads it; default 4096, 256 on ESP32. */
  serialBufferBytes?: number;
  /** Speed of a serial port, bit/s; default 115200. */
  serialBaud?: number;
  /** Whether it tells its client about itself every minute, as radios do; default true. */
  telemetry?: boolean;
  /** Whether it introduces itself at start and every 3 h, as radios do; default true. */
  nodeInfo?: boolean;
  /** Whether it is on from the beginning; default true. */
  on?: boolean;
  /** Nobody has set it up: it tells no region and the public channel until a client does. Default false. */
  factoryNew?: boolean;
  /** Faults of its administration; default none. */
  adminFaults?: AdminFaults;
}

/** Counters since the world began; power cuts do not reset them. */
export interface RadioStatistics {
  /** Frames put on the air: own, relayed, and how many of them were repetitions. */
  transmissions: number;
  relayed: number;
  retransmissions: number;
  /** Time on the air, ms. */
  airtimeMs: number;
  /** Frames heard well, and how many of them were met before. */
  received: number;
  duplicates: number;
  undecryptable: number;
  /** Relays called off because another radio was faster. */
  relaysCancelled: number;
  /** Refused by the duty cycle, own and relayed. */
  dutyCycleRefusals: number;
  /** Not queued for want of a place. */
  queueFull: number;
  /** Packets for the client dropped because its queue was full. */
  toPhoneDropped: number;
  /** Acks and naks that came from other nodes; own packets heard relayed while waiting; own packets given up. */
  acksReceived: number;
  naksReceived: number;
  implicitAcks: number;
  maxRetransmit: number;
}

/** The radio's clock: unknown until a client sets it, lost with the power. */
export interface RadioClock {
  /** Unix s, 0 = unknown. */
  nowS(): number;
  /** A client's set_time_only. Ignored: before the firmware was built, or less than 30 min after the last. */
  set(unixS: number): void;
  clear(): void;
}

/** Sink for what the radio has to tell its clients; they share one queue. */
export interface PhoneQueue {
  putPacket(packet: MeshPacketToSend): void;
  putQueueStatus(meshPacketId: number, res: number): void;
  putWarning(replyId: number, message: string): void;
}

export interface RadioCore {
  world: World;
  options: RadioOptions;
  nodeNum: number;
  /** What stands for this radio in next_hop and relay_node. */
  ownByte: number;
  role: RadioRole;
  hopLimit: number;
  dutyCyclePercent: number;
  modem: Modem;
  channels: ChannelKey[];
  dice: RandomStream;
  airtime: AirtimeLog;
  transmitter: Transmitter;
  history: PacketHistory;
  nodes: NodeDatabase;
  clock: RadioClock;
  /** Its own keys, as its settings have them now. */
  keys: KeyPair;
  phone: PhoneQueue;
  statistics: RadioStatistics;
}

/** All counters at 0. */
export function createStatistics(): RadioStatistics {
  return {
    transmissions: 0,
    relayed: 0,
    retransmissions: 0,
    airtimeMs: 0,
    received: 0,
    duplicates: 0,
    undecryptable: 0,
    relaysCancelled: 0,
    dutyCycleRefusals: 0,
    queueFull: 0,
    toPhoneDropped: 0,
    acksReceived: 0,
    naksReceived: 0,
    implicitAcks: 0,
    maxRetransmit: 0,
  };
}

/** A fresh packet id, never 0: 22 random bits over a 10-bit counter, as the firmware's. */
export function createPacketIds(dice: RandomStream): () => number {
  let counter = dice.below(1024);
  return () => {
    counter = (counter + 1) % 1024;
    return ((dice.below(2 ** 22) << 10) | counter) >>> 0 || 1;
  };
}

const BUILD_TIME_S = Date.UTC(2026, 5, 23) / 1000;
const SET_AGAIN_MS = 30 * 60_000;

/** A clock that does not know the time. */
export function createRadioClock(world: World): RadioClock {
  let offsetS = 0;
  let setAtMs = -1;
  return {
    nowS: () => (setAtMs < 0 ? 0 : offsetS + Math.floor(world.nowMs() / 1000)),
    set: (unixS) => {
      const early = setAtMs >= 0 && world.nowMs() - setAtMs <= SET_AGAIN_MS;
      if (unixS < BUILD_TIME_S || early) return;
      setAtMs = world.nowMs();
      offsetS = unixS - Math.floor(world.nowMs() / 1000);
    },
    clear: () => {
      setAtMs = -1;
    },
  };
}
