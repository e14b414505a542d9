/*
 * What: the way into the mesh by the node's own radio chip, in Meshtastic's on-air format.
 * From where to where: sender.ts -> frames, each after a look at the channel; frames -> outcomes and broadcasts.
 * It relays nothing, sleeps unless it waits for an answer or a bulletin, repeats a frame byte for byte at most twice, and
 * keeps the region's duty cycle. Source: Meshtastic's mesh algorithm; shared/meshtastic. Espruino-safe.
 */
import { fromHex } from '../../shared/bytes';
import { HOP_LIMIT, PORTNUM } from '../../shared/limits';
import { airtimeMs, type ModemPreset, retransmissionMs } from '../../shared/meshtastic/airtime';
import type { OnAirHeader } from '../../shared/meshtastic/onair';
import { BROADCAST, NODEINFO_APP, ROUTING_APP } from '../../shared/meshtastic/port-num';
import { decodeRouting, ERROR_NONE, encodeRouting } from '../../shared/meshtastic/routing';
import type { Board, LoraConfig } from '../board';
import type { Link, Outcome } from '../link';
import { createDutyCycle, sentInHourMs } from '../lora/duty-cycle';
import {
  type MeshChannel,
  type MeshPacketIn,
  makeFrame,
  openFrame,
  readHeader,
} from '../lora/mesh-frames';
import { encodeNodeInfo } from '../lora/node-info';
import type { RadioChip } from '../lora/radio-chip';
import { createTransmitter, enqueue, isTransmitting, type Transmitter } from '../lora/transmitter';
import {
  CHIP_RETRY_MS_MAX,
  CHIP_RETRY_MS_MIN,
  LORA_SEEN,
  LORA_TRANSMISSIONS,
  NODE_INFO_ANSWER_MS,
  NODE_INFO_FIRST_MS,
  NODE_INFO_MS,
  WINDOW_LOG2_MIN,
} from '../node-limits';

/** The packet under way. */
interface Flight {
  id: number;
  to: number;
  frame: Uint8Array;
  transmissions: number;
  /** A neighbour was heard to pass it on. */
  isRelayed: boolean;
  /** Uptime at which waiting for an answer ends, ms; 0 = it is still to be sent. */
  untilMs: number;
  done: (outcome: Outcome) => void;
}

interface LoraLink {
  board: Board;
  config: LoraConfig;
  chip: RadioChip;
  channel: MeshChannel;
  preset: ModemPreset;
  transmitter: Transmitter;
  gatewayNode: number;
  isUp: boolean;
  isListening: boolean;
  /** Bulletins are listened for until this uptime, ms. */
  listenUntilMs: number;
  flight: Flight | null;
  /** Packets heard: from XOR id, the newest last. */
  seen: number[];
  usedIds: number[];
  nodeInfoAnsweredMs: number;
  onBroadcast: (packet: Uint8Array, from: number) => void;
  counts: { heard: number; undecryptable: number; refused: number };
}

/** Remembers a number; false: it was there already. */
function remember(list: number[], value: number): boolean {
  if (list.indexOf(value) >= 0) return false;
  list.push(value);
  if (list.length > LORA_SEEN) list.splice(0, 1);
  return true;
}

/** A packet id that was not used lately and is not 0. */
function newId(link: LoraLink): number {
  for (;;) {
    const id = link.board.random32();
    if (id !== 0 && remember(link.usedIds, id)) return id;
  }
}

/** Listens while something is awaited, else sleeps. Call it whenever that may have changed. */
function settleChip(link: LoraLink): void {
  if (!link.isUp || isTransmitting(link.transmitter)) return;
  const isWanted = link.flight !== null || link.board.uptimeMs() < link.listenUntilMs;
  if (isWanted === link.isListening) return;
  link.isListening = isWanted;
  if (isWanted) link.chip.listen((frame) => hear(link, frame));
  else link.chip.sleep();
}

function settleFlight(link: LoraLink, outcome: Outcome): void {
  const flight = link.flight;
  link.flight = null;
  settleChip(link);
  if (flight) flight.done(outcome);
}

/** How long to wait for an answer to a frame, ms. */
function patienceMs(link: LoraLink, frame: Uint8Array): number {
  return retransmissionMs(link.preset, frame.length, WINDOW_LOG2_MIN);
}

