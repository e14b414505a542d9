/*
 * label-pdf.ts: labels as PDF, with their fonts inside; and how wide a text is.
 * Way: drawings -> pages of labels, or sheets -> bytes.
 */
import PDFDocument from 'pdfkit';
import { FONT_NAMES, fontFile } from './label-fonts';
import type { LabelDrawing, MeasureText, Size } from './label-layout';
import { type FontName, textRuns } from './label-text';

const POINTS_PER_MM = 72 / 25.4;
const A4: Size = { widthMm: 210, heightMm: 297 };

/** A document and the fonts it knows. */
function newDocument({ widthMm, heightMm }: Size): PDFKit.PDFDocument {
  const size: [number, number] = [widthMm * POINTS_PER_MM, heightMm * POINTS_PER_MM];
  const info = { Title: 'Tallywell', Creator: 'Tallywell' };
  const document = new PDFDocument({ size, margin: 0, autoFirstPage: false, info });
  for (const name of FONT_NAMES) {
    for (const isBold of [false, true]) {
      document.registerFont(nameOf(name, isBold), fontFile(name, isBold) as Buffer<ArrayBuffer>);
    }
  }
  return document;
}

function nameOf(font: FontName, isBold: boolean): string {
  return `${font}-${isBold ? 'bold' : 'regular'}`;
}

/** Measures text by the fonts themselves. */
export function textMeasure(): MeasureText {
  const document = newDocument(A4);
  document.addPage();
  return (text, sizeMm, isBold) => {
    let width = 0;
    for (const run of textRuns(text)) {
      document.font(nameOf(run.font, isBold)).fontSize(sizeMm * POINTS_PER_MM);
      width += document.widthOfString(run.text);
    }
    return width / POINTS_PER_MM;
  };
}

function drawOn(
  document: PDFKit.PDFDocument,
  drawing: LabelDrawing,
  leftMm: number,
  topMm: number,
  measure: MeasureText,
): void {
  for (const { path, x, y, unitMm } of drawing.shapes) {
    document.save();
    document.translate((leftMm + x) * POINTS_PER_MM, (topMm + y) * POINTS_PER_MM);
    document.scale(unitMm * POINTS_PER_MM);
    document.path(path).fill('#000');
    document.restore();
  }
  document.fillColor('#000');
  for (const { text, x, y, sizeMm, isBold, isRight } of drawing.lines) {
    let at = (leftMm + x - (isRight ? measure(text, sizeMm, isBold) : 0)) * POINTS_PER_MM;
    for (const run of textRuns(text)) {
      document.font(nameOf(run.font, isBold)).fontSize(sizeMm * POINTS_PER_MM);
      document.text(run.text, at, (topMm + y) * POINTS_PER_MM, {
        lineBreak: false,
        baseline: 'alphabetic',
      });
      at += document.widthOfString(run.text);
    }
  }
}

function finished(document: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    document.on('error', reject);
    document.end();
  });
}

/** Each label on a page of its own size. */
export function labelsPdf(drawings: LabelDrawing[]): Promise<Uint8Array> {
  const document = newDocument(drawings[0] ?? A4);
  const measure = textMeasure();
  for (const drawing of drawings) {
    const { widthMm, heightMm } = drawing;
    document.addPage({ size: [widthMm * POINTS_PER_MM, heightMm * POINTS_PER_MM], margin: 0 });
    drawOn(document, drawing, 0, 0, measure);
  }
  return finished(document);
}

/** Labels on A4 sheets. @param places where each lies: page, and mm from the upper left corner */
export function sheetPdf(
  drawings: LabelDrawing[],
  places: { page: number; x: number; y: number }[],
): Promise<Uint8Array> {
  const document = newDocument(A4);
  const measure = textMeasure();
  let page = -1;
  drawings.forEach((drawing, at) => {
    const place = places[at];
    for (; page < place.page; page++) document.addPage({ size: 'A4', margin: 0 });
    drawOn(document, drawing, place.x, place.y, measure);
  });
  return finished(document);
}
