/*
 * cbor-values.ts: texts and numbers in CBOR, beyond what the record needs (shared/cbor.ts has integers and bytes).
 * Way: values -> bytes of senml.ts. Pure. Source: RFC 8949 sections 3 and 4.2.
 */
import { Major, putHead, putInt } from '../../shared/cbor';
import { UINT32_MAX } from '../../shared/limits';

/** Appends text in UTF-8. */
export function encodeText(out: number[], text: string): void {
  const bytes = new TextEncoder().encode(text);
  putHead(out, Major.Text, bytes.length);
  out.push(...bytes);
}

/** Appends a number: an integer where it is one of 32 bits, else a float of 64 bits. */
export function encodeFloat(out: number[], value: number): void {
  if (Number.isInteger(value) && Math.abs(value) <= UINT32_MAX) {
    putInt(out, value);
    return;
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  out.push(0xfb, ...new Uint8Array(view.buffer));
}
