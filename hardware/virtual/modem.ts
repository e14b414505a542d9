/*
 * How a station's LoRa modem is set: what it can hear, how long its frames last.
 * From: a Meshtastic preset and region; to: the air and the radios.
 * Source: presets of shared/meshtastic/airtime.ts; SNR limits of the Semtech SX1262 data sheet (SF7 -7.5 .. SF12 -20 dB).
 */
import { airtimeMs, type ModemPreset } from '../../shared/meshtastic/airtime';
import type { RegionName } from '../../shared/meshtastic/regions';

/** Settings two stations must share to hear each other, and what follows from them. */
export interface Modem {
  /** Stations with different channels neither hear nor disturb each other. */
  channel: string;
  preset: ModemPreset;
  region: RegionName;
  bandwidthKhz: number;
  /** Weakest signal that is decoded, dB over noise. */
  snrLimitDb: number;
  /** Unit of the contention delays, ms. */
  slotMs: number;
  /** How long a frame must have been on the air for a channel activity detection to find it, ms. */
  detectMs: number;
  /** Airtime of a whole frame of this many bytes (0..255), ms. */
  airtimeMs(frameBytes: number): number;
}

const DETECT_SYMBOLS = 2;

/** The modem of a radio with this preset and region, on the region's only or default frequency slot. */
export function createModem(preset: ModemPreset, region: RegionName): Modem {
  const airtimes: number[] = [];
  for (let bytes = 0; bytes <= 255; bytes += 1) airtimes.push(airtimeMs(preset, bytes));
  return {
    channel: `${region}/${preset.displayName}`,
    preset,
    region,
    bandwidthKhz: preset.bandwidthHz / 1000,
    snrLimitDb: -7.5 - 2.5 * (preset.spreadingFactor - 7),
    slotMs: preset.slotMs,
    detectMs: Math.ceil((DETECT_SYMBOLS * preset.symbolUs) / 1000),
    airtimeMs: (frameBytes) => airtimes[frameBytes],
  };
}
