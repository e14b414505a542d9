/*
 * Arithmetic modulo 2^255-19 for an interpreter whose numbers are doubles: 15 limbs of 17 bits in a
 * Float64Array, signed, every column sum below 2^53 and so exact. The columns are sums of
 * products that an interpreter may know natively (E.convolve); a plain loop gives the same.
 * From: ed25519-es5.ts. To: itself. Espruino-safe.
 */

/** A field element; limbs may be signed and somewhat above 17 bits between operations. */
export type Field = Float64Array;

/** sum of a[i] * b[(i + offset) % b.length], exact. */
export type Convolve = (a: Float64Array, b: Float64Array, offset: number) => number;

const LIMBS = 15;
const LIMB_BASE = 131072;
const BYTES = 32;

/** The plain form of E.convolve. */
export function convolveInLoop(a: Float64Array, b: Float64Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i + offset];
  return sum;
}

/** An element from limbs, least first; missing ones are 0. */
export function field(limbs: number[]): Field {
  const out = new Float64Array(LIMBS);
  for (let i = 0; i < limbs.length; i++) out[i] = limbs[i];
  return out;
}

/** Brings all limbs to 17 bits (the second may keep one bit more). */
function carry(out: Field): void {
  let over = 0;
  for (let i = 0; i < LIMBS; i++) {
    const value = out[i] + over;
    over = Math.floor(value / LIMB_BASE);
    out[i] = value - over * LIMB_BASE;
  }
  const first = out[0] + 19 * over;
  over = Math.floor(first / LIMB_BASE);
  out[0] = first - over * LIMB_BASE;
  out[1] += over;
}

/** a + b; limbs grow by a bit, good for one multiplication. */
export function addInto(out: Field, a: Field, b: Field): void {
  for (let i = 0; i < LIMBS; i++) out[i] = a[i] + b[i];
}

/** a - b; limbs grow by a bit and a sign, good for one multiplication. */
export function subtractInto(out: Field, a: Field, b: Field): void {
  for (let i = 0; i < LIMBS; i++) out[i] = a[i] - b[i];
}

/** Multiplication with columns by `convolve`. */
export interface FieldMultiplier {
  /** out = a * b; out may be a or b. */
  multiplyInto(out: Field, a: Field, b: Field): void;
  /** out = a^(2^times). */
  squareInto(out: Field, a: Field, times: number): void;
  /** a^(2^252 - 3), for square roots. */
  powerForRoot(a: Field): Field;
  /** 1 / a; 0 for 0. */
  invert(a: Field): Field;
}

/** The limbs of b from high to low, then 19 times the same: each column is one row of products. */
function layOut(row: Float64Array, b: Field): void {
  for (let i = 0; i < LIMBS; i++) {
    const limb = b[14 - i];
    row[i] = limb;
    row[i + LIMBS] = 19 * limb;
  }
}

/** Makes a multiplier; its scratch memory is its own. */
export function createMultiplier(convolve: Convolve): FieldMultiplier {
  const row = new Float64Array(2 * LIMBS);
  const column = new Float64Array(LIMBS);
  const multiplyInto = (out: Field, a: Field, b: Field): void => {
    layOut(row, b);
    let over = 0;
    let first = 0;
    for (let k = 0; k < LIMBS; k++) {
      const value = convolve(a, row, 14 - k) + over;
      over = Math.floor(value / LIMB_BASE);
      if (k === 0) first = value - over * LIMB_BASE;
      else column[k] = value - over * LIMB_BASE;
    }
    first += 19 * over;
    over = Math.floor(first / LIMB_BASE);
    column[0] = first - over * LIMB_BASE;
    column[1] += over;
    out.set(column);
  };
  const squareInto = (out: Field, a: Field, times: number): void => {
    multiplyInto(out, a, a);
    for (let i = 1; i < times; i++) multiplyInto(out, out, out);
  };
  /** a^(2^250 - 1) and a^11. */
  const longChain = (a: Field): { power: Field; eleventh: Field } => {
    const t = field([]);
    const eleventh = field([]);
    const grown = field([]);
    squareInto(t, a, 1);
    squareInto(grown, t, 2);
    multiplyInto(grown, grown, a);
    multiplyInto(eleventh, grown, t);
    squareInto(t, eleventh, 1);
    multiplyInto(grown, t, grown);
    const five = new Float64Array(grown);
    const growBy = (times: number, factor: Field): void => {
      squareInto(t, grown, times);
      multiplyInto(grown, t, factor);
    };
    growBy(5, five);
    const ten = new Float64Array(grown);
    growBy(10, ten);
    const twenty = new Float64Array(grown);
    growBy(20, twenty);
    growBy(10, ten);
    const fifty = new Float64Array(grown);
    growBy(50, fifty);
    const hundred = new Float64Array(grown);
    growBy(100, hundred);
    growBy(50, fifty);
    return { power: grown, eleventh };
  };
  return {
    multiplyInto,
    squareInto,
    powerForRoot: (a) => {
      const out = longChain(a).power;
      squareInto(out, out, 2);
      multiplyInto(out, out, a);
      return out;
    },
    invert: (a) => {
      const chain = longChain(a);
      squareInto(chain.power, chain.power, 5);
      multiplyInto(chain.power, chain.power, chain.eleventh);
      return chain.power;
    },
  };
}

/** The canonical 32 little-endian bytes of an element. */
export function fieldToBytes(a: Field): Uint8Array {
  const value = new Float64Array(a);
  carry(value);
  carry(value);
  carry(value);
  // value < 2^255 now; with 19 added the 256th bit tells whether it is p or more.
  const plus = new Float64Array(value);
  plus[0] += 19;
  let over = 0;
  for (let i = 0; i < LIMBS; i++) {
    const limb = plus[i] + over;
    over = Math.floor(limb / LIMB_BASE);
    plus[i] = limb - over * LIMB_BASE;
  }
  const limbs = over > 0 ? plus : value;
  const bytes = new Uint8Array(BYTES);
  let held = 0;
  let weight = 1;
  let at = 0;
  for (let i = 0; i < LIMBS; i++) {
    held += limbs[i] * weight;
    weight *= LIMB_BASE;
    while (weight >= 256) {
      bytes[at] = held & 255;
      at++;
      held = Math.floor(held / 256);
      weight /= 256;
    }
  }
  bytes[at] = held;
  return bytes;
}

/** An element from 32 little-endian bytes; the topmost bit is left out. */
export function fieldFromBytes(bytes: Uint8Array): Field {
  const out = field([]);
  let held = 0;
  let weight = 1;
  let at = 0;
  for (let i = 0; i < BYTES; i++) {
    held += (i === BYTES - 1 ? bytes[i] & 127 : bytes[i]) * weight;
    weight *= 256;
    while (weight >= LIMB_BASE && at < LIMBS) {
      out[at] = held % LIMB_BASE;
      at++;
      held = Math.floor(held / LIMB_BASE);
      weight /= LIMB_BASE;
    }
  }
  if (at < LIMBS) out[at] = held;
  return out;
}

/** Is the element 0 modulo the prime? */
export function isZero(a: Field): boolean {
  const bytes = fieldToBytes(a);
  for (let i = 0; i < BYTES; i++) if (bytes[i] !== 0) return false;
  return true;
}
