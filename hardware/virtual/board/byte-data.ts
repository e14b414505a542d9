/*
 * What Espruino takes for data, turned into bytes: strings of one byte a character, typed arrays,
 * array buffers and lists of numbers, from whatever realm they come.
 * From: arguments of the firmware's calls. To: flash, serial port, memory. Espruino-safe.
 */

/** Characters in one piece while a string is put together. */
const PIECE_CHARACTERS = 64;

/** Bytes of a string whose characters are 0..255. */
export function bytesOfString(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A string of one character for each byte. */
export function stringOfBytes(bytes: Uint8Array): string {
  let text = '';
  let piece = '';
  for (let i = 0; i < bytes.length; i++) {
    piece += String.fromCharCode(bytes[i]);
    if (piece.length === PIECE_CHARACTERS) {
      text += piece;
      piece = '';
    }
  }
  return text + piece;
}

/**
 * Bytes of a firmware's argument; a Uint8Array is handed through, not copied.
 * Throws: when it is nothing that Espruino can read bytes from.
 */
export function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return bytesOfString(data);
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  const list = data as { length?: unknown; buffer?: unknown };
  if (typeof data === 'object' && data !== null && typeof list.length === 'number') {
    return new Uint8Array(data as number[]);
  }
  throw new Error("Can't get pointer to data to write");
}
