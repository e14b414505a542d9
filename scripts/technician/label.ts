/*
 * label.ts: makes labels of sites: single ones or A4 sheets, as PDF or SVG.
 * Way: sites.json, pod -> drawings -> files.
 */

import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { ActDoors } from './bench';
import type { BoardSession } from './board/board-session';
import { labelFacts } from './label-content';
import {
  drawLabel,
  LABEL_MM_MAX,
  LABEL_MM_MIN,
  type LabelDrawing,
  SHEETS,
  type Size,
} from './label-layout';
import { labelsPdf, sheetPdf, textMeasure } from './label-pdf';
import { labelsSvg } from './label-svg';
import { logged } from './logged';
import { type BenchSite, nodeInUse, readSites, siteOf } from './sites';
import { Trouble } from './trouble';

const A4: Size = { widthMm: 210, heightMm: 297 };
const USUAL = SHEETS['24'];

/** Which labels, and how. */
export interface LabelOptions {
  /** Words of sites; all that have a node when left out. */
  sites?: string[];
  /** Labels on an A4 sheet, a name in SHEETS; single labels when left out. */
  sheet?: string;
  /** Of a single label. */
  size?: Size;
  /** Places of the first sheet that are used already. */
  skip?: number;
  /** .pdf or .svg. */
  out: string;
}

/** What was written. */
export interface LabelResult {
  files: string[];
  sites: string[];
  isDryRun: boolean;
}

/** Places on sheets, in rows; the sheet's labels stand in the middle of the page. */
function placesOf(count: number, sheet: (typeof SHEETS)[string], skip: number) {
  const { columns, rows, widthMm, heightMm } = sheet;
  const left = (A4.widthMm - columns * widthMm) / 2;
  const top = (A4.heightMm - rows * heightMm) / 2;
  return Array.from({ length: count }, (_, at) => {
    const place = at + skip;
    const onPage = place % (columns * rows);
    return {
      page: Math.floor(place / (columns * rows)),
      x: left + (onPage % columns) * widthMm,
      y: top + Math.floor(onPage / columns) * heightMm,
    };
  });
}

/** One label as SVG, for the page. Throws: Trouble not-provisioned. */
export function labelSvgOf(
  site: BenchSite,
  pod: Parameters<typeof labelFacts>[1],
  size: Size = USUAL,
): string {
  const drawing = drawLabel(labelFacts(site, pod), size, textMeasure());
  return labelsSvg(size, [drawing], [{ x: 0, y: 0 }]);
}

function fileNamed(out: string, at: number, count: number): string {
  const ending = extname(out);
  return count === 1 ? out : `${out.slice(0, out.length - ending.length)}-${at + 1}${ending}`;
}

/** The files' content, by name. */
async function filesOf(
  drawings: LabelDrawing[],
  options: LabelOptions,
): Promise<[string, string | Uint8Array][]> {
  const { out, sheet: sheetName, skip = 0 } = options;
  const isPdf = extname(out).toLowerCase() === '.pdf';
  const sheet = sheetName === undefined ? null : SHEETS[sheetName];
  if (sheet === null) {
    if (isPdf) return [[out, await labelsPdf(drawings)]];
    return drawings.map((drawing, at) => [
      fileNamed(out, at, drawings.length),
      labelsSvg(drawing, [drawing], [{ x: 0, y: 0 }]),
    ]);
  }
  const places = placesOf(drawings.length, sheet, skip);
  if (isPdf) return [[out, await sheetPdf(drawings, places)]];
  const pages = [...new Set(places.map(({ page }) => page))];
  return pages.map((page, at) => {
    const isHere = (_: unknown, index: number) => places[index].page === page;
    const content = labelsSvg(A4, drawings.filter(isHere), places.filter(isHere));
    return [fileNamed(out, at, pages.length), content];
  });
}

function refuseWrong({ out, sheet, size }: LabelOptions): void {
  if (!['.pdf', '.svg'].includes(extname(out).toLowerCase()))
    throw new Trouble('bad-file', { file: out, fault: '.pdf, .svg' });
  if (sheet !== undefined && !Object.hasOwn(SHEETS, sheet))
    throw new Trouble('bad-file', { file: '--sheet', fault: Object.keys(SHEETS).join(', ') });
  if (size === undefined) return;
  const isGood =
    size.widthMm >= LABEL_MM_MIN.widthMm &&
    size.widthMm <= LABEL_MM_MAX.widthMm &&
    size.heightMm >= LABEL_MM_MIN.heightMm &&
    size.heightMm <= LABEL_MM_MAX.heightMm;
  const fault = `${LABEL_MM_MIN.widthMm}x${LABEL_MM_MIN.heightMm} … ${LABEL_MM_MAX.widthMm}x${LABEL_MM_MAX.heightMm}`;
  if (!isGood) throw new Trouble('bad-file', { file: '--size', fault });
}

function write(file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new Trouble('bad-file', { file, fault: (error as Error).message });
  }
}

/** Makes labels. Throws: Trouble no-pod, no-site, not-provisioned, bad-file. */
export function makeLabels(doors: ActDoors, options: LabelOptions): Promise<LabelResult> {
  return logged(doors, 'label', async (notes) => {
    const { bench, isDryRun } = doors;
    refuseWrong(options);
    const pod = bench.pod();
    const chosen =
      options.sites?.map((site) => siteOf(bench.folder, site)) ??
      readSites(bench.folder).sites.filter((site) => nodeInUse(site) !== null);
    if (chosen.length === 0) throw new Trouble('no-site', { site: '' });
    const size = options.sheet === undefined ? (options.size ?? USUAL) : SHEETS[options.sheet];
    const measure = textMeasure();
    const drawings = chosen.map((site) => drawLabel(labelFacts(site, pod), size, measure));
    const sites = chosen.map(({ site }) => site);
    notes.site = sites.length === 1 ? sites[0] : null;
    notes.facts.labels = sites.length;
    const files = await filesOf(drawings, options);
    if (!isDryRun) for (const [file, content] of files) write(file, content);
    return { files: files.map(([file]) => file), sites, isDryRun };
  });
}

/**
 * The site of the board at hand, of which the label can be drawn. Writes a line in the log, as makeLabels does.
 * Throws: Trouble no-pod, no-site, not-provisioned, and what a session throws.
 */
export function labelOfBoard(doors: ActDoors, session: BoardSession): Promise<string> {
  return logged(doors, 'label', async (notes) => {
    doors.progress.step('look');
    notes.device = (await session.identity()).serial;
    const { site } = await session.node('id');
    if (typeof site !== 'string') throw new Trouble('not-provisioned');
    notes.site = site;
    labelFacts(siteOf(doors.bench.folder, site), doors.bench.pod());
    notes.facts.labels = 1;
    return site;
  });
}
