/*
 * What: the constants of the native routine, from first principles: curve, order, comb of the base point, SHA-512.
 * From where to where: @noble/ed25519's points and integer roots -> the text of firmware/native/tables.h.
 * Source: RFC 8032 section 5.1; FIPS 180-4 sections 4.2.3 and 5.3.5.
 */
import { Point } from '@noble/ed25519';

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = Point.CURVE().d;
const COMB_ROWS = 5;
const COMB_COLUMNS = 51;

function modulo(a: bigint, m: bigint): bigint {
  return ((a % m) + m) % m;
}

function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n;
  for (let b = modulo(base, m), e = exponent; e > 0n; e >>= 1n, b = (b * b) % m)
    if (e & 1n) result = (result * b) % m;
  return result;
}

/** Words of 32 bits, lowest first. */
function words(value: bigint, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `0x${((value >> BigInt(32 * i)) & 0xffffffffn).toString(16).padStart(8, '0')}`,
  );
}

/** y + x, y - x, 2dxy of a point. */
function entry(point: Point): string[] {
  const { x, y } = point.toAffine();
  const values = [modulo(y + x, P), modulo(y - x, P), modulo(2n * D * x * y, P)];
  return values.flatMap((value) => words(value, 8));
}

/** Row 4 with +1, rows 0..3 with +1 or -1 after the bits of the index. */
function combEntry(index: number): string[] {
  let sum = Point.BASE.multiply(2n ** BigInt(COMB_COLUMNS * (COMB_ROWS - 1)));
  for (let row = 0; row < COMB_ROWS - 1; row++) {
    const exponent = 2n ** BigInt(COMB_COLUMNS * row);
    const point = exponent === 1n ? Point.BASE : Point.BASE.multiply(exponent);
    sum = sum.add((index >> row) & 1 ? point : point.negate());
  }
  return entry(sum);
}

function integerRoot(value: bigint, degree: bigint): bigint {
  let low = 0n;
  let high = 1n << 80n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** degree <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

/** The first 64 bits of the fraction of a root. */
function fractions(count: number, degree: bigint): string[] {
  return primes(count).flatMap((prime) => {
    const root = integerRoot(prime << (64n * degree), degree);
    return words(root & 0xffffffffffffffffn, 2);
  });
}

function table(name: string, values: string[], shape = `${values.length}`): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 8) lines.push(`  ${values.slice(i, i + 8).join(', ')},`);
  return `static const u32 ${name}[${shape}] = {\n${lines.join('\n')}\n};\n`;
}

/** The text of tables.h. */
export function nativeTables(): string {
  const inverse = modulo(-power(L % 2n ** 32n, 2n ** 31n - 1n, 2n ** 32n), 2n ** 32n);
  const comb = Array.from({ length: 16 }, (_, i) => `{\n${combEntry(i).join(', ')}}`);
  return [
    '/* Made by `npm run native -- --write` (scripts/build/native-tables.ts). */\n',
    table('CURVE_D', words(D, 8)),
    table('CURVE_2D', words(modulo(2n * D, P), 8)),
    table('SQRT_MINUS_1', words(power(2n, (P - 1n) / 4n, P), 8)),
    table('ORDER', words(L, 8)),
    table('ORDER_R', words(2n ** 256n % L, 8)),
    table('ORDER_R2', words(2n ** 512n % L, 8)),
    `#define ORDER_INVERSE ${words(inverse, 1)[0]}u\n`,
    table('BASE', entry(Point.BASE)),
    `static const u32 COMB[16][24] = {\n${comb.join(',\n')},\n};\n`,
    table('SHA_START', fractions(8, 2n)),
    table('SHA_K', fractions(80, 3n)),
  ].join('\n');
}
