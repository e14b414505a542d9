/*
 * A minimal Meshtastic radio and a gateway behind it, to make the script of inputs for the proof:
 * they answer the firmware as the real ones would, and every byte and pulse is written down.
 * From: what the firmware writes. To: script lines. Runs in Node only.
 */

import type { Ed25519 } from '../../hardware/virtual/board/types';
import { encodeBulletin, entryOf, isBulletin } from '../../shared/bulletin';
import { concat, toHex } from '../../shared/bytes';
import { BULLETIN_AAD, RECORD_AAD, sigStructure } from '../../shared/cose';
import { PORTNUM } from '../../shared/limits';
import { encodeFromRadio, type FromRadioToSend } from '../../shared/meshtastic/from-radio';
import { BROADCAST, ROUTING_APP, TEXT_MESSAGE_APP } from '../../shared/meshtastic/port-num';
import { ERROR_MAX_RETRANSMIT, ERROR_NONE, encodeRouting } from '../../shared/meshtastic/routing';
import { createFramer, encodeFrame } from '../../shared/meshtastic/stream';
import { decodeToRadio, type ToRadio } from '../../shared/meshtastic/to-radio';
import { decodeRecord, splitSigned } from '../../shared/record';
import { keyIdOf, verifySigned } from '../../shared/verify';

const NODE_RADIO = 0x11a2b3c4;
const GATEWAY_RADIO = 0x99887766;
/** Village time 0 in unix s. */
const START_S = 1_790_000_000;
const GATEWAY_SEED = new Uint8Array(32).fill(0x47);

/** What the world around the radio offers. */
export interface DriverWorld {
  /** Does something so many ms from now. */
  after(delayMs: number, fn: () => void): void;
  nowMs(): number;
  /** Feeds bytes to the board and writes them down. */
  feed(bytes: Uint8Array): void;
}

/** The radio and the gateway, seen from the board's wires. */
export interface RadioDriver {
  /** Bytes that the firmware wrote. */
  take(bytes: Uint8Array): void;
  /** The gateway broadcasts: its time and what it has. kind: true, forged signature, or an old one again. */
  bulletin(kind: 'good' | 'forged' | 'replayed'): void;
  /** Bytes and packets that are none of the firmware's business. */
  noise(): void;
  /** Sequences of the records that hold a valid signature, by epoch, repeats included. */
  heard: { epoch: number; sequence: number }[];
  /** Records that did not hold. */
  refused: string[];
}

/** The gateway's public key, hex, for provisioning. */
export function gatewayKeyHex(ed25519: Ed25519): string {
  return toHex(ed25519.publicKey(GATEWAY_SEED));
}

/** The gateway's radio number, for provisioning. */
export const gatewayNode = GATEWAY_RADIO;

type Stored = { [epoch: number]: number[] };

/** The gateway's judgement and its bulletins, for one node at one slot. */
function createGateway(ed25519: Ed25519, nodeKey: Uint8Array, slot: number) {
  const stored: Stored = {};
  const heard: RadioDriver['heard'] = [];
  const refused: string[] = [];
  let sequence = 100;
  let last = new Uint8Array(0);
  const gatewayKey = ed25519.publicKey(GATEWAY_SEED);
  return {
    heard,
    refused,
    store: (packet: Uint8Array): void => {
      const parts = splitSigned(packet);
      const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
      if (typeof parts === 'string' || typeof record === 'string') {
        refused.push(String(record));
      } else if (!verifySigned(RECORD_AAD, parts.payload, parts.signature, nodeKey)) {
        refused.push('bad-signature');
      } else {
        heard.push({ epoch: record.epoch, sequence: record.sequence });
        stored[record.epoch] = [...new Set([...(stored[record.epoch] ?? []), record.sequence])];
        stored[record.epoch].sort((a, b) => a - b);
      }
    },
    bulletin: (kind: 'good' | 'forged' | 'replayed', nowMs: number): Uint8Array => {
      if (kind === 'replayed') return last;
      const keyId = keyIdOf(nodeKey);
      const epochs = Object.keys(stored).map(Number);
      const payload = encodeBulletin({
        gatewayKeyId: keyIdOf(gatewayKey),
        sequence: ++sequence,
        timeS: START_S + Math.floor(nowMs / 1000),
        clockUncertainty: 1,
        group: slot >> 4,
        entries: epochs.map((epoch) => entryOf(slot & 15, keyId, epoch, stored[epoch])),
      });
      const signature = ed25519.sign(GATEWAY_SEED, sigStructure(BULLETIN_AAD, payload));
      if (kind === 'forged') signature[9] ^= 4;
      else last = new Uint8Array(concat([payload, signature]));
      return concat([payload, signature]);
    },
  };
}

