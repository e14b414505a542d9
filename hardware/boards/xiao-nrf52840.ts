/*
 * Seeed XIAO nRF52840, alone or with the Wio-SX1262 board on top: data.
 * Source: Espruino 2v29 boards/XIAOBLE.py; wiki.seeedstudio.com (XIAO BLE, Wio-SX1262 for XIAO); nRF52840 Product
 * Specification; Adafruit's nRF52 boot loader (memory map).
 */
import type { BoardData } from './board-data';

export const XIAO_NRF52840_BOARD: BoardData = {
  name: 'XIAO nRF52840',
  espruino: 'XIAOBLE',
  chip: 'nRF52840',
  clockMhz: 64,
  ramBytes: 262_144,
  variables: 14_000,
  variableBytes: 14,
  console: 'USB',
  flash: [
    { what: 'SoftDevice and Espruino', startAddress: 0, bytes: 0xed000 },
    { what: "the node's key", startAddress: 0xed000, bytes: 4096 },
    { what: 'boot loader (UF2)', startAddress: 0xf4000, bytes: 0xc000 },
    {
      what: 'Storage on a flash chip of its own (P25Q16H)',
      startAddress: 0x60000000,
      bytes: 2_097_152,
    },
  ],
  pins: [
    { pin: 'D0', silk: 'D0', chipPin: 2, use: 'meter' },
    { pin: 'D1', silk: 'D1', chipPin: 3, use: 'radio chip DIO1' },
    { pin: 'D2', silk: 'D2', chipPin: 28, use: 'radio chip RST' },
    { pin: 'D3', silk: 'D3', chipPin: 29, use: 'radio chip BUSY' },
    { pin: 'D4', silk: 'D4', chipPin: 4, use: 'radio chip NSS' },
    { pin: 'D5', silk: 'D5', chipPin: 5, use: 'radio chip RF switch' },
    { pin: 'D6', silk: 'D6', chipPin: 43, use: 'serial to the radio, TX' },
    { pin: 'D7', silk: 'D7', chipPin: 44, use: 'serial to the radio, RX' },
    { pin: 'D8', silk: 'D8', chipPin: 45, use: 'radio chip SCK, or power switch of the radio' },
    { pin: 'D9', silk: 'D9', chipPin: 46, use: 'radio chip MISO' },
    { pin: 'D10', silk: 'D10', chipPin: 47, use: 'radio chip MOSI' },
    { pin: 'D14', silk: '(inside)', chipPin: 14, use: 'battery divider: lets the voltage through' },
    { pin: 'D32', silk: '(inside)', chipPin: 31, use: 'battery divider: voltage' },
  ],
  links: ['uart', 'lora'],
  profiles: ['water-point-xiao', 'water-point-xiao-lora', 'canteen-xiao', 'canteen-xiao-lora'],
  priceUsd: 10,
  notSupported: ['Bluetooth while the node runs (switched off: the console is on USB)'],
  sources: ['Espruino 2v29 boards/XIAOBLE.py', 'wiki.seeedstudio.com/XIAO_BLE'],
};
