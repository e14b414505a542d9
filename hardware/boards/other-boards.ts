/*
 * Boards that Espruino runs on and Tallywell has no program for yet, and why: data.
 * Source: Espruino 2v29 boards/{PUCKJS,ESPRUINOWIFI,PICO_R1_3}.py; espruino.com; data sheets of nRF52832, STM32F401, F411.
 */
import type { BoardData } from './board-data';

const NO_STM32 = [
  'counting without the processor: nothing like PPI; a timer with an outside clock is to be written',
  'the journal: flash pages of 16 to 64 KB take a second to erase',
  'serial port in deep sleep: bytes are lost',
];

export const PUCKJS_BOARD: BoardData = {
  name: 'Puck.js',
  espruino: 'PUCKJS',
  chip: 'nRF52832',
  clockMhz: 64,
  ramBytes: 65_536,
  variables: 2630,
  variableBytes: 13,
  console: 'Bluetooth (Nordic UART)',
  flash: [{ what: 'Storage', startAddress: 0x6c000, bytes: 40_960 }],
  pins: [
    { pin: 'D28', silk: 'D28', chipPin: 28, use: 'serial, TX' },
    { pin: 'D29', silk: 'D29', chipPin: 29, use: 'serial, RX' },
    { pin: 'D1', silk: 'D1', chipPin: 1, use: 'meter' },
  ],
  links: [],
  profiles: [],
  priceUsd: 40,
  notSupported: [
    'the pins of the MDBT42Q program (D2, D6, D8) do not come out',
    'a coin cell cannot feed a radio',
  ],
  sources: ['Espruino 2v29 boards/PUCKJS.py', 'espruino.com/Puck.js'],
};

export const ESPRUINO_WIFI_BOARD: BoardData = {
  name: 'Espruino WiFi',
  espruino: 'ESPRUINOWIFI',
  chip: 'STM32F411',
  clockMhz: 100,
  ramBytes: 131_072,
  variables: 8190,
  variableBytes: 13,
  console: 'USB',
  flash: [{ what: 'Storage, one page', startAddress: 0x08060000, bytes: 65_536 }],
  pins: [],
  links: [],
  profiles: [],
  priceUsd: 40,
  notSupported: NO_STM32,
  sources: ['Espruino 2v29 boards/ESPRUINOWIFI.py', 'espruino.com/WiFi'],
};

export const ESPRUINO_PICO_BOARD: BoardData = {
  name: 'Espruino Pico',
  espruino: 'PICO_R1_3',
  chip: 'STM32F401',
  clockMhz: 84,
  ramBytes: 98_304,
  variables: 5100,
  variableBytes: 13,
  console: 'USB',
  flash: [{ what: 'Storage, three pages', startAddress: 0x08004000, bytes: 49_152 }],
  pins: [],
  links: [],
  profiles: [],
  priceUsd: 32,
  notSupported: NO_STM32,
  sources: ['Espruino 2v29 boards/PICO_R1_3.py', 'espruino.com/Pico'],
};
