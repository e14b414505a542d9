/*
 * Receiving on the routing side of a virtual radio: duplicate suppression, managed flooding, acks, delivery.
 * From: frames off the air; to: the client's queue, relays and answers (radio-send.ts), the radio's own modules.
 * Source: Meshtastic 2.7.26: flooding, reliable and next-hop routing; recordings of it (test/fixtures/meshtasticd).
 */
import { type Data, decodeData } from '../../shared/meshtastic/data';
import type { MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import { decodeOnAir, type OnAirFrame, type OnAirHeader } from '../../shared/meshtastic/onair';
import {
  BROADCAST,
  NODEINFO_APP,
  ROUTING_APP,
  TEXT_MESSAGE_APP,
} from '../../shared/meshtastic/port-num';
import {
  decodeRouting,
  ERROR_NO_CHANNEL,
  ERROR_NO_RESPONSE,
  ERROR_NONE,
  ERROR_UNKNOWN_PUBLIC_KEY,
} from '../../shared/meshtastic/routing';
import type { ReceivedFrame } from './air';
import { decryptFrame } from './channel-keys';
import type { KnownNode } from './node-database';
import type { EarlierMeeting } from './packet-history';
import { openFrom } from './public-keys';
import type { RadioCore } from './radio-core';
import type { RadioSender } from './radio-send';

/** A packet as this radio understood it. */
export interface HeardPacket {
  header: OnAirHeader;
  body: Uint8Array;
  /** undefined: no channel fits. */
  data: Data | undefined;
  channelIndex: number;
  /** Key of the sender, when it came with public-key encryption. */
  publicKey?: Uint8Array;
  snrDb: number;
  rssiDbm: number;
}

/** The radio's own modules that look at packets. */
export interface MeshModules {
  /** A decoded packet with the database entry of its sender; true = it was answered with a packet of its own. */
  onPacket(packet: HeardPacket, data: Data, sender: KnownNode): boolean;
}

const LORA_TRANSPORT = 1;
/** Ports that a ROUTER relays and delivers. */
const CORE_PORTS_MAX = 255;

/** Hops a packet has come, undefined = its header does not tell. */
export function hopsAway(header: OnAirHeader, data: Data | undefined): number | undefined {
  if (header.hopStart === 0 && data?.bitfield === undefined) return undefined;
  return header.hopStart < header.hopLimit ? undefined : header.hopStart - header.hopLimit;
}

/** Hop limit of an answer: two more than the packet needed, within the default; none for a packet to neighbours only. */
export function answerHopLimit(packet: HeardPacket, defaultHopLimit: number): number {
  const hops = hopsAway(packet.header, packet.data);
  if (hops === undefined) return defaultHopLimit;
  if (packet.header.hopStart === 0) return 0;
  if (hops > defaultHopLimit) return hops;
  return Math.min(hops + 2, defaultHopLimit);
}

/** A direct message sealed with our public key, by a sender whose key is known. */
function unseal(core: RadioCore, { header, body }: OnAirFrame) {
  if (header.channelHash !== 0 || header.to !== core.nodeNum) return undefined;
  const publicKey = core.nodes.get(header.from)?.user?.publicKey ?? new Uint8Array(0);
  const opened = openFrom(publicKey, core.keys, header, body);
  const data = opened && decodeData(opened);
  if (data === undefined || typeof data === 'string' || data.portnum === 0) return undefined;
  return { data, publicKey };
}

function understand(core: RadioCore, frame: ReceivedFrame, onAir: OnAirFrame): HeardPacket {
  const { header, body } = onAir;
  const packet: HeardPacket = {
    header,
    body,
    data: undefined,
    channelIndex: 0,
    snrDb: frame.snrDb,
    rssiDbm: frame.rssiDbm,
  };
  const sealed = unseal(core, onAir);
  if (sealed !== undefined) return { ...packet, ...sealed };
  const found = decryptFrame(core.channels, frame.bytes, onAir);
  if (typeof found === 'string') {
    core.statistics.undecryptable += 1;
    return packet;
  }
  const isText = header.to === core.nodeNum && found.data.portnum === TEXT_MESSAGE_APP;
  return isText ? packet : { ...packet, ...found };
}

/** The packet as the client gets it. */
function toClient(core: RadioCore, packet: HeardPacket): MeshPacketToSend {
  const { header, data } = packet;
  return {
    from: header.from,
    to: header.to,
    id: header.id,
    channel: data === undefined ? header.channelHash : packet.channelIndex,
    decoded: data,
    encrypted: data === undefined ? packet.body : undefined,
    rxTime: core.clock.nowS(),
    rxSnr: packet.snrDb,
    rxRssi: packet.rssiDbm,
    hopLimit: header.hopLimit,
    hopStart: header.hopStart,
    wantAck: header.wantAck,
    nextHop: header.nextHop,
    relayNode: header.relayNode,
    ...(packet.publicKey && { pkiEncrypted: true, publicKey: packet.publicKey }),
    transportMechanism: LORA_TRANSPORT,
  };
}

/** A relayed copy of an own packet: whoever waits for it need not repeat it. */
function hearOwn(core: RadioCore, sender: RadioSender, header: OnAirHeader): void {
  core.history.hear(header);
  const pending = sender.reliable.stop(core.nodeNum, header.id);
  if (pending === undefined) return;
  core.statistics.implicitAcks += 1;
  sender.tellClient(header.id, ERROR_NONE, 0);
}

/** A packet met before: relay again if its sender repeats it, or call off our relay if somebody was faster. */
function hearAgain(
  core: RadioCore,
  sender: RadioSender,
  packet: Omit<HeardPacket, 'data'>,
  earlier: EarlierMeeting,
): void {
  const { header, body, snrDb } = packet;
  core.statistics.duplicates += 1;
  sender.reliable.stop(header.from, header.id);
  const isRepeated = header.hopStart > 0 && header.hopStart === header.hopLimit;
  if (earlier.isFallback || isRepeated) {
    if (core.transmitter.holds(header.from, header.id)) return;
    if (sender.relay(header, body, snrDb) || earlier.isFallback) return;
    if (header.to === core.nodeNum && header.wantAck) {
      sender.answer(header.from, header.id, ERROR_NONE, 0, packet.channelIndex);
    }
  } else if (!earlier.wasForUs && core.role === 'CLIENT') {
    if (core.transmitter.cancel(header.from, header.id)) core.statistics.relaysCancelled += 1;
  }
}

/** An ack or reply shows a way to its sender, and ends our part in what it answers. */
function learnFromReply(core: RadioCore, sender: RadioSender, packet: HeardPacket, data: Data) {
  const { header } = packet;
  if (data.requestId === 0) return;
  const node = core.nodes.get(header.from);
  const own = core.history.wasRelayer(core.ownByte, header.to, data.requestId);
  const same = core.history.wasRelayer(header.relayNode, header.to, data.requestId);
  const only = core.history.wasOnlyRelayer(core.ownByte, header.to, data.requestId);
  const direct = hopsAway(header, data) === 0;
  if (node !== undefined && ((own && same) || (direct && only))) node.nextHop = header.relayNode;
  if (header.to === core.nodeNum) return;
  if (core.transmitter.cancel(header.to, data.requestId)) core.statistics.relaysCancelled += 1;
  sender.reliable.stop(header.to, data.requestId);
}

function countAnswer(core: RadioCore, data: Data): void {
  if (data.portnum !== ROUTING_APP || data.requestId === 0) return;
  const routing = decodeRouting(data.payload);
  if (typeof routing === 'string' || routing.errorReason === undefined) return;
  if (routing.errorReason === ERROR_NONE) core.statistics.acksReceived += 1;
  else core.statistics.naksReceived += 1;
}

/** Acknowledges a packet addressed to this radio, if it asks for it. */
function acknowledge(core: RadioCore, sender: RadioSender, packet: HeardPacket): void {
  const { header, data, channelIndex } = packet;
  const hopLimit = answerHopLimit(packet, core.hopLimit);
  if (!header.wantAck) {
    const asNextHop = header.nextHop === core.ownByte && header.hopLimit > 0;
    if (asNextHop) sender.answer(header.from, header.id, ERROR_NONE, 0, channelIndex);
  } else if (data === undefined) {
    const isPublicKey = header.channelHash === 0;
    const keyless = (core.nodes.get(header.from)?.user?.publicKey.length ?? 0) === 0;
    const error = isPublicKey && keyless ? ERROR_UNKNOWN_PUBLIC_KEY : ERROR_NO_CHANNEL;
    sender.answer(header.from, header.id, error, hopLimit, 0);
  } else if (data.requestId === 0 && data.replyId === 0) {
    sender.answer(header.from, header.id, ERROR_NONE, hopLimit, channelIndex);
  } else if (hopsAway(header, data) === 0 || header.nextHop !== 0) {
    sender.answer(header.from, header.id, ERROR_NONE, 0, channelIndex);
  }
}

function refuseResponse(core: RadioCore, sender: RadioSender, packet: HeardPacket): void {
  const { header, channelIndex } = packet;
  const hopLimit = answerHopLimit(packet, core.hopLimit);
  sender.answer(header.from, header.id, ERROR_NO_RESPONSE, hopLimit, channelIndex);
}

function dispatch(core: RadioCore, sender: RadioSender, modules: MeshModules, packet: HeardPacket) {
  const { header, data } = packet;
  const isToUs = header.to === core.nodeNum;
  const hops = hopsAway(header, data);
  const node = core.nodes.heard(header.from, packet.snrDb, core.clock.nowS(), hops);
  if (data !== undefined) learnFromReply(core, sender, packet, data);
  const answered = data !== undefined && modules.onPacket(packet, data, node);
  if (isToUs && !answered) acknowledge(core, sender, packet);
  if (isToUs && data !== undefined) {
    countAnswer(core, data);
    if (data.requestId !== 0) sender.reliable.stop(core.nodeNum, data.requestId);
    const unserved = data.wantResponse && data.portnum !== NODEINFO_APP;
    if (unserved && !answered) refuseResponse(core, sender, packet);
  }
  sender.relay(header, packet.body, packet.snrDb);
  if (isToUs || header.to === BROADCAST) core.phone.putPacket(toClient(core, packet));
}

/** Handles one frame off the air, from first byte to last consequence. */
export function receiveFrame(
  core: RadioCore,
  sender: RadioSender,
  modules: MeshModules,
  frame: ReceivedFrame,
): void {
  core.statistics.received += 1;
  core.airtime.logHeard(frame.airtimeMs);
  const onAir = decodeOnAir(frame.bytes);
  if (typeof onAir === 'string') return;
  const { body } = onAir;
  const header: OnAirHeader =
    onAir.header.hopStart === 0 ? { ...onAir.header, nextHop: 0, relayNode: 0 } : onAir.header;
  if (header.from === 0 || header.from === BROADCAST || header.viaMqtt) return;
  if (header.from === core.nodeNum) hearOwn(core, sender, header);
  sender.reliable.extend(frame.airtimeMs);
  if (header.from === core.nodeNum) return;
  const earlier = core.history.hear(header);
  if (earlier !== undefined) {
    const { snrDb, rssiDbm } = frame;
    const known = core.channels.findIndex(({ hash }) => hash === header.channelHash);
    const again = { header, body, channelIndex: Math.max(0, known), snrDb, rssiDbm };
    hearAgain(core, sender, again, earlier);
    return;
  }
  const packet = understand(core, frame, { header, body });
  const isPrivate = packet.data !== undefined && packet.data.portnum > CORE_PORTS_MAX;
  if (core.role === 'ROUTER' && isPrivate) return;
  dispatch(core, sender, modules, packet);
}
