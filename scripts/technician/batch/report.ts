/*
 * report.ts: what became of each board of a tray, as CSV and as PDF. No secret is in it.
 * Way: ends of boards -> batch-report.csv, batch-report.pdf. Fonts: label-fonts.ts. Source: pdfkit 0.17.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { csvRow } from '../../../gateway/export/csv';
import { sheetPdf, textMeasure } from '../label-pdf';
import { Trouble } from '../trouble';
import { type Language, languageOf, troubleWords, wordsOf } from '../words';
import type { BoardEnd } from './one-board';

const LEFT_MM = 15;
const TOP_MM = 20;
const BOTTOM_MM = 280;
const LINE_MM = 5;
const TEXT_MM = 3.4;
const WIDTH_MM = 180;
const A4 = { widthMm: 210, heightMm: 297 };

/** What a report tells. */
export interface Tray {
  boards: BoardEnd[];
  /** Sites that have no node yet. */
  open: string[];
}

/** A row a board, then a row a site that has none yet. */
function csvOf({ boards, open }: Tray, language: Language): string {
  const t = wordsOf(language);
  const head =
    'site,port,device,outcome,done,slot,key_words,failed_parts,trouble,what,next,seconds,gave_back';
  const rows = boards.map((end) => {
    const said = end.trouble === null ? { what: '', next: '' } : troubleWords(t, end.trouble);
    const outcome = end.trouble === null ? 'good' : 'failed';
    return [
      ...[end.site, end.port, end.device, outcome, end.done.join(' '), end.slot ?? ''],
      ...[end.keyWords.join(' '), end.failedParts.join(' '), end.trouble?.code ?? ''],
      ...[said.what, said.next, end.seconds, end.gaveBack ?? ''],
    ];
  });
  const columns = head.split(',');
  const without = open.map((site) =>
    columns.map((column) => ({ site, outcome: 'open', what: t('batch.no-board') })[column] ?? ''),
  );
  return [columns, ...rows, ...without].map(csvRow).join('');
}

interface TextLine {
  text: string;
  isBold: boolean;
}

/** Breaks a text at spaces so that it fits the page. */
function wrapped(text: string, measure: ReturnType<typeof textMeasure>): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && measure(longer, TEXT_MM, true) > WIDTH_MM) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function linesOf({ boards, open }: Tray, language: Language): TextLine[] {
  const t = wordsOf(language);
  const failed = boards.filter(({ trouble }) => trouble !== null).length;
  const head = { good: boards.length - failed, failed, when: new Date().toISOString() };
  const lines: TextLine[] = [{ text: t('batch.head', head), isBold: true }];
  if (open.length > 0)
    lines.push({ text: t('batch.open', { sites: open.join(', ') }), isBold: true });
  for (const end of boards) {
    const { trouble, seconds, port, device, site, slot } = end;
    const outcome = t(`outcome.${trouble === null ? 'pass' : 'fail'}`);
    const words = { site: site || '-', slot: slot ?? '-', port, device, outcome, seconds };
    const keyWords = end.keyWords.join(' ');
    lines.push({ text: '', isBold: false }, { text: t('batch.board', words), isBold: true });
    lines.push({
      text: t('batch.acts', { acts: end.done.join(', '), keyWords }),
      isBold: false,
    });
    if (end.gaveBack !== null)
      lines.push({ text: t('batch.gave-back', { site: end.gaveBack }), isBold: false });
    if (end.failedParts.length > 0)
      lines.push({ text: t('batch.parts', { parts: end.failedParts.join(', ') }), isBold: false });
    if (trouble === null) continue;
    const { what, next } = troubleWords(t, trouble);
    lines.push({ text: `${trouble.code}: ${what}`, isBold: false });
    lines.push({ text: `${t('next')} ${next}`, isBold: false });
  }
  return lines;
}

function pdfOf(tray: Tray, language: Language): Promise<Uint8Array> {
  const measure = textMeasure();
  const all = linesOf(tray, language).flatMap(({ text, isBold }) =>
    wrapped(text, measure).map((part) => ({ text: part, isBold })),
  );
  const perPage = Math.floor((BOTTOM_MM - TOP_MM) / LINE_MM);
  const pages = Array.from({ length: Math.ceil(all.length / perPage) }, (_, page) => ({
    ...A4,
    shapes: [],
    lines: all.slice(page * perPage, (page + 1) * perPage).map(({ text, isBold }, at) => ({
      ...{ text, isBold, x: LEFT_MM, y: TOP_MM + at * LINE_MM, sizeMm: TEXT_MM, isRight: false },
    })),
  }));
  return sheetPdf(
    pages,
    pages.map((_, page) => ({ page, x: 0, y: 0 })),
  );
}

/** Writes both into a folder. @returns their paths. Throws: Trouble bad-file. */
export async function writeReport(folder: string, tray: Tray, language: string): Promise<string[]> {
  const words = languageOf(language);
  const files: [string, string | Uint8Array][] = [
    [join(folder, 'batch-report.csv'), csvOf(tray, words)],
    [join(folder, 'batch-report.pdf'), await pdfOf(tray, words)],
  ];
  for (const [file, content] of files) {
    try {
      writeFileSync(file, content, { mode: 0o600 });
    } catch (error) {
      throw new Trouble('bad-file', { file, fault: (error as Error).message });
    }
  }
  return files.map(([file]) => file);
}
