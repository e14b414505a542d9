/*
 * What: closes the hour: twelve buckets, counters and the node's state become one record.
 * From where to where: counting, clock, journal -> payload -> journal. Espruino-safe.
 */
import { BUCKET_MINUTES, BUCKETS_PER_RECORD, SEQUENCE_MAX } from '../../shared/limits';
import type { UsageRecord } from '../../shared/record';
import {
  BATTERY_LOW_MV,
  BUCKETS_KEPT,
  RECENT_RECORDS,
  STATUS_AFTER_POWER_CUT,
  STATUS_BATTERY_LOW,
  STATUS_CLOCK_SHIFT,
  STATUS_OVERWRITTEN,
  STATUS_SENSOR_FAULT,
} from '../node-limits';
import type { Node } from '../node-parts';
import { timeAt, uncertaintyAt } from '../sense/clock';
import { keepRecord } from './journal';
import { countOfEpoch } from './record-index';
import { isTooLowToWrite } from './voltage';

/** Writes the payload of a record: which kind it becomes is the caller's. Throws: it does not fit. */
export type Encode = (record: UsageRecord) => Uint8Array;

/** The status word, bits as in shared/record.ts. */
function statusOf(node: Node, uptimeS: number): number {
  const batteryMv = node.board.batteryMv();
  let status = Math.min(255, Math.floor(batteryMv / 20)) | node.sense.flags;
  if (node.sense.faults) status |= STATUS_SENSOR_FAULT;
  if (batteryMv > 0 && batteryMv < BATTERY_LOW_MV) status |= STATUS_BATTERY_LOW;
  status |= uncertaintyAt(node.clock, uptimeS) << STATUS_CLOCK_SHIFT;
  if (node.journal.hasOverwritten) status |= STATUS_OVERWRITTEN;
  if (node.sequence === 0 && node.epoch > 1) status |= STATUS_AFTER_POWER_CUT;
  return status;
}

/** How many buckets to tell: the hour before again when no bulletin has covered its record. */
function bucketsToTell(node: Node): number {
  const index = node.journal.records;
  const last = index.recordCount - 1;
  const isUncovered = last >= 0 && index.covered[last] === 0 && index.epochs[last] === node.epoch;
  return isUncovered && node.counting.buckets.length === BUCKETS_KEPT
    ? BUCKETS_KEPT
    : BUCKETS_PER_RECORD;
}

/** The payload as `encode` writes it; what does not fit is left out: first the carried hour, then the readings. */
function composePayload(node: Node, uptimeS: number, encode: Encode): Uint8Array {
  const buckets = node.counting.buckets;
  const record: UsageRecord = {
    kind: node.kind,
    keyId: node.keyId,
    epoch: node.epoch,
    sequence: node.sequence + 1,
    timeS: timeAt(node.clock, uptimeS),
    uptimeS: uptimeS,
    counters: node.counting.counters,
    status: statusOf(node, uptimeS),
    calibrationId: node.config.calibrationId,
    kept: countOfEpoch(node.journal.records, node.epoch) + 1,
    bucketMinutes: BUCKET_MINUTES,
    buckets: buckets.slice(buckets.length - bucketsToTell(node)),
    readings: node.sense.readings,
  };
  for (let leftOut = 0; leftOut < 2; leftOut++) {
    try {
      return encode(record);
    } catch (_) {
      record.buckets = buckets.slice(buckets.length - BUCKETS_PER_RECORD);
      if (leftOut) record.readings = [];
    }
  }
  return encode(record);
}

/** Makes and keeps a record of this uptime: the hour's, or an event. Without a signer, or below a safe voltage, nothing is made. */
export function closeRecord(node: Node, uptimeS: number, encode: Encode): void {
  const board = node.board;
  if (!board.signer || node.sequence === SEQUENCE_MAX || isTooLowToWrite(board)) return;
  const payload = composePayload(node, uptimeS, encode);
  node.sequence++;
  node.journal.hasOverwritten = false;
  keepRecord(board, node.journal, node.epoch, node.sequence, payload);
  node.recent.push([0, 0]);
  if (node.recent.length > RECENT_RECORDS) node.recent.splice(0, 1);
}
