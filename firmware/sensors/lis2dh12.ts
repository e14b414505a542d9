/*
 * What: the accelerometer LIS2DH12 (LIS3DH has the same registers): set up to wake the node when the handle moves.
 * From where to where: pump-strokes.ts -> I2C. 10 measurements a second at low power, ±2 g, 8 bits: some 3 µA. The high-pass
 * filter (0.2 Hz) takes gravity away from the interrupt only, so that no position of the handle holds it.
 * Source: ST LIS2DH12 datasheet, "Register description"; ST AN5005. Espruino-safe.
 */
import type { I2cBus } from '../board';
import { ACCELERATION_STEP_MG } from './sensor-limits';

const WHO_AM_I = 0x0f;
const IDENTITY = 0x33;
const CTRL_REG1 = 0x20;
const REFERENCE = 0x26;
const OUT_X_H = 0x29;
const INT1_CFG = 0x30;
const INT1_SRC = 0x31;
const INT1_THS = 0x32;
const INT1_DURATION = 0x33;
/** Reads go on to the next register. */
const AUTO_INCREMENT = 0x80;
const INTERRUPT_ACTIVE = 0x40;

/**
 * CTRL_REG1..5: 10 Hz, low power, three axes; high-pass filter for INT1; INT1 on the pin; block update, ±2 g; INT1 stays
 * until INT1_SRC is read.
 */
const CONTROL = [0x2f, 0x01, 0x40, 0x80, 0x08];
/** INT1: any axis above the threshold, whatever its sign. */
const ANY_AXIS_HIGH = 0x2a;

/** The chip behind an address of a bus. */
export interface Accelerometer {
  bus: I2cBus;
  address: number;
  /** 1..127, steps of 16 mg. */
  threshold: number;
}

/** '' = it is there and set up as it should be; otherwise what is wrong. */
export function checkSetup(chip: Accelerometer): string {
  const identity = chip.bus.read(chip.address, WHO_AM_I, 1);
  if (!identity) return 'bus blocked: a wire touches ground';
  if (identity[0] === 255) return 'no answer: power or wire';
  if (identity[0] !== IDENTITY) return 'another chip answers';
  const control = chip.bus.read(chip.address, CTRL_REG1 | AUTO_INCREMENT, CONTROL.length);
  const interrupt = chip.bus.read(chip.address, INT1_CFG, 1);
  for (let i = 0; i < CONTROL.length; i++) {
    if (!control || control[i] !== CONTROL[i]) return 'lost its settings';
  }
  return interrupt && interrupt[0] === ANY_AXIS_HIGH ? '' : 'lost its settings';
}

/** Writes all settings; whether they hold `checkSetup` tells. */
export function setUp(chip: Accelerometer): void {
  const write = (register: number, value: number): void => {
    chip.bus.write(chip.address, new Uint8Array([register, value]));
  };
  for (let i = 0; i < CONTROL.length; i++) write(CTRL_REG1 + i, CONTROL[i]);
  write(INT1_THS, chip.threshold);
  write(INT1_DURATION, 0);
  write(INT1_CFG, ANY_AXIS_HIGH);
  // Reading REFERENCE makes the present position the filter's zero.
  chip.bus.read(chip.address, REFERENCE, 1);
  chip.bus.read(chip.address, INT1_SRC, 1);
}

/** Lets the interrupt wire go. Gives whether it was held; false too where the bus is blocked. */
export function takeInterrupt(chip: Accelerometer): boolean {
  const source = chip.bus.read(chip.address, INT1_SRC, 1);
  return !!source && (source[0] & INTERRUPT_ACTIVE) > 0;
}

/** Acceleration along an axis (0 x, 1 y, 2 z), mg; null: the bus is blocked. */
export function readAxisMg(chip: Accelerometer, axis: number): number | null {
  const high = chip.bus.read(chip.address, OUT_X_H + 2 * axis, 1);
  return high ? ((high[0] << 24) >> 24) * ACCELERATION_STEP_MG : null;
}
