/*
 * Sending on the routing side of a virtual radio: own packets, acks, relays, repetitions.
 * From: the client side, the receiver, the radio's own modules; to: its transmitter.
 * Source: Meshtastic 2.7.26 (hop limits, priorities, refusals, next hop) and recordings of it (test/fixtures/meshtasticd).
 */
import { type Data, encodeData } from '../../shared/meshtastic/data';
import {
  AIR_FRAME_BYTES_MAX,
  AIR_HEADER_BYTES,
  type OnAirHeader,
} from '../../shared/meshtastic/onair';
import {
  BROADCAST,
  NODEINFO_APP,
  POSITION_APP,
  ROUTING_APP,
  TRACEROUTE_APP,
} from '../../shared/meshtastic/port-num';
import {
  ERROR_DUTY_CYCLE_LIMIT,
  ERROR_MAX_RETRANSMIT,
  ERROR_NO_CHANNEL,
  ERROR_NONE,
  ERROR_TOO_LARGE,
  encodeRouting,
} from '../../shared/meshtastic/routing';
import { encryptBody } from './channel-keys';
import { PUBLIC_KEY_OVERHEAD_BYTES, sealFor } from './public-keys';
import type { RadioCore } from './radio-core';
import {
  createReliable,
  NEXT_HOP_TRANSMISSIONS,
  OWN_TRANSMISSIONS,
  type PendingPacket,
  type Reliable,
} from './radio-reliable';

/** queueStatus.res of a packet that found no place in the transmit queue. */
export const RES_QUEUE_FULL = 32;
/** Routing error: a public key was asked for, and cannot or must not be used. */
const ERROR_PKI_FAILED = 34;
/** Routing error: no public key of the destination, and the channel does not allow its own key instead. */
const ERROR_NO_PUBLIC_KEY = 39;

const PRIORITY_DEFAULT = 64;
const PRIORITY_RELIABLE = 70;
export const PRIORITY_ACK = 120;
/** Ports that may go direct with the channel key on any channel. */
const CHANNEL_KEY_PORTS = [TRACEROUTE_APP, NODEINFO_APP, ROUTING_APP, POSITION_APP];
const CHANNEL_KEY_NAMES = ['serial', 'gpio'];
const WANT_RESPONSE_BIT = 2;

/** A packet this radio originates. */
export interface OwnPacket {
  to: number;
  id: number;
  channelIndex: number;
  /** 0..7; 0 with wantAck = the radio's default, 0 without = neighbours only. */
  hopLimit: number;
  wantAck: boolean;
  /** 0 = by kind. */
  priority: number;
  data: Partial<Data>;
  /** The destination's public key must be used, whatever the channel allows. */
  isPublicKey?: boolean;
  /** Which key that shall be; empty = the one that is known. */
  publicKey?: Uint8Array;
}

export interface RadioSender {
  /** Sends an own packet; returns 0, RES_QUEUE_FULL or a routing error (then nothing was sent). */
  send(packet: OwnPacket): number;
  /** Acknowledges (`error` 0) or refuses a packet of another node. */
  answer(
    to: number,
    requestId: number,
    error: number,
    hopLimit: number,
    channelIndex: number,
    wantAck?: boolean,
  ): void;
  /** Tells the own client the fate of its packet `requestId`. */
  tellClient(requestId: number, error: number, hopLimit: number): void;
  /** Relays a heard packet if it is ours to relay; false = it is not. */
  relay(header: OnAirHeader, body: Uint8Array, snrDb: number): boolean;
  reliable: Reliable;
  nextPacketId(): number;
}

function isOverDutyCycle(core: RadioCore): boolean {
  if (core.dutyCyclePercent >= 100) return false;
  if (core.airtime.sentPercent() <= core.dutyCyclePercent) return false;
  core.statistics.dutyCycleRefusals += 1;
  return true;
}

function needsPublicKey(core: RadioCore, packet: OwnPacket): boolean {
  if (packet.to === BROADCAST) return false;
  if (CHANNEL_KEY_PORTS.includes(packet.data.portnum ?? 0)) return false;
  if (packet.isPublicKey) return true;
  const name = core.channels[packet.channelIndex].setup.name.toLowerCase();
  return !CHANNEL_KEY_NAMES.includes(name);
}

