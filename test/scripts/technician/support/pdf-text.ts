/*
 * pdf-text.ts: what stands in a PDF's streams: inflated by zlib, its text as the characters behind the glyphs.
 * Way: bytes of a PDF -> bytes of all streams, and text by the ToUnicode maps of its fonts. Source: ISO 32000-1, 7.3.8, 9.10.3.
 */
import { inflateSync } from 'node:zlib';

const STREAM = /stream\r?\n/g;

/** Every stream's bytes, inflated where it is deflated. Throws: a deflated stream is damaged. */
export function pdfStreams(pdf: Buffer): Buffer[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(STREAM)].flatMap((match) => {
    if (text.slice(match.index - 3, match.index) === 'end') return [];
    const start = match.index + match[0].length;
    const head = text.slice(text.lastIndexOf(' obj', match.index), match.index);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
    const bytes = pdf.subarray(start, start + length);
    return [head.includes('/FlateDecode') ? inflateSync(bytes) : bytes];
  });
}

/** Glyph numbers to characters, of one font's ToUnicode map. */
function charactersOf(map: string): Map<string, string> {
  const found = new Map<string, string>();
  const character = (hex: string) =>
    Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le');
  for (const [, first, last, list] of map.matchAll(/<(\w+)> <(\w+)> \[([^\]]*)\]/g)) {
    const codes = [...list.matchAll(/<([\w ]+)>/g)];
    const from = Number.parseInt(first, 16);
    for (const [at, code] of codes.entries())
      if (from + at <= Number.parseInt(last, 16))
        found.set((from + at).toString(16).padStart(4, '0'), character(code[1]));
  }
  return found;
}

/** All that a PDF can show: for each font's map every shown string read with it, one a line. */
export function pdfTexts(pdf: Buffer): string {
  const streams = pdfStreams(pdf).map((bytes) => bytes.toString('latin1'));
  const maps = streams.filter((text) => text.includes('beginbfrange')).map(charactersOf);
  const shown = streams.flatMap((text) => [...text.matchAll(/\[(.*?)\] TJ/g)]);
  const glyphs = shown.map(([, parts]) =>
    [...parts.matchAll(/<(\w+)>/g)].map(([, hex]) => hex).join(''),
  );
  return maps
    .flatMap((map) =>
      glyphs.map((hex) => (hex.match(/.{4}/g) ?? []).map((one) => map.get(one) ?? '?').join('')),
    )
    .join('\n');
}

/** A secret as it may be written: its bytes, hex in both cases, base64 with both alphabets. */
export function formsOf(secret: Buffer): (Buffer | string)[] {
  const hex = secret.toString('hex');
  const [base64, url] = [
    secret.toString('base64').replace(/=+$/, ''),
    secret.toString('base64url'),
  ];
  return [secret, hex, hex.toUpperCase(), base64, url];
}
