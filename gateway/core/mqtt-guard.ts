/*
 * mqtt-guard.ts: watches the raw MQTT stream of a client and the number of connections, so that nobody makes the
 * broker's parser collect megabytes, nor keeps it busy.
 * Way: connections and raw bytes of clients -> guard -> broker (or the connection ends).
 * Pure: the time is an argument. Source: MQTT 3.1.1 section 2.2 (fixed header: type byte, then 1..4 bytes of length,
 * 7 bits each) and section 3.1 (the first packet is CONNECT).
 */

import { createTokenBucket } from './token-bucket';

/** Why a connection must end. */
export type GuardFault = 'not-mqtt' | 'too-long' | 'too-fast';

/** What a client may send. */
export interface GuardLimits {
  /** Remaining length of a packet, bytes. */
  packetBytes: number;
  /** The same of the first packet, CONNECT, before anybody has proved anything, bytes. */
  connectBytes: number;
  bytesPerS: number;
  /** Bytes at once. */
  bytesBurst: number;
  packetsPerS: number;
  /** Packets at once. */
  packetsBurst: number;
}

/** @param nowMs any steady clock, ms. @returns why the connection must end; null = go on. */
export type StreamGuard = (chunk: Uint8Array, nowMs: number) => GuardFault | null;

const CONNECT_TYPE = 0x10;
/** What an answer to a message of ours counts, packets: a subscriber that catches up sends thousands. */
const ANSWER_SHARE = 1 / 20;

/** PUBACK, PUBREC, PUBREL or PUBCOMP. */
function isAnswer(type: number): boolean {
  return type >> 4 >= 4 && type >> 4 <= 7;
}

/** Makes a guard for one connection. */
export function createStreamGuard(limits: GuardLimits): StreamGuard {
  const bytes = createTokenBucket(limits.bytesPerS, limits.bytesBurst);
  const packets = createTokenBucket(limits.packetsPerS, limits.packetsBurst);
  let isFirst = true;
  let bodyLeft = 0;
  // -1: the next byte is a packet's type; 0..3: the next byte is that byte of its length.
  let lengthByte = -1;
  let length = 0;
  const beginPacket = (type: number, nowMs: number): GuardFault | null => {
    if (isFirst && type !== CONNECT_TYPE) return 'not-mqtt';
    lengthByte = 0;
    length = 0;
    return packets.take(isAnswer(type) ? ANSWER_SHARE : 1, nowMs) ? null : 'too-fast';
  };
  const readLength = (byte: number): GuardFault | null => {
    length += (byte & 127) * 128 ** lengthByte;
    lengthByte += 1;
    if (length > (isFirst ? limits.connectBytes : limits.packetBytes)) return 'too-long';
    if (byte >= 128) return lengthByte === 4 ? 'too-long' : null;
    bodyLeft = length;
    lengthByte = -1;
    isFirst = false;
    return null;
  };
  return (chunk, nowMs) => {
    let at = 0;
    while (at < chunk.length) {
      if (bodyLeft > 0) {
        const skip = Math.min(bodyLeft, chunk.length - at);
        bodyLeft -= skip;
        at += skip;
        continue;
      }
      const fault = lengthByte < 0 ? beginPacket(chunk[at], nowMs) : readLength(chunk[at]);
      if (fault !== null) return fault;
      at += 1;
    }
    return bytes.take(chunk.length, nowMs) ? null : 'too-fast';
  };
}

/** Counts connections in all and of each address. */
export function createConnectionCount(most: number, mostPerAddress: number) {
  const byAddress = new Map<string, number>();
  let all = 0;
  return {
    /** @returns false: it is one too many, and was not counted. */
    enter(address: string): boolean {
      const here = byAddress.get(address) ?? 0;
      if (all >= most || here >= mostPerAddress) return false;
      byAddress.set(address, here + 1);
      all += 1;
      return true;
    },
    leave(address: string): void {
      const here = byAddress.get(address) ?? 0;
      if (here === 0) return;
      all -= 1;
      if (here === 1) byAddress.delete(address);
      else byAddress.set(address, here - 1);
    },
    count: () => all,
  };
}
