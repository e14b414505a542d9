/*
 * How strongly one antenna hears another.
 * From: positions, transmit power and the terrain's parameters; to: the air's table of links.
 * Source: log-distance path loss, PL(d) = PL(1 km) + 10 n log10(d / 1 km); noise = -174 dBm/Hz + bandwidth + noise figure.
 */

/** A place on earth, degrees (WGS 84). */
export interface Position {
  latitude: number;
  longitude: number;
}

/** The ground and the receivers, the same for the whole air. */
export interface Terrain {
  /** Loss over the first kilometre, antenna gains included, dB. Free space at 868 MHz: 91; low antennas between houses: 120 to 130. */
  lossAtOneKmDb: number;
  /** Path loss exponent: 2 free space, 3 to 4 villages and hills. */
  exponent: number;
  /** Standard deviation of a fixed offset per pair of antennas (a wall, a hill), dB. */
  shadowingDb: number;
  /** Receiver noise figure, dB. */
  noiseFigureDb: number;
}

/** A village on open ground with antennas on roofs and taps: MEDIUM_FAST reaches about 4 km at 22 dBm. */
export const VILLAGE_TERRAIN: Terrain = {
  lossAtOneKmDb: 126,
  exponent: 3.5,
  shadowingDb: 0,
  noiseFigureDb: 6,
};

const EARTH_RADIUS_KM = 6371;
const DISTANCE_KM_MIN = 0.001;

/** Distance over ground, km (equirectangular; exact enough below 100 km). */
export function distanceKm(a: Position, b: Position): number {
  const toRadians = Math.PI / 180;
  const middle = ((a.latitude + b.latitude) / 2) * toRadians;
  const x = (b.longitude - a.longitude) * toRadians * Math.cos(middle);
  const y = (b.latitude - a.latitude) * toRadians;
  return Math.sqrt(x * x + y * y) * EARTH_RADIUS_KM;
}

/** Loss between two antennas, dB, without shadowing. */
export function pathLossDb(terrain: Terrain, kilometres: number): number {
  return (
    terrain.lossAtOneKmDb +
    10 * terrain.exponent * Math.log10(Math.max(kilometres, DISTANCE_KM_MIN))
  );
}

/** Noise power in a receiver of this bandwidth, dBm. */
export function noiseFloorDbm(terrain: Terrain, bandwidthKhz: number): number {
  return -174 + 10 * Math.log10(bandwidthKhz * 1000) + terrain.noiseFigureDb;
}

/** SNR as a LoRa radio reports it: steps of 0.25 dB. */
export function quarterDb(snrDb: number): number {
  return Math.round(snrDb * 4) / 4;
}
