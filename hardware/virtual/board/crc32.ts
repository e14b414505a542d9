/*
 * CRC-32 as in ISO-HDLC (reflected polynomial EDB88320, check value cbf43926), what E.CRC32 gives.
 * From: bytes or a string of one byte a character. To: E.CRC32 and the transcripts. Espruino-safe.
 */

function buildTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    table[i] = value >>> 0;
  }
  return table;
}

const TABLE = buildTable();

/** The CRC-32 of bytes, as an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff | 0;
  const length = bytes.length;
  for (let i = 0; i < length; i++) value = (value >>> 8) ^ TABLE[(value ^ bytes[i]) & 255];
  return (value ^ 0xffffffff) >>> 0;
}
