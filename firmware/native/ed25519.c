/*
 * Ed25519, SHA-512 and AES as one piece of code without memory of its own, for Espruino's E.nativeCall.
 * From: int ed(op, ctx, msg, len). To: ctx, or msg for AES. See README.md for the layout.
 * Sources: RFC 8032, FIPS 180-4, FIPS 197; Hisil, Wong, Carter, Dawson 2008 (extended coordinates).
 * Signing and AES take no branch and no index from a secret. Verifying handles public values only and does.
 * Field elements: 8 words, little-endian, any value below 2^256, meant modulo 2^255 - 19.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u32 fe[8];

#define INLINE static inline __attribute__((always_inline))
#define SMALL static __attribute__((noinline))

#include "tables.h"

/* lo + 2^32 hi = lo + hi + a * b: never overflows. */
#ifdef __ARM_FEATURE_DSP
#define UMAAL(lo, hi, a, b) __asm__("umaal %0, %1, %2, %3" : "+r"(lo), "+r"(hi) : "r"(a), "r"(b))
#else
#define UMAAL(lo, hi, a, b)                            \
  do {                                                 \
    u64 product = (u64)(a) * (b) + (u64)(lo) + (hi);   \
    (lo) = (u32)product;                               \
    (hi) = (u32)(product >> 32);                       \
  } while (0)
#endif

SMALL void copy(u8 *to, const u8 *from, int count) {
  while (count-- > 0) *to++ = *from++;
}

SMALL void wipe(volatile u32 *words, int count) {
  while (count-- > 0) *words++ = 0;
}

/* ---- field ---- */

INLINE void feCopy(fe r, const fe a) {
  for (int i = 0; i < 8; i++) r[i] = a[i];
}

/*
 * Sums and differences of 8 words leave a carry c; 2^256 is 38. Adding 38 c carries at most once more, and then the value is so
 * small that the lowest word alone takes the last 38. The same holds for borrows.
 */
#ifdef __ARM_FEATURE_DSP
#define HALF(op, first)                                                                        \
  "ldmia %[a]!, {r4-r7}\n ldmia %[b]!, {r8-r11}\n " first " r4, r4, r8\n " op " r5, r5, r9\n " \
  op " r6, r6, r10\n " op " r7, r7, r11\n stmia %[r]!, {r4-r7}\n"