/** The handshake's answer: number, two channels, the end. */
function handshake(nonce: number): FromRadioToSend[] {
  return [
    { myInfo: { myNodeNum: NODE_RADIO, minAppVersion: 30200 } },
    { channel: { index: 0, role: 1, settings: { psk: new Uint8Array([1]), name: '' } } },
    {
      channel: { index: 1, role: 2, settings: { psk: new Uint8Array(32).fill(7), name: 'serial' } },
    },
    { configCompleteId: nonce },
  ];
}

/** Makes a radio. Every third packet of the firmware is lost on the mesh. */
export function createRadioDriver(
  world: DriverWorld,
  ed25519: Ed25519,
  nodeKey: Uint8Array,
  slot: number,
): RadioDriver {
  const gateway = createGateway(ed25519, nodeKey, slot);
  let id = 0x5000;
  let packets = 0;
  const say = (message: FromRadioToSend): void => {
    id++;
    world.feed(encodeFrame(encodeFromRadio({ id, ...message })));
  };
  const route = (from: number, requestId: number, error: number): void =>
    say({
      packet: {
        from,
        to: NODE_RADIO,
        id: 0x70000 + id,
        channel: 1,
        decoded: { portnum: ROUTING_APP, payload: encodeRouting(error), requestId },
      },
    });
  const broadcast = (from: number, portnum: number, payload: Uint8Array): void =>
    say({
      packet: { from, to: BROADCAST, id: 0x80000 + id, channel: 1, decoded: { portnum, payload } },
    });
  const carry = (packet: NonNullable<ToRadio['packet']>): void => {
    packets++;
    const isLost = packets % 3 === 0;
    const data = packet.decoded;
    world.after(40, () =>
      say({ queueStatus: { res: 0, free: 15, maxlen: 16, meshPacketId: packet.id } }),
    );
    world.after(2100, () => route(NODE_RADIO, packet.id, ERROR_NONE));
    if (isLost) {
      world.after(31_000, () => route(NODE_RADIO, packet.id, ERROR_MAX_RETRANSMIT));
      return;
    }
    if (data && data.portnum === PORTNUM && !isBulletin(data.payload)) gateway.store(data.payload);
    world.after(5300, () => route(GATEWAY_RADIO, packet.id, ERROR_NONE));
  };
  const framer = createFramer((body) => {
    const message = decodeToRadio(body);
    if (typeof message === 'string') return false;
    const nonce = message.wantConfigId;
    if (nonce !== undefined) {
      world.after(90, () => {
        for (const answer of handshake(nonce)) say(answer);
      });
    } else if (message.packet) carry(message.packet);
    else if (message.heartbeat)
      world.after(30, () => say({ queueStatus: { res: 0, free: 16, maxlen: 16 } }));
    return true;
  });
  return {
    take: (bytes) => framer.push(bytes),
    bulletin: (kind) => broadcast(GATEWAY_RADIO, PORTNUM, gateway.bulletin(kind, world.nowMs())),
    noise: () => {
      world.feed(new Uint8Array(Buffer.from('boot \u2014 94C3 \x94\xc3\x00\x05xx\r\n', 'latin1')));
      broadcast(0x01020304, TEXT_MESSAGE_APP, new Uint8Array([0x94, 0xc3, 0, 9]));
    },
    heard: gateway.heard,
    refused: gateway.refused,
  };
}
