/*
 * Arithmetic modulo the order L = 2^252 + c of Ed25519's group, in limbs of 21 bits.
 * From: ed25519-es5.ts. To: itself. Source: RFC 8032. Espruino-safe.
 */

const LIMB_BASE = 2097152;
/** Limbs of 2^252; what stands above is folded down by 2^252 = -c. */
const LOW_LIMBS = 12;
/** L - 2^252, least limb first. */
const C = new Float64Array([1430509, 1626855, 1442968, 997804, 1960495, 683900]);

function carryAll(limbs: Float64Array): void {
  let over = 0;
  const last = limbs.length - 1;
  for (let i = 0; i < last; i++) {
    const value = limbs[i] + over;
    over = Math.floor(value / LIMB_BASE);
    limbs[i] = value - over * LIMB_BASE;
  }
  limbs[last] += over;
}

/** Takes limb i (12 or above) off and subtracts it times c below. */
function fold(limbs: Float64Array, i: number): void {
  const high = limbs[i];
  limbs[i] = 0;
  for (let j = 0; j < 6; j++) limbs[i - LOW_LIMBS + j] -= high * C[j];
  carryAll(limbs);
}

/** Reduces to 0 <= value < L; the limbs above the 13th are 0 afterwards. */
function reduce(limbs: Float64Array): void {
  carryAll(limbs);
  for (let i = limbs.length - 1; i > LOW_LIMBS; i--) {
    // A fold may leave a small sign or carry at its own place: fold that away too.
    while (limbs[i] !== 0) fold(limbs, i);
  }
  while (limbs[LOW_LIMBS] > 0) {
    const before = new Float64Array(limbs);
    fold(limbs, LOW_LIMBS);
    if (limbs[LOW_LIMBS] < 0) {
      limbs.set(before);
      break;
    }
  }
  while (limbs[LOW_LIMBS] < 0) fold(limbs, LOW_LIMBS);
}

function limbsOf(bytes: Uint8Array, count: number): Float64Array {
  const limbs = new Float64Array(count);
  let held = 0;
  let weight = 1;
  let at = 0;
  for (let i = 0; i < bytes.length; i++) {
    held += bytes[i] * weight;
    weight *= 256;
    if (weight >= LIMB_BASE) {
      limbs[at] = held % LIMB_BASE;
      at++;
      held = Math.floor(held / LIMB_BASE);
      weight /= LIMB_BASE;
    }
  }
  limbs[at] += held;
  return limbs;
}

function bytesOfLimbs(limbs: Float64Array): Uint8Array {
  const bytes = new Uint8Array(32);
  let held = 0;
  let weight = 1;
  let at = 0;
  for (let i = 0; i <= LOW_LIMBS; i++) {
    held += limbs[i] * weight;
    weight *= LIMB_BASE;
    while (weight >= 256 && at < 32) {
      bytes[at] = held % 256;
      at++;
      held = Math.floor(held / 256);
      weight /= 256;
    }
  }
  return bytes;
}

/** A little-endian number of up to 64 bytes modulo L: 32 bytes. */
export function reduceScalar(bytes: Uint8Array): Uint8Array {
  const limbs = limbsOf(bytes, 26);
  reduce(limbs);
  return bytesOfLimbs(limbs);
}

/** a * b + c modulo L; each 32 little-endian bytes. */
export function multiplyAddScalar(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array {
  const x = limbsOf(a, 13);
  const y = limbsOf(b, 13);
  const sum = limbsOf(c, 27);
  for (let i = 0; i < 13; i++) for (let j = 0; j < 13; j++) sum[i + j] += x[i] * y[j];
  reduce(sum);
  return bytesOfLimbs(sum);
}

/** Is a 32-byte number already below L? */
export function isCanonicalScalar(bytes: Uint8Array): boolean {
  const reduced = reduceScalar(bytes);
  for (let i = 0; i < 32; i++) if (reduced[i] !== bytes[i]) return false;
  return true;
}
