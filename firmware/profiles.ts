/*
 * What: which programs are built: kind of site x board x link x sensors.
 * From where to where: scripts/firmware.ts builds entries/<name>.ts of each.
 */

export interface Profile {
  /** Also the entry's file name. */
  name: string;
  kind: 'water-point' | 'canteen';
  board: 'nrf52832';
  link: 'uart';
  sensors: string[];
}

/** A bundle may take this much of the smallest board's Storage. */
export const FIRMWARE_BYTES_MAX = 16384;

export const PROFILES: Profile[] = [
  {
    name: 'water-point',
    kind: 'water-point',
    board: 'nrf52832',
    link: 'uart',
    sensors: ['pulse-meter'],
  },
  { name: 'canteen', kind: 'canteen', board: 'nrf52832', link: 'uart', sensors: ['meal-buttons'] },
];
