/*
 * receipt.ts: the week on a strip of 58 mm, as small thermal printers have: a site a line, sums only.
 * Way: facts and sums by day -> HTML content of a page (frame.ts), and the style that its paper needs.
 */
import { escapeHtml } from './html';
import { beginText } from './pieces';
import type { PodWords } from './pod-words';
import { type SheetRow, weekSum } from './text-and-sheet';

const DAY_S = 86_400;

/** What `?paper=` says. */
export const RECEIPT_PAPER = '58mm';

/** 48 mm are printed of 58. Length: printers cut, or go on with the next piece. */
export const RECEIPT_STYLE = `.strip{width:54mm;max-width:100%;font-size:10pt;line-height:1.25}.strip h1{font-size:12pt}.strip p{margin:0;border-top:1px solid #000;padding:1mm 0}.strip b{display:block}
@media print{@page{size:58mm 210mm;margin:2mm}body{font-size:10pt;color:#000}}`;

function line(words: PodWords, row: SheetRow): string {
  const { facts, days } = row;
  const isWhole = days.every(({ state }) => state === 'whole');
  const amount = `${weekSum(words, row).amount}${isWhole ? '' : ' *'}`;
  const state = words.t(`word.${facts.status.word}`);
  return `<p><b><bdi>${escapeHtml(facts.name)}</bdi></b>${escapeHtml(`${amount} · ${state}`)}</p>`;
}

/** The strip. @param firstS midnight with which the week begins, Unix s */
export function receiptContent(
  words: PodWords,
  pod: string,
  firstS: number,
  rows: SheetRow[],
): string {
  const { t, day } = words;
  const week = `${t('sheet.title')} ${day(firstS + DAY_S / 2)} – ${day(firstS + 6.5 * DAY_S)}`;
  const lines = rows.map((row) => line(words, row)).join('\n');
  return `<div class="strip"><h1><bdi>${escapeHtml(pod)}</bdi></h1>${escapeHtml(week)}
${lines}
<p>${escapeHtml(`${t('sheet.star')}. ${beginText(words, firstS)}`)}</p></div>`;
}

/** What stands above a sheet on the screen: how to print, and the way to the other paper. */
export function sheetHelp({ t }: PodWords, isReceipt: boolean): string {
  const [to, name] = isReceipt ? ['/print', 'sheet.a4'] : ['/print?paper=58mm', 'sheet.receipt'];
  return `<p class="noprint soft">${escapeHtml(t('sheet.how'))} <a href="${to}">${escapeHtml(t(name))}</a></p>`;
}
