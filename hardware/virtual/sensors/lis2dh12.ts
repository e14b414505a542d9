/*
 * The accelerometer LIS2DH12 at the level of its registers: identity, settings, 8-bit axes at low power, the high-pass
 * filter and the latched interrupt 1.
 * From: accelerations that the world sets. To: an I2C bus and the interrupt pin of the virtual board.
 * Source: ST LIS2DH12 datasheet, "Register mapping"; ST AN5005 for the filter (cut-off = rate / 50). Espruino-safe.
 */
import type { BoardPlugs } from '../board/plugs';

const STEP_MG = 16;
const PERIOD_MS = 100;

/** A chip on a moving handle. */
export interface Lis2dh12 {
  /** x, y, z in mg at a world time. */
  mgAt: (atMs: number) => number[];
  trouble: '' | 'unplugged' | 'no-wake' | 'stuck-high';
  /** Loses its power for a moment: all registers are as after a start. */
  brownOut(): void;
  register(address: number): number;
}

function toByte(mg: number): number {
  return Math.max(-128, Math.min(127, Math.floor(mg / STEP_MG))) & 255;
}

/** What three new axes do to interrupt 1. `slow`: the filter's memory, empty after it was reset. */
function judge(registers: Uint8Array, slow: number[], mg: number[]): void {
  const isFiltered = (registers[0x21] & 1) > 0;
  let isOver = false;
  for (let axis = 0; axis < 3; axis++) {
    if (slow.length <= axis) slow.push(mg[axis]);
    const value = isFiltered ? mg[axis] - slow[axis] : mg[axis];
    // First-order high-pass with its corner at a fiftieth of the rate.
    slow[axis] += ((mg[axis] - slow[axis]) * 112) / 1000;
    const isWanted = (registers[0x30] >> (2 * axis + 1)) & 1;
    if (isWanted && Math.abs(value) > registers[0x32] * STEP_MG) isOver = true;
  }
  if (isOver) registers[0x31] = registers[0x31] | 0x40;
  else if ((registers[0x24] & 8) === 0) registers[0x31] = 0;
}

/** Whether the bus can write a register. */
function isWritable(register: number): boolean {
  return (register >= 0x1e && register <= 0x26) || (register > 0x2d && register !== 0x31);
}

/** A chip with default registers on these pins; `address` 24 or 25. */
export function createLis2dh12(
  plugs: BoardPlugs,
  sda: number,
  scl: number,
  wakePin: number,
  address: number,
): Lis2dh12 {
  let registers = new Uint8Array(64);
  let pointer = 0;
  let isIncremented = false;
  const slow: number[] = [];
  const showWake = (): void => {
    const isActive = (registers[0x31] & 0x40) > 0 && (registers[0x22] & 0x40) > 0;
    const level =
      chip.trouble === 'no-wake' ? 0 : isActive || chip.trouble === 'stuck-high' ? 1 : 0;
    plugs.setPin(wakePin, level);
  };
  const start = (): void => {
    registers = new Uint8Array(64);
    registers[0x0f] = 0x33;
    registers[0x20] = 0x07;
    slow.splice(0, 3);
    showWake();
  };
  const measure = (): void => {
    if (registers[0x20] >> 4 === 2) {
      const mg = chip.mgAt(plugs.nowMs());
      for (let axis = 0; axis < 3; axis++) registers[0x29 + 2 * axis] = toByte(mg[axis]);
      judge(registers, slow, mg);
      showWake();
    }
    plugs.at(plugs.nowMs() + PERIOD_MS, measure);
  };
  const readOne = (): number => {
    const at = pointer;
    const value = registers[at];
    if (at === 0x31) {
      registers[0x31] = 0;
      showWake();
    }
    if (at === 0x26) slow.splice(0, 3);
    if (isIncremented) pointer = (pointer + 1) & 63;
    return value;
  };
  const chip: Lis2dh12 = {
    mgAt: () => [0, 0, 1000],
    trouble: '',
    brownOut: start,
    register: (at) => registers[at],
  };
  start();
  plugs.i2c(sda, scl, {
    address: address,
    write: (bytes) => {
      if (chip.trouble === 'unplugged' || bytes.length === 0) return;
      pointer = bytes[0] & 63;
      isIncremented = bytes[0] > 127;
      for (let i = 1; i < bytes.length; i++) {
        if (isWritable(pointer)) registers[pointer] = bytes[i];
        if (isIncremented) pointer = (pointer + 1) & 63;
      }
    },
    read: (byteCount) => {
      const bytes = new Uint8Array(byteCount);
      const isThere = chip.trouble !== 'unplugged';
      for (let i = 0; i < byteCount; i++) bytes[i] = isThere ? readOne() : 255;
      return bytes;
    },
  });
  plugs.at(plugs.nowMs() + PERIOD_MS, measure);
  return chip;
}
