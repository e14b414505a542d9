/*
 * bars.ts: bars as SVG made here, a small line of them for cards, and the same as a table for who does not see them.
 * Way: steps of a period (core/facts/bars.ts) -> HTML. A step that was not counted whole is paler, and one that still runs is an
 * outline: there may be more.
 */
import type { Bar, BarPeriod } from '../core/facts/bars';
import type { SiteFacts } from '../core/facts/site-facts';
import { escapeHtml } from './html';
import { amountText, completenessText, countOf } from './pieces';
import type { PodWords } from './pod-words';

const TALL = 88;
const SPARK_TALL = 20;
const SPARK_STEP = 5;
const NOON_S = 12 * 3600;

/** What a bar counted: meals, or 0.1 L. */
export function barCount(kind: SiteFacts['kind'], { counters }: Bar): number {
  return countOf(kind, counters);
}

/** A bar is drawn where something is known of it. */
export function isDrawn(kind: SiteFacts['kind'], bar: Bar): boolean {
  return bar.state === 'whole' || bar.state === 'part' || barCount(kind, bar) > 0;
}

/** The drawing. @param label what it shows, in words */
export function barsSvg(kind: SiteFacts['kind'], bars: readonly Bar[], label: string): string {
  const most = Math.max(1, ...bars.map((bar) => barCount(kind, bar)));
  const rects = bars.map((bar, at) => {
    if (!isDrawn(kind, bar)) return '';
    // A dry day has a thin bar: of a day of which nothing is known there is none.
    const tall = Math.max(1, Math.round((barCount(kind, bar) / most) * TALL * 10) / 10);
    const look = bar.state === 'whole' ? '' : ` class="${bar.state === 'part' ? 'part' : 'runs'}"`;
    return `<rect${look} x="${at * 10 + 1}" y="${90 - tall}" width="8" height="${tall}"/>`;
  });
  return `<svg class="bars" viewBox="0 0 ${bars.length * 10} 90" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(label)}">${rects.join('')}</svg>`;
}

/** A few days as strokes, small enough for a hundred cards. What it shows stands on the page of the site, too. */
export function sparkline(kind: SiteFacts['kind'], bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map((bar) => barCount(kind, bar)));
  const strokes = (isWhole: boolean) =>
    bars
      .map((bar, at) => {
        if (!isDrawn(kind, bar) || (bar.state === 'whole') !== isWhole) return '';
        const tall = Math.max(1, Math.round((barCount(kind, bar) / most) * SPARK_TALL));
        return `M${at * SPARK_STEP + 2} ${SPARK_TALL}v-${tall}`;
      })
      .join('');
  const path = (of: string, look: string) => (of === '' ? '' : `<path${look} d="${of}"/>`);
  const drawn = path(strokes(true), '') + path(strokes(false), ' class="part"');
  if (drawn === '') return '';
  return `<svg class="spark" viewBox="0 0 ${bars.length * SPARK_STEP} ${SPARK_TALL}" aria-hidden="true">${drawn}</svg>`;
}

/** The name of a step in the reader's language. */
export function stepName(words: PodWords, period: BarPeriod, from: number): string {
  if (period === 'today') return words.hour(from);
  if (period === 'year') return words.month(from);
  // By its noon: before a change of summer time days begin an hour beside midnight.
  return words.day(from + NOON_S, true);
}

function stateText(words: PodWords, { state, completeness }: Bar): string {
  if (state === 'running') return words.t('bar.running');
  if (state === 'none') return words.t('bar.none');
  return completenessText(words, completeness);
}

/** The same as a table. data-v: the count, for a chart in the browser (chart-script.ts). */
export function barsTable(
  words: PodWords,
  kind: SiteFacts['kind'],
  period: BarPeriod,
  bars: readonly Bar[],
): string {
  const rows = bars.map((bar) => {
    const count = barCount(kind, bar);
    const isKnown = isDrawn(kind, bar);
    const value = isKnown ? amountText(words, kind, count) : '?';
    const data = isKnown ? ` data-v="${kind === 'water-point' ? count / 10 : count}"` : '';
    const look = bar.state === 'whole' ? '' : ' data-part';
    return `<tr${data}${look}><th scope="row">${escapeHtml(stepName(words, period, bar.from))}</th><td>${escapeHtml(value)}<span class="soft">${escapeHtml(stateText(words, bar))}</span></td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}
