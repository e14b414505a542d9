/*
 * What: the node's key in flash of its own, outside Storage: Espruino erases all of Storage when it finds it damaged.
 * From where to where: made once from hardware randomness; read at each start by boards/*.ts.
 * A region is written once. One that is lost or torn is told and never written over. Espruino-safe.
 *
 * | byte | field |
 * |---|---|
 * | 0..3 | "TWK1" |
 * | 4..35 | private key (seed) of RFC 8032 |
 * | 36..67 | public key |
 * | 68..71 | CRC-32 of bytes 0..67, little-endian |
 */

import { getUint } from '../keep/journal-format';

const KEY_AT = 4;
const CRC_AT = 68;
const REGION_BYTES = 72;
const MAGIC = [84, 87, 75, 49];

/** erased: nothing was ever written. torn: something else than a whole key stands there. */
export type KeyState = 'good' | 'erased' | 'torn';

function sealOf(region: Uint8Array): number[] {
  const crc = E.CRC32(new Uint8Array(region.subarray(0, CRC_AT)));
  return [crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, (crc >>> 24) & 255];
}

function isAt(region: Uint8Array, at: number, bytes: number[]): boolean {
  for (let i = 0; i < 4; i++) if (region[at + i] !== bytes[i]) return false;
  return true;
}

/** What stands at this address of flash. */
export function keyStateAt(address: number): KeyState {
  const region = require('Flash').read(REGION_BYTES, address);
  if (isAt(region, 0, MAGIC) && isAt(region, CRC_AT, sealOf(region))) return 'good';
  for (let i = 0; i < REGION_BYTES; i++) if (region[i] !== 255) return 'torn';
  return 'erased';
}

/** seed[32] | pub[32]; null when there is no whole key, which is told. Shorter than keyStateAt, for the small boards. */
export function readKey(address: number): Uint8Array | null {
  const region = require('Flash').read(REGION_BYTES, address);
  const sealed = new Uint8Array(region.subarray(0, CRC_AT));
  if (getUint(region, CRC_AT, 4) === E.CRC32(sealed) >>> 0) {
    return new Uint8Array(region.subarray(KEY_AT, CRC_AT));
  }
  print(region[0] < 255 ? 'key torn' : 'key erased');
  return null;
}

/** Writes seed[32] | pub[32]. false: something stands there already, or it did not read back. */
export function writeKey(address: number, key: Uint8Array): boolean {
  if (keyStateAt(address) !== 'erased') return false;
  const region = new Uint8Array(REGION_BYTES);
  region.set(MAGIC, 0);
  region.set(key, KEY_AT);
  region.set(sealOf(region), CRC_AT);
  require('Flash').write(region, address);
  return keyStateAt(address) === 'good';
}
