/*
 * What: the framing of Meshtastic's stream API: 94 C3, length (2 bytes, big-endian, 0..512), body.
 * From where to where: chunks from serial port or TCP -> whole bodies; a body -> a frame to write.
 * Source: the stream description of Meshtastic's client API (meshtastic.org/docs/development/device/client-api);
 * resynchronising rules are our own. Espruino-safe.
 */
import { STREAM_FRAME_BYTES_MAX } from '../limits';

const START_1 = 0x94;
const START_2 = 0xc3;
const HEADER_BYTES = 4;
/** Room for the longest frame and as much again, so that bytes are moved down seldom. */
const BUFFER_BYTES = 2 * (HEADER_BYTES + STREAM_FRAME_BYTES_MAX);

/** Takes a stream apart into bodies. Holds at most 1032 bytes. */
export interface Framer {
  /** Takes the next bytes, cut anywhere. Bodies in them are handed over before it returns. */
  push(chunk: Uint8Array): void;
  /** To be called when no byte came for 2 s while `buffered() > 0`: gives up the half frame's first byte and looks again. */
  idle(): void;
  /** Bytes held back: a part of a frame. */
  buffered(): number;
  /** Bytes passed over since the start because they belong to no frame. */
  skippedBytes(): number;
}

/**
 * | bytes | meaning |
 * |---|---|
 * | 0..1 | 94 C3 |
 * | 2..3 | length of the body, big-endian |
 * | 4.. | body |
 *
 * Throws: when the body is longer than 512 bytes (our own fault).
 */
export function encodeFrame(body: Uint8Array): Uint8Array {
  if (body.length > STREAM_FRAME_BYTES_MAX) throw new Error('frame too long');
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  frame[0] = START_1;
  frame[1] = START_2;
  frame[2] = body.length >> 8;
  frame[3] = body.length & 255;
  frame.set(body, HEADER_BYTES);
  return frame;
}

/**
 * Makes a framer. `onBody` gets a copy of its own of each body and says whether it was a message: on `false` the
 * framer takes the start bytes for chance, passes over one byte and looks again, so that frames inside what a false
 * length claimed are not lost. Bytes inside a body are never looked at. `onBody` must not call the framer.
 */
export function createFramer(onBody: (body: Uint8Array) => boolean): Framer {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let start = 0;
  let end = 0;
  let skipped = 0;

  // Moves `start` to the next byte that may begin a frame.
  const seek = (): void => {
    const found = buffer.subarray(start, end).indexOf(START_1);
    const passed = found < 0 ? end - start : found;
    skipped += passed;
    start += passed;
  };

  // What stands at `start`: -1 no frame, 0 not enough bytes to say, else the length of the whole frame.
  const frameBytes = (): number => {
    if (end - start > 1 && buffer[start + 1] !== START_2) return -1;
    if (end - start < HEADER_BYTES) return 0;
    const length = buffer[start + 2] * 256 + buffer[start + 3];
    if (length > STREAM_FRAME_BYTES_MAX) return -1;
    return end - start < HEADER_BYTES + length ? 0 : HEADER_BYTES + length;
  };

  const scan = (): void => {
    for (seek(); start < end; seek()) {
      const length = frameBytes();
      if (length === 0) return;
      if (
        length > 0 &&
        onBody(new Uint8Array(buffer.subarray(start + HEADER_BYTES, start + length)))
      ) {
        start += length;
      } else {
        start++;
        skipped++;
      }
    }
    start = 0;
    end = 0;
  };

  return {
    push: (chunk: Uint8Array): void => {
      let at = 0;
      while (at < chunk.length) {
        if (end === BUFFER_BYTES) {
          buffer.set(buffer.subarray(start, end), 0);
          end -= start;
          start = 0;
        }
        const count = Math.min(chunk.length - at, BUFFER_BYTES - end);
        buffer.set(chunk.subarray(at, at + count), end);
        at += count;
        end += count;
        scan();
      }
    },
    idle: (): void => {
      if (start === end) return;
      start++;
      skipped++;
      scan();
    },
    buffered: (): number => end - start,
    skippedBytes: (): number => skipped,
  };
}
