/*
 * What: the number of the one thermometer on a wire, for a wiring with two of them.
 * From where to where: 1-Wire READ ROM -> 16 hex digits. Source: DS18B20 datasheet, "ROM Commands". Espruino-safe.
 */
import { toHex } from '../../shared/bytes';
import { crc8 } from '../sensors/ds18b20';
import type { Answer, Technician } from './technician';

const READ_ROM = 0x33;
const FAMILY_DS18B20 = 0x28;
const ROM_BYTES = 8;

/** `argument`: the pin. Two on the wire answer at once, and the checksum tells. */
export function rom(technician: Technician, argument: unknown): Answer {
  const oneWire = technician.board.oneWire;
  if (!oneWire || typeof argument !== 'string') return 'no such value';
  const bus = oneWire(argument);
  if (!bus.reset()) return { error: 'no answer: power or wire' };
  bus.write([READ_ROM]);
  const bytes = new Uint8Array(bus.read(ROM_BYTES));
  const isGood = bytes[0] === FAMILY_DS18B20 && crc8(bytes) === 0;
  return isGood ? { rom: toHex(bytes) } : { error: 'not one DS18B20 alone on the wire' };
}
