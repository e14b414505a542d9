/*
 * What a virtual radio does with a packet from its client: checks, administration of itself, or off to the mesh.
 * From: the client session; to: the router, the radio's clock and power, the shared queue.
 * Source: Meshtastic 2.7.26 and recordings of it (test/fixtures/meshtasticd/send-*, set-time, radio-rebooted).
 * Left out: public-key encryption (a packet that needs it is refused with 39) and administration beyond time and reboot.
 */
import { decodeAdminMessage } from '../../shared/meshtastic/admin';
import type { MeshPacket } from '../../shared/meshtastic/mesh-packet';
import {
  ADMIN_APP,
  POSITION_APP,
  TELEMETRY_APP,
  TEXT_MESSAGE_APP,
  TRACEROUTE_APP,
} from '../../shared/meshtastic/port-num';
import { createReader, nextField, readUint, skipField } from '../../shared/meshtastic/protobuf';
import { ERROR_DUTY_CYCLE_LIMIT, ERROR_NONE } from '../../shared/meshtastic/routing';
import type { RadioCore } from './radio-core';
import { ERROR_NO_PUBLIC_KEY, type RadioSender, RES_QUEUE_FULL, warnDutyCycle } from './radio-send';

/** Longest payload of a Data; 234 was seen refused as TOO_LARGE, 400 as no message at all. */
const PAYLOAD_BYTES_MAX = 237;
const IDS_REMEMBERED = 20;
const REBOOT_FIELD = 97;
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

/** Seconds of a reboot command, undefined = another command. */
function rebootSeconds(payload: Uint8Array): number | undefined {
  const reader = createReader(payload);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === REBOOT_FIELD) return readUint(reader);
    skipField(reader);
  }
  return undefined;
}

function administer(core: RadioCore, payload: Uint8Array, reboot: (seconds: number) => void): void {
  const message = decodeAdminMessage(payload);
  if (typeof message === 'string') return;
  if (message.setTimeOnly !== undefined) core.clock.set(message.setTimeOnly);
  const seconds = rebootSeconds(payload);
  if (seconds !== undefined) reboot(seconds);
}

/** Handler of one radio's client packets. `reboot` restarts the radio after so many seconds. */
export function createClientPackets(
  core: RadioCore,
  sender: RadioSender,
  reboot: (seconds: number) => void,
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
    if (portnum === ADMIN_APP) administer(core, payload, reboot);
    core.phone.putQueueStatus(id, ERROR_NONE);
    if (packet.wantAck) sender.tellClient(id, ERROR_NONE, core.hopLimit);
  };
  const sendOff = (packet: MeshPacket, id: number): void => {
    const { to, channel, hopLimit, wantAck, priority, decoded } = packet;
    const own = { to, id, channelIndex: channel, hopLimit: Math.min(hopLimit, 7), wantAck };
    const res = packet.pkiEncrypted
      ? ERROR_NO_PUBLIC_KEY
      : sender.send({ ...own, priority, data: decoded ?? {} });
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
