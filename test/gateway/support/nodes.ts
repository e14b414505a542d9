/*
 * nodes.ts: nodes for the gateway's tests: keys from numbers, records signed by node:crypto.
 * Way: test -> records as bytes on the air.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { sigStructure } from '../../../shared/cose';
import { type EventRecord, encodeRecord, type UsageRecord } from '../../../shared/record';
import { keyIdOf } from '../../../shared/verify';

/** PKCS #8 of an Ed25519 seed, up to the seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface TestNode {
  publicKey: Uint8Array;
  keyId: Uint8Array;
  sign(aad: string, payload: Uint8Array): Uint8Array;
}

/** A node with the key of this number, always the same. */
export function testNode(number: number): TestNode {
  const seed = Buffer.alloc(32, number);
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = new Uint8Array(Buffer.from(x as string, 'base64url'));
  return {
    publicKey,
    keyId: keyIdOf(publicKey),
    sign: (aad, payload) => new Uint8Array(sign(null, sigStructure(aad, payload), privateKey)),
  };
}

/** 2026-03-01 00:00 UTC, s: when the test nodes booted. */
export const BOOT_S = Date.UTC(2026, 2, 1) / 1000;

/** Hourly record number `sequence` of an epoch: 5 dl and one draw in each bucket, with time. */
export function usage(
  node: TestNode,
  sequence: number,
  other: Partial<UsageRecord> = {},
): UsageRecord {
  return {
    kind: 1,
    keyId: node.keyId,
    epoch: 1,
    sequence,
    timeS: BOOT_S + sequence * 3600,
    uptimeS: sequence * 3600,
    counters: [sequence * 60, sequence * 12],
    status: 165,
    calibrationId: 1,
    kept: sequence,
    bucketMinutes: 5,
    buckets: Array.from({ length: 12 }, () => [5, 1]),
    readings: [],
    ...other,
  };
}

/** An event of the node. */
export function happening(
  node: TestNode,
  sequence: number,
  other: Partial<EventRecord> = {},
): EventRecord {
  const { bucketMinutes, buckets, readings, ...head } = usage(node, sequence);
  return { ...head, kind: 3, eventCode: 3, value: 0, ...other };
}

/** The packet of a record: payload and signature. */
export function packetOf(node: TestNode, record: UsageRecord | EventRecord): Uint8Array {
  return signedBy(node, encodeRecord(record));
}

/** Any payload with this node's signature as a record. */
export function signedBy(node: TestNode, payload: Uint8Array): Uint8Array {
  return new Uint8Array([...payload, ...node.sign('tallywell-record-v1', payload)]);
}
