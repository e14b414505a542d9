/*
 * label-layout.ts: where what stands on a label: a QR code, names, key words, a pictogram of the kind.
 * Way: facts, size, widths of text -> drawing in mm -> label-pdf.ts, label-svg.ts.
 */
import QRCode from 'qrcode';
import { type LabelFacts, labelText } from './label-content';
import { isRightToLeft, isSettable } from './label-text';

/** mm. */
export interface Size {
  widthMm: number;
  heightMm: number;
}

/** A line of text. `x` is its left end, or its right end where `isRight`; `y` its base line. mm from the upper left corner. */
export interface LabelLine {
  text: string;
  x: number;
  y: number;
  sizeMm: number;
  isBold: boolean;
  isRight: boolean;
}

/** A shape: SVG path in units of `unitMm`, moved to x, y; filled. */
export interface LabelShape {
  path: string;
  x: number;
  y: number;
  unitMm: number;
}

/** What is drawn. */
export interface LabelDrawing extends Size {
  lines: LabelLine[];
  shapes: LabelShape[];
}

/** Width of a line, mm. */
export type MeasureText = (text: string, sizeMm: number, isBold: boolean) => number;

/** Sheets of labels as they are sold, A4. */
export const SHEETS: Readonly<Record<string, { columns: number; rows: number } & Size>> = {
  '10': { columns: 2, rows: 5, widthMm: 105, heightMm: 57 },
  '21': { columns: 3, rows: 7, widthMm: 70, heightMm: 42.4 },
  '24': { columns: 3, rows: 8, widthMm: 70, heightMm: 37 },
};
/** A label smaller than this cannot be read. */
export const LABEL_MM_MIN: Size = { widthMm: 50, heightMm: 30 };
export const LABEL_MM_MAX: Size = { widthMm: 200, heightMm: 200 };

const MARGIN_MM = 3;
/** White around a QR code, modules: ISO/IEC 18004. */
const QUIET_MODULES = 4;
const GAP_MM = 1.5;
/** Size of the name on a label of 37 mm, mm: in one line, in two. */
const NAME_MM = 4.6;
const NAME_MM_MIN = 3.4;
const TWO_LINES_MM = 3.4;
const TWO_LINES_MM_MIN = 2.6;

/** Pictograms, 24 x 24 units: a drop; a bowl with steam. Our own. */
const PICTOGRAMS: Readonly<Record<LabelFacts['kind'], string>> = {
  'water-point': 'M12 2C9 7 5 11.5 5 15.5A7 7 0 0 0 19 15.5C19 11.5 15 7 12 2Z',
  canteen:
    'M2 12H22C22 17 19 20 16 21H8C5 20 2 17 2 12ZM7 3H8.6V9.5H7ZM11.2 3H12.8V9.5H11.2ZM15.4 3H17V9.5H15.4Z',
};

/** The dark modules of a QR code as a path in modules, with its width. */
export function qrPath(text: string): { path: string; size: number } {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const { size, data } = modules;
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!data[y * size + x]) continue;
      let end = x;
      while (end < size && data[y * size + end]) end += 1;
      path += `M${x} ${y}H${end}V${y + 1}H${x}Z`;
      x = end;
    }
  }
  return { path, size };
}

function shortened(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const signs = [...text];
  while (signs.length > 1 && !fits(`${signs.join('').trimEnd()}…`)) signs.pop();
  return `${signs.join('').trimEnd()}…`;
}

/** Splits words into two lines that fit; null = there is no such place. */
function twoLines(name: string, fits: (text: string) => boolean): string[] | null {
  const words = name.split(' ');
  for (let cut = words.length - 1; cut > 0; cut--) {
    const lines = [words.slice(0, cut).join(' '), words.slice(cut).join(' ')];
    if (lines.every(fits)) return lines;
  }
  return null;
}

