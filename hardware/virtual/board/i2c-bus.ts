/*
 * Espruino's I2C in software. A line that is held low throws; a device that does not answer goes unnoticed, and what
 * is read from it is 0xFF, because 2v29 does not look at the acknowledgement.
 * From: the firmware's calls. To: the devices that are plugged in on the same two pins.
 * Source: Espruino 2v29 src/jsi2c.c, src/jswrap_spi_i2c.c. Espruino-safe.
 */
import { bytesOf } from './byte-data';
import { type Machine, mustHavePower } from './machine';
import { pinNumber } from './pin-number';
import type { I2cDevice } from './plugs';

interface PluggedDevice {
  sda: number;
  scl: number;
  device: I2cDevice;
}

type Address = number | { address: number; stop?: boolean };

/** All software I2C of one board. */
export interface I2cBuses {
  plug(sda: number, scl: number, device: I2cDevice): void;
  /** The constructor `I2C`. */
  // biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
  global: any;
}

function bytesToWrite(data: unknown): Uint8Array {
  return typeof data === 'number' ? new Uint8Array([data]) : bytesOf(data);
}

/** Buses without devices; `levelOf` gives the present level of a pin. */
export function createI2cBuses(machine: Machine, levelOf: (pin: number) => number): I2cBuses {
  const devices: PluggedDevice[] = [];
  const deviceAt = (sda: number, scl: number, address: Address): I2cDevice | null => {
    const number = typeof address === 'number' ? address : address.address;
    for (let i = 0; i < devices.length; i++) {
      const one = devices[i];
      if (one.sda === sda && one.scl === scl && one.device.address === number) return one.device;
    }
    return null;
  };
  const mustBeFree = (sda: number, scl: number): void => {
    mustHavePower(machine);
    if (levelOf(scl) === 0) throw new Error('I2C Error: Timeout (start)');
    if (levelOf(sda) === 0) throw new Error('I2C Error: Arbitration (start)');
  };
  return {
    plug: (sda, scl, device) => {
      devices.push({ sda, scl, device });
    },
    global: function (this: { [name: string]: unknown }): void {
      let sda = -1;
      let scl = -1;
      const read = (address: Address, byteCount: number): Uint8Array => {
        mustBeFree(sda, scl);
        const device = deviceAt(sda, scl, address);
        return device ? device.read(byteCount) : new Uint8Array(byteCount).fill(255);
      };
      const write = (address: Address, data: unknown): void => {
        mustBeFree(sda, scl);
        const device = deviceAt(sda, scl, address);
        if (device) device.write(bytesToWrite(data));
      };
      this.setup = (options: { sda: unknown; scl: unknown }): void => {
        mustHavePower(machine);
        sda = pinNumber(options.sda);
        scl = pinNumber(options.scl);
      };
      this.writeTo = write;
      this.readFrom = read;
      this.readReg = (address: number, register: number, byteCount: number): Uint8Array => {
        write(address, register);
        return read(address, byteCount);
      };
    },
  };
}
