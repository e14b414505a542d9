/*
 * What: the thermometer DS18B20: what is said to it on the wire, and what its scratchpad means.
 * From where to where: temperature.ts -> 1-Wire -> hundredths of a degree, or why there are none.
 * Source: Maxim/Analog Devices DS18B20 datasheet: "Operation: Measuring Temperature", "Memory", "CRC Generation",
 * "Function Commands". Espruino-safe.
 */
import type { OneWireBus } from '../board';
import { DS18B20_MAX, DS18B20_MIN } from './sensor-limits';

const SKIP_ROM = 0xcc;
const MATCH_ROM = 0x55;
const CONVERT = 0x44;
const READ_SCRATCHPAD = 0xbe;
const SCRATCHPAD_BYTES = 9;
/** x^8 + x^5 + x^4 + 1, lowest bit first. */
const CRC8_POLYNOMIAL = 0x8c;

/** Dallas CRC-8 of all bytes; 0 where the last of them is the CRC of the others. */
export function crc8(bytes: Uint8Array | number[]): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) {
    crc = crc ^ bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ CRC8_POLYNOMIAL : crc >> 1;
  }
  return crc;
}

/** Temperature of a scratchpad of nine bytes, 1/16 °C, or why it holds none. */
export function sixteenthsOf(scratchpad: Uint8Array): number | string {
  if (crc8(scratchpad) !== 0) return 'bad checksum: noise or two sensors on the wire';
  // All zeros has a good checksum too: the wire is held low. The configuration byte always ends in five ones.
  if ((scratchpad[4] & 0x9f) !== 0x1f) return 'wire held low';
  // Below 12 bits the lowest bits of the temperature are undefined.
  const unused = 3 - (scratchpad[4] >> 5);
  const raw = (((scratchpad[1] << 24) | (scratchpad[0] << 16)) >> (16 + unused)) << unused;
  return raw < DS18B20_MIN || raw > DS18B20_MAX ? 'outside -55..125 °C' : raw;
}

/** Calls one thermometer, or any where there is only one. `rom`: 16 hex digits. False: nothing answers. */
function select(bus: OneWireBus, rom: string | undefined): boolean {
  if (!bus.reset()) return false;
  if (!rom) {
    bus.write([SKIP_ROM]);
    return true;
  }
  const call = [MATCH_ROM];
  for (let i = 0; i < 16; i += 2) call.push(parseInt(rom.substr(i, 2), 16));
  bus.write(call);
  return true;
}

/** Asks for a measurement; false: nothing answers. */
export function startConversion(bus: OneWireBus, rom: string | undefined): boolean {
  const isThere = select(bus, rom);
  if (isThere) bus.write([CONVERT]);
  return isThere;
}

/** What was measured, 1/16 °C, or why there is nothing. */
export function readSixteenths(bus: OneWireBus, rom: string | undefined): number | string {
  if (!select(bus, rom)) return 'no answer: power or wire';
  bus.write([READ_SCRATCHPAD]);
  return sixteenthsOf(bus.read(SCRATCHPAD_BYTES));
}
