/*
 * The sending end of a Meshtastic radio: a queue by priority, contention delays, listening before sending.
 * From: the router's packets (own and relayed); to: the air.
 * Source: Meshtastic 2.7.26: 16 places, own packets wait rand(0, 2^CW) slots, relays 16 slots more with CW from the SNR.
 */
import { encodeOnAir, type OnAirHeader } from '../../shared/meshtastic/onair';
import type { AirPort } from './air';
import type { AirtimeLog } from './airtime-log';
import type { Modem } from './modem';
import type { RandomStream } from './random';
import type { World, WorldTimer } from './world';

/** Places in the queue. */
export const QUEUE_PLACES = 16;

/** A packet ready for the air. */
export interface QueuedPacket {
  header: OnAirHeader;
  /** Encrypted body. */
  body: Uint8Array;
  /** 0..127, higher goes first. */
  priority: number;
  /** SNR of the copy it relays, dB; undefined = own packet. */
  relaySnrDb?: number;
}

export interface Transmitter {
  /** Queues a packet; false = no place. */
  enqueue(packet: QueuedPacket): boolean;
  /** Takes a waiting packet out; false = none. */
  cancel(from: number, id: number): boolean;
  holds(from: number, id: number): boolean;
  /** Free places. */
  free(): number;
  /** Drops the queue and its timer (power off). A frame on the air runs out. */
  clear(): void;
}

export interface TransmitterParts {
  world: World;
  port: AirPort;
  modem: Modem;
  airtime: AirtimeLog;
  dice: RandomStream;
  /** Role ROUTER relays before everyone else. */
  relaysFirst: boolean;
  /** Called when a frame goes on the air. */
  onSent(packet: QueuedPacket, airtimeMs: number): void;
}

const CW_MIN = 3;
const CW_MAX = 8;
const SNR_DB_MIN = -20;
const SNR_DB_SPAN = 30;

/** Contention window of an own packet, by how busy the channel is: 3..8. */
export function windowByLoad(channelPercent: number): number {
  return Math.min(CW_MAX, Math.trunc((channelPercent * (CW_MAX - CW_MIN)) / 100) + CW_MIN);
}

/** Contention window of a relay, by the SNR of what it relays: weak (far) signals go first. */
export function windowBySnr(snrDb: number): number {
  const scaled = Math.trunc(((Math.trunc(snrDb) - SNR_DB_MIN) * (CW_MAX - CW_MIN)) / SNR_DB_SPAN);
  return Math.max(CW_MIN, Math.min(CW_MAX, scaled + CW_MIN));
}

function delayMs(parts: TransmitterParts, packet: QueuedPacket): number {
  const { dice, modem } = parts;
  if (packet.relaySnrDb === undefined) {
    return dice.below(2 ** windowByLoad(parts.airtime.channelPercent())) * modem.slotMs;
  }
  const window = windowBySnr(packet.relaySnrDb);
  if (parts.relaysFirst) return dice.below(2 * window) * modem.slotMs;
  return (2 * CW_MAX + dice.below(2 ** window)) * modem.slotMs;
}

/** Puts `packet` in its place; drops a packet of lower priority if there is none. Returns false if it found no place. */
function insert(queue: QueuedPacket[], packet: QueuedPacket): boolean {
  if (queue.length >= QUEUE_PLACES) {
    const last = queue[queue.length - 1];
    if (last.priority >= packet.priority) return false;
    queue.pop();
  }
  let index = queue.length;
  while (index > 0 && queue[index - 1].priority < packet.priority) index -= 1;
  queue.splice(index, 0, packet);
  return true;
}

/** A transmitter with an empty queue. */
export function createTransmitter(parts: TransmitterParts): Transmitter {
  const { world, port } = parts;
  const queue: QueuedPacket[] = [];
  let timer: WorldTimer | undefined;

  const schedule = (fromMs: number): void => {
    if (timer !== undefined || queue.length === 0) return;
    timer = world.at(fromMs + delayMs(parts, queue[0]), () => {
      timer = undefined;
      if (queue.length > 0) trySending();
    });
  };
  const trySending = (): void => {
    if (port.isChannelActive()) {
      schedule(world.nowMs());
      return;
    }
    const packet = queue.shift() as QueuedPacket;
    const airtimeMs = port.transmit(encodeOnAir(packet.header, packet.body));
    parts.airtime.logSent(airtimeMs);
    parts.onSent(packet, airtimeMs);
    schedule(world.nowMs() + airtimeMs);
  };
  const indexOf = (from: number, id: number): number =>
    queue.findIndex(({ header }) => header.from === from && header.id === id);
  const cancel = (from: number, id: number): boolean => {
    const index = indexOf(from, id);
    if (index >= 0) queue.splice(index, 1);
    return index >= 0;
  };
  return {
    enqueue: (packet) => {
      const placed = insert(queue, packet);
      schedule(world.nowMs());
      return placed;
    },
    cancel,
    holds: (from, id) => indexOf(from, id) >= 0,
    free: () => QUEUE_PLACES - queue.length,
    clear: () => {
      queue.length = 0;
      world.cancel(timer);
      timer = undefined;
    },
  };
}
