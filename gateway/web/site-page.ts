/*
 * site-page.ts: one site: how it is and why, how much, sensors, events, breakdowns, indicators, notes, and what people can say.
 * Way: facts of a site -> HTML content of a page (frame.ts). The buttons and the note are a form:
 * POST /site/<site>/says.
 */
import type { Bar, BarPeriod } from '../core/facts/bars';
import type { RecentFacts } from '../core/facts/recent';
import type { Episode, Indicator, Reporter, SiteFacts } from '../core/facts/site-facts';
import { NOTE_CHARS_MAX, REPAIR_DAYS_OXFORD, REPAIR_DAYS_RWANDA } from '../limits/facts';
import { escapeHtml } from './html';
import { pictogram } from './pictograms';
import {
  byText,
  indicatorStandard,
  indicatorValue,
  rowHtml,
  stateHtml,
  totalOf,
  totalText,
} from './pieces';
import type { PodWords } from './pod-words';
import { canteenHtml, eventsHtml, sensorsHtml } from './site-events';
import { totalsHtml } from './site-totals';

/** Breakdowns that a page shows, newest first, episodes. */
const EPISODES_SHOWN = 10;

/** What the page stands on. */
export interface SiteView {
  facts: SiteFacts;
  atS: number;
  /** What was chosen to be seen, and its steps, oldest first. */
  period: BarPeriod;
  bars: Bar[];
  recent: RecentFacts;
  /** Newest first. says: what was said with it. */
  notes: { note: string; says: 'broken' | 'fixed' | null; t: number; reporter: Reporter }[];
  /** How a press of a button on this page ended; null = nobody pressed. */
  told: 'told' | 'again' | 'failed' | 'long' | 'empty' | null;
  /** Addresses of this page's script, and of the one that draws a chart. */
  scriptPath: string;
  chartPath: string;
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

/** Both buttons, and a text that goes with either or alone. One form, so that it works without a script. */
function buttons({ t, number }: PodWords, site: string, told: SiteView['told']): string {
  const answer =
    told === null
      ? ''
      : `<p class="told${told === 'told' ? '' : ' bad'}" role="status">${escapeHtml(t(`say.${told}`))}</p>`;
  const button = (value: string, look: string, drawing: string) =>
    `<button class="${look}" name="says" value="${value}">${pictogram(drawing)}${escapeHtml(t(`say.${value}`))}</button>`;
  const label = t('say.what', { n: number(NOTE_CHARS_MAX) });
  return `<h2>${escapeHtml(t('say.title'))}</h2>${answer}<form method="post" action="/site/${encodeURIComponent(site)}/says">
${button('broken', 'no', 'says-broken')}${button('fixed', 'yes', 'in-use')}
<label for="note">${escapeHtml(label)}</label><textarea id="note" name="note" rows="3" maxlength="${NOTE_CHARS_MAX}" dir="auto"></textarea>
<button class="plain" name="says" value="note">${escapeHtml(t('say.note'))}</button></form>`;
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
  return rowHtml(words.moment(start), words.duration(durationS), lines.join(' · '));
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

function notesHtml(words: PodWords, site: string, notes: SiteView['notes']): string {
  const { t } = words;
  const rows = notes.map(
    ({ note, says, t: at, reporter }) =>
      `<li>${says === null ? '' : `<b>${escapeHtml(t(`say.${says}`))}</b> `}<bdi>${escapeHtml(note)}</bdi> <span class="soft">${escapeHtml(
        `${words.moment(at)} · ${t('by.person')} (${t(`by.${reporter}`)})`,
      )}</span></li>`,
  );
  const body =
    rows.length === 0 ? `<p>${escapeHtml(t('notes.none'))}</p>` : `<ul>${rows.join('')}</ul>`;
  return `<h2>${escapeHtml(t('notes.title'))}</h2>${body}<p><a href="/notes?site=${encodeURIComponent(site)}">${escapeHtml(t('notes.all'))}</a></p>`;
}

/** What is read aloud: name, word, and today's amount. The button comes with a script, where the browser has a voice. */
function aloud(words: PodWords, { facts }: SiteView): string {
  const { t } = words;
  const today = totalText(words, facts.kind, totalOf(facts, 'today'));
  const sum = today === '?' ? '' : ` ${t('total.today')}: ${today}.`;
  const text = `${facts.name}. ${t(`word.${facts.status.word}`)}.${sum}`;
  return `<button class="plain" hidden data-say="${escapeHtml(text)}" data-locale="${words.language}">${escapeHtml(t('say.aloud'))}</button>`;
}

/** The content. */
export function siteContent(words: PodWords, view: SiteView): string {
  const { t } = words;
  const { facts, recent, period, bars } = view;
  const indicators = facts.indicators.map((one) => indicatorHtml(words, one)).join('');
  const totals = { facts, period, bars, chartPath: view.chartPath };
  return `<h1>${pictogram(facts.kind, t(`kind.${facts.kind}`))} <bdi>${escapeHtml(facts.name)}</bdi></h1>
${statusHtml(words, view)}
${aloud(words, view)}
${buttons(words, facts.site, view.told)}
${totalsHtml(words, totals)}
<p><a href="/check/${encodeURIComponent(facts.site)}?period=today">${escapeHtml(t('check.title'))}</a></p>
${canteenHtml(words, facts, recent)}
${sensorsHtml(words, facts)}
${eventsHtml(words, facts, recent)}
${breakdownsHtml(words, facts)}
<h2>${escapeHtml(t('indicator.title'))}</h2>${indicators}
${notesHtml(words, facts.site, view.notes)}
<p class="soft"><a href="/api/v1/sites/${encodeURIComponent(facts.site)}/records">${escapeHtml(t('site.records'))}</a></p>
<script src="${view.scriptPath}" defer></script>`;
}