/** Sends the flight's frame: the first time, or the same bytes again. */
function transmitFlight(link: LoraLink, flight: Flight): void {
  flight.transmissions++;
  flight.untilMs = 0;
  const isQueued = enqueue(link.transmitter, flight.frame, (isSent) => {
    if (link.flight !== flight) return;
    if (!isSent && flight.transmissions === 1) {
      link.counts.refused++;
      settleFlight(link, 'refused');
      return;
    }
    flight.untilMs = link.board.uptimeMs() + patienceMs(link, flight.frame);
    settleChip(link);
    link.board.after(patienceMs(link, flight.frame) + 1, () => lookAfterFlight(link, flight));
  });
  if (!isQueued) settleFlight(link, 'refused');
}

/** No answer in time: the same bytes again, unless a neighbour passed them on. */
function lookAfterFlight(link: LoraLink, flight: Flight): void {
  if (link.flight !== flight || flight.untilMs === 0) return;
  if (link.board.uptimeMs() < flight.untilMs) return;
  if (flight.isRelayed || flight.transmissions >= LORA_TRANSMISSIONS) settleFlight(link, 'silent');
  else transmitFlight(link, flight);
}

/** Broadcasts who we are, or tells it to who asked. */
function sendNodeInfo(link: LoraLink, to: number, requestId: number): void {
  const site = link.board.config ? link.board.config.site : '';
  const frame = makeFrame(link.channel, {
    to: to,
    id: newId(link),
    wantAck: false,
    hopLimit: HOP_LIMIT,
    portnum: NODEINFO_APP,
    payload: encodeNodeInfo(site, link.config.nodeNum),
    requestId: requestId,
  });
  enqueue(link.transmitter, frame, () => settleChip(link));
}

/** Acknowledges a packet to us; one that was heard before is acknowledged to the neighbours only. */
function acknowledge(link: LoraLink, header: OnAirHeader, isRepeat: boolean): void {
  if (!header.wantAck) return;
  const hopsTaken = Math.max(0, header.hopStart - header.hopLimit);
  const frame = makeFrame(link.channel, {
    to: header.from,
    id: newId(link),
    wantAck: false,
    hopLimit: isRepeat ? 0 : Math.min(7, hopsTaken + 2),
    portnum: ROUTING_APP,
    payload: encodeRouting(ERROR_NONE),
    requestId: header.id,
  });
  enqueue(link.transmitter, frame, () => settleChip(link));
}

/** A ROUTING answer to our packet: only the one it was sent to can say that it arrived. */
function hearRouting(link: LoraLink, packet: MeshPacketIn): void {
  const flight = link.flight;
  if (!flight || packet.data.requestId !== flight.id) return;
  const routing = decodeRouting(packet.data.payload);
  if (typeof routing === 'string' || routing.errorReason === undefined) return;
  if (routing.errorReason !== ERROR_NONE) settleFlight(link, 'nak');
  else if (packet.header.from === flight.to) settleFlight(link, 'delivered');
}

function hearDirect(link: LoraLink, packet: MeshPacketIn): void {
  const { header, data } = packet;
  acknowledge(link, header, false);
  if (data.portnum === ROUTING_APP) hearRouting(link, packet);
  const nowMs = link.board.uptimeMs();
  if (data.portnum !== NODEINFO_APP || !data.wantResponse || nowMs < link.nodeInfoAnsweredMs)
    return;
  link.nodeInfoAnsweredMs = nowMs + NODE_INFO_ANSWER_MS;
  sendNodeInfo(link, header.from, header.id);
}

/** Judges a frame off the air. What is not ours, or cannot be read, is counted and forgotten. */
function hear(link: LoraLink, frame: Uint8Array): void {
  const header = readHeader(frame);
  if (typeof header === 'string') return;
  link.counts.heard++;
  const { nodeNum } = link.config;
  const flight = link.flight;
  if (header.from === nodeNum) {
    if (flight && header.id === flight.id) flight.isRelayed = true;
    return;
  }
  const isForUs = header.to === nodeNum || header.to === BROADCAST;
  if (!isForUs || header.channelHash !== link.config.channelHash) return;
  if (!remember(link.seen, (header.from ^ header.id) >>> 0)) {
    if (header.to === nodeNum && header.hopLimit === header.hopStart)
      acknowledge(link, header, true);
    return;
  }
  const packet = openFrame(link.channel, frame);
  if (typeof packet === 'string') link.counts.undecryptable++;
  else if (header.to === nodeNum) hearDirect(link, packet);
  else if (packet.data.portnum === PORTNUM) link.onBroadcast(packet.data.payload, header.from);
}

