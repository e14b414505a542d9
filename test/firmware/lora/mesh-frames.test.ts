/*
 * What: the node's frames against 302 frames that the real firmware put on the air, and some of a made-up node.
 * From where to where: firmware/lora/mesh-frames.ts, node-info.ts; test/fixtures/meshtasticd/onair-vectors.json, made with
 * Meshtastic 2.7.26 and read with node:crypto and the official definitions.
 */
import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type MeshChannel,
  makeFrame,
  openFrame,
  readHeader,
} from '../../../firmware/lora/mesh-frames';
import { encodeNodeInfo } from '../../../firmware/lora/node-info';
import { encodeUser } from '../../../shared/meshtastic/user';

interface Vector {
  n: number;
  kind: string;
  raw_hex: string;
  encryption: 'channel' | 'pki';
  key_hex: string;
  header: {
    to: number;
    from: number;
    id: number;
    hop_limit: number;
    want_ack: boolean;
    hop_start: number;
    channel_hash: number;
    next_hop: number;
    relay_node: number;
  };
  data: { portnum: number; payload_hex: string; request_id?: number; bitfield?: number };
}

const VECTORS: Vector[] = JSON.parse(
  readFileSync('test/fixtures/meshtasticd/onair-vectors.json', 'utf8'),
).vectors;

function channelOf(vector: Vector, nodeNum: number): MeshChannel {
  return {
    encryptBlocks: (key, blocks) => {
      const name = key.length === 32 ? 'aes-256-ecb' : 'aes-128-ecb';
      const cipher = createCipheriv(name, key, null).setAutoPadding(false);
      blocks.set(cipher.update(blocks));
      return blocks;
    },
    key: Uint8Array.from(Buffer.from(vector.key_hex, 'hex')),
    hash: vector.header.channel_hash,
    nodeNum,
  };
}

const ofChannel = VECTORS.filter(({ encryption }) => encryption === 'channel');

test('every frame of a channel is opened, and says what the official definitions say', () => {
  expect(ofChannel.length).toBe(287);
  for (const vector of ofChannel) {
    const frame = Uint8Array.from(Buffer.from(vector.raw_hex, 'hex'));
    expect(readHeader(frame), `${vector.n}`).toMatchObject({
      to: vector.header.to,
      from: vector.header.from,
      id: vector.header.id,
      hopLimit: vector.header.hop_limit,
      hopStart: vector.header.hop_start,
      wantAck: vector.header.want_ack,
      relayNode: vector.header.relay_node,
    });
    const opened = openFrame(channelOf(vector, 1), frame);
    if (typeof opened === 'string') throw new Error(`${vector.n}: ${opened}`);
    expect(opened.data.portnum).toBe(vector.data.portnum);
    expect(Buffer.from(opened.data.payload).toString('hex')).toBe(vector.data.payload_hex ?? '');
    expect(opened.data.requestId).toBe(vector.data.request_id ?? 0);
  }
});

test('direct packets of ours are, byte for byte, what an official radio sends', () => {
  const direct = ofChannel.filter(
    ({ kind, header, data }) =>
      kind === 'direct private' &&
      header.next_hop === 0 &&
      header.hop_limit === header.hop_start &&
      data.bitfield === 0,
  );
  expect(direct.length).toBeGreaterThanOrEqual(9);
  for (const { header, data, raw_hex, ...rest } of direct) {
    const channel = channelOf({ header, data, raw_hex, ...rest }, header.from);
    const frame = makeFrame(channel, {
      to: header.to,
      id: header.id,
      wantAck: header.want_ack,
      hopLimit: header.hop_limit,
      portnum: data.portnum,
      payload: Uint8Array.from(Buffer.from(data.payload_hex, 'hex')),
      requestId: 0,
    });
    expect(Buffer.from(frame).toString('hex'), `${rest.n}`).toBe(raw_hex);
  }
});

test('a key of another channel opens nothing, and public-key frames are left alone', () => {
  const [vector] = ofChannel;
  const other = channelOf({ ...vector, key_hex: 'ab'.repeat(32) }, 1);
  let opened = 0;
  for (const { raw_hex } of ofChannel) {
    const result = openFrame(other, Uint8Array.from(Buffer.from(raw_hex, 'hex')));
    if (typeof result !== 'string' && result.data.portnum === 287) opened++;
  }
  expect(opened).toBeLessThanOrEqual(1);
  for (const { raw_hex, header } of VECTORS.filter(({ encryption }) => encryption === 'pki')) {
    expect(header.channel_hash).toBe(0);
    expect(typeof readHeader(Uint8Array.from(Buffer.from(raw_hex, 'hex')))).toBe('object');
  }
});

test('NodeInfo is what the host writes', () => {
  for (const [site, nodeNum] of [
    ['wp-01', 0xdeadbeef],
    ['x', 7],
    ['a'.repeat(60), 0xffff00],
  ] as const) {
    const digits = nodeNum.toString(16).padStart(8, '0');
    const user = encodeUser({
      ...{ id: `!${digits}`, longName: site.slice(0, 39), shortName: digits.slice(4) },
      ...{ hwModel: 255, role: 1, isUnmessagable: true },
    });
    expect([...encodeNodeInfo(site, nodeNum)]).toEqual([...user]);
  }
});
