/*
 * What a node does in a day, in seconds of each part: computed from the firmware's own limits, the size of its records and
 * the airtime formula.
 * From: firmware/node-limits.ts, shared/meshtastic/airtime.ts, figures of benches. To: nodes.ts.
 */
import {
  BUCKET_MS,
  LISTEN_SHARE_S,
  RADIO_LINGER_MS,
  SEND_PERIOD_MS,
  TICK_MS,
} from '../../firmware/node-limits';
import { airtimeUs, type ModemPreset } from '../../shared/meshtastic/airtime';

const DAY_S = 86_400;
const RECORDS_A_DAY = 24;

/** Measured by `npm run bench -- interpreter` (Espruino 2v29 on Linux x 110), ms on an nRF52. */
export const CPU_MS = {
  tick: 12,
  save: 75,
  record: 800,
  senderAsks: 10,
  /** Reading from flash, signing, framing, encrypting; the driver's SPI. */
  send: 500,
  /** Verifying and applying a bulletin. */
  bulletin: 400,
};

/** What a day is made of. */
export interface Activity {
  preset: ModemPreset;
  /** Payload and signature of the hourly record, bytes. */
  recordBytes: number;
  /** Transmissions of a record until it is acknowledged, on average. */
  tries: number;
  /** Listening for the acknowledgement: of a try that is answered, and of one that is not, s. */
  answeredS: number;
  unansweredS: number;
}

/** The hourly record with twelve buckets is 111 to 126 bytes (docs/bars.md): the largest. */
export const RECORD_BYTES = 126;
/** Meshtastic's header, and the Data message around a payload of 128 bytes or less. */
const HEADER_BYTES = 16;
const DATA_BYTES = 8;
/** NodeInfo with names, number and role: Data and User, bytes. */
const NODE_INFO_BYTES = 60;

/** On the air for a payload, s. */
export function airtimeS(preset: ModemPreset, payloadBytes: number): number {
  return airtimeUs(preset, HEADER_BYTES + DATA_BYTES + payloadBytes) / 1e6;
}

/** JavaScript of a day without the radio, s. */
export function countingS(): number {
  const ticks = (DAY_S * 1000) / TICK_MS;
  const saves = (DAY_S * 1000) / BUCKET_MS;
  const asks = (DAY_S * 1000) / SEND_PERIOD_MS;
  return (
    (ticks * CPU_MS.tick +
      saves * CPU_MS.save +
      asks * CPU_MS.senderAsks +
      RECORDS_A_DAY * CPU_MS.record) /
    1000
  );
}

/** JavaScript of sending and of hearing bulletins, s a day. */
export function talkingS(activity: Activity): number {
  return (RECORDS_A_DAY * (activity.tries * CPU_MS.send + CPU_MS.bulletin)) / 1000;
}

/** Sending by the node's own chip, s a day. */
export function sendingS(activity: Activity): number {
  return (
    RECORDS_A_DAY * activity.tries * airtimeS(activity.preset, activity.recordBytes) +
    airtimeS(activity.preset, NODE_INFO_BYTES)
  );
}

/** Listening for acknowledgements, s a day. */
export function waitingS(activity: Activity): number {
  return RECORDS_A_DAY * (activity.answeredS + (activity.tries - 1) * activity.unansweredS);
}

/** Listening for bulletins, s a day: the budget, which a search for a lost gateway must keep too. */
export function listeningS(): number {
  return DAY_S / LISTEN_SHARE_S;
}

/** A Meshtastic radio that is powered only when needed: boots, is asked, sends, waits, lingers; s a day. */
export function radioPoweredS(activity: Activity): number {
  const bootS = 8;
  const perRecordS = bootS + activity.answeredS + RADIO_LINGER_MS / 1000;
  const perWindowS = bootS;
  return (
    RECORDS_A_DAY * (perRecordS + perWindowS) +
    RECORDS_A_DAY * (activity.tries - 1) * activity.unansweredS +
    listeningS()
  );
}
