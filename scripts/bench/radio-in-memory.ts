/*
 * What: a radio inside this process for the benches of the gateway: it answers the handshake and heartbeats, takes
 * every packet, and says what it is told to.
 * From where to where: the gateway's transport <-> the bench.
 */
import type { OpenTransport, TransportEvents } from '../../gateway/edges/transport';
import { concat } from '../../shared/bytes';
import { encodeFromRadio } from '../../shared/meshtastic/from-radio';
import type { MeshPacket } from '../../shared/meshtastic/mesh-packet';
import { createFramer, encodeFrame } from '../../shared/meshtastic/stream';
import { decodeToRadio } from '../../shared/meshtastic/to-radio';
import { handshakeFrames } from './village-of-records';

/** A radio in memory. */
export interface RadioInMemory {
  open: OpenTransport;
  /** Bytes of its stream to the gateway. */
  say(bytes: Uint8Array): void;
  /** Packets the gateway has broadcast. */
  packetsTaken(): number;
}

/** Makes a radio that nobody has connected to yet. `onPacket`: called for each packet the gateway gives it. */
export function radioInMemory(onPacket?: (packet: MeshPacket) => void): RadioInMemory {
  let events: TransportEvents | null = null;
  let packets = 0;
  const say = (bytes: Uint8Array) => events?.received(bytes);
  const queueStatus = (meshPacketId: number) =>
    encodeFrame(encodeFromRadio({ queueStatus: { res: 0, free: 16, maxlen: 16, meshPacketId } }));
  const answer = (body: Uint8Array): boolean => {
    const message = decodeToRadio(body);
    if (typeof message === 'string') return false;
    if (message.wantConfigId !== undefined) {
      const frames = concat(handshakeFrames(message.wantConfigId));
      queueMicrotask(() => say(frames));
    } else if (message.heartbeat) queueMicrotask(() => say(queueStatus(0)));
    else if (message.packet) {
      packets += 1;
      onPacket?.(message.packet);
      const id = message.packet.id;
      queueMicrotask(() => say(queueStatus(id)));
    }
    return true;
  };
  return {
    open(to) {
      events = to;
      const framer = createFramer(answer);
      queueMicrotask(() => to.opened());
      return {
        write: (bytes) => framer.push(bytes),
        flushed: async () => {},
        close() {},
      };
    },
    say,
    packetsTaken: () => packets,
  };
}