/** One line that shrinks a little, else two smaller ones, of which the second is cut where nothing else helps. */
function nameLines(name: string, step: number, widthMm: number, measure: MeasureText) {
  const fitsAt = (size: number) => (text: string) => measure(text, size, true) <= widthMm;
  for (let size = NAME_MM * step; size >= NAME_MM_MIN * step; size *= 0.95)
    if (fitsAt(size)(name)) return { lines: [name], size };
  for (let size = TWO_LINES_MM * step; size >= TWO_LINES_MM_MIN * step; size *= 0.95) {
    const lines = twoLines(name, fitsAt(size));
    if (lines !== null) return { lines, size };
  }
  const size = TWO_LINES_MM_MIN * step;
  const words = name.split(' ');
  let cut = 1;
  while (cut < words.length && fitsAt(size)(words.slice(0, cut + 1).join(' '))) cut += 1;
  const lines = [words.slice(0, cut).join(' '), words.slice(cut).join(' ')];
  return { lines: lines.filter(Boolean).map((line) => shortened(line, fitsAt(size))), size };
}

/** The largest size, at most `sizeMm`, in which a line fits. */
function fitting(
  text: string,
  sizeMm: number,
  widthMm: number,
  isBold: boolean,
  measure: MeasureText,
): number {
  const width = measure(text, sizeMm, isBold);
  return width <= widthMm ? sizeMm : (sizeMm * widthMm) / width;
}

/** Draws a label. */
export function drawLabel(
  facts: LabelFacts,
  { widthMm, heightMm }: Size,
  measure: MeasureText,
): LabelDrawing {
  const { path, size } = qrPath(labelText(facts));
  const room = Math.min(heightMm - MARGIN_MM, widthMm * 0.48);
  const unitMm = room / (size + 2 * QUIET_MODULES);
  const qrX = MARGIN_MM / 2 + QUIET_MODULES * unitMm;
  const qrY = (heightMm - size * unitMm) / 2;
  const left = Math.max(MARGIN_MM / 2 + room, qrX + (size + QUIET_MODULES) * unitMm) + GAP_MM / 2;
  const width = widthMm - MARGIN_MM - left;
  const name = isSettable(facts.name) && facts.name !== '' ? facts.name : facts.site;
  const isRight = isRightToLeft(name);
  const step = heightMm / 37;
  const set = nameLines(name, step, width, measure);
  const lines: LabelLine[] = [];
  let y = MARGIN_MM + set.size;
  for (const text of set.lines) {
    lines.push({
      text,
      x: isRight ? left + width : left,
      y,
      sizeMm: set.size,
      isBold: true,
      isRight,
    });
    y += set.size * 1.3;
  }
  const add = (text: string, sizeMm: number, isBold: boolean, widthHere = width) => {
    const fit = fitting(text, sizeMm, widthHere, isBold, measure);
    lines.push({ text, x: left, y, sizeMm: fit, isBold, isRight: false });
    y += sizeMm * 1.35;
  };
  y += 0.2 * step;
  add(facts.site, 2.6 * step, false);
  y += 0.7 * step;
  add(facts.keyId, 3.6 * step, true);
  const [one, two, three, four] = facts.keyWords;
  add(`${one} ${two}`, 2.8 * step, false);
  add(`${three} ${four}`, 2.8 * step, false);
  const iconMm = 6.5 * step;
  y = heightMm - MARGIN_MM;
  add(`${facts.region} ${facts.preset}`, 2.2 * step, false, width - iconMm - 1);
  const iconUnit = iconMm / 24;
  const iconX = widthMm - MARGIN_MM - iconMm;
  const iconY = heightMm - MARGIN_MM - iconMm + iconUnit;
  const shapes = [
    { path, x: qrX, y: qrY, unitMm },
    { path: PICTOGRAMS[facts.kind], x: iconX, y: iconY, unitMm: iconUnit },
  ];
  return { widthMm, heightMm, lines, shapes };
}