/** Starts the chip; one that does not answer is tried again later and later. */
function startChip(link: LoraLink, retryMs: number): void {
  const { config } = link;
  link.isUp = link.chip.start({
    frequencyHz: config.frequencyHz,
    bandwidthHz: config.bandwidthHz,
    spreadingFactor: config.spreadingFactor,
    codingRate: config.codingRate,
    preambleSymbols: 16,
    syncWord: 0x2b,
    txPowerDbm: config.txPowerDbm,
  });
  if (link.isUp) {
    link.chip.sleep();
    settleChip(link);
    return;
  }
  link.board.say('radio chip does not answer');
  link.board.after(retryMs, () => startChip(link, Math.min(CHIP_RETRY_MS_MAX, 2 * retryMs)));
}

function startLink(link: LoraLink): void {
  const { board } = link;
  startChip(link, CHIP_RETRY_MS_MIN);
  board.after(board.random32() % NODE_INFO_FIRST_MS, () => {
    sendNodeInfo(link, BROADCAST, 0);
    board.every(NODE_INFO_MS, () => sendNodeInfo(link, BROADCAST, 0));
  });
}

function sendPacket(link: LoraLink, packet: Uint8Array, done: (outcome: Outcome) => void): boolean {
  if (!link.isUp || link.flight) return false;
  const id = newId(link);
  const frame = makeFrame(link.channel, {
    to: link.gatewayNode,
    id: id,
    wantAck: true,
    hopLimit: HOP_LIMIT,
    portnum: PORTNUM,
    payload: packet,
    requestId: 0,
  });
  const flight: Flight = {
    id: id,
    to: link.gatewayNode,
    frame: frame,
    transmissions: 0,
    isRelayed: false,
    untilMs: 0,
    done: done,
  };
  link.flight = flight;
  // Not at once: `done` may not be called before send has returned.
  link.board.after(1, () => transmitFlight(link, flight));
  return true;
}

function presetOf(config: LoraConfig): ModemPreset {
  return {
    number: 0,
    displayName: '',
    bandwidthHz: config.bandwidthHz,
    spreadingFactor: config.spreadingFactor,
    codingRate: config.codingRate,
    symbolUs: config.symbolUs,
    slotMs: config.slotMs,
  };
}

/** AES of the board for the counter blocks of one packet. */
function channelOf(board: Board, config: LoraConfig): MeshChannel {
  return {
    encryptBlocks: (key, blocks) => {
      if (board.cipher) board.cipher.encryptBlocks(key, blocks);
      return blocks;
    },
    key: fromHex(config.channelKey),
    hash: config.channelHash,
    nodeNum: config.nodeNum,
  };
}

/** Makes the link over a chip. `config`: NodeConfig.lora of this node. */
export function createLoraLink(board: Board, config: LoraConfig, chip: RadioChip): Link {
  const preset = presetOf(config);
  const duty = createDutyCycle(config.dutyCyclePercent);
  const link: LoraLink = {
    board: board,
    config: config,
    chip: chip,
    channel: channelOf(board, config),
    preset: preset,
    transmitter: createTransmitter(board, chip, duty, config.slotMs, (bytes) =>
      airtimeMs(preset, bytes),
    ),
    gatewayNode: board.config ? board.config.gatewayNode : 0,
    isUp: false,
    isListening: false,
    listenUntilMs: 0,
    flight: null,
    seen: [],
    usedIds: [],
    nodeInfoAnsweredMs: 0,
    onBroadcast: () => {},
    counts: { heard: 0, undecryptable: 0, refused: 0 },
  };
  return {
    start: (onBroadcast) => {
      link.onBroadcast = onBroadcast;
      startLink(link);
    },
    send: (packet, done) => sendPacket(link, packet, done),
    listenUntil: (uptimeS) => {
      link.listenUntilMs = uptimeS * 1000;
      settleChip(link);
      const waitMs = link.listenUntilMs - board.uptimeMs();
      if (waitMs > 0) board.after(waitMs + 1, () => settleChip(link));
    },
    status: () => ({
      isUp: link.isUp,
      faults: chip.faults(),
      sentInHourMs: sentInHourMs(duty, board.uptimeMs()),
      allowedMs: duty.allowedMs,
      heard: link.counts.heard,
      undecryptable: link.counts.undecryptable,
      refused: link.counts.refused,
    }),
    setGateway: (nodeNum) => {
      link.gatewayNode = nodeNum;
    },
  };
}