function refusalOf(core: RadioCore, packet: OwnPacket, dataBytes: Uint8Array): number {
  if (core.channels[packet.channelIndex] === undefined) return ERROR_NO_CHANNEL;
  if (isOverDutyCycle(core)) return ERROR_DUTY_CYCLE_LIMIT;
  const frameBytes = dataBytes.length + AIR_HEADER_BYTES;
  if (needsPublicKey(core, packet)) return publicKeyRefusal(core, packet, frameBytes);
  if (packet.isPublicKey) return ERROR_PKI_FAILED;
  return frameBytes > AIR_FRAME_BYTES_MAX ? ERROR_TOO_LARGE : ERROR_NONE;
}

function knownKey(core: RadioCore, nodeNum: number): Uint8Array {
  return core.nodes.get(nodeNum)?.user?.publicKey ?? new Uint8Array(0);
}

function publicKeyRefusal(core: RadioCore, packet: OwnPacket, frameBytes: number): number {
  if (core.keys.privateKey.length === 0) {
    return packet.isPublicKey ? ERROR_PKI_FAILED : ERROR_NO_PUBLIC_KEY;
  }
  if (frameBytes + PUBLIC_KEY_OVERHEAD_BYTES > AIR_FRAME_BYTES_MAX) return ERROR_TOO_LARGE;
  const known = knownKey(core, packet.to);
  if (known.length === 0) return ERROR_NO_PUBLIC_KEY;
  const { isPublicKey, publicKey: asked = new Uint8Array(0) } = packet;
  const isOther = asked.some((byte) => byte !== 0) && Buffer.compare(asked, known) !== 0;
  return isPublicKey && isOther ? ERROR_PKI_FAILED : ERROR_NONE;
}

/** Last byte of the neighbour that leads to `to`, 0 = flood. */
function nextHopTo(core: RadioCore, to: number): number {
  const nextHop = to === BROADCAST ? 0 : (core.nodes.get(to)?.nextHop ?? 0);
  return nextHop === core.ownByte ? 0 : nextHop;
}

function priorityOf(packet: OwnPacket): number {
  if (packet.priority !== 0) return packet.priority;
  return packet.wantAck ? PRIORITY_RELIABLE : PRIORITY_DEFAULT;
}

function queue(core: RadioCore, packet: Omit<PendingPacket, 'left' | 'channelIndex'>): boolean {
  core.history.send(packet.header);
  const placed = core.transmitter.enqueue(packet);
  if (!placed) core.statistics.queueFull += 1;
  return placed;
}

function sendOwn(core: RadioCore, reliable: Reliable, packet: OwnPacket): number {
  const bitfield = packet.data.wantResponse ? WANT_RESPONSE_BIT : 0;
  const dataBytes = encodeData({ ...packet.data, bitfield });
  const refusal = refusalOf(core, packet, dataBytes);
  if (refusal !== ERROR_NONE) return refusal;
  const channel = core.channels[packet.channelIndex];
  const isSealed = needsPublicKey(core, packet);
  const hopLimit = packet.hopLimit === 0 && packet.wantAck ? core.hopLimit : packet.hopLimit;
  const header: OnAirHeader = {
    to: packet.to,
    from: core.nodeNum,
    id: packet.id,
    hopLimit,
    wantAck: packet.wantAck && packet.to !== BROADCAST,
    viaMqtt: false,
    hopStart: hopLimit,
    channelHash: isSealed ? 0 : channel.hash,
    nextHop: nextHopTo(core, packet.to),
    relayNode: core.ownByte,
  };
  const { channelIndex } = packet;
  const name = { id: packet.id, from: core.nodeNum };
  const body = isSealed
    ? sealFor(knownKey(core, packet.to), core.keys, name, dataBytes, core.dice.bytes(4))
    : encryptBody(channel, packet.id, core.nodeNum, dataBytes);
  const outgoing = { header, body, priority: priorityOf(packet), channelIndex };
  if (packet.wantAck) reliable.start(outgoing, OWN_TRANSMISSIONS);
  else if (header.nextHop !== 0 && hopLimit > 0) reliable.start(outgoing, NEXT_HOP_TRANSMISSIONS);
  return queue(core, outgoing) ? ERROR_NONE : RES_QUEUE_FULL;
}

