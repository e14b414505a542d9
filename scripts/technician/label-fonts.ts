/*
 * label-fonts.ts: the fonts of labels and reports: Noto Sans, as files of the packages @fontsource/noto-sans and -arabic
 * (SIL Open Font License 1.1).
 * Way: font's name and weight -> file.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FontName } from './label-text';

const require = createRequire(import.meta.url);

/** All fonts, in the order in which a browser should look. */
export const FONT_NAMES: readonly FontName[] = [
  'latin',
  'latin-ext',
  'cyrillic',
  'greek',
  'arabic',
];

const read = new Map<string, Buffer>();

/** A font's file (WOFF). Throws: the package is not installed. */
export function fontFile(name: FontName, isBold: boolean): Buffer {
  const family = name === 'arabic' ? 'noto-sans-arabic' : 'noto-sans';
  const file = `@fontsource/${family}/files/${family}-${name}-${isBold ? 700 : 400}-normal.woff`;
  const known = read.get(file);
  if (known) return known;
  const bytes = readFileSync(require.resolve(file));
  read.set(file, bytes);
  return bytes;
}
