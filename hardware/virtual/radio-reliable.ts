/*
 * Repetition of packets until somebody acknowledges them.
 * From: the router, for own packets with want_ack and for relays towards a learned next hop; to: its transmitter.
 * Source: Meshtastic 2.7.26: own packets three transmissions, relays two; 2 airtimes + (2^CW + 48) slots + 4.5 s apart,
 * plus the airtime of everything heard meanwhile.
 */
import { retransmissionMs } from '../../shared/meshtastic/airtime';
import { AIR_HEADER_BYTES, type OnAirHeader } from '../../shared/meshtastic/onair';
import type { RadioCore } from './radio-core';
import { windowByLoad } from './radio-transmitter';
import type { WorldTimer } from './world';

/** Transmissions in all of an own packet with want_ack. */
export const OWN_TRANSMISSIONS = 3;
/** Transmissions in all of a packet sent towards a next hop without want_ack of our own. */
export const NEXT_HOP_TRANSMISSIONS = 2;

/** A packet waiting for its ack. */
export interface PendingPacket {
  header: OnAirHeader;
  body: Uint8Array;
  priority: number;
  channelIndex: number;
  /** SNR of the copy it relays, dB; undefined = own packet. */
  relaySnrDb?: number;
  /** Transmissions left after the one under way. */
  left: number;
}

export interface Reliable {
  /** Starts waiting; `transmissions` in all, the first of which the caller sends now. */
  start(packet: Omit<PendingPacket, 'left'>, transmissions: number): void;
  /** Ends waiting; returns the packet, undefined = none. A repetition still queued is taken back. */
  stop(from: number, id: number): PendingPacket | undefined;
  /** A frame was heard: no ack could be heard during its airtime, so all wait that much longer. */
  extend(airtimeMs: number): void;
  clear(): void;
}

/** What happens when the wait is over: `again` sends the packet, `giveUp` tells the sender. */
export interface ReliableEvents {
  again(packet: PendingPacket): void;
  giveUp(packet: PendingPacket): void;
}

interface Waiting {
  packet: PendingPacket;
  dueMs: number;
  timer: WorldTimer | undefined;
  repeated: boolean;
}

/** Nothing pending. */
export function createReliable(core: RadioCore, events: ReliableEvents): Reliable {
  const waiting = new Map<string, Waiting>();
  const keyOf = (from: number, id: number): string => `${from}:${id}`;

  const arm = (wait: Waiting): void => {
    wait.timer = core.world.at(wait.dueMs, () => fire(wait));
  };
  const restart = (wait: Waiting): void => {
    const bytes = AIR_HEADER_BYTES + wait.packet.body.length;
    const window = windowByLoad(core.airtime.channelPercent());
    wait.dueMs = core.world.nowMs() + retransmissionMs(core.modem.preset, bytes, window);
    arm(wait);
  };
  const fire = (wait: Waiting): void => {
    const { packet } = wait;
    if (core.world.nowMs() < wait.dueMs) {
      arm(wait);
    } else if (packet.left === 0) {
      waiting.delete(keyOf(packet.header.from, packet.header.id));
      events.giveUp(packet);
    } else {
      packet.left -= 1;
      wait.repeated = true;
      restart(wait);
      events.again(packet);
    }
  };
  const stop: Reliable['stop'] = (from, id) => {
    const wait = waiting.get(keyOf(from, id));
    if (wait === undefined) return undefined;
    waiting.delete(keyOf(from, id));
    core.world.cancel(wait.timer);
    if (wait.repeated) core.transmitter.cancel(from, id);
    return wait.packet;
  };
  return {
    start: (packet, transmissions) => {
      stop(packet.header.from, packet.header.id);
      const pending: PendingPacket = { ...packet, left: transmissions - 1 };
      const wait: Waiting = { packet: pending, dueMs: 0, timer: undefined, repeated: false };
      waiting.set(keyOf(packet.header.from, packet.header.id), wait);
      restart(wait);
    },
    stop,
    extend: (airtimeMs) => {
      for (const wait of waiting.values()) wait.dueMs += airtimeMs;
    },
    clear: () => {
      for (const wait of waiting.values()) core.world.cancel(wait.timer);
      waiting.clear();
    },
  };
}
