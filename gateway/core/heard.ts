/*
 * heard.ts: what a packet from the radio is to us: a payload to judge, ordinary traffic of the mesh,
 * or something to refuse.
 * Way: radio session -> heard -> judge.
 * Pure. Source: Meshtastic mesh.proto (MeshPacket, Data), portnums.proto.
 */
import { PORTNUM } from '../../shared/limits';
import type { MeshPacket } from '../../shared/meshtastic/mesh-packet';
import type { Reason } from '../../shared/reasons';

/** Where and how a packet was heard: facts for diagnosis, never for trust. */
export interface Reception {
  /** Radio number of the sender as the mesh gives it today. */
  fromRadio: number;
  /** Received signal strength, dBm; 0 = not told. */
  rssiDbm: number;
  /** Hops the packet took; -1 = not told. */
  hops: number;
}

/** What this gateway's radio told in its handshake. */
export interface OwnRadio {
  /** Index of the channel our records travel on. */
  channelIndex: number;
}

/**
 * Ports of ordinary Meshtastic housekeeping that radios of one channel exchange by themselves:
 * POSITION 3, NODEINFO 4, ROUTING 5, ADMIN 6, TELEMETRY 67, TRACEROUTE 70, NEIGHBORINFO 71,
 * MAP_REPORT 73. They are passed over, not counted as refused.
 */
const HOUSEKEEPING_PORTS: readonly number[] = [3, 4, 5, 6, 67, 70, 71, 73];

/** Hops from the two hop fields. @returns -1 when they do not tell. */
function hopsOf(packet: MeshPacket): number {
  if (!packet.hopStart || packet.hopStart < packet.hopLimit) return -1;
  return packet.hopStart - packet.hopLimit;
}

/**
 * Looks at one packet the radio handed over.
 * @returns the payload and its reception; 'housekeeping' for ordinary mesh traffic; or a reason. A sender's number
 * proves nothing, not even our own radio's: what that radio made itself the session keeps apart.
 * Rejects: undecryptable (the radio has no key for it), foreign-port, foreign-channel.
 */
export function lookAt(
  packet: MeshPacket,
  own: OwnRadio,
): { payload: Uint8Array; reception: Reception } | 'housekeeping' | Reason {
  if (packet.decoded === undefined) return 'undecryptable';
  if (packet.decoded.portnum !== PORTNUM) {
    return HOUSEKEEPING_PORTS.includes(packet.decoded.portnum) ? 'housekeeping' : 'foreign-port';
  }
  if (packet.channel !== own.channelIndex) return 'foreign-channel';
  return {
    payload: packet.decoded.payload,
    reception: { fromRadio: packet.from, rssiDbm: packet.rxRssi, hops: hopsOf(packet) },
  };
}
