/*
 * What: where in its region's band a channel lies: the band is cut into slots as wide as the signal, and a channel's
 * name chooses one unless a number was set.
 * From where to where: region, preset, name of the primary channel -> centre of the channel, Hz.
 * Source: Meshtastic firmware 2.7.26 RadioInterface (facts: djb2 of the name modulo the slots). Espruino-safe.
 */
import type { ModemPreset } from './airtime';
import type { Region } from './regions';

/** djb2 of a channel's name (ASCII), 0..2^32-1. */
export function nameHash(name: string): number {
  let hash = 5381;
  for (let i = 0; i < name.length; i++) hash = ((hash << 5) + hash + name.charCodeAt(i)) | 0;
  return hash >>> 0;
}

/** How many channels of this width the band has; 0 = not one fits. */
export function slotCount(region: Region, bandwidthHz: number): number {
  return Math.floor((region.endHz - region.startHz) / bandwidthHz);
}

/**
 * Centre of the channel, Hz; 0 = the band has no such channel.
 * `channelName`: of the primary channel, its preset's display name when it has none. `channelNum`: LoRaConfig.channel_num,
 * 1 = the lowest slot, 0 = by name.
 */
export function slotFrequencyHz(
  region: Region,
  modemPreset: ModemPreset,
  channelName: string,
  channelNum: number,
): number {
  const bandwidthHz = modemPreset.bandwidthHz;
  const count = slotCount(region, bandwidthHz);
  if (channelNum > count || count === 0) return 0;
  const slot = channelNum > 0 ? channelNum - 1 : nameHash(channelName) % count;
  return region.startHz + bandwidthHz / 2 + slot * bandwidthHz;
}
