/*
 * radio-gps.ts: the time that the GPS of the own radio knows.
 * Way: positions the own radio tells of itself -> an offer to the clock (source radio-gps).
 * Pure. Source: Meshtastic mesh.proto, Position: `timestamp` is the time of the GPS's fix (only with position flag
 * TIMESTAMP), `time` the radio's clock, which anybody may have set: also this gateway.
 *
 * Never from other nodes: what they say of time is nobody's evidence. A position may have waited in the radio, and a fix
 * may be old: so two readings must lie as far apart as the time that passed between them.
 */
import { LOCATION_INTERNAL, type Position } from '../../shared/meshtastic/position';
import {
  GPS_AGREE_S,
  GPS_CLOCK_UNCERTAINTY_S,
  GPS_READINGS_GAP_MS,
  GPS_UNCERTAINTY_S,
  GPS_UPDATE_S,
} from '../limits/radio';

/** What the GPS says now. */
export interface GpsOffer {
  timeMs: number;
  uncertaintyS: number;
}

/** What decides how much a position is worth. */
export interface GpsSettings {
  /** How often the GPS looks, s; 0 = the firmware's default. */
  gpsUpdateSecs: number;
  /** The place was set by hand. */
  fixedPosition: boolean;
  /** This gateway has set the radio's clock: its `time` is an echo. */
  hasSetClock: boolean;
}

interface Reading {
  timeS: number;
  steadyMs: number;
  isFix: boolean;
}

/** Listens to one radio. */
export interface GpsTime {
  /** A position of the own radio, made by itself. @returns an offer, or null when it proves nothing (yet). */
  hear(position: Position, settings: GpsSettings, steadyMs: number): GpsOffer | null;
}

function readingOf(position: Position, settings: GpsSettings, steadyMs: number): Reading | null {
  const isGps = position.hasPlace && position.locationSource === LOCATION_INTERNAL;
  if (!isGps || settings.fixedPosition) return null;
  if (position.timestamp !== 0) return { timeS: position.timestamp, steadyMs, isFix: true };
  if (position.time === 0 || settings.hasSetClock) return null;
  return { timeS: position.time, steadyMs, isFix: false };
}

/** Makes a listener that has heard nothing. */
export function createGpsTime(): GpsTime {
  let last: Reading | null = null;
  return {
    hear(position, settings, steadyMs) {
      const reading = readingOf(position, settings, steadyMs);
      if (reading === null) return null;
      const before = last;
      if (before !== null && before.isFix === reading.isFix) {
        const passedMs = steadyMs - before.steadyMs;
        // Two of one burst prove nothing; the older one stays.
        if (passedMs < GPS_READINGS_GAP_MS) return null;
        last = reading;
        const differS = Math.abs(reading.timeS - before.timeS - passedMs / 1000);
        const updateS = settings.gpsUpdateSecs || GPS_UPDATE_S;
        if (differS > GPS_AGREE_S + (reading.isFix ? updateS : 0)) return null;
        const uncertaintyS = reading.isFix ? updateS + GPS_UNCERTAINTY_S : GPS_CLOCK_UNCERTAINTY_S;
        return { timeMs: reading.timeS * 1000, uncertaintyS };
      }
      last = reading;
      return null;
    },
  };
}
