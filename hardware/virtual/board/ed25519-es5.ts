/*
 * Ed25519 (RFC 8032) for the virtual board inside the real interpreter, where nothing native signs:
 * slow, not constant-time, for tests only; the chip has its native routine.
 * From: board.ts as its injected Ed25519. To: sha512.ts, field25519.ts, scalar25519.ts.
 * Formulas: Hisil et al. 2008 for twisted Edwards curves in extended coordinates. Espruino-safe.
 */
import {
  addInto,
  type Convolve,
  createMultiplier,
  type Field,
  type FieldMultiplier,
  field,
  fieldFromBytes,
  fieldToBytes,
  isZero,
  subtractInto,
} from './field25519';
import { isCanonicalScalar, multiplyAddScalar, reduceScalar } from './scalar25519';
import { sha512 } from './sha512';
import type { Ed25519 } from './types';

interface Point {
  x: Field;
  y: Field;
  z: Field;
  t: Field;
}

/** A point made ready to be added: y-x, y+x, 2z, 2dt. */
interface Cached {
  minus: Field;
  plus: Field;
  z2: Field;
  t2d: Field;
}

const D = field([
  96419, 68012, 54130, 93885, 7562, 27146, 114729, 77824, 96744, 15547, 78288, 118385, 46847, 92017,
  83981,
]);
const D2 = field([
  61785, 4953, 108261, 56698, 15125, 54292, 98386, 24577, 62417, 31095, 25504, 105699, 93695, 52962,
  36891,
]);
const ROOT_OF_MINUS_ONE = field([
  41136, 107783, 100041, 71837, 65095, 13673, 68704, 85598, 130007, 19614, 54080, 123237, 64541,
  74754, 44556,
]);
const BASE_X = field([
  120090, 18322, 101208, 22826, 23163, 66729, 45853, 47314, 120540, 71934, 10552, 32728, 55013,
  112286, 34212,
]);
const BASE_Y = field([
  26200, 78643, 104857, 52428, 26214, 78643, 104857, 52428, 26214, 78643, 104857, 52428, 26214,
  78643, 104857,
]);
const ONE = field([1]);
/** Teeth of the fixed-base comb and the doublings between them: 4 x 64 = 256 bits. */
const COMB_TEETH = 4;
const COMB_SPACING = 64;

/** Point arithmetic over one multiplier, with its own scratch elements. */
interface Curve {
  multiplier: FieldMultiplier;
  double(p: Point): void;
  add(p: Point, q: Cached): void;
  cache(p: Point): Cached;
}

function identity(): Point {
  return { x: field([]), y: field([1]), z: field([1]), t: field([]) };
}

function copyPoint(p: Point): Point {
  return {
    x: new Float64Array(p.x),
    y: new Float64Array(p.y),
    z: new Float64Array(p.z),
    t: new Float64Array(p.t),
  };
}

function createCurve(multiplier: FieldMultiplier): Curve {
  const multiply = multiplier.multiplyInto;
  const a = field([]);
  const b = field([]);
  const c = field([]);
  const e = field([]);
  const f = field([]);
  const g = field([]);
  const h = field([]);
  /** x = ef, y = gh, t = eh, z = fg. */
  const finish = (p: Point): void => {
    multiply(p.x, e, f);
    multiply(p.y, g, h);
    multiply(p.t, e, h);
    multiply(p.z, f, g);
  };
  return {
    multiplier,
    double: (p) => {
      multiply(a, p.x, p.x);
      multiply(b, p.y, p.y);
      multiply(c, p.z, p.z);
      addInto(e, p.x, p.y);
      multiply(e, e, e);
      addInto(h, a, b);
      subtractInto(e, h, e);
      subtractInto(g, a, b);
      addInto(f, c, c);
      addInto(f, f, g);
      finish(p);
    },
    add: (p, q) => {
      subtractInto(a, p.y, p.x);
      multiply(a, a, q.minus);
      addInto(b, p.y, p.x);
      multiply(b, b, q.plus);
      multiply(c, p.t, q.t2d);
      multiply(g, p.z, q.z2);
      subtractInto(e, b, a);
      addInto(h, b, a);
      subtractInto(f, g, c);
      addInto(g, g, c);
      finish(p);
    },
    cache: (p) => {
      const q = { minus: field([]), plus: field([]), z2: field([]), t2d: field([]) };
      subtractInto(q.minus, p.y, p.x);
      addInto(q.plus, p.y, p.x);
      addInto(q.z2, p.z, p.z);
      multiply(q.t2d, p.t, D2);
      return q;
    },
  };
}

