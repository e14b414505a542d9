/*
 * What is written down of a board: pins, flash, memory, and what it cannot do.
 * From: the files beside this one. To: drawings, the bill of materials, docs, and tests that hold it against firmware and
 * virtual board. Pure data.
 */

/** A pin that a node uses. */
export interface BoardPin {
  /** As Espruino names it. */
  pin: string;
  /** As it is printed on the board. */
  silk: string;
  /** Number on the chip: 32 and more are port 1. */
  chipPin: number;
  use: string;
}

/** A stretch of flash. */
export interface FlashRegion {
  what: string;
  startAddress: number;
  bytes: number;
}

/** A board that Espruino 2v29 runs on. */
export interface BoardData {
  name: string;
  /** process.env.BOARD. */
  espruino: string;
  chip: string;
  clockMhz: number;
  ramBytes: number;
  /** Espruino's variables, and the bytes of one. */
  variables: number;
  variableBytes: number;
  /** Where a technician reaches the interpreter while the node runs. */
  console: string;
  flash: FlashRegion[];
  pins: BoardPin[];
  links: ('uart' | 'lora')[];
  /** Names of the programs for it, see firmware/profiles.ts. */
  profiles: string[];
  /** Rough price of one, US dollars. */
  priceUsd: number;
  notSupported: string[];
  sources: string[];
}
