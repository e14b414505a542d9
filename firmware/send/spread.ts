/*
 * What: a number of the node's own, to spread nodes over time. Espruino-safe.
 * From where to where: key id -> sender.ts.
 */

/** The key id as an integer, 0..2^32-1. */
export function keyIdNumber(keyId: Uint8Array): number {
  return ((keyId[0] << 24) | (keyId[1] << 16) | (keyId[2] << 8) | keyId[3]) >>> 0;
}
