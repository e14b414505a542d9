/*
 * presets.ts: modem presets by the names that Meshtastic's enum gives them.
 * Way: pod.json, command line -> preset. Source: meshtastic protobufs, Config.LoRaConfig.ModemPreset.
 */
import {
  LONG_FAST,
  LONG_MODERATE,
  LONG_SLOW,
  LONG_TURBO,
  MEDIUM_FAST,
  MEDIUM_SLOW,
  type ModemPreset,
  SHORT_FAST,
  SHORT_SLOW,
  SHORT_TURBO,
} from '../../shared/meshtastic/airtime';

/** By name. */
export const PRESETS: Readonly<Record<string, ModemPreset>> = {
  LONG_FAST,
  LONG_SLOW,
  MEDIUM_SLOW,
  MEDIUM_FAST,
  SHORT_SLOW,
  SHORT_FAST,
  LONG_MODERATE,
  SHORT_TURBO,
  LONG_TURBO,
};

/** Name of the preset with this number in LoRaConfig.modem_preset; null = none that is known. */
export function presetNameOf(number: number): string | null {
  return Object.keys(PRESETS).find((name) => PRESETS[name].number === number) ?? null;
}
