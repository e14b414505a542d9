/*
 * radio-sending.ts: how what the gateway sends looks to one radio: packet, time on the air, room.
 * Way: bulletins and announcements -> a packet for the send queue of a radio (core/send-queue.ts).
 */
import { CHANNEL_NAME, HOP_LIMIT, PORTNUM } from '../shared/limits';
import { airtimeMs, LONG_FAST, modemPresetOf } from '../shared/meshtastic/airtime';
import { encodeData } from '../shared/meshtastic/data';
import { AIR_FRAME_BYTES_MAX, AIR_HEADER_BYTES } from '../shared/meshtastic/onair';
import { BROADCAST } from '../shared/meshtastic/port-num';
import { NONCE_CONFIG_ONLY, NONCE_NODES_ONLY } from '../shared/meshtastic/to-radio';
import type { OwnRadio } from './core/heard';
import { regionOf } from './core/radio-checks';
import { channelIndexOf } from './core/radio-info';
import type { RadioSession } from './core/radio-session';
import type { RadioRoom, SendQueue, Waiting } from './core/send-queue';

/** What judging a packet of this radio needs to know of it. */
export function ownRadioOf(session: RadioSession): OwnRadio {
  return { channelIndex: channelIndexOf(session.info(), CHANNEL_NAME) };
}

/** What the radio is like now, for the queue. */
export function roomOf(session: RadioSession): RadioRoom {
  const { lora } = session.info();
  const percent = regionOf(lora?.region ?? 0)?.region.dutyCyclePercent ?? 100;
  return {
    free: session.queueFree(),
    dutyCyclePercent: lora?.overrideDutyCycle ? 100 : percent,
  };
}

function frameMs(session: RadioSession, frameBytes: number): number {
  const { lora } = session.info();
  const preset = lora?.usePreset ? modemPresetOf(lora.modemPreset) : undefined;
  return airtimeMs(preset ?? LONG_FAST, Math.min(frameBytes, AIR_FRAME_BYTES_MAX));
}

/** A broadcast on our port and channel; null = the radio has no such channel. Firmware 2.8 wants a bitfield even where it is 0. */
export function waitingOf(
  session: RadioSession,
  key: string,
  tag: number,
  payload: Uint8Array,
): Waiting | null {
  const { channelIndex } = ownRadioOf(session);
  if (channelIndex < 0) return null;
  const decoded = { portnum: PORTNUM, payload, wantResponse: false, bitfield: 0 };
  const packet = {
    to: BROADCAST,
    channel: channelIndex,
    hopLimit: HOP_LIMIT,
    wantAck: false,
    decoded,
  };
  const frameBytes = AIR_HEADER_BYTES + encodeData(decoded).length;
  return { key, tag, packet, airtimeMs: frameMs(session, frameBytes) };
}

/** Would the longest packet go out at once? */
export function hasRoom(session: RadioSession, queue: SendQueue, nowMs: number): boolean {
  if (session.state() !== 'ready' || ownRadioOf(session).channelIndex < 0) return false;
  return queue.hasRoom(nowMs, roomOf(session), frameMs(session, AIR_FRAME_BYTES_MAX));
}

/** A nonce that is none of those with a meaning of their own. */
export function nonceOf(randomU32: () => number): number {
  const nonce = randomU32() >>> 0;
  const isSpecial = nonce === 0 || nonce === NONCE_CONFIG_ONLY || nonce === NONCE_NODES_ONLY;
  return isSpecial ? 1 : nonce;
}
