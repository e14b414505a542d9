/*
 * What: the four things done with bytes everywhere: compare, join, to hexadecimal and back.
 * From where to where: used by every room. Source: our own. Espruino-safe.
 */

/** True when both have the same length and bytes. Not constant-time: for public bytes only. */
export function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** All parts (typed or plain arrays of 0..255) one after the other, in a new array. */
export function concat(parts: ArrayLike<number>[]): Uint8Array {
  let length = 0;
  for (let i = 0; i < parts.length; i++) length += parts[i].length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    joined.set(parts[i], at);
    at += parts[i].length;
  }
  return joined;
}

/** Two lower-case hexadecimal digits a byte. */
export function toHex(bytes: ArrayLike<number>): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += (bytes[i] + 256).toString(16).substr(1);
  return text;
}

/**
 * The bytes of hexadecimal text: an even number of digits of either case, no separators.
 * Throws: anything else (whoever takes text from people or files checks it first).
 */
export function fromHex(text: string): Uint8Array {
  const digits = '0123456789abcdef';
  const lower = text.toLowerCase();
  const bytes = new Uint8Array(lower.length >> 1);
  for (let i = 0; i < lower.length; i++) {
    const digit = digits.indexOf(lower.charAt(i));
    if (digit < 0 || lower.length & 1) throw new Error('not hexadecimal');
    bytes[i >> 1] = bytes[i >> 1] * 16 + digit;
  }
  return bytes;
}
