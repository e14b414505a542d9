/*
 * read-qr.ts: the text of a QR code in a picture that poppler drew, by an independent decoder (jsQR).
 * Way: .ppm file -> pixels -> text.
 */
import { readFileSync } from 'node:fs';
import jsQR from 'jsqr';

/** Pixels of a PNG-less image: poppler writes PPM, "P6 width height 255" and RGB. */
export function readPpm(file: string) {
  const bytes = readFileSync(file);
  const [head, width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(
    bytes.subarray(0, 40).toString('latin1'),
  ) ?? [''];
  const rgba = new Uint8ClampedArray(Number(width) * Number(height) * 4).fill(255);
  for (let at = 0; at < rgba.length / 4; at++)
    rgba.set(bytes.subarray(head.length + 3 * at, head.length + 3 * at + 3), 4 * at);
  return { rgba, width: Number(width), height: Number(height) };
}

/** Text of the QR code in an image; undefined = none is found. */
export function decode({ rgba, width, height }: ReturnType<typeof readPpm>): string | undefined {
  return jsQR(rgba, width, height)?.data;
}
