/*
 * heatshrink.ts: unpacks heatshrink as Espruino's DATA packets carry it with c:1.
 * Way: packed bytes -> bytes. Window of 8 bits, lookahead of 6 bits, bits from the high end.
 * Source: the format of heatshrink (Atomic Object), Espruino 2v29 (compress_heatshrink.h).
 */

const WINDOW_BITS = 8;
const LOOKAHEAD_BITS = 6;

/** Unpacks; stops at the first item that is not whole. */
export function unpackHeatshrink(packed: Uint8Array): Uint8Array {
  const out: number[] = [];
  let at = 0;
  const left = (): number => packed.length * 8 - at;
  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      value = (value << 1) | (((packed[at >> 3] as number) >> (7 - (at & 7))) & 1);
    }
    return value;
  };
  for (;;) {
    if (left() < 1 + 8) return Uint8Array.from(out);
    if (bits(1) === 1) out.push(bits(8));
    else {
      if (left() < WINDOW_BITS + LOOKAHEAD_BITS) return Uint8Array.from(out);
      const back = bits(WINDOW_BITS) + 1;
      const count = bits(LOOKAHEAD_BITS) + 1;
      for (let i = 0; i < count; i++) out.push(out[out.length - back] ?? 0);
    }
  }
}
