/*
 * What: the radio regions Meshtastic knows: the band, how long a transmitter may send in an hour, and how loudly.
 * From where to where: a region's name -> the LoRa link, the virtual radio, the benches, `flash`, the setup pages.
 * Source: Meshtastic's region table (firmware 2.7.26) and the enum Config.LoRaConfig.RegionCode. Espruino-safe.
 */

/** Name of a region, as Meshtastic writes it. The 2.4 GHz region is left out: no SX1262 reaches it. */
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
  | 'SG_923'
  | 'NP_865'
  | 'BR_902';

export interface Region {
  /** Number of the region in the radio's configuration. */
  code: number;
  /** Share of each hour one transmitter may send, percent; 100 = no limit. */
  dutyCyclePercent: number;
  /** Most the radio sends with, dBm. */
  txPowerDbmMax: number;
  /** Lower edge of the band, Hz. */
  startHz: number;
  /** Upper edge of the band, Hz. */
  endHz: number;
}

function region(
  code: number,
  dutyCyclePercent: number,
  txPowerDbmMax: number,
  startKhz: number,
  endKhz: number,
): Region {
  return {
    code: code,
    dutyCyclePercent: dutyCyclePercent,
    txPowerDbmMax: txPowerDbmMax,
    startHz: startKhz * 1000,
    endHz: endKhz * 1000,
  };
}

export const REGIONS: Record<RegionName, Region> = {
  US: /* @__PURE__ */ region(1, 100, 30, 902000, 928000),
  EU_433: /* @__PURE__ */ region(2, 10, 10, 433000, 434000),
  EU_868: /* @__PURE__ */ region(3, 10, 27, 869400, 869650),
  CN: /* @__PURE__ */ region(4, 100, 19, 470000, 510000),
  JP: /* @__PURE__ */ region(5, 100, 13, 920500, 923500),
  ANZ: /* @__PURE__ */ region(6, 100, 30, 915000, 928000),
  KR: /* @__PURE__ */ region(7, 100, 23, 920000, 923000),
  TW: /* @__PURE__ */ region(8, 100, 27, 920000, 925000),
  RU: /* @__PURE__ */ region(9, 100, 20, 868700, 869200),
  IN: /* @__PURE__ */ region(10, 100, 30, 865000, 867000),
  NZ_865: /* @__PURE__ */ region(11, 100, 36, 864000, 868000),
  TH: /* @__PURE__ */ region(12, 10, 16, 920000, 925000),
  UA_433: /* @__PURE__ */ region(14, 10, 10, 433000, 434700),
  UA_868: /* @__PURE__ */ region(15, 1, 14, 868000, 868600),
  MY_433: /* @__PURE__ */ region(16, 100, 20, 433000, 435000),
  MY_919: /* @__PURE__ */ region(17, 100, 27, 919000, 924000),
  SG_923: /* @__PURE__ */ region(18, 100, 20, 917000, 925000),
  NP_865: /* @__PURE__ */ region(25, 100, 30, 865000, 868000),
  BR_902: /* @__PURE__ */ region(26, 100, 30, 902000, 907500),
};
