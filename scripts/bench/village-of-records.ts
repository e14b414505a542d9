/*
 * What: signed hourly records of many nodes, as the benches of the gateway need them: made fast, always the same.
 * From where to where: a number of nodes -> register file and packets (payload and signature), as frames of a radio.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { concat, toHex } from '../../shared/bytes';
import { RECORD_AAD, sigStructure } from '../../shared/cose';
import { encodeFromRadio } from '../../shared/meshtastic/from-radio';
import { encodeFrame } from '../../shared/meshtastic/stream';
import { encodeRecord } from '../../shared/record';
import { keyIdOf } from '../../shared/verify';

/** PKCS #8 of an Ed25519 seed, up to the seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
/** 2026-03-01 00:00 UTC, s. */
export const START_S = 1_772_323_200;
/** Number and channel of the radio that hears. */
export const RADIO_NUMBER = 0x11223344;

/** A node that signs. */
export interface BenchNode {
  publicKey: Uint8Array;
  keyId: Uint8Array;
  privateKey: KeyObject;
  volumeDl: number;
  draws: number;
}

/** Node number `number` (0..65535), always the same. */
export function benchNode(number: number): BenchNode {
  const seed = Buffer.alloc(32, 1);
  seed.writeUInt16BE(number, 0);
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = new Uint8Array(Buffer.from(x as string, 'base64url'));
  return { publicKey, keyId: keyIdOf(publicKey), privateKey, volumeDl: 0, draws: 0 };
}

/** The register of these nodes: one site each. */
export function benchRegister(nodes: BenchNode[]): object {
  return {
    pod: 'bench',
    sites: nodes.map((node, at) => ({
      site: `wp-${String(at + 1).padStart(3, '0')}`,
      name: `Water point ${at + 1}`,
      kind: 'water-point',
      nodes: [{ publicKey: toHex(node.publicKey), slot: at % 256, placedAt: START_S }],
    })),
  };
}

/** Litres of a bucket: busy by day, none at night, a little different every time. */
export function drawn(hour: number, bucket: number, node: number): number {
  const ofDay = hour % 24;
  if (ofDay < 5 || ofDay > 20) return 0;
  return (hour * 7 + bucket * 13 + node * 5) % 90;
}

/** The payload of hour `hour` (from 0) of a node: sequence hour + 1 of epoch 1. Call in order. */
export function payloadOf(
  node: BenchNode,
  number: number,
  hour: number,
  startS = START_S,
): Uint8Array {
  const buckets = Array.from({ length: 12 }, (_, bucket) => {
    const dl = drawn(hour, bucket, number);
    return [dl, dl > 0 ? 1 + (dl % 4) : 0];
  });
  for (const [dl, draws] of buckets) {
    node.volumeDl += dl;
    node.draws += draws;
  }
  const uptimeS = (hour + 1) * 3600;
  return encodeRecord({
    kind: 1,
    keyId: node.keyId,
    epoch: 1,
    sequence: hour + 1,
    timeS: startS + uptimeS,
    uptimeS,
    counters: [node.volumeDl, node.draws],
    status: 165 | (2 << 12),
    calibrationId: 1,
    kept: hour + 1,
    bucketMinutes: 5,
    buckets,
    readings: [],
  });
}

/** The packet: payload and signature. */
export function signed({ privateKey }: BenchNode, payload: Uint8Array): Uint8Array {
  return concat([
    payload,
    new Uint8Array(sign(null, sigStructure(RECORD_AAD, payload), privateKey)),
  ]);
}

/** A packet as the radio's stream carries it. `id` is the mesh packet's, u32. */
export function heardFrame(packet: Uint8Array, id: number, from: number): Uint8Array {
  return encodeFrame(
    encodeFromRadio({
      packet: {
        from,
        to: RADIO_NUMBER,
        channel: 0,
        id,
        rxRssi: -70,
        hopLimit: 2,
        hopStart: 3,
        decoded: { portnum: 287, payload: packet, wantResponse: false, bitfield: 0 },
      },
    }),
  );
}

/** What a radio answers to want_config, as little as makes a session ready. */
export function handshakeFrames(nonce: number): Uint8Array[] {
  const channel = {
    index: 0,
    role: 1,
    settings: { name: 'serial', psk: new Uint8Array(32).fill(7) },
  };
  return [
    encodeFromRadio({ myInfo: { myNodeNum: RADIO_NUMBER } }),
    encodeFromRadio({ metadata: { firmwareVersion: '2.7.26', role: 0 } }),
    encodeFromRadio({ channel }),
    encodeFromRadio({
      config: { lora: { usePreset: true, region: 3, txEnabled: true, hopLimit: 3 } },
    }),
    encodeFromRadio({ configCompleteId: nonce }),
  ].map(encodeFrame);
}
