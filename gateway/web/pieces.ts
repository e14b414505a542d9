/*
 * pieces.ts: what several pages say of facts: an amount, how complete it is, who said so, how a site is.
 * Way: facts -> plain text (pages escape it) or, where named so, HTML.
 */
import type {
  Completeness,
  Indicator,
  PeriodName,
  PeriodTotal,
  Provenance,
  SiteFacts,
} from '../core/facts/site-facts';
import { escapeHtml } from './html';
import { pictogram } from './pictograms';
import type { PodWords } from './pod-words';

/** How pages order words: what needs a look first. */
const ORDER = [
  ...['says-broken', 'tampered', 'no-news', 'never-heard', 'low-flow', 'idle', 'in-use', 'removed'],
];

/** Sites, worst first; of one word, the longest first. */
export function worstFirst(sites: readonly SiteFacts[]): SiteFacts[] {
  const rank = ({ status }: SiteFacts) => ORDER.indexOf(status.word);
  const since = ({ status }: SiteFacts) => status.since ?? 0;
  return [...sites].sort((a, b) => rank(a) - rank(b) || since(a) - since(b));
}

/** The total of a period; every site has one of each. */
export function totalOf(site: SiteFacts, period: PeriodName): PeriodTotal {
  return site.totals.find((one) => one.period === period) ?? site.totals[0];
}

/** Meals, or 0.1 L. */
export function countOf(kind: SiteFacts['kind'], counters: Record<string, number>): number {
  if (kind === 'water-point') return counters.volumeDl ?? 0;
  return (counters.adultMeals ?? 0) + (counters.childMeals ?? 0);
}

/** "1,234 L" or "56 meals", from 0.1 L or meals. */
export function amountText(words: PodWords, kind: SiteFacts['kind'], count: number): string {
  if (kind === 'water-point') return words.measure(count / 10, 'L', count < 1000 ? 1 : 0);
  return words.t('total.meals', { count, n: words.number(count) });
}

/** An amount; "?" where nothing of its time was counted: silence is not zero. @param counted hours, or whatever is 0 then */
export function knownText(
  words: PodWords,
  kind: SiteFacts['kind'],
  count: number,
  counted: number,
): string {
  return count === 0 && counted === 0 ? '?' : amountText(words, kind, count);
}

/** The amount of a total. */
export function totalText(
  words: PodWords,
  kind: SiteFacts['kind'],
  { counters, completeness }: Pick<PeriodTotal, 'counters' | 'completeness'>,
): string {
  return knownText(words, kind, countOf(kind, counters), completeness.counted);
}

/** The amount since commissioning. */
export function everText(words: PodWords, { kind, ever }: SiteFacts): string {
  return knownText(words, kind, countOf(kind, ever.counters), ever.because === null ? 0 : 1);
}

/** "23 of 24 hours, 1 late". */
export function completenessText({ t, number }: PodWords, of: Completeness): string {
  if (of.expected === 0) return t('total.due');
  const parts = [
    t('total.complete', { counted: number(of.counted), expected: number(of.expected) }),
  ];
  if (of.late > 0) parts.push(t('total.late', { n: number(of.late) }));
  if (of.missing > 0) parts.push(t('total.gone', { n: number(of.missing) }));
  return parts.join(' · ');
}

/** "Days begin at 12:00 AM UTC." @param dayStartS when one did, Unix s */
export function beginText({ t, hour, zone }: PodWords, dayStartS: number): string {
  return t('total.begin', { time: zone === 'UTC' ? `${hour(dayStartS)} UTC` : hour(dayStartS) });
}

/** Where a value comes from, without times. */
export function byText({ t }: PodWords, because: Provenance): string {
  return because.by === 'person'
    ? `${t('by.person')} (${t(`by.${because.reporter}`)})`
    : t(`by.${because.by}`);
}

/** HTML: a row of a table. @param under small below the value @param html the same, HTML already */
export function rowHtml(head: string, value: string, under = '', html = ''): string {
  const parts = [...(under === '' ? [] : [escapeHtml(under)]), ...(html === '' ? [] : [html])];
  const small = parts.length === 0 ? '' : `<span class="soft">${parts.join(' · ')}</span>`;
  return `<tr><th scope="row">${escapeHtml(head)}</th><td>${escapeHtml(value)}${small}</td></tr>`;
}

/** HTML: drawing and word. */
export function stateHtml(words: PodWords, word: string): string {
  return `${pictogram(word)} ${escapeHtml(words.t(`word.${word}`))}`;
}

/** A sensor's value in its unit. */
export function readingText(words: PodWords, name: string, value: number): string {
  if (name === 'levelMm') return words.measure(value / 1000, 'm', 2);
  if (name === 'weightG') return words.measure(value / 1000, 'kg', 1);
  if (name === 'batteryMv') return `${words.number(value / 1000, 2)} V`;
  return words.measure(value / 100, 'C', 1);
}

function measured(words: PodWords, value: number, unit: string | null): string {
  if (unit === 'centiC') return words.measure(value / 100, 'C', 1);
  if (unit === 'people') return words.t('unit.people', { count: value, n: words.number(value) });
  if (unit === 'L/person/day')
    return words.t('unit.perPerson', { litres: words.measure(value, 'L', 1) });
  if (unit === 'kg') return words.measure(value, 'kg', 1);
  if (unit === 'L/min' || unit === 'days' || unit === 'min' || unit === 'm')
    return words.measure(value, unit, 1);
  return words.number(value, 1);
}

/** An indicator's value, '' = none. */
export function indicatorValue(words: PodWords, { value, unit }: Indicator): string {
  if (value === null) return '';
  return typeof value === 'string' ? words.t(`level.${value}`) : measured(words, value, unit);
}

/** What it is held against, '' = nothing. */
export function indicatorStandard(words: PodWords, { standard, unit }: Indicator): string {
  return standard === null ? '' : measured(words, standard, unit);
}
