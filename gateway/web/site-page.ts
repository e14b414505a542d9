/*
 * site-page.ts: one site: how it is and why, how much, sensors, breakdowns, indicators, notes, and two buttons.
 * Way: facts of a site -> HTML content of a page (frame.ts). The buttons are a form: POST /site/<site>/says.
 */
import type { Episode, Indicator, SiteFacts } from '../core/facts/site-facts';
import { REPAIR_DAYS_OXFORD, REPAIR_DAYS_RWANDA } from '../limits/facts';
import { barsSvg, type DayBar } from './bars';
import { escapeHtml } from './html';
import { pictogram } from './pictograms';
import {
  amountText,
  byText,
  completenessText,
  countOf,
  indicatorStandard,
  indicatorValue,
  readingText,
  stateHtml,
} from './pieces';
import type { PodWords } from './pod-words';

/** Breakdowns that a page shows, newest first, episodes. */
const EPISODES_SHOWN = 10;

/** What the page stands on. */
export interface SiteView {
  facts: SiteFacts;
  atS: number;
  /** The last 30 days, oldest first. */
  days: DayBar[];
  /** Newest first. */
  notes: { note: string; t: number }[];
  /** How a press of a button on this page ended; null = nobody pressed. */
  told: 'told' | 'again' | 'failed' | null;
}

function row(head: string, value: string, under = ''): string {
  const small = under === '' ? '' : `<span class="soft">${escapeHtml(under)}</span>`;
  return `<tr><th scope="row">${escapeHtml(head)}</th><td>${escapeHtml(value)}${small}</td></tr>`;
}

function statusHtml(words: PodWords, { facts, atS }: SiteView): string {
  const { t } = words;
  const { word, since, because, also } = facts.status;
  const heard = facts.lastHeard === null ? t('site.never') : words.ago(facts.lastHeard, atS);
  const lines = [
    byText(words, because) + (since === null ? '' : ` · ${t('site.since')} ${words.moment(since)}`),
    ...(also.length > 0
      ? [`${t('site.also')}: ${also.map((one) => t(`word.${one}`)).join(', ')}`]
      : []),
    ...(facts.flags.length > 0 ? [facts.flags.map((flag) => t(`flag.${flag}`)).join(', ')] : []),
    `${t('site.heard')}: ${heard}`,
  ];
  return `<div class="card w-${word}" data-word="${word}"><span class="big">${stateHtml(words, word)}</span>${lines
    .map((line) => `<span class="soft">${escapeHtml(line)}</span>`)
    .join('')}</div>`;
}

function buttons({ t }: PodWords, site: string, told: SiteView['told']): string {
  const answer =
    told === null
      ? ''
      : `<p class="told${told === 'told' ? '' : ' bad'}" role="status">${escapeHtml(t(`say.${told}`))}</p>`;
  const button = (value: string, look: string, drawing: string) =>
    `<button class="${look}" name="says" value="${value}">${pictogram(drawing)}${escapeHtml(t(`say.${value}`))}</button>`;
  return `<h2>${escapeHtml(t('say.title'))}</h2>${answer}<form method="post" action="/site/${encodeURIComponent(site)}/says">
${button('broken', 'no', 'says-broken')}${button('fixed', 'yes', 'in-use')}</form>`;
}

function totalsHtml(words: PodWords, { facts, days }: SiteView): string {
  const { t } = words;
  const { kind, totals, ever } = facts;
  const rows = totals.map(({ period, counters, completeness }) =>
    row(
      t(`total.${period}`),
      amountText(words, kind, countOf(kind, counters)),
      completenessText(words, completeness),
    ),
  );
  const most = Math.max(0, ...days.map(({ count }) => count));
  const label = `${t('total.chart')} · ${amountText(words, kind, most)} ${t('total.most')}`;
  return `<h2>${escapeHtml(t('total.title'))}</h2><table>${rows.join('')}${row(t('total.ever'), amountText(words, kind, countOf(kind, ever.counters)))}</table>
<p class="soft">${escapeHtml(`${label}. ${t('total.utc')}`)}</p>${barsSvg(days, label)}`;
}

