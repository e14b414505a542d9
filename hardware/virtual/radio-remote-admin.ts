/*
 * Administration of a virtual radio over the air.
 * From: packets on ADMIN_APP of other radios; to: its administration (radio-admin.ts), and an answer where one is asked for.
 * Source: Meshtastic 2.7.26, AdminModule and ReliableRouter: an answer to a sealed packet is sealed, a refusal goes with the
 * channel's key; a packet that asks for no answer is acknowledged, whatever became of it. Left out: the legacy channel "admin".
 */
import { ADMIN_APP } from '../../shared/meshtastic/port-num';
import type { RadioAdmin } from './radio-admin';
import type { RadioCore } from './radio-core';
import { answerHopLimit, type HeardPacket, type MeshModules } from './radio-mesh';
import type { RadioSender } from './radio-send';

const PRIORITY_RELIABLE = 70;

/** The module of one radio. */
export function createRemoteAdmin(
  core: RadioCore,
  sender: RadioSender,
  admin: RadioAdmin,
): MeshModules {
  const answer = (packet: HeardPacket, payload: Uint8Array): void => {
    const { from: to, id: requestId, wantAck } = packet.header;
    sender.send({
      ...{ to, wantAck, id: sender.nextPacketId(), channelIndex: packet.channelIndex },
      hopLimit: answerHopLimit(packet, core.hopLimit),
      priority: PRIORITY_RELIABLE,
      data: { portnum: ADMIN_APP, payload, requestId },
      isPublicKey: packet.publicKey !== undefined,
    });
  };
  return {
    onPacket: (packet, data) => {
      const { header, channelIndex } = packet;
      if (data.portnum !== ADMIN_APP || header.to !== core.nodeNum) return false;
      if (data.requestId !== 0) return false;
      const done = admin.takeRemote(data.payload, packet.publicKey);
      if (!data.wantResponse) return false;
      if (done.answer) answer(packet, done.answer);
      else {
        const hopLimit = answerHopLimit(packet, core.hopLimit);
        sender.answer(header.from, header.id, done.error, hopLimit, channelIndex, header.wantAck);
      }
      return true;
    },
  };
}
