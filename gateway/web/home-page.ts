/*
 * home-page.ts: the first page: every site with drawing, number, colour and word, worst first; totals and milestones.
 * Way: facts of all sites -> HTML content of a page (frame.ts).
 */
import type { Bar } from '../core/facts/bars';
import { sumCompleteness } from '../core/facts/completeness';
import type { Milestone } from '../core/facts/milestones';
import type { SiteFacts } from '../core/facts/site-facts';
import { sparkline } from './bars';
import { escapeHtml } from './html';
import { progressSvg, progressText } from './milestones-page';
import { pictogram } from './pictograms';
import {
  completenessText,
  countOf,
  knownText,
  stateHtml,
  totalOf,
  totalText,
  worstFirst,
} from './pieces';
import type { PodWords } from './pod-words';

/** What the page tells besides the sites. */
export interface HomeHead {
  pod: string;
  /** Unix s for which the facts hold. */
  atS: number;
  /** In the gateway's own words. */
  problems: string[];
  warnings: string[];
}

function card(words: PodWords, site: SiteFacts, atS: number, days: readonly Bar[]): string {
  const { t } = words;
  const { word, since } = site.status;
  const today = totalOf(site, 'today');
  const lasts = since === null ? '' : ` · ${words.duration(atS - since)}`;
  const also = site.status.also
    .filter((one) => one === 'says-broken' || one === 'tampered' || one === 'no-news')
    .map((one) => ` · ${t(`word.${one}`)}`);
  const amount = escapeHtml(totalText(words, site.kind, today));
  return `<li><a class="card w-${word}" data-word="${word}" href="/site/${encodeURIComponent(site.site)}">
${pictogram(site.kind, t(`kind.${site.kind}`))} <b><bdi>${escapeHtml(site.name)}</bdi></b>
<span class="state">${stateHtml(words, word)}${escapeHtml(lasts + also.join(''))}</span>
<span class="big">${amount}${sparkline(site.kind, days)}</span><span class="soft">${escapeHtml(`${t('total.today')}: ${completenessText(words, today.completeness)}`)}</span></a></li>`;
}

/** Cards of facts as they stand, by language: after a change all others are the same. */
const cards = new WeakMap<SiteFacts, Map<string, string>>();

/** The card; made once for one set of facts. @param atS the facts' own minute */
function keptCard(
  words: PodWords,
  site: SiteFacts,
  atS: number,
  daysOf: (site: string) => readonly Bar[],
): string {
  const known = cards.get(site) ?? new Map<string, string>();
  cards.set(site, known);
  const name = `${words.language} ${words.zone} ${atS}`;
  const made = known.get(name) ?? card(words, site, atS, daysOf(site.site));
  known.set(name, made);
  return made;
}

function sumLine(words: PodWords, kind: SiteFacts['kind'], sites: SiteFacts[]): string {
  const of = sites.filter((site) => site.kind === kind).map((site) => totalOf(site, 'today'));
  if (of.length === 0) return '';
  const sum = of.reduce((so, { counters }) => so + countOf(kind, counters), 0);
  const complete = sumCompleteness(of.map(({ completeness }) => completeness));
  return `<tr><th scope="row">${pictogram(kind)} ${escapeHtml(words.t(`kind.${kind}`))} × ${words.number(of.length)}</th>
<td>${escapeHtml(knownText(words, kind, sum, complete.counted))}<span class="soft">${escapeHtml(completenessText(words, complete))}</span></td></tr>`;
}

function goals(words: PodWords, milestones: Milestone[]): string {
  const open = milestones.filter(({ ended }) => ended === null);
  if (open.length === 0) return '';
  const title = escapeHtml(words.t('goal.title'));
  const rows = open.map(
    (one) =>
      `<tr><th scope="row"><bdi>${escapeHtml(one.title)}</bdi></th><td>${progressSvg(words, one)}${escapeHtml(progressText(words, one))}<span class="soft">${escapeHtml(
        `${words.t('goal.due')} ${words.day(one.due)}`,
      )}</span></td></tr>`,
  );
  return `<h2><a href="/milestones">${title}</a></h2><table>${rows.join('')}</table>`;
}

function notices({ t }: PodWords, { problems, warnings }: HomeHead): string {
  const list = (texts: string[], key: string) =>
    texts.length === 0
      ? ''
      : `<section class="notice"><h2>${escapeHtml(t(key))}</h2><ul lang="en" dir="ltr">${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul></section>`;
  return list(problems, 'page.problems') + list(warnings, 'page.warnings');
}

/** The content. @param daysOf the last days of a site for its card's drawing */
export function homeContent(
  words: PodWords,
  head: HomeHead,
  sites: SiteFacts[],
  milestones: Milestone[],
  daysOf: (site: string) => readonly Bar[] = () => [],
): string {
  const { t } = words;
  const made = worstFirst(sites).map((site) => keptCard(words, site, head.atS, daysOf));
  const list =
    made.length === 0
      ? `<p>${escapeHtml(t('page.none'))}</p>`
      : `<p class="soft">${escapeHtml(t('page.worst'))}</p><ul class="sites">${made.join('\n')}</ul>`;
  const sums = sumLine(words, 'water-point', sites) + sumLine(words, 'canteen', sites);
  return `<h1><bdi>${escapeHtml(head.pod)}</bdi></h1>
${list}
${sums === '' ? '' : `<h2>${escapeHtml(t('total.all'))}</h2><table>${sums}</table>`}
${goals(words, milestones)}
<p class="soft">${escapeHtml(`${t('page.updated')} ${words.moment(head.atS)}. ${t('page.silence')}`)}</p>
${notices(words, head)}`;
}
