/*
 * What hangs on the board's pins: sensors and switches of the outside, and a small queue of what they are about to do.
 * From: the models in hardware/virtual/sensors, tests and villages plug them in. To: pins, I2C, 1-Wire, serial inputs.
 * Everything plugged in outlives the board's power; what it does next is kept here, not in Espruino's timer list.
 * Espruino-safe.
 */
import type { Machine } from './machine';

/** Time that one call of Espruino's into a pin or bus takes, µs: about one simple statement of the interpreter. */
export const CALL_US = 300;

/** A device behind an I2C address. `write` and `read` are one transfer each, start to stop. */
export interface I2cDevice {
  /** 7 bits. */
  address: number;
  write(bytes: Uint8Array): void;
  read(byteCount: number): Uint8Array;
}

/** A device on a 1-Wire line, slot by slot. */
export interface OneWireDevice {
  /** A reset pulse; true: answers with a presence pulse. */
  reset(): boolean;
  /** A write slot. */
  writeBit(bit: number): void;
  /** A read slot: 0 pulls the line down. */
  readBit(): number;
}

/** Something the outside does to the board later. */
export interface PlannedEvent {
  atMs: number;
  fn: () => void;
}

/** The board's sockets. Pins are chip pin numbers. */
export interface BoardPlugs {
  /** Puts a level on a pin, 0 or 1; -1 leaves it to its pull. Watches learn of it after the running event. */
  setPin(pin: number, level: number): void;
  /** Tells each level that the firmware drives on a pin, with the time in µs. */
  onPinWrite(pin: number, fn: (level: number, atUs: number) => void): void;
  /** The voltage at an analogue pin, mV, asked at each reading. */
  analog(pin: number, mv: () => number): void;
  /** Puts a device on the bus of these two pins. */
  i2c(sda: number, scl: number, device: I2cDevice): void;
  oneWire(pin: number, device: OneWireDevice): void;
  /** Puts a device on SPI1: it gets each transfer, and answers with as many bytes. */
  spi(device: (bytes: Uint8Array) => Uint8Array): void;
  /** Bytes that arrive now on a line at this speed. */
  serialIn(rxPin: number, baud: number, bytes: Uint8Array): void;
  /** Does something of the outside at a world time, ms. */
  at(atMs: number, fn: () => void): void;
  nowMs(): number;
}

/** The queue behind `BoardPlugs.at`. */
export interface Outside {
  /** In order of time; of the same time in order of planning. */
  planned: PlannedEvent[];
  at(atMs: number, fn: () => void): void;
  /** Takes the first event off the queue and runs it. */
  runFirst(): void;
  /** µs for what one call does; each call of the firmware takes CALL_US. */
  callUs(): number;
}

/** An empty queue on the machine's time. */
export function createOutside(machine: Machine): Outside {
  let lastUs = 0;
  const outside: Outside = {
    planned: [],
    at: (atMs, fn) => {
      const planned = outside.planned;
      const event = { atMs: Math.max(atMs, machine.nowMs), fn };
      let place = planned.length;
      while (place > 0 && planned[place - 1].atMs > event.atMs) place--;
      planned.splice(place, 0, event);
    },
    runFirst: () => {
      const event = outside.planned[0];
      outside.planned.splice(0, 1);
      event.fn();
    },
    callUs: () => {
      lastUs = Math.max(lastUs + CALL_US, machine.nowMs * 1000);
      return lastUs;
    },
  };
  return outside;
}