function encodePoint(curve: Curve, p: Point): Uint8Array {
  const inverse = curve.multiplier.invert(p.z);
  const x = field([]);
  const y = field([]);
  curve.multiplier.multiplyInto(x, p.x, inverse);
  curve.multiplier.multiplyInto(y, p.y, inverse);
  const bytes = fieldToBytes(y);
  bytes[31] = bytes[31] | ((fieldToBytes(x)[0] & 1) << 7);
  return bytes;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A square root of u/v, or null. */
function rootOfRatio(multiplier: FieldMultiplier, u: Field, v: Field): Field | null {
  const multiply = multiplier.multiplyInto;
  const v3 = field([]);
  const x = field([]);
  multiply(v3, v, v);
  multiply(v3, v3, v);
  multiply(x, v3, v3);
  multiply(x, x, v);
  multiply(x, x, u);
  const power = multiplier.powerForRoot(x);
  multiply(x, power, v3);
  multiply(x, x, u);
  const check = field([]);
  const difference = field([]);
  multiply(check, x, x);
  multiply(check, check, v);
  subtractInto(difference, check, u);
  if (isZero(difference)) return x;
  addInto(difference, check, u);
  if (!isZero(difference)) return null;
  multiply(x, x, ROOT_OF_MINUS_ONE);
  return x;
}

/** The point of 32 bytes, or null for what is none or is not written canonically. */
function decodePoint(multiplier: FieldMultiplier, bytes: Uint8Array): Point | null {
  const y = fieldFromBytes(bytes);
  const again = fieldToBytes(y);
  const sign = bytes[31] >> 7;
  again[31] = again[31] | (sign << 7);
  if (!isEqual(again, bytes)) return null;
  const u = field([]);
  const v = field([]);
  multiplier.multiplyInto(u, y, y);
  multiplier.multiplyInto(v, u, D);
  subtractInto(u, u, ONE);
  addInto(v, v, ONE);
  const x = rootOfRatio(multiplier, u, v);
  if (x === null || (sign === 1 && isZero(x))) return null;
  if ((fieldToBytes(x)[0] & 1) !== sign) subtractInto(x, field([]), x);
  const t = field([]);
  multiplier.multiplyInto(t, x, y);
  return { x, y, z: field([1]), t };
}

/** Multiples 1..15 of a point, at their index; index 0 is not used. */
function windowTable(curve: Curve, p: Point): Cached[] {
  const first = curve.cache(p);
  const table = [first, first];
  const running = copyPoint(p);
  for (let i = 2; i < 16; i++) {
    curve.add(running, first);
    table.push(curve.cache(running));
  }
  return table;
}

/** All sums of the base point's multiples by 1, 2^64, 2^128, 2^192, at the index of their bits. */
function combTable(curve: Curve, base: Point): Cached[] {
  const points = [identity()];
  const tooth = copyPoint(base);
  for (let bit = 0; bit < COMB_TEETH; bit++) {
    const cached = curve.cache(tooth);
    const count = points.length;
    for (let i = 0; i < count; i++) {
      const sum = copyPoint(points[i]);
      curve.add(sum, cached);
      points.push(sum);
    }
    if (bit < COMB_TEETH - 1) for (let i = 0; i < COMB_SPACING; i++) curve.double(tooth);
  }
  const table: Cached[] = [];
  for (let i = 0; i < points.length; i++) table.push(curve.cache(points[i]));
  return table;
}

function bitOf(scalar: Uint8Array, bit: number): number {
  return (scalar[bit >> 3] >> (bit & 7)) & 1;
}

function multiplyBase(curve: Curve, comb: Cached[], scalar: Uint8Array): Point {
  const sum = identity();
  for (let i = COMB_SPACING - 1; i >= 0; i--) {
    curve.double(sum);
    let index = 0;
    for (let bit = 0; bit < COMB_TEETH; bit++) {
      index = index | (bitOf(scalar, i + bit * COMB_SPACING) << bit);
    }
    if (index > 0) curve.add(sum, comb[index]);
  }
  return sum;
}

function nibbleOf(scalar: Uint8Array, index: number): number {
  return (scalar[index >> 1] >> ((index & 1) << 2)) & 15;
}

/** a * P + b * Q from their window tables. */
function multiplyTwo(
  curve: Curve,
  a: Uint8Array,
  ofP: Cached[],
  b: Uint8Array,
  ofQ: Cached[],
): Point {
  const sum = identity();
  for (let i = 63; i >= 0; i--) {
    for (let k = 0; k < 4; k++) curve.double(sum);
    const first = nibbleOf(a, i);
    const second = nibbleOf(b, i);
    if (first > 0) curve.add(sum, ofP[first]);
    if (second > 0) curve.add(sum, ofQ[second]);
  }
  return sum;
}

function hashOf(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length + c.length);
  all.set(a, 0);
  all.set(b, a.length);
  all.set(c, a.length + b.length);
  return sha512(all);
}

