/*
 * How a Meshtastic radio reads its client's byte stream.
 * From: chunks off TCP or UART; to: bodies of ToRadio messages.
 * Source: Meshtastic 2.7.26: a state per byte; the second 94 of `94 94 C3` is dropped, a length over 512 starts over.
 */
import { STREAM_FRAME_BYTES_MAX } from '../../shared/limits';

export interface StreamParser {
  /** Takes bytes cut anywhere and hands over each complete body. */
  push(chunk: Uint8Array): void;
  /** Forgets a half frame. */
  reset(): void;
}

const START_1 = 0x94;
const START_2 = 0xc3;
const HEADER_BYTES = 4;

/** A parser at the start of a frame. `onBody` gets a body of its own, 0..512 bytes. */
export function createStreamParser(onBody: (body: Uint8Array) => void): StreamParser {
  const body = new Uint8Array(STREAM_FRAME_BYTES_MAX);
  let at = 0;
  let length = 0;

  const takeHeader = (byte: number): void => {
    if (at === 0) at = byte === START_1 ? 1 : 0;
    else if (at === 1) at = byte === START_2 ? 2 : 0;
    else if (at === 2) {
      length = byte << 8;
      at = 3;
    } else {
      length |= byte;
      at = length > STREAM_FRAME_BYTES_MAX ? 0 : HEADER_BYTES;
    }
  };
  const take = (byte: number): void => {
    if (at < HEADER_BYTES) takeHeader(byte);
    else {
      body[at - HEADER_BYTES] = byte;
      at += 1;
    }
    if (at >= HEADER_BYTES && at === HEADER_BYTES + length) {
      at = 0;
      onBody(new Uint8Array(body.subarray(0, length)));
    }
  };
  return {
    push: (chunk) => {
      for (const byte of chunk) take(byte);
    },
    reset: () => {
      at = 0;
    },
  };
}
