/*
 * On which frequency a Meshtastic channel lies: the band of the region in slots of one bandwidth, chosen by number or by
 * the name of the primary channel.
 * From: hardware/regions.ts and a preset. To: the configuration of nodes with a radio chip of their own.
 * Source: Meshtastic's frequency slots (hash: D. J. Bernstein's djb2), as firmware 2.7 counts them.
 */
import type { ModemPreset } from '../shared/meshtastic/airtime';
import { REGIONS, type RegionName } from './regions';

/** djb2 of a name, 32 bits. */
function djb2(name: string): number {
  let hash = 5381;
  for (const char of name) hash = (Math.imul(hash, 33) + char.charCodeAt(0)) >>> 0;
  return hash;
}

/** Number of slots of a region with this preset. Throws: the region's band is not known to us. */
export function slotCount(region: RegionName, preset: ModemPreset): number {
  const band = REGIONS[region].bandKhz;
  if (band === undefined) throw new Error(`the band of ${region} is not in hardware/regions.ts`);
  return Math.max(1, Math.floor((band[1] - band[0]) / (preset.bandwidthHz / 1000)));
}

/**
 * Centre frequency, Hz. `channelNum` 1 and up as Meshtastic's LoRaConfig.channel_num; 0 = by the name of the primary
 * channel ("LongFast" where it has none). Throws: a slot that the region does not have, or an unknown band.
 */
export function frequencyHz(
  region: RegionName,
  preset: ModemPreset,
  channelNum: number,
  primaryName: string,
): number {
  const slots = slotCount(region, preset);
  if (channelNum > slots) throw new Error(`${region} has ${slots} slots, not ${channelNum}`);
  const slot = channelNum > 0 ? channelNum - 1 : djb2(primaryName) % slots;
  const [startKhz] = REGIONS[region].bandKhz as [number, number];
  return startKhz * 1000 + preset.bandwidthHz / 2 + slot * preset.bandwidthHz;
}
