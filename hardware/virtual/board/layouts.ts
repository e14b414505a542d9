/*
 * What differs between the boards that can be modelled: pins, flash, and what is mapped into memory.
 * From: the options of a virtual board. To: board.ts and its parts. Espruino-safe: plain data.
 * Source: Espruino 2v29 boards/MDBT42Q.py, boards/XIAOBLE.py; nRF52840 Product Specification (AIN0..AIN7);
 * Adafruit's nRF52 boot loader, memory map of the nRF52840 (user data 0xED000..0xF3FFF).
 */

/** The hardware of one board, as far as the firmware can tell. */
export interface BoardLayout {
  /** process.env.BOARD. */
  name: string;
  /** Pins D0, D1, …: number of each on the chip (port 1 starts at 32). */
  chipPins: number[];
  /** Numbers of the D pins that can measure a voltage. */
  analogPins: number[];
  /** Where Storage begins. */
  storageAddress: number;
  /** Whether a file of Storage can be read by its address: not when Storage is a flash chip of its own. */
  isStorageMapped: boolean;
  /** Pages of the chip's own flash that neither Espruino nor Storage uses: address and count. */
  spareAddress: number;
  sparePageCount: number;
  /** Whether require("Flash").getFree() knows the spare pages. */
  isSpareListed: boolean;
  /** The pin behind a divider at the battery: D pin, and the battery's part there in 1/1000; -1 = none. */
  batteryPin: number;
  batteryPermille: number;
}

function countUp(count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(i);
  return numbers;
}

/** MDBT42Q and Puck.js: all 40 KB of Storage in the chip, at an address. */
export const MDBT42Q: BoardLayout = {
  name: 'MDBT42Q',
  chipPins: countUp(32),
  analogPins: [2, 3, 4, 5, 28, 29, 30, 31],
  storageAddress: 0x6c000,
  isStorageMapped: true,
  spareAddress: 0x6a000,
  sparePageCount: 2,
  isSpareListed: true,
  batteryPin: -1,
  batteryPermille: 0,
};

/** Seeed XIAO nRF52840: 2 MB of Storage in a flash chip of its own, reached by commands only. */
export const XIAO_NRF52840: BoardLayout = {
  name: 'XIAOBLE',
  chipPins: [
    2, 3, 28, 29, 4, 5, 43, 44, 45, 46, 47, 26, 6, 30, 14, 40, 27, 7, 11, 42, 32, 16, 13, 17, 21,
    25, 20, 24, 22, 23, 9, 10, 31,
  ],
  analogPins: [0, 1, 2, 3, 4, 5, 13, 32],
  storageAddress: 0x60000000,
  isStorageMapped: false,
  spareAddress: 0xed000,
  sparePageCount: 4,
  isSpareListed: false,
  batteryPin: 32,
  batteryPermille: 338,
};