/** The clamped secret scalar and the nonce prefix of a seed. */
function expandSeed(seed: Uint8Array): { scalar: Uint8Array; prefix: Uint8Array } {
  const hash = sha512(seed);
  hash[0] = hash[0] & 248;
  hash[31] = (hash[31] & 127) | 64;
  return { scalar: hash.subarray(0, 32), prefix: hash.subarray(32, 64) };
}

function isSmallOrder(curve: Curve, p: Point): boolean {
  const q = copyPoint(p);
  for (let i = 0; i < 3; i++) curve.double(q);
  return isZero(q.x);
}

function isValid(
  curve: Curve,
  baseTable: Cached[],
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  const s = signature.subarray(32, 64);
  if (!isCanonicalScalar(s)) return false;
  const point = decodePoint(curve.multiplier, publicKey);
  if (point === null || isSmallOrder(curve, point)) return false;
  const zero = field([]);
  subtractInto(point.x, zero, point.x);
  subtractInto(point.t, zero, point.t);
  const r = signature.subarray(0, 32);
  const k = reduceScalar(hashOf(r, publicKey, message));
  const sum = multiplyTwo(curve, s, baseTable, k, windowTable(curve, point));
  return isEqual(encodePoint(curve, sum), r);
}

/**
 * Ed25519 for an interpreter. The tables of the base point are made at once (some 2000 field
 * multiplications); public keys of the last seed are remembered.
 * @param convolve the interpreter's own exact sum of products, or convolveInLoop
 */
export function createEs5Ed25519(convolve: Convolve): Ed25519 {
  const curve = createCurve(createMultiplier(convolve));
  const t = field([]);
  curve.multiplier.multiplyInto(t, BASE_X, BASE_Y);
  const base = { x: BASE_X, y: BASE_Y, z: field([1]), t };
  const comb = combTable(curve, base);
  const baseTable = windowTable(curve, base);
  let knownSeed = new Uint8Array(0);
  let knownKey = new Uint8Array(0);
  const publicKey = (seed: Uint8Array): Uint8Array => {
    if (knownSeed.length === 32 && isEqual(knownSeed, seed)) return new Uint8Array(knownKey);
    const key = encodePoint(curve, multiplyBase(curve, comb, expandSeed(seed).scalar));
    knownSeed = new Uint8Array(seed);
    knownKey = new Uint8Array(key);
    return key;
  };
  return {
    publicKey,
    sign: (seed, message) => {
      const secret = expandSeed(seed);
      const key = publicKey(seed);
      const nonce = reduceScalar(hashOf(secret.prefix, message, new Uint8Array(0)));
      const r = encodePoint(curve, multiplyBase(curve, comb, nonce));
      const k = reduceScalar(hashOf(r, key, message));
      const signature = new Uint8Array(64);
      signature.set(r, 0);
      signature.set(multiplyAddScalar(k, secret.scalar, nonce), 32);
      return signature;
    },
    verify: (signature, message, key) => isValid(curve, baseTable, signature, message, key),
  };
}
