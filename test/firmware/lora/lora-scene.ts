/*
 * What: a node with a radio chip among official virtual radios: the link itself over a chip on the virtual air.
 * From where to where: the tests of this folder -> firmware/links/lora.ts. Frames on the air are read with node:crypto and
 * the official protobuf definitions, by nothing of ours.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Board } from '../../../firmware/board';
import type { Link } from '../../../firmware/link';
import { createLoraLink } from '../../../firmware/links/lora';
import { loraConfigOf } from '../../../hardware/lora-settings';
import type { AirOptions, Transmission } from '../../../hardware/virtual/air';
import { type AirChip, createAirChip } from '../../../hardware/virtual/air-chip';
import { createModem } from '../../../hardware/virtual/modem';
import { createRandomStream } from '../../../hardware/virtual/random';
import { MEDIUM_FAST } from '../../../shared/meshtastic/airtime';
import { type Data, readData } from '../../hardware/radio/official';
import { createScene, PSK_B, type Scene } from '../../hardware/radio/scene';

export const NATIVE = 0xdeadbeef;
export const GATEWAY = 0xa1b2c3d4;
export const NEIGHBOUR = 0x5e0f1a2b;

export interface LoraScene extends Scene {
  link: Link;
  chip: AirChip;
  board: Board;
  broadcasts: { packet: Uint8Array; from: number }[];
}

/** A frame on the air. */
export interface SeenFrame {
  startMs: number;
  to: number;
  from: number;
  id: number;
  hopLimit: number;
  hopStart: number;
  wantAck: boolean;
  channelHash: number;
  relayNode: number;
  bytes: string;
  data: Data | undefined;
}

/** A frame read without any of our own code. */
export function readFrame({ bytes, startMs }: Transmission): SeenFrame {
  const view = Buffer.from(bytes);
  const nonce = Buffer.alloc(16);
  view.copy(nonce, 0, 8, 12);
  view.copy(nonce, 8, 4, 8);
  const decipher = createDecipheriv('aes-256-ctr', PSK_B, nonce);
  let data: Data | undefined;
  try {
    data = readData(new Uint8Array(decipher.update(view.subarray(16))));
  } catch {
    data = undefined;
  }
  return {
    startMs,
    to: view.readUInt32LE(0),
    from: view.readUInt32LE(4),
    id: view.readUInt32LE(8),
    hopLimit: view[12] & 7,
    hopStart: view[12] >> 5,
    wantAck: (view[12] & 8) !== 0,
    channelHash: view[13],
    relayNode: view[15],
    bytes: view.toString('hex'),
    data,
  };
}

/** As much of a board as the link touches, on the world's clock. */
export function boardIn(scene: Scene, seed: number): Board {
  const random = createRandomStream(seed, 'board');
  const { world } = scene;
  const board = {
    uptimeMs: world.nowMs,
    after: (delayMs: number, fn: () => void) => {
      world.at(world.nowMs() + delayMs, fn);
    },
    every: (periodMs: number, fn: () => void) => {
      const again = (): void => {
        world.at(world.nowMs() + periodMs, again);
        fn();
      };
      world.at(world.nowMs() + periodMs, again);
    },
    random32: () => random.u32(),
    say: () => {},
    config: { site: 'wp-01', gatewayNode: GATEWAY },
    cipher: {
      encryptBlocks: (key: Uint8Array, blocks: Uint8Array) => {
        const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
        blocks.set(cipher.update(blocks));
      },
    },
  };
  return board as unknown as Board;
}

/** Official radios at GATEWAY and NEIGHBOUR, and the node; all in reach unless `air` says otherwise. */
export function createLoraScene(
  setup: { air?: AirOptions; seed?: number; dutyCyclePercent?: number } = {},
): LoraScene {
  const region = 'EU_868';
  const seed = setup.seed ?? 1;
  const scene = createScene([GATEWAY, NEIGHBOUR], { region }, setup.air ?? {}, seed);
  const chip = createAirChip(scene.world, scene.air, {
    nodeNum: NATIVE,
    position: { latitude: 0, longitude: 0 },
    modem: createModem(MEDIUM_FAST, region),
    txPowerDbm: 22,
  });
  const board = boardIn(scene, seed);
  const mesh = {
    region: region as 'EU_868',
    preset: MEDIUM_FAST,
    channelNum: 1,
    primaryName: 'serial',
    channelKey: PSK_B,
  };
  const config = loraConfigOf(mesh, NATIVE);
  config.dutyCyclePercent = setup.dutyCyclePercent ?? config.dutyCyclePercent;
  const link = createLoraLink(board, config, chip);
  const broadcasts: LoraScene['broadcasts'] = [];
  link.start((packet, from) => broadcasts.push({ packet: Uint8Array.from(packet), from }));
  return { ...scene, link, chip, board, broadcasts };
}

/** What the node sent, oldest first. */
export function sentByNode(scene: Scene): SeenFrame[] {
  return scene.onAir.filter(({ nodeNum }) => nodeNum === NATIVE).map(readFrame);
}
