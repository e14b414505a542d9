/*
 * radio-sent.ts: what became of a packet that was given to the radio, as far as the stream tells.
 * Way: radio session (queueStatus and routing answers) -> SentPacket -> outcome.
 * Pure. Source: Meshtastic mesh.proto (QueueStatus, Routing); meanings measured on firmware 2.7.26.
 */

import type { MeshPacket, MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import { ROUTING_APP } from '../../shared/meshtastic/port-num';
import type { QueueStatus } from '../../shared/meshtastic/queue-status';
import { decodeRouting, ERROR_NONE } from '../../shared/meshtastic/routing';
import { routingErrorName } from '../../shared/meshtastic/routing-error-name';
import { SENT_ANSWERS_MAX } from '../limits/radio';

/**
 * How an answer counts:
 * real_ack: the destination has it. implicit_ack: some neighbour passed it on, no more (from = own radio).
 * nak: an error code, from the own radio or from the destination.
 */
export type RoutingKind = 'real_ack' | 'implicit_ack' | 'nak';

/** One queueStatus for the packet. */
export interface QueueAnswer {
  atMs: number;
  res: number;
  free: number;
  maxlen: number;
}

/** One routing answer to the packet. */
export interface RoutingAnswer {
  atMs: number;
  from: number;
  errorReason: number;
  kind: RoutingKind;
  hopLimit: number;
  hopStart: number;
}

/**
 * What can be concluded:
 * - `no_answer`: nothing came (yet): the radio may not even have understood it.
 * - `refused_<res>`: the radio did not take it (32 = queue full).
 * - `queued`: the radio took it. Whether it went on the air is not told: rate limits drop silently.
 * - `relayed`: a neighbour passed it on.
 * - `delivered`: the destination acknowledged it.
 * - `delivered_then_nak_<NAME>`, `nak_<NAME>`: an error, after or without an ack of the destination.
 * - `local`: it was an order to the own radio, which took it.
 */
export type Outcome =
  | 'no_answer'
  | `refused_${number}`
  | 'queued'
  | 'relayed'
  | 'delivered'
  | `delivered_then_nak_${string}`
  | `nak_${string}`
  | 'local';

/** A packet given to the radio and all answers so far (the newest 16 of each kind). */
export interface SentPacket {
  id: number;
  to: number;
  portnum: number;
  sentMs: number;
  queueAnswers: QueueAnswer[];
  routingAnswers: RoutingAnswer[];
  /** Words of a clientNotification about this packet. */
  notification?: string;
}

/** Starts the account of a packet. */
export function sentPacket(packet: MeshPacketToSend, id: number, nowMs: number): SentPacket {
  return {
    id,
    to: packet.to ?? 0,
    portnum: packet.decoded?.portnum ?? 0,
    sentMs: nowMs,
    queueAnswers: [],
    routingAnswers: [],
  };
}

/** The account with one more queueStatus. */
export function withQueueStatus(sent: SentPacket, status: QueueStatus, nowMs: number): SentPacket {
  const { res, free, maxlen } = status;
  const queueAnswers = [...sent.queueAnswers, { atMs: nowMs, res, free, maxlen }];
  return { ...sent, queueAnswers: queueAnswers.slice(-SENT_ANSWERS_MAX) };
}

/** Error code of an ack or nak; undefined when the packet is neither. */
export function routingErrorOf(packet: MeshPacket): number | undefined {
  const data = packet.decoded;
  if (data?.portnum !== ROUTING_APP || data.requestId === 0) return undefined;
  const routing = decodeRouting(data.payload);
  return typeof routing === 'string' ? undefined : routing.errorReason;
}

/** The account with one more ack or nak; `own`: the own radio made it. */
export function withRouting(
  sent: SentPacket,
  packet: MeshPacket,
  errorReason: number,
  own: boolean,
  nowMs: number,
): SentPacket {
  const fromDestination = packet.from === sent.to && !own;
  const ack = fromDestination ? 'real_ack' : 'implicit_ack';
  const answer: RoutingAnswer = {
    atMs: nowMs,
    from: packet.from,
    errorReason,
    kind: errorReason === ERROR_NONE ? ack : 'nak',
    hopLimit: packet.hopLimit,
    hopStart: packet.hopStart,
  };
  const routingAnswers = [...sent.routingAnswers, answer].slice(-SENT_ANSWERS_MAX);
  return { ...sent, routingAnswers };
}

/** What the answers so far amount to. `myNodeNum` 0 = unknown. */
export function outcomeOf(sent: SentPacket, myNodeNum: number): Outcome {
  const answers = sent.routingAnswers;
  const naks = answers.filter(({ kind }) => kind === 'nak');
  const delivered = answers.findIndex(({ kind }) => kind === 'real_ack');
  const lastNak = answers.findLastIndex(({ kind }) => kind === 'nak');
  const refusal = sent.queueAnswers.find(({ res }) => res !== 0);
  const nakName = naks.length > 0 ? routingErrorName(answers[lastNak].errorReason) : '';
  if (delivered >= 0) return lastNak > delivered ? `delivered_then_nak_${nakName}` : 'delivered';
  if (naks.length > 0) return `nak_${nakName}`;
  if (refusal) return `refused_${refusal.res}`;
  if (answers.length === 0 && sent.queueAnswers.length === 0) return 'no_answer';
  if (sent.to === myNodeNum && myNodeNum !== 0) return 'local';
  return answers.length > 0 ? 'relayed' : 'queued';
}
