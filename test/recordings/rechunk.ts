/*
 * rechunk.ts: the same conversation cut into other pieces. What came before what does not change.
 * Way: chunks of a recording -> player.
 */
import type { Chunk } from './recording';

/** Joins what stands side by side in one direction of one connection; the time is that of the last piece. */
export function merged(chunks: Chunk[]): Chunk[] {
  const result: Chunk[] = [];
  for (const chunk of chunks) {
    const last = result.at(-1);
    if (last && last.conn === chunk.conn && last.toRadio === chunk.toRadio) {
      const bytes = new Uint8Array(Buffer.concat([last.bytes, chunk.bytes]));
      result[result.length - 1] = { ...chunk, bytes };
    } else result.push(chunk);
  }
  return result;
}

function cut(chunk: Chunk, size: () => number): Chunk[] {
  const pieces: Chunk[] = [];
  for (let at = 0; at < chunk.bytes.length; ) {
    const bytes = chunk.bytes.slice(at, at + size());
    pieces.push({ ...chunk, bytes });
    at += bytes.length;
  }
  return pieces;
}

/** One byte at a time. */
export function single(chunks: Chunk[]): Chunk[] {
  return chunks.flatMap((chunk) => cut(chunk, () => 1));
}

/** Joined, then cut into pieces of 1..64 bytes by a generator with this seed. */
export function shuffledCuts(chunks: Chunk[], seed: number): Chunk[] {
  let state = seed >>> 0;
  const size = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + (state >>> 26);
  };
  return merged(chunks).flatMap((chunk) => cut(chunk, size));
}
