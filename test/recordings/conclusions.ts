/*
 * conclusions.ts: what a client concludes, in the words of the recordings, so that both can be compared as they are.
 * Way: events and messages of the player -> objects shaped like `expect`.
 */
import { channelIndexOf, ownerOf, type RadioInfo } from '../../gateway/core/radio-info';
import type { Outcome, SentPacket } from '../../gateway/core/radio-sent';
import type { FromRadio } from '../../shared/meshtastic/from-radio';
import type { MeshPacket } from '../../shared/meshtastic/mesh-packet';
import { TEXT_MESSAGE_APP } from '../../shared/meshtastic/port-num';
import { routingErrorName } from '../../shared/meshtastic/routing-error-name';
import { decodeText } from '../../shared/meshtastic/text';

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** When and on which connection something came. */
export interface Where {
  t_ms: number;
  conn: number;
}

/** A packet on our port. */
export function privatePacket(where: Where, packet: MeshPacket) {
  const payload = packet.decoded?.payload ?? new Uint8Array(0);
  return {
    ...where,
    from: packet.from,
    to: packet.to,
    id: packet.id,
    channel: packet.channel,
    portnum: packet.decoded?.portnum,
    payload_len: payload.length,
    payload_hex: hex(payload),
    want_ack: packet.wantAck,
    hop_limit: packet.hopLimit,
    hop_start: packet.hopStart,
    next_hop: packet.nextHop,
    relay_node: packet.relayNode,
    rx_time: packet.rxTime,
    rx_snr: packet.rxSnr,
    rx_rssi: packet.rxRssi,
    pki_encrypted: packet.pkiEncrypted,
    bitfield: packet.decoded?.bitfield ?? null,
    via_mqtt: packet.viaMqtt,
  };
}

/** A packet on another port. */
export function otherPacket(where: Where, packet: MeshPacket) {
  const data = packet.decoded;
  const text = data?.portnum === TEXT_MESSAGE_APP ? { text: decodeText(data.payload) } : {};
  return {
    ...where,
    from: packet.from,
    to: packet.to,
    id: packet.id,
    channel: packet.channel,
    portnum: data?.portnum,
    request_id: data?.requestId,
    ...text,
    hop_limit: packet.hopLimit,
    hop_start: packet.hopStart,
    relay_node: packet.relayNode,
    rx_time: packet.rxTime,
    pki_encrypted: packet.pkiEncrypted,
  };
}

/** A packet the radio has no key for. */
export function undecodedPacket(where: Where, packet: MeshPacket) {
  return {
    ...where,
    from: packet.from,
    to: packet.to,
    id: packet.id,
    channel_hash: packet.channel,
    encrypted_len: packet.encrypted?.length,
  };
}

/** A sent packet and its answers. */
export function sentPacket(conn: number, sent: SentPacket, outcome: Outcome) {
  return {
    t_ms: sent.sentMs,
    conn,
    id: sent.id,
    to: sent.to,
    portnum: sent.portnum,
    queue_status: sent.queueAnswers.map(({ atMs, ...rest }) => ({ t_ms: atMs, ...rest })),
    routing: sent.routingAnswers.map((answer) => ({
      t_ms: answer.atMs,
      from: answer.from,
      error: answer.errorReason,
      error_name: routingErrorName(answer.errorReason),
      kind: answer.kind,
      hop_limit: answer.hopLimit,
      hop_start: answer.hopStart,
    })),
    outcome,
  };
}

/** The radio after the last handshake. */
export function radio(info: RadioInfo) {
  const owner = ownerOf(info);
  const { lora } = info;
  return {
    my_node_num: info.myNodeNum || null,
    firmware_version: info.metadata?.firmwareVersion ?? null,
    owner: owner ? { long_name: owner.longName, short_name: owner.shortName } : null,
    channels: info.channels.map(({ index, role, settings }) => ({
      index,
      role,
      name: settings?.name,
      psk_hex: hex(settings?.psk ?? new Uint8Array(0)),
    })),
    lora: lora
      ? {
          region: lora.region,
          use_preset: lora.usePreset,
          modem_preset: lora.modemPreset,
          hop_limit: lora.hopLimit,
          tx_enabled: lora.txEnabled,
        }
      : null,
    nodes: info.nodes.map(({ num, user, hopsAway, channel }) => ({
      num,
      id: user?.id,
      long_name: user?.longName,
      short_name: user?.shortName,
      public_key_hex: user?.publicKey.length ? hex(user.publicKey) : null,
      hops_away: hopsAway ?? null,
      channel,
    })),
    serialIndex: channelIndexOf(info, 'serial'),
  };
}

/** Name of a message's variant as the .proto spells its field in camelCase. */
export function variantOf(message: FromRadio): string {
  return Object.keys(message).find((name) => name !== 'id') ?? 'unknown';
}

/** a, a, b -> a*2, b */
export function counted(names: string[]): string[] {
  const runs: { name: string; count: number }[] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.name === name) last.count++;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => (count === 1 ? name : `${name}*${count}`));
}
