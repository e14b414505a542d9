/*
 * What: which programs are built: kind of site x board x link x sensors.
 * From where to where: scripts/firmware.ts builds entries/<name>.ts of each.
 */

export interface Profile {
  /** Also the entry's file name. */
  name: string;
  kind: 'water-point' | 'canteen' | 'bench';
  board: 'nrf52832' | 'nrf52840';
  link: 'uart' | 'lora' | 'none';
  sensors: string[];
}

/** The native routine may take this much, bytes. */
export const NATIVE_BYTES_MAX = 8192;

/** A bundle may take this much of its board's Storage, bytes. */
export const FIRMWARE_BYTES_MAX = { nrf52832: 16384, nrf52840: 65536 };

/** A program may hold this many of Espruino's variables after its start, before it has a configuration. */
export const VARIABLES_MAX = { nrf52832: 800, nrf52840: 6000 };

export const PROFILES: Profile[] = [
  {
    name: 'water-point',
    kind: 'water-point',
    board: 'nrf52832',
    link: 'uart',
    sensors: ['pulse-meter'],
  },
  { name: 'canteen', kind: 'canteen', board: 'nrf52832', link: 'uart', sensors: ['meal-buttons'] },
  { name: 'bench-mdbt42q', kind: 'bench', board: 'nrf52832', link: 'none', sensors: [] },
  {
    name: 'water-point-xiao',
    kind: 'water-point',
    board: 'nrf52840',
    link: 'uart',
    sensors: [
      'pulse-meter',
      'reed-meter',
      'pump-strokes',
      'tank-ultrasonic',
      'tank-pressure',
      'report-buttons',
      'tamper',
      'battery',
    ],
  },
  {
    name: 'water-point-xiao-lora',
    kind: 'water-point',
    board: 'nrf52840',
    link: 'lora',
    sensors: [
      'pulse-meter',
      'reed-meter',
      'pump-strokes',
      'tank-ultrasonic',
      'tank-pressure',
      'report-buttons',
      'tamper',
      'battery',
    ],
  },
  {
    name: 'canteen-xiao',
    kind: 'canteen',
    board: 'nrf52840',
    link: 'uart',
    sensors: ['meal-contacts', 'load-cell', 'temperature', 'report-buttons', 'tamper', 'battery'],
  },
  {
    name: 'canteen-xiao-lora',
    kind: 'canteen',
    board: 'nrf52840',
    link: 'lora',
    sensors: ['meal-contacts', 'load-cell', 'temperature', 'report-buttons', 'tamper', 'battery'],
  },
];
