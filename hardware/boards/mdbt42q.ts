/*
 * Espruino MDBT42Q breakout board (nRF52832): data.
 * Source: Espruino 2v29 boards/MDBT42Q.py; espruino.com/MDBT42Q; nRF52832 Product Specification.
 */
import type { BoardData } from './board-data';

export const MDBT42Q_BOARD: BoardData = {
  name: 'MDBT42Q',
  espruino: 'MDBT42Q',
  chip: 'nRF52832',
  clockMhz: 64,
  ramBytes: 65_536,
  variables: 2950,
  variableBytes: 13,
  console: 'Bluetooth (Nordic UART)',
  flash: [
    { what: 'SoftDevice and Espruino', startAddress: 0, bytes: 0x6a000 },
    { what: 'a free page', startAddress: 0x6a000, bytes: 4096 },
    { what: "the node's key", startAddress: 0x6b000, bytes: 4096 },
    { what: 'Storage: program, configuration, journal', startAddress: 0x6c000, bytes: 40_960 },
  ],
  pins: [
    { pin: 'D2', silk: 'D2', chipPin: 2, use: 'meter' },
    { pin: 'D3', silk: 'D3', chipPin: 3, use: 'button: meals of adults' },
    { pin: 'D4', silk: 'D4', chipPin: 4, use: 'button: meals of children' },
    { pin: 'D6', silk: 'TX', chipPin: 6, use: 'serial to the radio, TX' },
    { pin: 'D8', silk: 'RX', chipPin: 8, use: 'serial to the radio, RX' },
  ],
  links: ['uart'],
  profiles: ['water-point', 'canteen', 'bench-mdbt42q'],
  priceUsd: 20,
  notSupported: [
    'LoRa without a Meshtastic radio: no room for its program',
    'two program slots: Storage holds one program and the journal',
    'events, gateway key by radio: no room; console commands in a bench program only',
    "battery at another voltage than the chip's own supply",
  ],
  sources: ['Espruino 2v29 boards/MDBT42Q.py', 'espruino.com/MDBT42Q'],
};
