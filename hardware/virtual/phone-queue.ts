/*
 * What a radio has to tell its clients. There is one queue for all of them: what one takes, no other gets.
 * From: the routing side; to: the client session that asks next, kept while there is none.
 * Source: Meshtastic 2.7.26: 32 packets (newest dropped when full, of texts the oldest), two queueStatus (oldest dropped).
 */
import type { FromRadioToSend } from '../../shared/meshtastic/from-radio';
import type { MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import { TEXT_MESSAGE_APP } from '../../shared/meshtastic/port-num';
import type { PhoneQueue, RadioStatistics } from './radio-core';
import { QUEUE_PLACES } from './radio-transmitter';

/** The queue with its reading end. */
export interface ReadablePhoneQueue extends PhoneQueue {
  /** Next message, undefined = empty. Order: queueStatus, warnings, packets. */
  next(): FromRadioToSend | undefined;
  hasPackets(): boolean;
  clear(): void;
}

export interface PhoneQueueParts {
  packetsMax: number;
  statistics: RadioStatistics;
  /** Free places of the transmit queue. */
  transmitFree(): number;
  /** Called after each message put in. */
  onPut(): void;
}

const STATUS_MAX = 2;
const WARNINGS_MAX = 3;
const LEVEL_WARNING = 30;

function putBounded<T>(queue: T[], item: T, max: number): void {
  queue.push(item);
  if (queue.length > max) queue.shift();
}

/** An empty queue. */
export function createPhoneQueue(parts: PhoneQueueParts): ReadablePhoneQueue {
  const packets: MeshPacketToSend[] = [];
  const statuses: FromRadioToSend[] = [];
  const warnings: FromRadioToSend[] = [];

  const putPacket = (packet: MeshPacketToSend): void => {
    if (packets.length < parts.packetsMax) packets.push(packet);
    else {
      parts.statistics.toPhoneDropped += 1;
      if (packet.decoded?.portnum !== TEXT_MESSAGE_APP) return;
      packets.shift();
      packets.push(packet);
    }
    parts.onPut();
  };
  const putQueueStatus = (meshPacketId: number, res: number): void => {
    const queueStatus = { res, free: parts.transmitFree(), maxlen: QUEUE_PLACES, meshPacketId };
    putBounded(statuses, { queueStatus }, STATUS_MAX);
    parts.onPut();
  };
  const putWarning = (replyId: number, message: string): void => {
    const clientNotification = { replyId, level: LEVEL_WARNING, message };
    putBounded(warnings, { clientNotification }, WARNINGS_MAX);
    parts.onPut();
  };
  const next = (): FromRadioToSend | undefined => {
    const first = statuses.shift() ?? warnings.shift();
    if (first !== undefined) return first;
    const packet = packets.shift();
    return packet === undefined ? undefined : { packet };
  };
  const clear = (): void => {
    packets.length = 0;
    statuses.length = 0;
    warnings.length = 0;
  };
  return {
    putPacket,
    putQueueStatus,
    putWarning,
    next,
    hasPackets: () => packets.length > 0,
    clear,
  };
}
