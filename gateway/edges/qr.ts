/*
 * qr.ts: a text as a QR code: for a printed sheet, or in a terminal.
 * Way: text -> SVG or lines of block characters. Source: ISO/IEC 18004 (npm uqr).
 */
import { renderSVG, renderUnicodeCompact } from 'uqr';

/** An SVG element. */
export function qrSvg(text: string): string {
  return renderSVG(text, { ecc: 'M', border: 2 });
}

/** Lines for a terminal with dark background. */
export function qrLines(text: string): string {
  return renderUnicodeCompact(text, { ecc: 'L', border: 2 });
}
