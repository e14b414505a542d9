/*
 * The radio regions Meshtastic knows: how long a transmitter may send, and where and how loudly if we need it.
 * From: Meshtastic's region table (firmware 2.7.26) and the enum Config.LoRaConfig.RegionCode;
 * to: the virtual radio, the benches, `flash` and the setup pages.
 */

/** Name of a region, as Meshtastic writes it. */
export type RegionName =
  | 'US'
  | 'EU_433'
  | 'EU_868'
  | 'CN'
  | 'JP'
  | 'ANZ'
  | 'KR'
  | 'TW'
  | 'RU'
  | 'IN'
  | 'NZ_865'
  | 'TH'
  | 'UA_433'
  | 'UA_868'
  | 'MY_433'
  | 'MY_919'
  | 'SG_923';

export interface Region {
  /** Number of the region in the radio's configuration. */
  code: number;
  /** Share of each hour one transmitter may send, percent; 100 = no limit. */
  dutyCyclePercent: number;
  /** Most the radio sends with, dBm; undefined = not verified by us. */
  txPowerDbmMax?: number;
  /** Band, kHz; undefined = not verified by us. */
  bandKhz?: [number, number];
}

export const REGIONS: Record<RegionName, Region> = {
  US: { code: 1, dutyCyclePercent: 100, txPowerDbmMax: 30, bandKhz: [902000, 928000] },
  EU_433: { code: 2, dutyCyclePercent: 10, txPowerDbmMax: 10 },
  EU_868: { code: 3, dutyCyclePercent: 10, txPowerDbmMax: 27, bandKhz: [869400, 869650] },
  CN: { code: 4, dutyCyclePercent: 100 },
  JP: { code: 5, dutyCyclePercent: 100, txPowerDbmMax: 13 },
  ANZ: { code: 6, dutyCyclePercent: 100, bandKhz: [915000, 928000] },
  KR: { code: 7, dutyCyclePercent: 100 },
  TW: { code: 8, dutyCyclePercent: 100 },
  RU: { code: 9, dutyCyclePercent: 100 },
  IN: { code: 10, dutyCyclePercent: 100, txPowerDbmMax: 30, bandKhz: [865000, 867000] },
  NZ_865: { code: 11, dutyCyclePercent: 100 },
  TH: { code: 12, dutyCyclePercent: 10 },
  UA_433: { code: 14, dutyCyclePercent: 10 },
  UA_868: { code: 15, dutyCyclePercent: 1 },
  MY_433: { code: 16, dutyCyclePercent: 100 },
  MY_919: { code: 17, dutyCyclePercent: 100 },
  SG_923: { code: 18, dutyCyclePercent: 100 },
};
