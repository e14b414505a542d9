/*
 * What: Meshtastic's modem presets and how long a frame is on the air with each, in integers.
 * From where to where: preset and frame length -> microseconds, slot time, repetition interval.
 * Source: Semtech AN1200.13 section 4 (symbol count), enum ModemPreset of config.proto; checked against published times.
 * Espruino-safe.
 */

/** One preset: numbers of the LoRa modulation. */
export interface ModemPreset {
  /** LoRaConfig.modem_preset. */
  number: number;
  /** Name shown for a channel that has none of its own. */
  displayName: string;
  bandwidthHz: number;
  /** 7..12 */
  spreadingFactor: number;
  /** 5 = 4/5 .. 8 = 4/8 */
  codingRate: number;
  /** Duration of one symbol, 2^SF / bandwidth. */
  symbolUs: number;
  /** Unit of the random wait before sending. */
  slotMs: number;
}

const PREAMBLE_SYMBOLS = 16;
/** Sync word and start of frame: 4.25 symbols. */
const SYNC_QUARTER_SYMBOLS = 17;
const HEADER_SYMBOLS = 8;
/** From this symbol time on the low data rate optimisation is on. */
const SLOW_SYMBOL_US = 16000;
const RETRANSMIT_PROCESSING_MS = 4500;
/** Smallest contention window: an idle channel. */
export const CONTENTION_WINDOW_MIN = 3;

function preset(
  number: number,
  displayName: string,
  bandwidthHz: number,
  spreadingFactor: number,
  codingRate: number,
  slotMs: number,
): ModemPreset {
  return {
    number: number,
    displayName: displayName,
    bandwidthHz: bandwidthHz,
    spreadingFactor: spreadingFactor,
    codingRate: codingRate,
    symbolUs: ((1 << spreadingFactor) * 1000) / (bandwidthHz / 1000),
    slotMs: slotMs,
  };
}

export const LONG_FAST = /* @__PURE__ */ preset(0, 'LongFast', 250000, 11, 5, 28);
export const LONG_SLOW = /* @__PURE__ */ preset(1, 'LongSlow', 125000, 12, 8, 89);
export const MEDIUM_SLOW = /* @__PURE__ */ preset(3, 'MediumSlow', 250000, 10, 5, 17);
export const MEDIUM_FAST = /* @__PURE__ */ preset(4, 'MediumFast', 250000, 9, 5, 12);
export const SHORT_SLOW = /* @__PURE__ */ preset(5, 'ShortSlow', 250000, 8, 5, 10);
export const SHORT_FAST = /* @__PURE__ */ preset(6, 'ShortFast', 250000, 7, 5, 8);
export const LONG_MODERATE = /* @__PURE__ */ preset(7, 'LongMod', 125000, 11, 8, 48);
export const SHORT_TURBO = /* @__PURE__ */ preset(8, 'ShortTurbo', 500000, 7, 5, 8);
export const LONG_TURBO = /* @__PURE__ */ preset(9, 'LongTurbo', 500000, 11, 8, 17);

/** All presets, by rising number. */
export const MODEM_PRESETS: ModemPreset[] = [
  LONG_FAST,
  LONG_SLOW,
  MEDIUM_SLOW,
  MEDIUM_FAST,
  SHORT_SLOW,
  SHORT_FAST,
  LONG_MODERATE,
  SHORT_TURBO,
  LONG_TURBO,
];

/** The preset of a LoRaConfig.modem_preset, undefined when it has none here. */
export function modemPresetOf(number: number): ModemPreset | undefined {
  for (let i = 0; i < MODEM_PRESETS.length; i++) {
    if (MODEM_PRESETS[i].number === number) return MODEM_PRESETS[i];
  }
  return undefined;
}

/** Microseconds on the air of a whole frame (header of 16 bytes included), `frameBytes` 0..255. Exact. */
export function airtimeUs(modemPreset: ModemPreset, frameBytes: number): number {
  const slow = modemPreset.symbolUs >= SLOW_SYMBOL_US ? 2 : 0;
  const bits = 8 * frameBytes - 4 * modemPreset.spreadingFactor + 28 + 16;
  const bitsPerGroup = 4 * (modemPreset.spreadingFactor - slow);
  const groups = bits > 0 ? Math.floor((bits + bitsPerGroup - 1) / bitsPerGroup) : 0;
  const symbols = PREAMBLE_SYMBOLS + HEADER_SYMBOLS + groups * modemPreset.codingRate;
  return symbols * modemPreset.symbolUs + (SYNC_QUARTER_SYMBOLS * modemPreset.symbolUs) / 4;
}

/** Milliseconds on the air of a whole frame, rounded to the nearest. */
export function airtimeMs(modemPreset: ModemPreset, frameBytes: number): number {
  return Math.floor((airtimeUs(modemPreset, frameBytes) + 500) / 1000);
}

/**
 * Milliseconds a radio waits for an ack before it sends the frame again (three times in all, then MAX_RETRANSMIT).
 * `contentionWindow` 3..8, by how busy the channel is.
 */
export function retransmissionMs(
  modemPreset: ModemPreset,
  frameBytes: number,
  contentionWindow: number,
): number {
  const slots = (1 << contentionWindow) + 16 + 32;
  return (
    2 * airtimeMs(modemPreset, frameBytes) + slots * modemPreset.slotMs + RETRANSMIT_PROCESSING_MS
  );
}
