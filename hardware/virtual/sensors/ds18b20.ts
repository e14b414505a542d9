/*
 * The thermometer DS18B20 slot by slot: ROM commands, conversion, scratchpad with its CRC.
 * From: a temperature that the world sets. To: a 1-Wire line of the virtual board.
 * Source: Maxim/Analog Devices DS18B20 datasheet: "64-Bit Lasered ROM Code", "Memory", "ROM Commands", "Function
 * Commands". Its CRC is computed bit by bit as the shift register of the datasheet, not as the firmware does. Espruino-safe.
 */
import type { BoardPlugs, OneWireDevice } from '../board/plugs';

const CONVERSION_MS = 750;
const POWER_ON = 1360;
const FAMILY = 0x28;

/** A thermometer that the world warms, cools and breaks. */
export interface Ds18b20 {
  /** 1/16 °C. */
  sixteenths: number;
  trouble: '' | 'unplugged' | 'bad-crc' | 'loses-power';
  /** 16 hex digits. */
  rom: string;
}

/** The CRC register of the datasheet: eight stages, feedback into stages 4 and 5, lowest bit first. */
function crcRegister(bytes: number[]): number {
  const stages = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < bytes.length; i++) {
    for (let bit = 0; bit < 8; bit++) {
      const feedback = stages[7] ^ ((bytes[i] >> bit) & 1);
      for (let stage = 7; stage > 0; stage--) stages[stage] = stages[stage - 1];
      stages[0] = feedback;
      stages[4] = stages[4] ^ feedback;
      stages[5] = stages[5] ^ feedback;
    }
  }
  let crc = 0;
  for (let stage = 0; stage < 8; stage++) crc = crc | (stages[stage] << (7 - stage));
  return crc;
}

function romOf(serial: number): number[] {
  const rom = [FAMILY, serial & 255, (serial >> 8) & 255, 0, 0, 0, 0];
  rom.push(crcRegister(rom));
  return rom;
}

function hexOf(bytes: number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += (256 + bytes[i]).toString(16).substr(1);
  return text;
}

/** A thermometer with a serial number 0..65535, without power until its first conversion. */
export function createDs18b20(plugs: BoardPlugs, pin: number, serial: number): Ds18b20 {
  const rom = romOf(serial);
  const device: Ds18b20 = { sixteenths: 320, trouble: '', rom: hexOf(rom) };
  let stored = POWER_ON;
  let readyMs = -1;
  let incoming: number[] = [];
  let outgoing: number[] = [];
  /** 0 off the bus, 1 a ROM command comes, 2 a ROM number comes, 3 a function command comes. */
  let phase = 0;
  const scratchpad = (): number[] => {
    if (device.trouble === 'loses-power') stored = POWER_ON;
    else if (readyMs >= 0 && plugs.nowMs() >= readyMs) stored = device.sixteenths;
    const bytes = [stored & 255, (stored >> 8) & 255, 75, 70, 127, 255, 12, 16];
    bytes.push(crcRegister(bytes));
    if (device.trouble === 'bad-crc') bytes[0] = bytes[0] ^ 4;
    return bytes;
  };
  const send = (bytes: number[]): void => {
    outgoing = [];
    for (let i = 0; i < 8 * bytes.length; i++) outgoing.push((bytes[i >> 3] >> (i & 7)) & 1);
  };
  const takeByte = (byte: number): void => {
    if (phase === 1) {
      phase = byte === 0xcc ? 3 : byte === 0x55 ? 2 : 0;
      if (byte === 0x33) send(rom);
    } else if (phase === 3) {
      phase = 0;
      if (byte === 0x44) readyMs = plugs.nowMs() + CONVERSION_MS;
      else if (byte === 0xbe) send(scratchpad());
    }
  };
  const wire: OneWireDevice = {
    reset: () => {
      incoming = [];
      outgoing = [];
      phase = device.trouble === 'unplugged' ? 0 : 1;
      return phase === 1;
    },
    writeBit: (bit) => {
      if (phase === 0) return;
      incoming.push(bit);
      if (phase === 2) {
        const place = incoming.length - 1;
        if (((rom[place >> 3] >> (place & 7)) & 1) !== bit) phase = 0;
        else if (incoming.length === 64) {
          phase = 3;
          incoming = [];
        }
      } else if (incoming.length === 8) {
        let byte = 0;
        for (let i = 0; i < 8; i++) byte = byte | (incoming[i] << i);
        incoming = [];
        takeByte(byte);
      }
    },
    readBit: () => {
      if (outgoing.length === 0) return 1;
      const bit = outgoing[0];
      outgoing.splice(0, 1);
      return bit;
    },
  };
  plugs.oneWire(pin, wire);
  return device;
}
