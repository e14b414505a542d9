/*
 * held-bytes.ts: bytes of one connection that were read but may not be looked at yet.
 * Way: radio.ts adds what the socket gives and takes what lies before a place of the stream.
 * Pure.
 */

/** A queue of bytes with places counted from the start of the connection. */
export interface HeldBytes {
  add(chunk: Uint8Array): void;
  /** All bytes added so far. */
  bytesRead(): number;
  /** Bytes added and not taken. */
  bytesHeld(): number;
  /** Takes what lies before this place, in the chunks it came in; the last may be cut. */
  take(upTo: number): Uint8Array[];
}

/** Makes an empty queue, for one connection. */
export function createHeldBytes(): HeldBytes {
  let chunks: Uint8Array[] = [];
  let read = 0;
  let taken = 0;
  return {
    add(chunk) {
      chunks.push(chunk);
      read += chunk.length;
    },
    bytesRead: () => read,
    bytesHeld: () => read - taken,
    take(upTo) {
      const parts: Uint8Array[] = [];
      const rest: Uint8Array[] = [];
      for (const chunk of chunks) {
        const wanted = Math.max(0, Math.min(chunk.length, upTo - taken));
        if (wanted > 0) parts.push(chunk.subarray(0, wanted));
        if (wanted < chunk.length) rest.push(chunk.subarray(wanted));
        taken += wanted;
      }
      chunks = rest;
      return parts;
    },
  };
}
