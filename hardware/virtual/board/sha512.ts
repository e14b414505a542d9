/*
 * SHA-512 (FIPS 180-4) in pairs of 32-bit halves, slow and small.
 * From: bytes. To: ed25519-es5.ts on interpreters without a native one. Espruino-safe.
 */

/** Round constants: high half, low half, 80 times. */
const K = new Uint32Array([
  0x428a2f98, 0xd728ae22, 0x71374491, 0x23ef65cd, 0xb5c0fbcf, 0xec4d3b2f, 0xe9b5dba5, 0x8189dbbc,
  0x3956c25b, 0xf348b538, 0x59f111f1, 0xb605d019, 0x923f82a4, 0xaf194f9b, 0xab1c5ed5, 0xda6d8118,
  0xd807aa98, 0xa3030242, 0x12835b01, 0x45706fbe, 0x243185be, 0x4ee4b28c, 0x550c7dc3, 0xd5ffb4e2,
  0x72be5d74, 0xf27b896f, 0x80deb1fe, 0x3b1696b1, 0x9bdc06a7, 0x25c71235, 0xc19bf174, 0xcf692694,
  0xe49b69c1, 0x9ef14ad2, 0xefbe4786, 0x384f25e3, 0x0fc19dc6, 0x8b8cd5b5, 0x240ca1cc, 0x77ac9c65,
  0x2de92c6f, 0x592b0275, 0x4a7484aa, 0x6ea6e483, 0x5cb0a9dc, 0xbd41fbd4, 0x76f988da, 0x831153b5,
  0x983e5152, 0xee66dfab, 0xa831c66d, 0x2db43210, 0xb00327c8, 0x98fb213f, 0xbf597fc7, 0xbeef0ee4,
  0xc6e00bf3, 0x3da88fc2, 0xd5a79147, 0x930aa725, 0x06ca6351, 0xe003826f, 0x14292967, 0x0a0e6e70,
  0x27b70a85, 0x46d22ffc, 0x2e1b2138, 0x5c26c926, 0x4d2c6dfc, 0x5ac42aed, 0x53380d13, 0x9d95b3df,
  0x650a7354, 0x8baf63de, 0x766a0abb, 0x3c77b2a8, 0x81c2c92e, 0x47edaee6, 0x92722c85, 0x1482353b,
  0xa2bfe8a1, 0x4cf10364, 0xa81a664b, 0xbc423001, 0xc24b8b70, 0xd0f89791, 0xc76c51a3, 0x0654be30,
  0xd192e819, 0xd6ef5218, 0xd6990624, 0x5565a910, 0xf40e3585, 0x5771202a, 0x106aa070, 0x32bbd1b8,
  0x19a4c116, 0xb8d2d0c8, 0x1e376c08, 0x5141ab53, 0x2748774c, 0xdf8eeb99, 0x34b0bcb5, 0xe19b48a8,
  0x391c0cb3, 0xc5c95a63, 0x4ed8aa4a, 0xe3418acb, 0x5b9cca4f, 0x7763e373, 0x682e6ff3, 0xd6b2b8a3,
  0x748f82ee, 0x5defb2fc, 0x78a5636f, 0x43172f60, 0x84c87814, 0xa1f0ab72, 0x8cc70208, 0x1a6439ec,
  0x90befffa, 0x23631e28, 0xa4506ceb, 0xde82bde9, 0xbef9a3f7, 0xb2c67915, 0xc67178f2, 0xe372532b,
  0xca273ece, 0xea26619c, 0xd186b8c7, 0x21c0c207, 0xeada7dd6, 0xcde0eb1e, 0xf57d4f7f, 0xee6ed178,
  0x06f067aa, 0x72176fba, 0x0a637dc5, 0xa2c898a6, 0x113f9804, 0xbef90dae, 0x1b710b35, 0x131c471b,
  0x28db77f5, 0x23047d84, 0x32caab7b, 0x40c72493, 0x3c9ebe0a, 0x15c9bebc, 0x431d67c4, 0x9c100d4c,
  0x4cc5d4be, 0xcb3e42b6, 0x597f299c, 0xfc657e2a, 0x5fcb6fab, 0x3ad6faec, 0x6c44198c, 0x4a475817,
]);

/** Start values: high half, low half, 8 times. */
const H0 = new Uint32Array([
  0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
  0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
]);

const TWO_32 = 4294967296;
const BLOCK_BYTES = 128;
const ROUNDS = 80;

/** Halves of the message schedule and of the running hash, used again by every call. */
const wordsHigh = new Int32Array(ROUNDS);
const wordsLow = new Int32Array(ROUNDS);
const stateHigh = new Int32Array(8);
const stateLow = new Int32Array(8);

