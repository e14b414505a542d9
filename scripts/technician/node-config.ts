/*
 * node-config.ts: what a node is told: the file tw.cfg, from the pod, the site and the node's own public key.
 * Way: provision, calibrate -> firmware/board.ts NodeConfig as JSON. The channel's key is in it where the node has a radio
 * chip of its own: the text goes to the board and to the closed bench folder, nowhere else.
 */
import type { NodeConfig } from '../../firmware/board';
import type { Profile } from '../../firmware/profiles';
import type { Wiring } from '../../firmware/sensors/wiring';
import { loraConfigOf } from '../../hardware/lora-settings';
import { fromHex, toHex } from '../../shared/bytes';
import { CHANNEL_NAME } from '../../shared/limits';
import { channelHash } from '../../shared/meshtastic/channel';
import { keyIdOf } from '../../shared/verify';
import type { Pod } from './bench';
import { PRESETS } from './presets';
import type { BenchNode } from './sites';
import { Trouble } from './trouble';

/** Name of the file on the board. */
export const CONFIG_FILE = 'tw.cfg';
/** The record's number of a kind. */
export const KIND_NUMBER = { 'water-point': 1, canteen: 2 } as const;
/** Numbers below are not for nodes; 2^32-1 means all. */
const NODE_NUM_MIN = 4;
const NODE_NUM_MAX = 0xfffffffe;

/** What decides a configuration. */
export interface ConfigSetup {
  pod: Pod;
  profile: Profile;
  site: string;
  /** 64 hex digits. */
  publicKey: string;
  slot: number;
  calibration: BenchNode['calibration'];
  wiring: Wiring;
  radioPowerPin?: string;
  /** Asked only for a node with a radio chip of its own. */
  channelKey(): Uint8Array;
}

/** Short id of a key: 8 hex digits. */
export function keyIdHex(publicKey: string): string {
  return toHex(keyIdOf(fromHex(publicKey)));
}

/** Number in the mesh of a node with this key: its key id, moved into the numbers that nodes may have. */
export function nodeNumOf(publicKey: string): number {
  const number = Number.parseInt(keyIdHex(publicKey), 16);
  return Math.min(NODE_NUM_MAX, Math.max(NODE_NUM_MIN, number));
}

function loraOf({ pod, channelKey, publicKey }: ConfigSetup) {
  const key = channelKey();
  if (channelHash(CHANNEL_NAME, key) === 0) throw new Trouble('zero-hash');
  const preset = PRESETS[pod.preset];
  const { region, channelNum } = pod;
  const mesh = { region, preset, channelNum, primaryName: preset.displayName, channelKey: key };
  try {
    return loraConfigOf(mesh, nodeNumOf(publicKey));
  } catch (error) {
    throw new Trouble('bad-file', { file: 'pod.json', fault: (error as Error).message });
  }
}

/** The configuration. Throws: Trouble no-pod, zero-hash, bad-file (a channel that the region does not have). */
export function configOf(setup: ConfigSetup): NodeConfig {
  const { pod, profile, site, publicKey, slot, calibration, wiring, radioPowerPin } = setup;
  const kind = profile.kind === 'canteen' ? KIND_NUMBER.canteen : KIND_NUMBER['water-point'];
  // The MDBT42Q's programs have no room for a new gateway key.
  const takesNewKey = profile.board === 'nrf52840' && pod.recoveryKey !== null;
  return {
    ...{ site, kind, slot, gatewayKey: pod.gatewayKey, gatewayNode: pod.gatewayNode },
    ...(takesNewKey ? { recoveryKey: pod.recoveryKey as string } : {}),
    keyId: keyIdHex(publicKey),
    calibrationId: calibration?.id ?? 0,
    pulseUl: calibration?.volumePerPulseUl ?? 0,
    ...(radioPowerPin === undefined ? {} : { radioPowerPin }),
    ...(profile.link === 'lora' ? { lora: loraOf(setup) } : {}),
    ...(Object.keys(wiring).length === 0 ? {} : { wiring }),
  };
}

/** The bytes of tw.cfg. */
export function configBytes(config: NodeConfig): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(config)));
}

/** The configuration in a file of the board; null = it is none. */
export function readConfigBytes(bytes: Uint8Array): NodeConfig | null {
  try {
    const config = JSON.parse(Buffer.from(bytes).toString()) as NodeConfig;
    return typeof config === 'object' && config !== null && typeof config.site === 'string'
      ? config
      : null;
  } catch {
    return null;
  }
}
