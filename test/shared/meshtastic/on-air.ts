/*
 * on-air.ts: the recorded and computed frames of the fixtures in one form, and AES from Node.
 * Source: test/fixtures/meshtasticd/onair-vectors.json (recorded), test/fixtures/meshtastic-vectors.json (computed).
 */
import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OnAirHeader } from '../../../shared/meshtastic/onair';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');

export interface FrameVector {
  title: string;
  raw: Uint8Array;
  header: OnAirHeader;
  plaintext: Uint8Array;
  data: {
    portnum: number;
    payload: string;
    bitfield?: number;
    requestId: number;
    wantResponse: boolean;
  };
  /** Only of frames encrypted with a channel key. */
  channel?: { name: string; psk: Uint8Array; key: Uint8Array };
  pki?: { senderPublic: Uint8Array; receiverPrivate: Uint8Array; receiverPublic: Uint8Array };
  /** Only of recorded frames. */
  kind?: string;
  transmittedBy?: number;
}

export function bytes(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

export function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}

/** AES-ECB from Node, as shared/meshtastic/channel.ts wants it. */
export function encryptBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(blocks), cipher.final()]));
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of the fixtures
type Json = any;

function readJson(name: string): Json {
  return JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'));
}

function recorded(vector: Json): FrameVector {
  const { header, data, pki } = vector;
  return {
    title: `${vector.n} ${vector.kind}`,
    raw: bytes(vector.raw_hex),
    header: {
      to: header.to,
      from: header.from,
      id: header.id,
      hopLimit: header.hop_limit,
      wantAck: header.want_ack,
      viaMqtt: header.via_mqtt,
      hopStart: header.hop_start,
      channelHash: header.channel_hash,
      nextHop: header.next_hop,
      relayNode: header.relay_node,
    },
    plaintext: bytes(vector.plaintext_hex),
    data: {
      portnum: data.portnum,
      payload: data.payload_hex,
      bitfield: data.bitfield,
      requestId: data.request_id ?? 0,
      wantResponse: data.want_response ?? false,
    },
    channel:
      vector.encryption === 'channel'
        ? { name: vector.channel_name, psk: bytes(vector.psk_hex), key: bytes(vector.key_hex) }
        : undefined,
    pki: pki && {
      senderPublic: bytes(pki.sender_public_hex),
      receiverPrivate: bytes(pki.receiver_private_hex),
      receiverPublic: bytes(pki.receiver_public_hex),
    },
    kind: vector.kind,
    transmittedBy: vector.transmitted_by,
  };
}

function computed(vector: Json): FrameVector {
  const from = Number(vector.from);
  return {
    title: vector.title,
    raw: bytes(vector.rawHex),
    header: {
      to: Number(vector.to),
      from,
      id: Number(vector.id),
      hopLimit: vector.hopLimit,
      wantAck: vector.wantAck,
      viaMqtt: false,
      hopStart: vector.hopStart,
      channelHash: Number(vector.channelHash),
      nextHop: 0,
      relayNode: from & 255,
    },
    plaintext: bytes(vector.dataHex),
    data: {
      portnum: vector.portnum,
      payload: vector.payloadHex,
      bitfield: vector.bitfield,
      requestId: vector.title.startsWith('V3') ? 0x2a : 0,
      wantResponse: false,
    },
    channel: {
      name: vector.channelName,
      psk: new Uint8Array(Buffer.from(vector.pskBase64, 'base64')),
      key: bytes(vector.keyHex),
    },
  };
}

export const recordedFrames: FrameVector[] = readJson('meshtasticd/onair-vectors.json').vectors.map(
  recorded,
);

export const computedFrames: FrameVector[] = readJson('meshtastic-vectors.json').map(computed);