function pad(message: Uint8Array): Uint8Array {
  const length = message.length;
  const total = Math.floor((length + 17 + BLOCK_BYTES - 1) / BLOCK_BYTES) * BLOCK_BYTES;
  const padded = new Uint8Array(total);
  padded.set(message, 0);
  padded[length] = 128;
  let bits = length * 8;
  for (let i = total - 1; bits > 0; i--) {
    padded[i] = bits & 255;
    bits = Math.floor(bits / 256);
  }
  return padded;
}

function schedule(padded: Uint8Array, start: number): void {
  const view = new DataView(padded.buffer, padded.byteOffset);
  for (let t = 0; t < 16; t++) {
    wordsHigh[t] = view.getInt32(start + 8 * t);
    wordsLow[t] = view.getInt32(start + 8 * t + 4);
  }
  for (let t = 16; t < ROUNDS; t++) {
    let h = wordsHigh[t - 15];
    let l = wordsLow[t - 15];
    const s0h = ((h >>> 1) | (l << 31)) ^ ((h >>> 8) | (l << 24)) ^ (h >>> 7);
    const s0l = ((l >>> 1) | (h << 31)) ^ ((l >>> 8) | (h << 24)) ^ ((l >>> 7) | (h << 25));
    h = wordsHigh[t - 2];
    l = wordsLow[t - 2];
    const s1h = ((h >>> 19) | (l << 13)) ^ ((l >>> 29) | (h << 3)) ^ (h >>> 6);
    const s1l = ((l >>> 19) | (h << 13)) ^ ((h >>> 29) | (l << 3)) ^ ((l >>> 6) | (h << 26));
    const low = (wordsLow[t - 16] >>> 0) + (s0l >>> 0) + (wordsLow[t - 7] >>> 0) + (s1l >>> 0);
    wordsLow[t] = low | 0;
    wordsHigh[t] =
      (wordsHigh[t - 16] + s0h + wordsHigh[t - 7] + s1h + Math.floor(low / TWO_32)) | 0;
  }
}

function addState(high: number[], low: number[]): void {
  for (let i = 0; i < 8; i++) {
    const sum = (stateLow[i] >>> 0) + (low[i] >>> 0);
    stateLow[i] = sum | 0;
    stateHigh[i] = (stateHigh[i] + high[i] + Math.floor(sum / TWO_32)) | 0;
  }
}

/** Eight halves of the working variables a..h, moved along by one at each round. */
function rounds(): void {
  let ah = stateHigh[0],
    al = stateLow[0],
    bh = stateHigh[1],
    bl = stateLow[1];
  let ch = stateHigh[2],
    cl = stateLow[2],
    dh = stateHigh[3],
    dl = stateLow[3];
  let eh = stateHigh[4],
    el = stateLow[4],
    fh = stateHigh[5],
    fl = stateLow[5];
  let gh = stateHigh[6],
    gl = stateLow[6],
    hh = stateHigh[7],
    hl = stateLow[7];
  for (let t = 0; t < ROUNDS; t++) {
    const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const low1 =
      (hl >>> 0) +
      (s1l >>> 0) +
      (((el & fl) ^ (~el & gl)) >>> 0) +
      K[2 * t + 1] +
      (wordsLow[t] >>> 0);
    const high1 =
      (hh + s1h + ((eh & fh) ^ (~eh & gh)) + K[2 * t] + wordsHigh[t] + Math.floor(low1 / TWO_32)) |
      0;
    const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const low2 = (low1 % TWO_32) + (s0l >>> 0) + (((al & bl) ^ (al & cl) ^ (bl & cl)) >>> 0);
    const high2 =
      (high1 + s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + Math.floor(low2 / TWO_32)) | 0;
    hh = gh;
    hl = gl;
    gh = fh;
    gl = fl;
    fh = eh;
    fl = el;
    const low3 = (dl >>> 0) + (low1 % TWO_32);
    eh = (dh + high1 + Math.floor(low3 / TWO_32)) | 0;
    el = low3 | 0;
    dh = ch;
    dl = cl;
    ch = bh;
    cl = bl;
    bh = ah;
    bl = al;
    ah = high2;
    al = low2 | 0;
  }
  addState([ah, bh, ch, dh, eh, fh, gh, hh], [al, bl, cl, dl, el, fl, gl, hl]);
}

/** The SHA-512 of a message: 64 bytes. */
export function sha512(message: Uint8Array): Uint8Array {
  for (let i = 0; i < 8; i++) {
    stateHigh[i] = H0[2 * i] | 0;
    stateLow[i] = H0[2 * i + 1] | 0;
  }
  const padded = pad(message);
  for (let start = 0; start < padded.length; start += BLOCK_BYTES) {
    schedule(padded, start);
    rounds();
  }
  const hash = new Uint8Array(64);
  const view = new DataView(hash.buffer);
  for (let i = 0; i < 8; i++) {
    view.setInt32(8 * i, stateHigh[i]);
    view.setInt32(8 * i + 4, stateLow[i]);
  }
  return hash;
}
