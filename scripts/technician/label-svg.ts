/*
 * label-svg.ts: labels as SVG, with their fonts inside: a browser sets the text, in its direction, and prints it.
 * Way: drawings -> text of one SVG.
 */
import { FONT_NAMES, fontFile } from './label-fonts';
import type { LabelDrawing, Size } from './label-layout';
import { type FontName, textRuns } from './label-text';

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const rounded = (value: number) => Number(value.toFixed(3));

function fontFace(name: FontName, isBold: boolean): string {
  const data = fontFile(name, isBold).toString('base64');
  const weight = isBold ? 700 : 400;
  return `@font-face{font-family:tw-${name};font-weight:${weight};src:url(data:font/woff;base64,${data})}`;
}

/** The fonts that these texts need. */
function fontsOf(drawings: LabelDrawing[]): string {
  const faces = new Set<string>();
  for (const { lines } of drawings) {
    for (const { text, isBold } of lines) {
      for (const { font } of textRuns(text)) faces.add(fontFace(font, isBold));
    }
  }
  return [...faces].join('');
}

const FAMILY = FONT_NAMES.map((name) => `tw-${name}`).join(',');

function labelGroup({ lines, shapes }: LabelDrawing, { x, y }: { x: number; y: number }): string {
  const paths = shapes.map(
    (shape) =>
      `<path transform="translate(${rounded(shape.x)} ${rounded(shape.y)}) scale(${shape.unitMm})" d="${shape.path}"/>`,
  );
  const texts = lines.map((line) => {
    const direction = line.isRight ? ' direction="rtl" text-anchor="start"' : '';
    const weight = line.isBold ? ' font-weight="700"' : '';
    return `<text x="${rounded(line.x)}" y="${rounded(line.y)}" font-size="${rounded(line.sizeMm)}"${weight}${direction}>${escaped(line.text)}</text>`;
  });
  return `<g transform="translate(${rounded(x)} ${rounded(y)})">${paths.join('')}${texts.join('')}</g>`;
}

/** An SVG of this size with labels at these places, mm. */
export function labelsSvg(
  { widthMm, heightMm }: Size,
  drawings: LabelDrawing[],
  places: { x: number; y: number }[],
): string {
  const groups = drawings.map((drawing, at) => labelGroup(drawing, places[at]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" viewBox="0 0 ${widthMm} ${heightMm}">`,
    `<style>${fontsOf(drawings)}text{font-family:${FAMILY},sans-serif}</style>`,
    `<rect width="${widthMm}" height="${heightMm}" fill="#fff"/>`,
    ...groups,
    '</svg>\n',
  ].join('\n');
}
