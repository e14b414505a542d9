/*
 * What: UTF-8 text of protobuf `string` fields, without TextEncoder, which the Espruino interpreter lacks.
 * From where to where: bytes of a string field <-> a JavaScript string (names, versions, log lines).
 * Source: RFC 3629. Espruino-safe for ASCII; other characters only where strings are UTF-16.
 */
import { putMessage, type Reader, readBytes, type Writer } from './protobuf';

const REPLACEMENT = 0xfffd;

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

function codeAt(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at];
  let code = bytes[at] & (length === 2 ? 0x1f : length === 3 ? 0x0f : 0x07);
  for (let i = 1; i < length; i++) {
    if (at + i >= bytes.length || !isContinuation(bytes[at + i])) return -1;
    code = (code << 6) | (bytes[at + i] & 0x3f);
  }
  if (length === 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) return -1;
  if (length === 4 && (code < 0x10000 || code > 0x10ffff)) return -1;
  return code;
}

/** Text of UTF-8 bytes; each byte that is not part of a well-formed character becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at]);
    const code = length === 0 ? -1 : codeAt(bytes, at, length);
    at += code < 0 ? 1 : length;
    if (code < 0) text += String.fromCharCode(REPLACEMENT);
    else if (code < 0x10000) text += String.fromCharCode(code);
    else {
      const high = (code - 0x10000) >> 10;
      text += String.fromCharCode(0xd800 + high) + String.fromCharCode(0xdc00 + (code & 0x3ff));
    }
  }
  return text;
}

function pushCode(bytes: number[], code: number): void {
  if (code < 0x80) bytes.push(code);
  else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
  else if (code < 0x10000) {
    bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  } else {
    bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f));
    bytes.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
}

/** UTF-8 bytes of text; a lone surrogate becomes U+FFFD. */
export function encodeText(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xe000) {
      const low = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (code < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        i++;
      } else code = REPLACEMENT;
    }
    pushCode(bytes, code);
  }
  return new Uint8Array(bytes);
}

/** Reads a `string` field. */
export function readText(reader: Reader): string {
  return decodeText(readBytes(reader));
}

/** Writes a `string` field; empty and undefined are not written. */
export function putText(writer: Writer, field: number, text: string | undefined): void {
  if (text) putMessage(writer, field, encodeText(text));
}
