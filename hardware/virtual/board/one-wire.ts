/*
 * Espruino's OneWire, slot by slot: what several devices send at once is ANDed by the line, a line without devices
 * reads ones, a line held low answers every reset and reads zeros.
 * From: the firmware's calls. To: the devices that are plugged in on the pin.
 * Source: Espruino 2v29 src/jswrap_onewire.c. Espruino-safe.
 */
import { type Machine, mustHavePower } from './machine';
import { pinNumber } from './pin-number';
import type { OneWireDevice } from './plugs';

const SKIP_ROM = 0xcc;
const MATCH_ROM = 0x55;

interface PluggedDevice {
  pin: number;
  device: OneWireDevice;
}

/** All 1-Wire lines of one board. */
export interface OneWireLines {
  plug(pin: number, device: OneWireDevice): void;
  /** The constructor `OneWire`. */
  // biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
  global: any;
}

/** One line as its calls see it. */
function createLine(devices: OneWireDevice[], isHeldLow: () => boolean) {
  const line = {
    reset: (): boolean => {
      let isPresent = isHeldLow();
      for (let i = 0; i < devices.length; i++) if (devices[i].reset()) isPresent = true;
      return isPresent;
    },
    writeByte: (byte: number): void => {
      if (isHeldLow()) return;
      for (let bit = 0; bit < 8; bit++) {
        for (let i = 0; i < devices.length; i++) devices[i].writeBit((byte >> bit) & 1);
      }
    },
    readByte: (): number => {
      let byte = 0;
      for (let bit = 0; bit < 8; bit++) {
        let level = 1;
        for (let i = 0; i < devices.length; i++) level = level & devices[i].readBit();
        if (level === 1 && !isHeldLow()) byte = byte | (1 << bit);
      }
      return byte;
    },
  };
  return line;
}

function romBytes(rom: unknown): number[] {
  if (typeof rom !== 'string' || rom.length !== 16) {
    throw new Error(`Invalid OneWire device address ${String(rom)}`);
  }
  const bytes: number[] = [];
  for (let i = 0; i < 16; i += 2) bytes.push(parseInt(rom.substr(i, 2), 16));
  return bytes;
}

/** Lines without devices; `isHeldLow` tells of a short to ground on a pin. */
export function createOneWireLines(
  machine: Machine,
  isHeldLow: (pin: number) => boolean,
): OneWireLines {
  const plugged: PluggedDevice[] = [];
  const lineOf = (pin: number) => {
    mustHavePower(machine);
    const devices: OneWireDevice[] = [];
    for (let i = 0; i < plugged.length; i++) {
      if (plugged[i].pin === pin) devices.push(plugged[i].device);
    }
    return createLine(devices, () => isHeldLow(pin));
  };
  return {
    plug: (pin, device) => {
      plugged.push({ pin, device });
    },
    global: function (this: { [name: string]: unknown }, pinOrName: unknown): void {
      const pin = pinNumber(pinOrName);
      const write = (data: unknown): void => {
        const line = lineOf(pin);
        const bytes = typeof data === 'number' ? [data] : (data as number[]);
        for (let i = 0; i < bytes.length; i++) line.writeByte(bytes[i]);
      };
      this.pin = pin;
      this.reset = (): boolean => lineOf(pin).reset();
      this.skip = (): void => write(SKIP_ROM);
      this.select = (rom: unknown): void => {
        const bytes = romBytes(rom);
        lineOf(pin).reset();
        write(MATCH_ROM);
        write(bytes);
      };
      this.write = write;
      this.read = (byteCount?: number): number | Uint8Array => {
        const line = lineOf(pin);
        if (byteCount === undefined) return line.readByte();
        const bytes = new Uint8Array(byteCount);
        for (let i = 0; i < byteCount; i++) bytes[i] = line.readByte();
        return bytes;
      };
    },
  };
}
