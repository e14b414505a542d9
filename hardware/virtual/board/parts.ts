/*
 * What a virtual board is put together from.
 * From: board.ts makes them. To: board.ts. Espruino-safe: types only.
 */
import type { AnalogInputs } from './analog-inputs';
import type { I2cBuses } from './i2c-bus';
import type { Machine } from './machine';
import type { Memory } from './memory';
import type { OneWireLines } from './one-wire';
import type { Pins } from './pins';
import type { Outside } from './plugs';
import type { PulseCounter } from './pulse-counter';
import type { SerialPort } from './serial-port';
import type { SoftPorts } from './serial2-ports';
import type { TimerList } from './timers';

/** The parts that lose everything with the power. */
export interface Parts {
  machine: Machine;
  list: TimerList;
  pins: Pins;
  serial: SerialPort;
  counter: PulseCounter;
  outside: Outside;
  analog: AnalogInputs;
  i2c: I2cBuses;
  oneWire: OneWireLines;
  softPorts: SoftPorts;
  memory: Memory;
  /** World time at which the watchdog bites, or -1. */
  watchdogMs: number;
  watchdogPeriodMs: number;
  batteryMv: number;
  /** What the firmware wants to do before a restart that was asked for. */
  killHandlers: (() => void)[];
  /** What hangs on SPI1: one transfer, select to deselect. */
  spiDevice: ((bytes: Uint8Array) => Uint8Array) | null;
  boot: () => void;
}
