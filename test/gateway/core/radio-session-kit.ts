/*
 * radio-session-kit.ts: what the tests of the radio session share: a session with known nonces and ids, and what a
 * radio would say to it.
 */
import {
  createRadioSession,
  type RadioSession,
  type SessionEvent,
  type SessionStep,
} from '../../../gateway/core/radio-session';
import { encodeFromRadio, type FromRadioToSend } from '../../../shared/meshtastic/from-radio';
import type { MeshPacketToSend } from '../../../shared/meshtastic/mesh-packet';
import { ROUTING_APP } from '../../../shared/meshtastic/port-num';
import { encodeRouting } from '../../../shared/meshtastic/routing';
import { createFramer, encodeFrame } from '../../../shared/meshtastic/stream';
import { decodeToRadio, type ToRadio } from '../../../shared/meshtastic/to-radio';

export const ME = 0xa1b2c3d4;
export const OTHER = 0x5e0f1a2b;
export const LORA = 1;

/** Bytes of frames as a radio writes them. */
export function says(...messages: FromRadioToSend[]): Uint8Array {
  return new Uint8Array(Buffer.concat(messages.map((one) => encodeFrame(encodeFromRadio(one)))));
}

/** What a radio answers to want_config. */
export function handshake(nonce: number): FromRadioToSend[] {
  const settings = { name: 'serial', psk: Uint8Array.from({ length: 32 }, (_, at) => at + 1) };
  return [
    { myInfo: { myNodeNum: ME } },
    { deviceuiConfig: new Uint8Array(0) },
    { nodeInfo: { num: ME, user: { longName: 'Gateway', shortName: 'GW' } } },
    { metadata: { firmwareVersion: '2.7.26.54e0d8d' } },
    { channel: { index: 0, role: 1, settings } },
    { channel: { index: 1, role: 0 } },
    { config: { lora: { usePreset: true, modemPreset: 4, region: 3, txEnabled: true } } },
    { moduleConfig: new Uint8Array(0) },
    { nodeInfo: { num: OTHER, user: { longName: 'Tap — 1' } } },
    { configCompleteId: nonce },
  ];
}

/** A packet from another node on our port, as heard over LoRa. */
export function heard(id: number, more: MeshPacketToSend = {}): FromRadioToSend {
  const decoded = { portnum: 287, payload: new Uint8Array([id & 255]), bitfield: 0 };
  return {
    packet: { from: OTHER, to: ME, id, rxRssi: -60, transportMechanism: LORA, decoded, ...more },
  };
}

/** An ack or nak for packet `requestId`; from ME it is the radio's own. */
export function routing(from: number, requestId: number, errorReason: number): FromRadioToSend {
  const payload = encodeRouting(errorReason);
  const air = from === ME ? {} : { rxRssi: -60, transportMechanism: LORA };
  return {
    packet: { from, to: ME, id: 77, ...air, decoded: { portnum: ROUTING_APP, payload, requestId } },
  };
}

/** A session whose nonces are 1, 2, 3, ... and whose packet ids are 101, 102, ... */
export function newSession(): RadioSession {
  let nonce = 0;
  let id = 100;
  return createRadioSession({ nonce: () => ++nonce, packetId: () => ++id });
}

/** A session that became ready at `nowMs`. */
export function readySession(nowMs: number): RadioSession {
  const session = newSession();
  session.start(nowMs);
  session.feed(says(...handshake(1)), nowMs);
  return session;
}

/** The messages in what was written; other bytes are passed over. */
export function requests(step: SessionStep): ToRadio[] {
  const found: ToRadio[] = [];
  const framer = createFramer((body) => {
    const request = decodeToRadio(body);
    if (typeof request === 'string') return false;
    found.push(request);
    return true;
  });
  for (const bytes of step.write) framer.push(bytes);
  return found;
}

/** Types of the events, in order. */
export function types(events: SessionEvent[]): string[] {
  return events.map(({ type }) => type);
}