function isOursToRelay(core: RadioCore, header: OnAirHeader): boolean {
  if (header.to === core.nodeNum || header.from === core.nodeNum) return false;
  if (header.hopLimit === 0 || header.id === 0 || core.role === 'CLIENT_MUTE') return false;
  return header.nextHop === 0 || header.nextHop === core.ownByte;
}

function relay(
  core: RadioCore,
  reliable: Reliable,
  heard: OnAirHeader,
  body: Uint8Array,
  relaySnrDb: number,
): boolean {
  if (!isOursToRelay(core, heard)) return false;
  if (isOverDutyCycle(core)) return true;
  const header: OnAirHeader = {
    ...heard,
    hopLimit: heard.hopLimit - 1,
    nextHop: heard.nextHop === 0 ? 0 : nextHopTo(core, heard.to),
    relayNode: core.ownByte,
  };
  const priority = heard.wantAck ? PRIORITY_RELIABLE : PRIORITY_DEFAULT;
  const outgoing = { header, body, priority, relaySnrDb, channelIndex: 0 };
  if (header.nextHop !== 0 && (header.hopLimit > 0 || header.wantAck)) {
    reliable.start(outgoing, NEXT_HOP_TRANSMISSIONS);
  }
  queue(core, outgoing);
  return true;
}

/** The last repetition no longer trusts the next hop: it floods, and the way is forgotten. */
function forgetWay(core: RadioCore, packet: PendingPacket): void {
  const node = core.nodes.get(packet.header.to);
  if (node !== undefined) node.nextHop = 0;
  packet.header = { ...packet.header, nextHop: 0 };
}

/** Tells the client that the duty cycle forbids packet `id`, in the firmware's words. */
export function warnDutyCycle(core: RadioCore, id: number): void {
  const minutes = core.airtime.silentMinutes(core.dutyCyclePercent);
  core.phone.putWarning(id, `Duty cycle limit exceeded. You can send again in ${minutes} mins`);
}

function again(core: RadioCore, packet: PendingPacket, tell: RadioSender['tellClient']): boolean {
  if (isOverDutyCycle(core)) {
    if (packet.header.from !== core.nodeNum) return false;
    warnDutyCycle(core, packet.header.id);
    tell(packet.header.id, ERROR_DUTY_CYCLE_LIMIT, 0);
    return false;
  }
  if (packet.left === 0 && packet.header.to !== BROADCAST) forgetWay(core, packet);
  core.statistics.retransmissions += 1;
  queue(core, packet);
  return true;
}

/** The sending half of the router of this radio. */
export function createSender(core: RadioCore, nextPacketId: () => number): RadioSender {
  const tellClient: RadioSender['tellClient'] = (requestId, error, hopLimit) =>
    core.phone.putPacket({
      from: core.nodeNum,
      to: core.nodeNum,
      id: nextPacketId(),
      rxTime: core.clock.nowS(),
      hopLimit,
      priority: PRIORITY_ACK,
      decoded: { portnum: ROUTING_APP, payload: encodeRouting(error), requestId },
    });
  const reliable = createReliable(core, {
    again: (packet) => {
      if (!again(core, packet, tellClient)) reliable.stop(packet.header.from, packet.header.id);
    },
    giveUp: (packet) => {
      if (packet.header.from !== core.nodeNum) return;
      core.statistics.maxRetransmit += 1;
      tellClient(packet.header.id, ERROR_MAX_RETRANSMIT, 0);
    },
  });
  const answer: RadioSender['answer'] = (
    to,
    requestId,
    error,
    hopLimit,
    channelIndex,
    wantAck = false,
  ) => {
    const payload = encodeRouting(error);
    const data = { portnum: ROUTING_APP, payload, requestId };
    const packet = { to, id: nextPacketId(), channelIndex, hopLimit, wantAck, data };
    sendOwn(core, reliable, { ...packet, priority: PRIORITY_ACK });
  };
  return {
    send: (packet) => sendOwn(core, reliable, packet),
    answer,
    tellClient,
    relay: (header, body, snrDb) => relay(core, reliable, header, body, snrDb),
    reliable,
    nextPacketId,
  };
}