function sensorsHtml(words: PodWords, { flow, readings }: SiteFacts): string {
  const { t } = words;
  const rows = readings.map(({ name, value, because }) =>
    row(t(`site.${name}`), readingText(words, name, value), byText(words, because)),
  );
  if (flow !== null) {
    const value = words.measure(flow.dlPerMinute / 10, 'L/min', 1);
    rows.unshift(row(t('site.flow'), flow.atLeast ? `${t('site.atLeast')} ${value}` : value));
  }
  if (rows.length === 0) return '';
  return `<h2>${escapeHtml(t('site.readings'))}</h2><table>${rows.join('')}</table>`;
}

function episodeHtml(words: PodWords, episode: Episode): string {
  const { t } = words;
  const { start, reported, confirmed, repaired, durationS, usedAgain } = episode;
  const lines = [
    `${t('break.reported')}: ${byText(words, reported)}`,
    repaired === null ? t('break.open') : `${t('break.repaired')}: ${byText(words, repaired)}`,
    ...(confirmed > 0 ? [t('break.more', { n: words.number(confirmed) })] : []),
    ...(usedAgain === null ? [] : [t('break.used')]),
  ];
  return row(words.moment(start), words.duration(durationS), lines.join(' · '));
}

function breakdownsHtml(words: PodWords, { breakdowns }: SiteFacts): string {
  const { t } = words;
  const title = `<h2>${escapeHtml(t('break.title'))}</h2>`;
  if (breakdowns.episodes.length === 0) return `${title}<p>${escapeHtml(t('break.none'))}</p>`;
  const compare = t('break.compare', {
    oxford: words.number(REPAIR_DAYS_OXFORD),
    rwanda: words.number(REPAIR_DAYS_RWANDA),
  });
  const median =
    breakdowns.medianS === null
      ? ''
      : `<p>${escapeHtml(`${t('break.median')} ${words.duration(breakdowns.medianS)}. ${compare}`)}</p>`;
  return `${title}${median}<table><tr><th scope="col">${escapeHtml(t('break.from'))}</th><th scope="col">${escapeHtml(t('break.lasted'))}</th></tr>${breakdowns.episodes
    .slice(0, EPISODES_SHOWN)
    .map((episode) => episodeHtml(words, episode))
    .join('')}</table>`;
}

function indicatorHtml(words: PodWords, one: Indicator): string {
  const { t } = words;
  const value = indicatorValue(words, one);
  const standard = indicatorStandard(words, one);
  const parts = [
    t(`answer.${one.answer}`),
    ...(value === '' ? [] : [value + (one.estimate ? ` (${t('answer.estimate')})` : '')]),
    ...(standard === '' ? [] : [`${t('answer.standard')}: ${standard}`]),
  ];
  const caveats = one.caveats.map((caveat) => t(`caveat.${caveat}`)).join(' ');
  return `<div class="ind"><b>${escapeHtml(t(`indicator.${one.key}`))}</b>${escapeHtml(parts.join(' · '))}
<div class="soft">${escapeHtml(caveats)}</div></div>`;
}

function notesHtml(words: PodWords, notes: SiteView['notes']): string {
  const { t } = words;
  const rows = notes.map(
    ({ note, t: at }) =>
      `<li><bdi>${escapeHtml(note)}</bdi> <span class="soft">${escapeHtml(words.day(at))}</span></li>`,
  );
  const body =
    rows.length === 0 ? `<p>${escapeHtml(t('notes.none'))}</p>` : `<ul>${rows.join('')}</ul>`;
  return `<h2>${escapeHtml(t('notes.title'))}</h2>${body}`;
}

/** The content. */
export function siteContent(words: PodWords, view: SiteView): string {
  const { t } = words;
  const { facts } = view;
  const indicators = facts.indicators.map((one) => indicatorHtml(words, one)).join('');
  return `<h1>${pictogram(facts.kind, t(`kind.${facts.kind}`))} <bdi>${escapeHtml(facts.name)}</bdi></h1>
${statusHtml(words, view)}
${buttons(words, facts.site, view.told)}
${totalsHtml(words, view)}
<p><a href="/check/${encodeURIComponent(facts.site)}?period=today">${escapeHtml(t('check.title'))}</a></p>
${sensorsHtml(words, facts)}
${breakdownsHtml(words, facts)}
<h2>${escapeHtml(t('indicator.title'))}</h2>${indicators}
${notesHtml(words, view.notes)}
<p class="soft"><a href="/api/v1/sites/${encodeURIComponent(facts.site)}/records">${escapeHtml(t('site.records'))}</a></p>`;
}
