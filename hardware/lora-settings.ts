/*
 * Works out what a node with a radio chip of its own must know, so that it needs no tables.
 * From: region, preset, channel. To: NodeConfig.lora in tw.cfg; provisioning and the village use it.
 */
import type { LoraConfig } from '../firmware/board';
import { toHex } from '../shared/bytes';
import { CHANNEL_NAME } from '../shared/limits';
import type { ModemPreset } from '../shared/meshtastic/airtime';
import { channelHash } from '../shared/meshtastic/channel';
import { slotFrequencyHz } from '../shared/meshtastic/frequency-slot';
import { REGIONS, type RegionName } from '../shared/meshtastic/regions';

/** The chip's most, dBm. */
const CHIP_DBM_MAX = 22;

/** How the mesh is set up. */
export interface MeshSetup {
  region: RegionName;
  preset: ModemPreset;
  /** 0 = by the primary channel's name. */
  channelNum: number;
  /** Name of the radios' primary channel; the preset's display name where it has none. */
  primaryName: string;
  /** Key of the channel "serial", 32 bytes. */
  channelKey: Uint8Array;
}

/**
 * The node's part. Throws: a key that is not 32 bytes, or whose bytes and the channel's name XOR to 0 (that hash marks
 * public-key packets); a channel that the region does not have.
 */
export function loraConfigOf(mesh: MeshSetup, nodeNum: number): LoraConfig {
  if (mesh.channelKey.length !== 32) throw new Error('the channel key must have 32 bytes');
  const hash = channelHash(CHANNEL_NAME, mesh.channelKey);
  if (hash === 0) throw new Error('choose another channel key: the hash of this one is 0');
  const region = REGIONS[mesh.region];
  const frequencyHz = slotFrequencyHz(region, mesh.preset, mesh.primaryName, mesh.channelNum);
  if (frequencyHz === 0) throw new Error(`${mesh.region} has no channel ${mesh.channelNum}`);
  return {
    frequencyHz,
    bandwidthHz: mesh.preset.bandwidthHz,
    spreadingFactor: mesh.preset.spreadingFactor,
    codingRate: mesh.preset.codingRate,
    symbolUs: mesh.preset.symbolUs,
    slotMs: mesh.preset.slotMs,
    txPowerDbm: Math.min(CHIP_DBM_MAX, region.txPowerDbmMax),
    dutyCyclePercent: region.dutyCyclePercent,
    channelKey: toHex(mesh.channelKey),
    channelHash: hash,
    nodeNum,
  };
}
