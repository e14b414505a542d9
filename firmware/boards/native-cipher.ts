/*
 * What: AES by the native routine, for the channel of the radio chip.
 * From where to where: links/lora.ts -> E.nativeCall. Source: firmware/native/README.md, ops 4 and 5. Espruino-safe.
 */
import type { Cipher } from '../board';
import { call, flatBytes, type ReadRoutine } from './native-signer';

const OP_AES_128 = 4;
const OP_AES_256 = 5;
const CONTEXT_BYTES = 128;
/** Counter blocks of the longest frame: 240 bytes. */
const BLOCKS_BYTES_MAX = 256;

/** Throws: more than 256 bytes of blocks; no flat memory. */
export function createNativeCipher(readRoutine: ReadRoutine): Cipher {
  const context = flatBytes(CONTEXT_BYTES);
  const scratch = flatBytes(BLOCKS_BYTES_MAX);
  return {
    encryptBlocks: (key, blocks) => {
      if (blocks.length > BLOCKS_BYTES_MAX) throw new Error('too long');
      context.set(key, 0);
      scratch.set(blocks, 0);
      call(
        readRoutine(),
        key.length === 32 ? OP_AES_256 : OP_AES_128,
        context,
        scratch,
        blocks.length,
      );
      blocks.set(scratch.subarray(0, blocks.length), 0);
    },
  };
}
