/*
 * site-totals.ts: how much a site gave: the chosen period with its bars, the other periods below, meals by kind.
 * Way: facts and bars of a site -> HTML. The periods are links, so choosing one needs no script.
 */
import { BAR_PERIODS, type Bar, type BarPeriod } from '../core/facts/bars';
import type { SiteFacts } from '../core/facts/site-facts';
import { barCount, barsSvg, barsTable, isDrawn } from './bars';
import { escapeHtml } from './html';
import {
  amountText,
  beginText,
  completenessText,
  everText,
  rowHtml,
  totalOf,
  totalText,
} from './pieces';
import type { PodWords } from './pod-words';

/** What was chosen and what there is of it. */
export interface TotalsView {
  facts: SiteFacts;
  period: BarPeriod;
  bars: Bar[];
  /** Address of the script that draws a chart. */
  chartPath: string;
}

function choice({ t }: PodWords, { period, facts: { site } }: TotalsView): string {
  const links = BAR_PERIODS.map((one) => {
    const name = escapeHtml(t(`total.${one}`));
    if (one === period) return `<b aria-current="true">${name}</b>`;
    return `<a href="/site/${encodeURIComponent(site)}?period=${one}">${name}</a>`;
  });
  return `<nav class="choice" aria-label="${escapeHtml(t('total.choice'))}">${links.join('')}</nav>`;
}

/** Meals by kind; '' = not a canteen. */
export function mealsText(
  { t, number }: PodWords,
  { kind }: SiteFacts,
  counters: Record<string, number>,
): string {
  if (kind !== 'canteen') return '';
  const { adultMeals = 0, childMeals = 0 } = counters;
  return `${t('meals.adults')}: ${number(adultMeals)} · ${t('meals.children')}: ${number(childMeals)}`;
}

/** The tallest bar in words; none where nothing is known of any. */
function mostText(words: PodWords, kind: SiteFacts['kind'], bars: readonly Bar[]): string[] {
  const counts = bars.filter((bar) => isDrawn(kind, bar)).map((bar) => barCount(kind, bar));
  if (counts.length === 0) return [];
  return [`${amountText(words, kind, Math.max(...counts))} ${words.t('bar.most')}`];
}

function chosen(words: PodWords, view: TotalsView): string {
  const { t } = words;
  const { facts, period, bars, chartPath } = view;
  const total = totalOf(facts, period);
  const { counters, completeness } = total;
  const amount = totalText(words, facts.kind, total);
  const meals = amount === '?' ? '' : mealsText(words, facts, counters);
  const label = [t(`bar.${period}`), ...mostText(words, facts.kind, bars)].join(' · ');
  const isPart = bars.some(({ state }) => state === 'part' || state === 'missing');
  const keys = [
    ...(isPart ? [t('bar.pale')] : []),
    ...(bars.some(({ state }) => state === 'running') ? [t('bar.outline')] : []),
  ];
  return `<p><span class="big">${escapeHtml(amount)}</span><br>
${meals === '' ? '' : `${escapeHtml(meals)}<br>`}<span class="soft">${escapeHtml(`${completenessText(words, completeness)} · ${t('by.sums')}`)}</span></p>
<p class="soft">${escapeHtml([label, ...keys, beginText(words, bars[0]?.from ?? 0)].join('. ').replace(/\.\. /g, '. '))}</p>${barsSvg(facts.kind, bars, label)}
<button class="plain" hidden data-chart="${chartPath}" data-locale="${words.locale}" data-unit="${escapeHtml(t(`bar.unit.${facts.kind}`))}">${escapeHtml(t('bar.chart'))}</button><div id="chart"></div>
<details><summary>${escapeHtml(t('bar.table'))}</summary>${barsTable(words, facts.kind, period, bars)}</details>`;
}

/** The part of the page. */
export function totalsHtml(words: PodWords, view: TotalsView): string {
  const { t } = words;
  const { facts, period } = view;
  const rows = facts.totals
    .filter((one) => one.period !== period)
    .map((one) =>
      rowHtml(
        t(`total.${one.period}`),
        totalText(words, facts.kind, one),
        completenessText(words, one.completeness),
      ),
    );
  rows.push(rowHtml(t('total.ever'), everText(words, facts), t('by.counter')));
  return `<h2>${escapeHtml(t('total.title'))}</h2>${choice(words, view)}${chosen(words, view)}<table>${rows.join('')}</table>`;
}