#define WORDS(op, first)                                                                    \
  __asm__ volatile(HALF(op, first) HALF(op, op) "sbc %[c], %[c], %[c]\n"                    \
                   : [r] "+r"(to), [a] "+r"(a), [b] "+r"(b), [c] "=r"(carry)                \
                   :                                                                        \
                   : "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "cc", "memory")
#define QUARTERS(op, first)                                                                 \
  "ldmia %[r], {r4-r7}\n " first " r4, r4, %[b]\n " op " r5, r5, #0\n " op " r6, r6, #0\n " op \
  " r7, r7, #0\n stmia %[r]!, {r4-r7}\n ldmia %[r], {r4-r7}\n " op " r4, r4, #0\n " op       \
  " r5, r5, #0\n " op " r6, r6, #0\n " op " r7, r7, #0\n stmia %[r]!, {r4-r7}\n"
#define SPREAD(op, first, by)                                                               \
  __asm__ volatile(QUARTERS(op, first) "sbc %[c], %[c], %[c]\n"                             \
                   : [r] "+r"(to), [c] "=r"(carry)                                          \
                   : [b] "r"(by)                                                            \
                   : "r4", "r5", "r6", "r7", "cc", "memory")

SMALL void fold(u32 *r, u32 by) {
  u32 *to = r, carry;
  SPREAD("adcs", "adds", by);
  r[0] += (carry + 1) * 38;
}

SMALL void feAdd(u32 *r, const u32 *a, const u32 *b) {
  u32 *to = r, carry;
  WORDS("adcs", "adds");
  fold(r, (carry + 1) * 38);
}

SMALL void feSub(u32 *r, const u32 *a, const u32 *b) {
  u32 *to = r, carry;
  WORDS("sbcs", "subs");
  to = r;
  u32 by = carry & 38;
  SPREAD("sbcs", "subs", by);
  r[0] -= carry & 38;
}
#else
static void fold(u32 *r, u32 by) {
  u64 sum = by;
  for (int i = 0; i < 8; i++) {
    sum += r[i];
    r[i] = (u32)sum;
    sum >>= 32;
  }
  r[0] += (u32)sum * 38;
}

static void feAdd(u32 *r, const u32 *a, const u32 *b) {
  u64 sum = 0;
  for (int i = 0; i < 8; i++) {
    sum += (u64)a[i] + b[i];
    r[i] = (u32)sum;
    sum >>= 32;
  }
  fold(r, (u32)sum * 38);
}

static void feSub(u32 *r, const u32 *a, const u32 *b) {
  u32 borrow = 0;
  for (int pass = 0; pass < 2; pass++) {
    u32 by = borrow * 38;
    borrow = 0;
    for (int i = 0; i < 8; i++) {
      u64 difference = pass ? (u64)r[i] - by - borrow : (u64)a[i] - b[i] - borrow;
      r[i] = (u32)difference;
      borrow = (u32)(difference >> 32) & 1;
      by = 0;
    }
  }
  r[0] -= borrow * 38;
}
#endif

/* One word of a against four of b: the column's old value comes in as carry, its new one goes out. */
#define COLUMN(at, old, r0, r1, r2, r3) \
  {                                     \
    u32 word = a[at];                   \
    carry = old;                        \
    UMAAL(r0, carry, word, b0);         \
    UMAAL(r1, carry, word, b1);         \
    UMAAL(r2, carry, word, b2);         \
    UMAAL(r3, carry, word, b3);         \
    *out++ = r0;                        \
    r0 = carry;                         \
  }

#define FOUR_COLUMNS(at, o0, o1, o2, o3) \
  COLUMN(at, o0, r0, r1, r2, r3)         \
  COLUMN(at + 1, o1, r1, r2, r3, r0)     \
  COLUMN(at + 2, o2, r2, r3, r0, r1)     \
  COLUMN(at + 3, o3, r3, r0, r1, r2)

SMALL void multiply(u32 t[16], const fe a, const fe b) {
  u32 r0 = 0, r1 = 0, r2 = 0, r3 = 0, carry;
  u32 b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
  u32 *out = t;
  FOUR_COLUMNS(0, 0, 0, 0, 0)
  FOUR_COLUMNS(4, 0, 0, 0, 0)
  out[0] = r0;
  out[1] = r1;
  out[2] = r2;
  out[3] = r3;
  out = t + 4;
  r0 = r1 = r2 = r3 = 0;
  b0 = b[4];
  b1 = b[5];
  b2 = b[6];
  b3 = b[7];
  FOUR_COLUMNS(0, out[0], out[0], out[0], out[0])
  FOUR_COLUMNS(4, out[0], out[0], out[0], out[0])
  out[0] = r0;
  out[1] = r1;
  out[2] = r2;
  out[3] = r3;
}

/* What lies above bit 255 goes in at the bottom first: so the last word takes the last carry, and nothing is left over. */
SMALL void feMul(fe r, const fe a, const fe b) {
  u32 t[16], thirtyEight = 38;
  multiply(t, a, b);
  u64 top = (u64)t[15] * 38 + t[7];
  u32 carry = (u32)(top >> 31) * 19;
#pragma GCC unroll 7
  for (int i = 0; i < 7; i++) {
    u32 low = t[i];
    UMAAL(low, carry, t[i + 8], thirtyEight);
    r[i] = low;
  }
  r[7] = ((u32)top & 0x7fffffff) + carry;
}

SMALL void feSquares(fe r, const fe a, int count) {
  feMul(r, a, a);
  while (--count > 0) feMul(r, r, r);
}

/* a^(2^252 - 3), and a^11 in `eleven`. */
SMALL void fePower(fe r, fe eleven, const fe a) {
  fe t, u, v;
  feSquares(t, a, 1);
  feSquares(u, t, 2);
  feMul(u, u, a);
  feMul(eleven, u, t);
  feSquares(t, eleven, 1);
  feMul(u, t, u);
  feSquares(t, u, 5);
  feMul(u, t, u);
  feSquares(t, u, 10);
  feMul(t, t, u);
  feSquares(v, t, 20);
  feMul(t, v, t);
  feSquares(t, t, 10);
  feMul(u, t, u);
  feSquares(t, u, 50);
  feMul(t, t, u);
  feSquares(v, t, 100);
  feMul(t, v, t);
  feSquares(t, t, 50);
  feMul(t, t, u);
  feSquares(t, t, 2);
  feMul(r, t, a);
}

/* 1 / a = a^(p - 2): (a^(2^252 - 3))^8 * a^3. */
SMALL void feInvert(fe r, const fe a) {
  fe power, eleven;
  fePower(power, eleven, a);
  feSquares(power, power, 3);
  feMul(r, power, a);
  feMul(r, r, a);
  feMul(r, r, a);
}

/* The one value below p. */
SMALL void feFreeze(fe r) {
  for (int pass = 0; pass < 2; pass++) {
    u32 top = r[7] >> 31;
    r[7] &= 0x7fffffff;
    u64 sum = (u64)top * 19;
    for (int i = 0; i < 8; i++) {
      sum += r[i];
      r[i] = (u32)sum;
      sum >>= 32;
    }
  }
  fe less;
  u64 sum = 19;
  for (int i = 0; i < 8; i++) {
    sum += r[i];
    less[i] = (u32)sum;
    sum >>= 32;
  }
  u32 mask = 0 - (less[7] >> 31);
  less[7] &= 0x7fffffff;
  for (int i = 0; i < 8; i++) r[i] ^= mask & (r[i] ^ less[i]);
}

SMALL int feIsSame(const fe a, const fe b) {
  u32 difference = 0;
  fe t;
  feSub(t, a, b);
  feFreeze(t);
  for (int i = 0; i < 8; i++) difference |= t[i];
  return difference == 0;
}

/* ---- points: X, Y, Z, T of extended coordinates; cached: Y+X, Y-X, 2dT, and 2Z ---- */

typedef struct {
  fe x, y, z, t;
} point;

typedef struct {
  fe plus, minus, t2d, z2;
} cached;

/* From E, F, G, H of the addition law. */
INLINE void complete(point *r, const fe e, const fe f, const fe g, const fe h) {
  feMul(r->x, e, f);
  feMul(r->y, g, h);
  feMul(r->z, f, g);
  feMul(r->t, e, h);
}

SMALL void pointDouble(point *r) {
  fe a, b, c, e, g;
  feAdd(e, r->x, r->y);
  feMul(e, e, e);
  feMul(a, r->x, r->x);
  feMul(b, r->y, r->y);
  feMul(c, r->z, r->z);
  feAdd(c, c, c);
  feAdd(g, a, b);
  feSub(e, g, e);
  feSub(a, a, b);
  feAdd(c, c, a);
  complete(r, e, c, a, g);
}

/* r += q, or r -= q; z2: 2Z of q, or nothing when that is 2. */
SMALL void pointAdd(point *r, const u32 *plus, const u32 *minus, const u32 *t2d, const u32 *z2, int isMinus) {
  fe a, b, c, d;
  feSub(a, r->y, r->x);
  feMul(a, a, minus);
  feAdd(b, r->y, r->x);
  feMul(b, b, plus);
  feMul(c, r->t, t2d);
  if (z2) feMul(d, r->z, z2);
  else feAdd(d, r->z, r->z);
  fe e, f, g, h;
  feSub(e, b, a);
  feAdd(h, b, a);
  if (isMinus) {
    feAdd(f, d, c);
    feSub(g, d, c);
  } else {
    feSub(f, d, c);
    feAdd(g, d, c);
  }
  complete(r, e, f, g, h);
}

INLINE void pointZero(point *r) {
  wipe((u32 *)r, 32);
  r->y[0] = 1;
  r->z[0] = 1;
}

SMALL void pointEncode(u8 out[32], const point *p) {
  fe inverse, x, y;
  feInvert(inverse, p->z);
  feMul(x, p->x, inverse);
  feMul(y, p->y, inverse);
  feFreeze(x);
  feFreeze(y);
  y[7] |= (x[0] & 1) << 31;
  copy(out, (const u8 *)y, 32);
}

/* -A of an encoded A. 0: no point, or not its only encoding. */
SMALL int pointDecodeMinus(point *r, const u8 in[32]) {
  fe u, v, v3, x, check;
  copy((u8 *)r->y, in, 32);
  u32 sign = r->y[7] >> 31;
  r->y[7] &= 0x7fffffff;
  feCopy(check, r->y);
  feFreeze(check);
  for (int i = 0; i < 8; i++)
    if (check[i] != r->y[i]) return 0;
  wipe(r->z, 8);
  r->z[0] = 1;
  feMul(u, r->y, r->y);
  feMul(v, u, CURVE_D);
  feSub(u, u, r->z);
  feAdd(v, v, r->z);
  feMul(v3, v, v);
  feMul(v3, v3, v);
  feMul(x, v3, v3);
  feMul(x, x, v);
  feMul(x, x, u);
  fePower(x, check, x);
  feMul(x, x, v3);
  feMul(x, x, u);
  feMul(check, x, x);
  feMul(check, check, v);
  if (!feIsSame(check, u)) {
    feAdd(check, check, u);
    wipe(v3, 8);
    if (!feIsSame(check, v3)) return 0;
    feMul(x, x, SQRT_MINUS_1);
  }
  feFreeze(x);
  u32 all = 0;
  for (int i = 0; i < 8; i++) all |= x[i];
  if (all == 0 && sign) return 0;
  if ((x[0] & 1) == sign) {
    wipe(v3, 8);
    feSub(x, v3, x);
  }
  feCopy(r->x, x);
  feMul(r->t, r->x, r->y);
  return 1;
}

/* ---- scalars modulo L ---- */

/* a - L where a >= L. `top`: the word above a. */
SMALL void scalarOnce(fe a, u32 top) {
  fe less;
  u32 borrow = 0;
  for (int i = 0; i < 8; i++) {
    u64 difference = (u64)a[i] - ORDER[i] - borrow;
    less[i] = (u32)difference;
    borrow = (u32)(difference >> 32) & 1;
  }
  u32 mask = 0 - (u32)(top >= borrow);
  for (int i = 0; i < 8; i++) a[i] ^= mask & (a[i] ^ less[i]);
}

/* a * b / 2^256 modulo L; a * b below 2^256 L. */
SMALL void scalarMontgomery(fe r, const fe a, const fe b) {
  u32 t[17];
  multiply(t, a, b);
  u32 top = 0;
  for (int i = 0; i < 8; i++) {
    u32 factor = t[i] * ORDER_INVERSE, carry = 0;
    for (int j = 0; j < 8; j++) UMAAL(t[i + j], carry, factor, ORDER[j]);
    u64 sum = (u64)t[i + 8] + carry + top;
    t[i + 8] = (u32)sum;
    top = (u32)(sum >> 32);
  }
  feCopy(r, t + 8);
  scalarOnce(r, top);
  wipe(t, 17);
}

SMALL void scalarAdd(fe r, const fe a, const fe b) {
  u64 sum = 0;
  for (int i = 0; i < 8; i++) {
    sum += (u64)a[i] + b[i];
    r[i] = (u32)sum;
    sum >>= 32;
  }
  scalarOnce(r, (u32)sum);
}

/* The 64 bytes of a hash modulo L. */
SMALL void scalarReduce(fe r, const u32 hash[16]) {
  fe low;
  scalarMontgomery(low, ORDER_R, hash);
  scalarMontgomery(r, ORDER_R2, hash + 8);
  scalarAdd(r, r, low);
}

/* ---- SHA-512 ---- */

typedef struct {
  u64 h[8];
  u8 block[128];
  u32 filled, total;
} sha;

INLINE u64 rotate(u64 x, int n) { return x >> n | x << (64 - n); }

SMALL void shaBlock(sha *s) {
  /* The eight variables move down one place a round instead of from one to the next. */
  u64 places[88], w[16], *v = places + 80;
  for (int i = 0; i < 8; i++) v[i] = s->h[i];
  for (int i = 0; i < 16; i++) {
    u64 word = 0;
    for (int j = 0; j < 8; j++) word = word << 8 | s->block[8 * i + j];
    w[i] = word;
  }
  for (int i = 0; i < 80; i++) {
    u64 word = w[i & 15];
    if (i >= 16) {
      u64 x = w[(i + 1) & 15], y = w[(i + 14) & 15];
      word += (rotate(x, 1) ^ rotate(x, 8) ^ x >> 7) + w[(i + 9) & 15] +
              (rotate(y, 19) ^ rotate(y, 61) ^ y >> 6);
      w[i & 15] = word;
    }
    u64 e = v[4], a = v[0];
    u64 one = v[7] + (rotate(e, 14) ^ rotate(e, 18) ^ rotate(e, 41)) + (v[6] ^ (e & (v[5] ^ v[6]))) +
              ((u64)SHA_K[2 * i + 1] << 32 | SHA_K[2 * i]) + word;
    u64 two = (rotate(a, 28) ^ rotate(a, 34) ^ rotate(a, 39)) + ((a & v[1]) | (v[2] & (a | v[1])));
    v[3] += one;
    *--v = one + two;
  }
  for (int i = 0; i < 8; i++) s->h[i] += v[i];
}

SMALL void shaStart(sha *s) {
  for (int i = 0; i < 8; i++) s->h[i] = (u64)SHA_START[2 * i + 1] << 32 | SHA_START[2 * i];
  s->filled = 0;
  s->total = 0;
}

SMALL void shaAdd(sha *s, const u8 *data, int count) {
  s->total += (u32)count;
  while (count-- > 0) {
    s->block[s->filled++] = *data++;
    if (s->filled == 128) {
      shaBlock(s);
      s->filled = 0;
    }
  }
}

SMALL void shaEnd(sha *s, u8 out[64]) {
  u32 bits = s->total * 8, high = s->total >> 29;
  u8 byte = 0x80;
  do {
    shaAdd(s, &byte, 1);
    byte = 0;
  } while (s->filled != 112);
  for (int i = 112; i < 120; i++) s->block[i] = 0;
  for (int i = 0; i < 4; i++) s->block[120 + i] = (u8)(high >> (24 - 8 * i));
  for (int i = 0; i < 4; i++) s->block[124 + i] = (u8)(bits >> (24 - 8 * i));
  shaBlock(s);
  for (int i = 0; i < 64; i++) out[i] = (u8)(s->h[i >> 3] >> (56 - 8 * (i & 7)));
}

/* ---- signing ---- */

/* Every entry is read; the wanted one is kept. */
INLINE void lookUp(u32 out[24], u32 index) {
  for (int k = 0; k < 24; k += 4) {
    u32 w0 = 0, w1 = 0, w2 = 0, w3 = 0;
    const u32 *from = COMB[0] + k;
    for (u32 entry = 0; entry < 16; entry++, from += 24) {
      u32 isWanted = ((entry ^ index) - 1) >> 31;
      w0 += isWanted * from[0];
      w1 += isWanted * from[1];
      w2 += isWanted * from[2];
      w3 += isWanted * from[3];
    }
    out[k] = w0;
    out[k + 1] = w1;
    out[k + 2] = w2;
    out[k + 3] = w3;
  }
}

/*
 * encode(k B) for k below L: k (or k + L, the odd one) is written with digits +1 and -1 only, 5 rows of 51; a column's
 * highest digit is its sign, the other four choose the entry.
 */
SMALL void baseMultiply(u8 out[32], const fe k) {
  point p;
  fe d;
  u32 entry[24];
  u32 even = (k[0] & 1) - 1;
  u64 sum = 0;
  for (int i = 0; i < 8; i++) {
    sum += (u64)k[i] + (ORDER[i] & even);
    d[i] = (u32)sum;
    sum >>= 32;
  }
  for (int i = 0; i < 7; i++) d[i] = d[i] >> 1 | d[i + 1] << 31;
  d[7] = (d[7] >> 1) + 0x40000000;
  pointZero(&p);
  for (int column = 50; column >= 0; column--) {
    if (column != 50) pointDouble(&p);
    u32 digits = 0;
    for (int row = 4; row >= 0; row--) {
      int bit = column + 51 * row;
      digits = digits << 1 | (d[bit >> 5] >> (bit & 31) & 1);
    }
    u32 isMinus = 1 - (digits >> 4);
    lookUp(entry, (digits ^ (0 - isMinus)) & 15);
    u32 mask = 0 - isMinus;
    for (int i = 0; i < 8; i++) {
      u32 swap = mask & (entry[i] ^ entry[i + 8]);
      entry[i] ^= swap;
      entry[i + 8] ^= swap;
    }
    fe minus;
    wipe(minus, 8);
    feSub(minus, minus, entry + 16);
    for (int i = 0; i < 8; i++) entry[16 + i] ^= mask & (entry[16 + i] ^ minus[i]);
    pointAdd(&p, entry, entry + 8, entry + 16, 0, 0);
  }
  pointEncode(out, &p);
  wipe((u32 *)&p, 32);
  wipe(d, 8);
  wipe(entry, 24);
}

/* The secret scalar into words 0..7, the prefix into words 8..15. */
SMALL void expandSeed(u32 expanded[16], const u8 *seed) {
  sha s;
  shaStart(&s);
  shaAdd(&s, seed, 32);
  shaEnd(&s, (u8 *)expanded);
  expanded[0] &= ~7u;
  expanded[7] = (expanded[7] & 0x7fffffff) | 0x40000000;
  wipe((u32 *)&s, sizeof s / 4);
}

SMALL void derivePublic(u8 *ctx) {
  u32 expanded[16];
  fe a;
  expandSeed(expanded, ctx);
  scalarMontgomery(a, ORDER_R, expanded);
  baseMultiply(ctx + 32, a);
  wipe(expanded, 16);
  wipe(a, 8);
}

SMALL void hashReduce(fe r, const u8 *one, int oneCount, const u8 *two, int twoCount, const u8 *msg, int len) {
  sha s;
  u32 hash[16];
  shaStart(&s);
  shaAdd(&s, one, oneCount);
  shaAdd(&s, two, twoCount);
  shaAdd(&s, msg, len);
  shaEnd(&s, (u8 *)hash);
  scalarReduce(r, hash);
  wipe((u32 *)&s, sizeof s / 4);
  wipe(hash, 16);
}

SMALL void sign(u8 *ctx, const u8 *msg, int len) {
  u32 expanded[16];
  fe r, h, s;
  expandSeed(expanded, ctx);
  hashReduce(r, (const u8 *)(expanded + 8), 32, msg, len, msg, 0);
  baseMultiply(ctx + 64, r);
  hashReduce(h, ctx + 64, 32, ctx + 32, 32, msg, len);
  scalarMontgomery(s, ORDER_R2, h);
  scalarMontgomery(s, s, expanded);
  scalarAdd(s, s, r);
  copy(ctx + 96, (const u8 *)s, 32);
  wipe(expanded, 16);
  wipe(r, 8);
}

/* ---- verifying ---- */

/* Digit `at` (0, 1, -1) of the non-adjacent form: 3k and k differ there. */
INLINE int nafDigit(const u32 triple[9], const u32 k[9], int at) {
  int one = triple[at >> 5] >> (at & 31) & 1;
  return one - (int)(k[at >> 5] >> (at & 31) & 1);
}

SMALL void timesThree(u32 triple[9], u32 k[9]) {
  u64 sum = 0;
  k[8] = 0;
  for (int i = 0; i < 9; i++) {
    sum += (u64)k[i] * 3;
    triple[i] = (u32)sum;
    sum >>= 32;
  }
}

SMALL int verify(const u8 *publicKey, const u8 *msg, int len) {
  const u8 *signature = publicKey + 32;
  u32 s[9], s3[9], h[9], h3[9];
  point p, r;
  cached a;
  u8 encoded[32];
  copy((u8 *)s, signature + 32, 32);
  u32 borrow = 0;
  for (int i = 0; i < 8; i++) borrow = (u32)(((u64)s[i] - ORDER[i] - borrow) >> 32) & 1;
  if (!borrow || !pointDecodeMinus(&p, publicKey)) return 0;
  hashReduce(h, signature, 32, publicKey, 32, msg, len);
  feAdd(a.plus, p.y, p.x);
  feSub(a.minus, p.y, p.x);
  feMul(a.t2d, p.t, CURVE_2D);
  feAdd(a.z2, p.z, p.z);
  timesThree(s3, s);
  timesThree(h3, h);
  pointZero(&r);
  for (int at = 256; at > 0; at--) {
    pointDouble(&r);
    int digit = nafDigit(s3, s, at);
    if (digit > 0) pointAdd(&r, BASE, BASE + 8, BASE + 16, 0, 0);
    if (digit < 0) pointAdd(&r, BASE + 8, BASE, BASE + 16, 0, 1);
    digit = nafDigit(h3, h, at);
    if (digit > 0) pointAdd(&r, a.plus, a.minus, a.t2d, 0, 0);
    if (digit < 0) pointAdd(&r, a.minus, a.plus, a.t2d, 0, 1);
  }
  pointEncode(encoded, &r);
  for (int i = 0; i < 32; i++)
    if (encoded[i] != signature[i]) return 0;
  return 1;
}

/* ---- AES: four bytes a word, the S-box by arithmetic, so that no table is read at a secret place ---- */

INLINE u32 times2(u32 x) { return (x & 0x7f7f7f7f) << 1 ^ (x >> 7 & 0x01010101) * 0x1b; }

SMALL u32 times(u32 x, u32 y) {
  u32 product = 0;
  for (int i = 0; i < 8; i++) {
    product ^= (y & 0x01010101) * 0xff & x;
    y >>= 1;
    x = times2(x);
  }
  return product;
}

SMALL u32 subBytes(u32 x) {
  /* x^254 by x^2, x^3, x^12, x^15, x^240, x^252, x^254. */
  u32 x2 = times(x, x), x3 = times(x2, x), x12 = x3;
  for (int i = 0; i < 2; i++) x12 = times(x12, x12);
  u32 x240 = times(x12, x3);
  for (int i = 0; i < 4; i++) x240 = times(x240, x240);
  u32 y = times(times(x240, x12), x2);
  u32 sum = y;
  for (int i = 0; i < 4; i++) {
    y = (y & 0x7f7f7f7f) << 1 | (y >> 7 & 0x01010101);
    sum ^= y;
  }
  return sum ^ 0x63636363;
}

INLINE u32 turn(u32 x, int bits) { return x >> bits | x << (32 - bits); }

SMALL void aesBlock(const u32 *keys, int rounds, u8 *block) {
  u32 s[4], t[4];
  for (int c = 0; c < 4; c++) {
    u32 word = 0;
    for (int i = 3; i >= 0; i--) word = word << 8 | block[4 * c + i];
    s[c] = word ^ keys[c];
  }
  for (int round = 1; round <= rounds; round++) {
    for (int c = 0; c < 4; c++) s[c] = subBytes(s[c]);
    for (int c = 0; c < 4; c++) {
      u32 x = (s[c] & 0xff) | (s[(c + 1) & 3] & 0xff00) | (s[(c + 2) & 3] & 0xff0000) |
              (s[(c + 3) & 3] & 0xff000000);
      if (round < rounds) {
        u32 y = x ^ turn(x, 8);
        x = times2(y) ^ turn(x, 8) ^ turn(y, 16);
      }
      t[c] = x ^ keys[4 * round + c];
    }
    for (int c = 0; c < 4; c++) s[c] = t[c];
  }
  for (int i = 0; i < 16; i++) block[i] = (u8)(s[i >> 2] >> (8 * (i & 3)));
}

SMALL void aes(const u8 *key, int keyWords, u8 *data, int len) {
  u32 keys[60];
  int rounds = keyWords + 6;
  u32 constant = 1;
  copy((u8 *)keys, key, 4 * keyWords);
  for (int i = keyWords; i < 4 * (rounds + 1); i++) {
    u32 word = keys[i - 1];
    int place = i & (keyWords - 1);
    if (place == 0) {
      word = subBytes(turn(word, 8)) ^ constant;
      constant = times2(constant);
    } else if (place == 4) word = subBytes(word);
    keys[i] = keys[i - keyWords] ^ word;
  }
  for (int at = 0; at + 16 <= len; at += 16) aesBlock(keys, rounds, data + at);
  wipe(keys, 60);
}

#ifdef __arm__
#define FIRST __attribute__((section(".text.entry"), used))
#else
#define FIRST __attribute__((used, visibility("default")))
#endif

/* The entry: at offset 0 of the file. 1: done, or the signature holds. 0: it does not, or there is no such op. */
FIRST int ed(int op, u8 *ctx, u8 *msg, int len) {
  if (op == 2) return verify(ctx, msg, len);
  if (op == 3) {
    sha s;
    shaStart(&s);
    shaAdd(&s, msg, len);
    shaEnd(&s, ctx);
    wipe((u32 *)&s, sizeof s / 4);
    return 1;
  }
  if (op == 4 || op == 5) {
    aes(ctx, op == 4 ? 4 : 8, msg, len);
    return 1;
  }
  if (op == 0 || op == 1) derivePublic(ctx);
  if (op == 1 || op == 17) sign(ctx, msg, len);
  return op == 0 || op == 1 || op == 17;
}
