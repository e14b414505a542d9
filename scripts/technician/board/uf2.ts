/*
 * uf2.ts: reads a UF2 file: is it whole, for which chip, what does it write over. Pure.
 * Way: bytes -> what is in it, or what is wrong with it. Source: Microsoft's UF2 specification (github.com/microsoft/uf2).
 *
 * | bytes | field of a block of 512 |
 * |---|---|
 * | 0..7 | 0a324655, 9e5d5157 |
 * | 8 | flags: 1 = not for flash, 2000h = bytes 28.. hold the chip's family |
 * | 12 | address |
 * | 16 | length of the data, at most 476 |
 * | 20, 24 | number of this block, of all |
 * | 28 | family |
 * | 508 | 0ab16f30 |
 */

export const UF2_BLOCK_BYTES = 512;
const MAGIC_START = [0x0a324655, 0x9e5d5157] as const;
const MAGIC_END = 0x0ab16f30;
const NOT_FLASH = 1;
const HAS_FAMILY = 0x2000;
const DATA_BYTES_MAX = 476;
/** The family id of an nRF52840. Source: microsoft/uf2 utils/uf2families.json. */
export const FAMILY_NRF52840 = 0xada52840;

/** A whole UF2 file. */
export interface Uf2 {
  family: number;
  blocks: number;
  /** Stretches of flash that it writes, by rising address. */
  regions: { startAddress: number; bytes: number }[];
}

function faultOf(block: DataView, index: number, blocks: number): string | null {
  const at = (offset: number) => block.getUint32(offset, true);
  if (at(0) !== MAGIC_START[0] || at(4) !== MAGIC_START[1] || at(508) !== MAGIC_END) {
    return `block ${index} is no UF2`;
  }
  if ((at(8) & HAS_FAMILY) === 0) return `block ${index} names no chip`;
  if (at(20) !== index || at(24) !== blocks) return `block ${index} of ${blocks} is missing`;
  if (at(16) > DATA_BYTES_MAX) return `block ${index} is too long`;
  return null;
}

/** Reads a file. A text = what is wrong with it. */
export function readUf2(bytes: Uint8Array): Uf2 | string {
  const blocks = bytes.length / UF2_BLOCK_BYTES;
  if (blocks === 0 || !Number.isInteger(blocks)) return 'no UF2: not in blocks of 512 bytes';
  const regions: Uf2['regions'] = [];
  let family = 0;
  for (let index = 0; index < blocks; index++) {
    const offset = bytes.byteOffset + index * UF2_BLOCK_BYTES;
    const block = new DataView(bytes.buffer, offset, UF2_BLOCK_BYTES);
    const fault = faultOf(block, index, blocks);
    if (fault) return fault;
    if (index > 0 && block.getUint32(28, true) !== family) return 'for more than one chip';
    family = block.getUint32(28, true);
    if (block.getUint32(8, true) & NOT_FLASH) continue;
    const startAddress = block.getUint32(12, true);
    const length = block.getUint32(16, true);
    const last = regions.at(-1);
    if (last && last.startAddress + last.bytes === startAddress) last.bytes += length;
    else regions.push({ startAddress, bytes: length });
  }
  return { family, blocks, regions: regions.sort((a, b) => a.startAddress - b.startAddress) };
}
