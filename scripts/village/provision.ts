/*
 * The files a node gets before it is placed.
 * From: seed, site, the gateway's public key. To: the virtual board's Storage.
 * Source: the node's own files (firmware); a real node is provisioned with the same ones.
 */
import { crc32 } from 'node:zlib';
import { getPublicKey } from '@noble/ed25519';
import type { LoraConfig } from '../../firmware/board';
import { toHex } from '../../shared/bytes';
import { CHANNEL_NAME } from '../../shared/limits';
import { keyIdOf } from '../../shared/verify';
import { nodeKeyOf, recoverySeedOf } from './keys';
import type { VillageOptions } from './options';
import { CALIBRATION_ID, meterUlOf } from './register-file';
import type { Site } from './sites';

/** Files by name. */
export type Provision = [name: string, data: string | Uint8Array][];

/** Bytes of the journal's file: room for whole pages wherever Storage puts it. */
const JOURNAL_BYTES = 5 * 4096;
/** Of a XIAO: 20 pages and more. */
const XIAO_JOURNAL_BYTES = 21 * 4096;
/** Not a file: the bytes of the key's region, firmware/boards/key-region.ts. */
export const KEY_REGION = '(key region)';
/** The record's number of a kind. */
const KIND = { 'water-point': 1, canteen: 2 } as const;

/** What decides a node's files. */
export interface ProvisionSetup {
  options: VillageOptions;
  run: number;
  site: Site;
  gatewayKey: string;
  gatewayNode: number;
  /** Of a node with a radio chip of its own. */
  lora?: LoraConfig;
}

/** "TWK1", the key pair, CRC-32. */
function keyRegion(pair: Uint8Array): Uint8Array {
  const region = Buffer.alloc(72);
  region.write('TWK1');
  region.set(pair, 4);
  region.writeUInt32LE(crc32(region.subarray(0, 68)), 68);
  return region;
}

/** Public half of the pod's recovery key, hex. */
function recoveryKeyOf(seed: number): string {
  return toHex(getPublicKey(recoverySeedOf(seed)));
}

/** The files of a fresh node: configuration, key (seed and public key), an erased journal. */
export function provisionOf(setup: ProvisionSetup): Provision {
  const { site, options } = setup;
  const key = nodeKeyOf(options.seed, setup.run, site.site);
  const pulseUl = meterUlOf(options.seed, site);
  const configuration = {
    site: site.site,
    kind: KIND[site.kind],
    slot: site.slot,
    gatewayKey: setup.gatewayKey,
    gatewayNode: setup.gatewayNode,
    keyId: toHex(keyIdOf(key.publicKey)),
    calibrationId: pulseUl > 0 ? CALIBRATION_ID : 0,
    pulseUl,
    channel: CHANNEL_NAME,
    // The MDBT42Q's program has no room for a new gateway key.
    ...(setup.lora ? { lora: setup.lora, recoveryKey: recoveryKeyOf(options.seed) } : {}),
  };
  const pair = new Uint8Array([...key.seed, ...key.publicKey]);
  return [
    ['tw.cfg', JSON.stringify(configuration)],
    [KEY_REGION, keyRegion(pair)],
    // Stands for the native routine: the virtual board signs by itself when this file is called.
    ['ed25519', new Uint8Array(16)],
    ['journal', new Uint8Array(setup.lora ? XIAO_JOURNAL_BYTES : JOURNAL_BYTES).fill(0xff)],
  ];
}
