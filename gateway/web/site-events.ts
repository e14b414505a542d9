/*
 * site-events.ts: what happened at a site of late, in people's words, and at a canteen how cold, how hot and how full it is.
 * Way: RecentFacts and facts of a site -> HTML.
 */
import type { Happening, OutOfRange, RecentFacts } from '../core/facts/recent';
import type { ByRecord, Indicator, Provenance, SiteFacts } from '../core/facts/site-facts';
import { escapeHtml } from './html';
import { byText, indicatorStandard, indicatorValue, readingText, rowHtml } from './pieces';
import type { PodWords } from './pod-words';

/** Names of events and flags that the locale files have words for. */
const NAMED = [
  ...['tamper', 'dry', 'broken-pressed', 'fixed-pressed', 'temperature-out-of-range'],
  ...['battery-low', 'leak', 'sensor-fault', 'pulses-lost', 'journal-overwritten', 'power-was-cut'],
];

/** "Fridge or food: 9 °C", "The lid was closed". */
export function happeningText({ t, measure }: PodWords, name: string, value: number): string {
  if (name === 'tamper' && value === 0) return t('event.closed');
  if (!NAMED.includes(name)) return t('event.other');
  const words = t(`event.${name}`);
  if (name === 'temperature-out-of-range') return `${words} (${measure(value / 100, 'C', 1)})`;
  return name === 'dry' ? `${words} (${measure(value / 1000, 'm', 2)})` : words;
}

/** Leads to the signed record, which the phone checks there. */
export function recordLink({ t, number }: PodWords, site: string, { id }: ByRecord): string {
  return `<a href="/check/${encodeURIComponent(site)}/${id}">${escapeHtml(t('by.number', { n: number(id) }))}</a>`;
}

function happeningHtml(words: PodWords, site: string, one: Happening): string {
  const { because, name, value, atS } = one;
  const by = because.by === 'record' && name.endsWith('-pressed') ? 'button' : because.by;
  return `<li>${escapeHtml(happeningText(words, name, value))}<br><span class="soft">${escapeHtml(
    `${words.moment(atS)} · ${byText(words, { ...because, by })}`,
  )} · ${recordLink(words, site, because)}</span></li>`;
}

/** The part of the page. */
export function eventsHtml(words: PodWords, { site }: SiteFacts, recent: RecentFacts): string {
  const { t } = words;
  const list = recent.happenings.map((one) => happeningHtml(words, site, one));
  const body =
    list.length === 0 ? `<p>${escapeHtml(t('event.none'))}</p>` : `<ul>${list.join('')}</ul>`;
  return `<h2>${escapeHtml(t('event.title'))}</h2>${body}`;
}

function rangeText(words: PodWords, range: OutOfRange | undefined): string {
  if (range === undefined) return '';
  const { t, number } = words;
  const { sinceS, lastedS, outside, readings } = range;
  const now =
    sinceS === null
      ? t('range.inside')
      : `${t('range.outside')}: ${t('site.since')} ${words.moment(sinceS)}` +
        (lastedS === 0 ? '' : ` (${t('site.atLeast')} ${words.duration(lastedS)})`);
  return `${now} · ${t('range.share', { outside: number(outside), readings: number(readings) })}`;
}

const CANTEEN_ROWS = [
  ['canteen-stock', 'site.weightG', null],
  ['canteen-fridge', 'site.temperatureCentiC', 'temperatureCentiC'],
  ['canteen-hot-holding', 'site.hotHoldingCentiC', 'hotHoldingCentiC'],
  ['canteen-days-without-meal', 'indicator.canteen-days-without-meal', null],
] as const;

/** Who said it; of a record also when, for a reading holds for its hour only. */
function sourceText(words: PodWords, because: Provenance): string {
  const by = byText(words, because);
  if (because.by !== 'record') return by;
  return `${by} · ${words.moment(because.t ?? because.received)}`;
}

function canteenRow(
  words: PodWords,
  site: string,
  one: Indicator,
  head: string,
  range: string,
): string {
  const { t } = words;
  const value = indicatorValue(words, one);
  const standard = indicatorStandard(words, one);
  const limit = standard === '' ? '' : `${t(`limit.${one.key}`)} ${standard}`;
  const by = one.because.map((because) => sourceText(words, because));
  const record = one.because.find((because): because is ByRecord => because.by === 'record');
  const under = [range, limit, ...new Set(by)].filter((text) => text !== '').join(' · ');
  const shown = value === '' ? t('answer.unknown') : value;
  const isBad = one.answer === 'no';
  return rowHtml(
    t(head),
    isBad ? `${shown} · ${t(`bad.${one.key}`)}` : shown,
    under,
    record === undefined ? '' : recordLink(words, site, record),
  );
}

/** Stock, fridge, hot food and days without a meal; '' = not a canteen. */
export function canteenHtml(words: PodWords, facts: SiteFacts, recent: RecentFacts): string {
  if (facts.kind !== 'canteen') return '';
  const rows = CANTEEN_ROWS.map(([key, head, name]) => {
    const one = facts.indicators.find((indicator) => indicator.key === key);
    if (one === undefined) return '';
    const range = recent.outOfRange.find((of) => of.name === name);
    return canteenRow(words, facts.site, one, head, rangeText(words, range));
  });
  return `<h2>${escapeHtml(words.t('kind.canteen'))}</h2><table>${rows.join('')}</table>`;
}

/** Sensors and flow with where each value comes from; '' = none. A canteen's own are in its table. */
export function sensorsHtml(words: PodWords, { flow, readings, kind, site }: SiteFacts): string {
  const { t } = words;
  const under = (because: ByRecord) =>
    `${byText(words, because)} · ${words.moment(because.t ?? because.received)}`;
  const link = (because: ByRecord) => recordLink(words, site, because);
  const rows = readings
    .filter(({ name }) => kind !== 'canteen' || name === 'batteryMv' || name === 'levelMm')
    .map(({ name, value, because }) =>
      rowHtml(t(`site.${name}`), readingText(words, name, value), under(because), link(because)),
    );
  if (flow !== null) {
    const value = words.measure(flow.dlPerMinute / 10, 'L/min', 1);
    const shown = flow.atLeast ? `${t('site.atLeast')} ${value}` : value;
    rows.unshift(rowHtml(t('site.flow'), shown, under(flow.because), link(flow.because)));
  }
  if (rows.length === 0) return '';
  return `<h2>${escapeHtml(t('site.readings'))}</h2><table>${rows.join('')}</table>`;
}
