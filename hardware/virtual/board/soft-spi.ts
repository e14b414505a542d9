/*
 * Espruino's SPI in software, clock edge by clock edge, so that a device sees how long the clock was high.
 * From: the firmware's calls. To: the pins. Only what a reading device needs: clock and input, 8 bits, highest first.
 * Source: Espruino 2v29 src/jsspi.c jsspiSoftwareFunc. Espruino-safe.
 */
import { bytesOf } from './byte-data';
import { type Machine, mustHavePower } from './machine';
import { pinNumber } from './pin-number';

/** The pins as the bus needs them; `atUs` is the time of the edge. */
export interface SpiPins {
  drive(pin: number, level: number, atUs: number): void;
  level(pin: number): number;
  callUs(): number;
}

/** One level of the clock lasts so long, µs. */
const HALF_PERIOD_US = 2;

function transferByte(
  pins: SpiPins,
  out: number,
  sck: number,
  mosi: number,
  miso: number,
  mode: number,
  startUs: number,
): number {
  const restLevel = mode >> 1;
  const isReadLate = (mode & 1) === 1;
  let result = 0;
  let atUs = startUs;
  for (let bit = 7; bit >= 0; bit--) {
    if (!isReadLate && mosi >= 0) pins.drive(mosi, (out >> bit) & 1, atUs);
    pins.drive(sck, 1 - restLevel, atUs);
    if (isReadLate && mosi >= 0) pins.drive(mosi, (out >> bit) & 1, atUs);
    if (!isReadLate && miso >= 0) result = result | (pins.level(miso) << bit);
    pins.drive(sck, restLevel, atUs + HALF_PERIOD_US);
    if (isReadLate && miso >= 0) result = result | (pins.level(miso) << bit);
    atUs += 2 * HALF_PERIOD_US;
  }
  return result;
}

/** The constructor `SPI`. */
export function createSoftSpi(machine: Machine, pins: SpiPins) {
  return function (this: { [name: string]: unknown }): void {
    let sck = -1;
    let miso = -1;
    let mosi = -1;
    let mode = 0;
    this.setup = (options: { sck: unknown; miso?: unknown; mosi?: unknown; mode?: number }) => {
      mustHavePower(machine);
      sck = pinNumber(options.sck);
      miso = pinNumber(options.miso);
      mosi = pinNumber(options.mosi);
      mode = options.mode === undefined ? 0 : options.mode & 3;
    };
    this.send = (data: unknown): number | Uint8Array => {
      mustHavePower(machine);
      const startUs = pins.callUs();
      if (typeof data === 'number') {
        return transferByte(pins, data, sck, mosi, miso, mode, startUs);
      }
      const bytes = bytesOf(data);
      const received = new Uint8Array(bytes.length);
      for (let i = 0; i < bytes.length; i++) {
        const atUs = startUs + i * 16 * HALF_PERIOD_US;
        received[i] = transferByte(pins, bytes[i], sck, mosi, miso, mode, atUs);
      }
      return received;
    };
  };
}
