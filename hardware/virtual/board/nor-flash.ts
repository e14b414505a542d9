/*
 * NOR flash of one region: programming only clears bits, only a page erase sets them, and the
 * power may go between any two bytes of either.
 * From: Storage and Flash calls. To: the image that survives everything.
 * Source: nRF52832 product specification, NVMC. Espruino-safe.
 */
import { type Machine, POWER_CUT } from './machine';

/** One region of flash. Addresses are absolute, lengths in bytes. */
export interface NorFlash {
  image: Uint8Array;
  startAddress: number;
  endAddress: number;
  pageBytes: number;
  /** Programs bytes (AND). Throws: outside the region; the power-cut signal. */
  program(address: number, data: Uint8Array): void;
  /** Erases the page that holds an address. Throws: outside the region; the power-cut signal. */
  erasePage(address: number): void;
  /** Is every byte of a range 0xFF? */
  isErased(address: number, length: number): boolean;
}

function mustBeInside(flash: NorFlash, address: number, length: number): void {
  if (address < flash.startAddress || address + length > flash.endAddress) {
    throw new Error(`flash address ${address} is outside the region`);
  }
}

/** How many of these bytes are done before the power goes; takes them off the budget. */
function bytesBeforeCut(machine: Machine, length: number): number {
  const left = machine.flashBytesUntilCut;
  if (left < 0 || length < left) {
    if (left >= 0) machine.flashBytesUntilCut = left - length;
    return length;
  }
  machine.flashBytesUntilCut = -1;
  return left;
}

function scanErased(image: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (image[i] !== 0xff) return false;
  return true;
}

/**
 * An erased region of flash.
 * @param cutPower called when the power goes, before the signal is thrown
 * @param pageEraseMs how long an erase stops the processor, ms
 */
export function createNorFlash(
  machine: Machine,
  startAddress: number,
  pageBytes: number,
  pageCount: number,
  pageEraseMs: number,
  cutPower: () => void,
): NorFlash {
  const size = pageBytes * pageCount;
  const image = new Uint8Array(size);
  image.fill(0xff);
  const flash: NorFlash = {
    image,
    startAddress,
    endAddress: startAddress + size,
    pageBytes,
    program: (address, data) => {
      mustBeInside(flash, address, data.length);
      const armed = machine.flashBytesUntilCut >= 0;
      const count = bytesBeforeCut(machine, data.length);
      const at = address - flash.startAddress;
      for (let i = 0; i < count; i++) image[at + i] &= data[i];
      machine.counts.flashBytesWritten += count;
      if (armed && machine.flashBytesUntilCut < 0) {
        cutPower();
        throw POWER_CUT;
      }
    },
    erasePage: (address) => {
      mustBeInside(flash, address, 1);
      const armed = machine.flashBytesUntilCut >= 0;
      const count = bytesBeforeCut(machine, pageBytes);
      const page = Math.floor((address - flash.startAddress) / pageBytes) * pageBytes;
      image.fill(0xff, page, page + count);
      machine.counts.pageErases++;
      if (armed && machine.flashBytesUntilCut < 0) {
        cutPower();
        throw POWER_CUT;
      }
      const from = Math.max(machine.busyUntilMs, machine.nowMs);
      if (machine.powered) machine.busyUntilMs = from + pageEraseMs;
    },
    isErased: (address, length) => {
      const from = address - flash.startAddress;
      return scanErased(image, from, from + length);
    },
  };
  return flash;
}
