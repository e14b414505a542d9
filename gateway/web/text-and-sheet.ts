/*
 * text-and-sheet.ts: the two plain views: all sites as lines of text on one screen (/t), and the week on a sheet of A4 (/print).
 * Way: facts and sums by day -> HTML content of a page (frame.ts).
 */
import type { Bar } from '../core/facts/bars';
import { sumCompleteness } from '../core/facts/completeness';
import type { SiteFacts } from '../core/facts/site-facts';
import { barCount } from './bars';
import { escapeHtml } from './html';
import { beginText, completenessText, knownText, totalOf, totalText, worstFirst } from './pieces';
import type { PodWords } from './pod-words';

const DAY_S = 86_400;

/** One line a site: name, word, amount, completeness. */
export function textContent(words: PodWords, pod: string, atS: number, sites: SiteFacts[]): string {
  const lines = worstFirst(sites).map((site) => {
    const today = totalOf(site, 'today');
    const amount = totalText(words, site.kind, today);
    return `<p><bdi><b>${escapeHtml(site.name)}</b></bdi>: ${escapeHtml(
      `${words.t(`word.${site.status.word}`)}. ${words.t('total.today')}: ${amount} (${completenessText(words, today.completeness)})`,
    )}</p>`;
  });
  return `<h1><bdi>${escapeHtml(pod)}</bdi></h1><p class="soft">${escapeHtml(words.moment(atS))}</p>
${lines.length === 0 ? `<p>${escapeHtml(words.t('page.none'))}</p>` : lines.join('\n')}`;
}

/** Seven whole days of a site and their sum. */
export interface SheetRow {
  facts: SiteFacts;
  /** Seven, oldest first. */
  days: Bar[];
}

/** A day that was not counted whole has a star; of one of which nothing is known there is no number. */
function sheetCell(words: PodWords, kind: SiteFacts['kind'], day: Bar): string {
  const count = barCount(kind, day);
  const isEmpty = (day.state === 'none' || day.state === 'missing') && count === 0;
  // A node that never was there, and one that told nothing, look the same on paper: nothing is known.
  if (isEmpty || (day.state === 'running' && day.completeness.counted === 0)) return '<td>–</td>';
  const value = kind === 'water-point' ? count / 10 : count;
  return `<td>${escapeHtml(words.number(value))}${day.state === 'whole' ? '' : '*'}</td>`;
}

/** What the days give together, and how many of their hours were counted. */
export function weekSum(words: PodWords, { facts: { kind }, days }: SheetRow) {
  const sum = days.reduce((so, day) => so + barCount(kind, day), 0);
  const { counted, expected } = sumCompleteness(days.map(({ completeness }) => completeness));
  return { amount: knownText(words, kind, sum, counted), counted, expected };
}

function sheetRow(words: PodWords, row: SheetRow): string {
  const { facts, days } = row;
  const cells = days.map((day) => sheetCell(words, facts.kind, day));
  const { amount, counted, expected } = weekSum(words, row);
  const hours = `${words.number(counted)} / ${words.number(expected)}`;
  return `<tr><th scope="row"><bdi>${escapeHtml(facts.name)}</bdi><br>${escapeHtml(words.t(`word.${facts.status.word}`))}</th>${cells.join('')}
<td>${escapeHtml(amount)}${counted === expected ? '' : '*'}</td><td><bdi>${hours}</bdi></td></tr>`;
}

/** The sheet. @param firstS midnight with which the week begins, Unix s */
export function sheetContent(
  words: PodWords,
  pod: string,
  firstS: number,
  rows: SheetRow[],
): string {
  const { t } = words;
  const heads = Array.from({ length: 7 }, (_, at) => {
    const day = escapeHtml(words.day(firstS + at * DAY_S + DAY_S / 2, true));
    return `<th scope="col">${day}</th>`;
  });
  const title = `${t('sheet.title')} ${words.day(firstS + DAY_S / 2)} – ${words.day(firstS + 6.5 * DAY_S)}`;
  return `<h1><bdi>${escapeHtml(pod)}</bdi></h1><p>${escapeHtml(title)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(title)}"><table class="week"><thead><tr><td></td>${heads.join('')}<th scope="col">${escapeHtml(t('sheet.sum'))}</th><th scope="col">${escapeHtml(t('sheet.whole'))}</th></tr></thead>
<tbody>${rows.map((row) => sheetRow(words, row)).join('\n')}</tbody></table></div>
<p class="soft">${escapeHtml(`${t('sheet.star')}. ${beginText(words, firstS)}`)}</p>
<p>${escapeHtml(t('sheet.signed'))}: ______________________</p>`;
}
