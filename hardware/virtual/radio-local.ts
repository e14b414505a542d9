/*
 * What a virtual radio does with a packet from its client: checks, administration of itself, or off to the mesh.
 * From: the client session; to: the router, its administration (radio-admin.ts), the shared queue.
 * Source: Meshtastic 2.7.26 and recordings of it (test/fixtures/meshtasticd/send-*, set-time, radio-rebooted).
 */
import type { MeshPacket } from '../../shared/meshtastic/mesh-packet';
import {
  ADMIN_APP,
  POSITION_APP,
  TELEMETRY_APP,
  TEXT_MESSAGE_APP,
  TRACEROUTE_APP,
} from '../../shared/meshtastic/port-num';
import { ERROR_DUTY_CYCLE_LIMIT, ERROR_NONE } from '../../shared/meshtastic/routing';
import type { RadioAdmin } from './radio-admin';
import type { RadioCore } from './radio-core';
import { type RadioSender, RES_QUEUE_FULL, warnDutyCycle } from './radio-send';

/** Longest payload of a Data; 234 was seen refused as TOO_LARGE, 400 as no message at all. */
const PAYLOAD_BYTES_MAX = 237;
const IDS_REMEMBERED = 20;
const PRIORITY_RELIABLE = 70;
/** Least time between two packets of a port, ms. */
const PORT_INTERVAL_MS: Record<number, number> = {
  [TEXT_MESSAGE_APP]: 2_000,
  [POSITION_APP]: 10_000,
  8: 10_000,
  11: 10_000,
  [TELEMETRY_APP]: 10_000,
  [TRACEROUTE_APP]: 30_000,
};

export interface ClientPackets {
  take(packet: MeshPacket): void;
  /** Forgets ids and rates (power off). */
  clear(): void;
}

/** The radio's own answer to its client's admin message. */
function answerOwn(core: RadioCore, sender: RadioSender, requestId: number, payload: Uint8Array) {
  const id = sender.nextPacketId();
  core.phone.putQueueStatus(id, ERROR_NONE);
  core.phone.putPacket({
    from: core.nodeNum,
    to: core.nodeNum,
    id,
    rxTime: core.clock.nowS(),
    hopLimit: core.hopLimit,
    priority: PRIORITY_RELIABLE,
    decoded: { portnum: ADMIN_APP, payload, requestId },
  });
}

/** Handler of one radio's client packets. */
export function createClientPackets(
  core: RadioCore,
  sender: RadioSender,
  admin: RadioAdmin,
): ClientPackets {
  let recentIds: number[] = [];
  let lastSentMs: Record<number, number> = {};

  const isTooEarly = (portnum: number, id: number): boolean => {
    const interval = PORT_INTERVAL_MS[portnum];
    if (interval === undefined) return false;
    const early = core.world.nowMs() - (lastSentMs[portnum] ?? -interval) < interval;
    if (!early) lastSentMs[portnum] = core.world.nowMs();
    else if (portnum === TRACEROUTE_APP) {
      core.phone.putWarning(id, 'TraceRoute can only be sent once every 30 seconds');
    }
    return early;
  };
  const takeOwn = (packet: MeshPacket, id: number): void => {
    const { portnum, payload } = packet.decoded ?? { portnum: 0, payload: new Uint8Array(0) };
    const done = portnum === ADMIN_APP ? admin.take(payload) : undefined;
    core.phone.putQueueStatus(id, ERROR_NONE);
    if (done?.answer) answerOwn(core, sender, id, done.answer);
    else if (done && done.error !== ERROR_NONE) sender.tellClient(id, done.error, core.hopLimit);
    else if (packet.wantAck) sender.tellClient(id, ERROR_NONE, core.hopLimit);
  };
  const sendOff = (packet: MeshPacket, id: number): void => {
    const { to, channel, hopLimit, wantAck, priority, decoded } = packet;
    const own = { to, id, channelIndex: channel, hopLimit: Math.min(hopLimit, 7), wantAck };
    const secrecy = { isPublicKey: packet.pkiEncrypted, publicKey: packet.publicKey };
    const res = sender.send({ ...own, ...secrecy, priority, data: decoded ?? {} });
    core.phone.putQueueStatus(id, res);
    if (res === ERROR_DUTY_CYCLE_LIMIT) warnDutyCycle(core, id);
    if (res !== ERROR_NONE && res !== RES_QUEUE_FULL) sender.tellClient(id, res, 0);
  };
  const take = (packet: MeshPacket): void => {
    if (packet.decoded === undefined) return;
    if (packet.decoded.payload.length > PAYLOAD_BYTES_MAX) return;
    if (packet.id !== 0 && recentIds.includes(packet.id)) return;
    const id = packet.id === 0 ? sender.nextPacketId() : packet.id;
    recentIds = [id, ...recentIds].slice(0, IDS_REMEMBERED);
    if (isTooEarly(packet.decoded.portnum, id)) core.phone.putQueueStatus(id, ERROR_NONE);
    else if (packet.to === core.nodeNum) takeOwn(packet, id);
    else sendOff(packet, id);
  };
  const clear = (): void => {
    recentIds = [];
    lastSentMs = {};
  };
  return { take, clear };
}
