/*
 * Frames as they were on the air: header, hash, decryption, Data, and all of it back to the identical bytes.
 */
import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from 'node:crypto';
import { expect, test } from 'vitest';
import { channelHash, cryptChannel, expandPsk } from '../../../shared/meshtastic/channel';
import { type Data, decodeData, encodeData } from '../../../shared/meshtastic/data';
import { decodeOnAir, encodeOnAir, lastByteOf } from '../../../shared/meshtastic/onair';
import { BROADCAST } from '../../../shared/meshtastic/port-num';
import { decodeRouting } from '../../../shared/meshtastic/routing';
import {
  bytes,
  computedFrames,
  encryptBlocks,
  type FrameVector,
  hex,
  recordedFrames,
} from './on-air';

const frames = [...recordedFrames, ...computedFrames];
const channelFrames = frames.filter(({ channel }) => channel);
const pkiFrames = frames.filter(({ pki }) => pki);

function parsed<T extends object>(result: T | string): T {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

function expectData(data: Data, vector: FrameVector): void {
  expect({
    portnum: data.portnum,
    payload: hex(data.payload),
    bitfield: data.bitfield,
    requestId: data.requestId,
    wantResponse: data.wantResponse,
  }).toEqual(vector.data);
}

test('there are frames of both sources', () => {
  expect(channelFrames.length).toBeGreaterThan(280);
  expect(pkiFrames.length).toBeGreaterThan(10);
});

test.each(frames)('header both ways: $title', ({ raw, header }) => {
  const frame = parsed(decodeOnAir(raw));
  expect(frame.header).toEqual(header);
  expect(hex(encodeOnAir(frame.header, frame.body))).toBe(hex(raw));
});

test.each(channelFrames)('decrypted, read, and back to the same bytes: $title', (vector) => {
  const { header, body } = parsed(decodeOnAir(vector.raw));
  const { name, psk, key } = vector.channel as NonNullable<FrameVector['channel']>;
  expect(hex(expandPsk(psk))).toBe(hex(key));
  expect(channelHash(name, key)).toBe(header.channelHash);
  const plaintext = cryptChannel(encryptBlocks, key, header.id, header.from, body);
  expect(hex(plaintext)).toBe(hex(vector.plaintext));
  const data = parsed(decodeData(plaintext));
  expectData(data, vector);
  const again = cryptChannel(encryptBlocks, key, header.id, header.from, encodeData(data));
  expect(hex(encodeOnAir(header, again))).toBe(hex(vector.raw));
});

const PORT_WORDS: Record<number, string> = {
  1: 'text',
  3: 'position',
  4: 'nodeinfo',
  70: 'traceroute',
  287: 'private',
};

function kindOf(vector: FrameVector): string {
  const { header } = parsed(decodeOnAir(vector.raw));
  const data = parsed(decodeData(vector.plaintext));
  const routing = data.portnum === 5 ? parsed(decodeRouting(data.payload)) : undefined;
  const direction = header.to === BROADCAST ? 'broadcast' : 'direct';
  const name = `${direction} ${PORT_WORDS[data.portnum]}`;
  const word = routing ? (routing.errorReason === 0 ? 'ack' : 'nak') : name;
  const encryption = vector.channel ? '' : ' (PKI)';
  return `${word}${encryption}${vector.transmittedBy === header.from ? '' : ' relayed'}`;
}

// A repetition has the same bytes as the first transmission, which may not be in the file.
test('kinds of the recorded frames, by header and Data alone', () => {
  const expected = recordedFrames.map(({ kind }) => kind?.replace(' retransmission', ''));
  expect(recordedFrames.map(kindOf)).toEqual(expected);
});

test('whoever transmits a frame names itself in relayNode', () => {
  for (const { raw, transmittedBy } of recordedFrames) {
    expect(parsed(decodeOnAir(raw)).header.relayNode).toBe(lastByteOf(transmittedBy ?? 0));
  }
});

// Test only: a node without X25519 cannot read these; the gateway's radio does it.
function openPki(vector: FrameVector, secret: Uint8Array, peer: Uint8Array): Uint8Array {
  const { header, body } = parsed(decodeOnAir(vector.raw));
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secret]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), peer]),
    format: 'der',
    type: 'spki',
  });
  const key = createHash('sha256').update(diffieHellman({ privateKey, publicKey })).digest();
  const extra = body.subarray(body.length - 4);
  const ids = Buffer.alloc(8);
  ids.writeUInt32LE(header.id, 0);
  ids.writeUInt32LE(header.from, 4);
  const nonce = Buffer.concat([ids.subarray(0, 4), extra, ids.subarray(4), Buffer.alloc(1)]);
  const decipher = createDecipheriv('aes-256-ccm', key, nonce, { authTagLength: 8 });
  decipher.setAuthTag(body.subarray(body.length - 12, body.length - 4));
  const plain = decipher.update(body.subarray(0, body.length - 12));
  decipher.final();
  return new Uint8Array(plain);
}

test.each(pkiFrames)('public-key frame opened: $title', (vector) => {
  const { senderPublic, receiverPrivate } = vector.pki as NonNullable<FrameVector['pki']>;
  const plaintext = openPki(vector, receiverPrivate, senderPublic);
  expect(hex(plaintext)).toBe(hex(vector.plaintext));
  expectData(parsed(decodeData(plaintext)), vector);
  expect(vector.header.channelHash).toBe(0);
});

test('frames too short or too long are refused, a bare header is a frame', () => {
  expect(decodeOnAir(new Uint8Array(15))).toBe('too-short');
  expect(decodeOnAir(new Uint8Array(256))).toBe('too-long');
  expect(parsed(decodeOnAir(new Uint8Array(16))).body.length).toBe(0);
  const { header } = computedFrames[0];
  expect(() => encodeOnAir(header, new Uint8Array(240))).toThrow('frame too long');
  expect(() => encodeOnAir({ ...header, hopStart: 8 }, bytes(''))).toThrow('more than 7 hops');
});
