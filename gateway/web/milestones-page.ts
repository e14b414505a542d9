/*
 * milestones-page.ts: what the pod wants to reach by when, how far it is by stored records, and which sites it hangs on.
 * Way: milestones (core/facts/milestones.ts) and facts of all sites -> HTML content of a page (frame.ts).
 */
import type { Milestone, SiteProgress } from '../core/facts/milestones';
import type { SiteFacts } from '../core/facts/site-facts';
import { escapeHtml } from './html';
import { completenessText, rowHtml } from './pieces';
import type { PodWords } from './pod-words';

const WIDE = 100;

/** "2 of 5 · not reached yet · 1 not known". */
export function progressText({ t, number }: PodWords, one: Milestone): string {
  const { reached, of, unknown, answer } = one;
  return [
    t('goal.of', { reached: number(reached), of: number(of) }),
    t(`goal.${answer === 'unknown' ? 'maybe' : answer}`),
    ...(unknown > 0 ? [t('goal.unknown', { n: number(unknown) })] : []),
  ].join(' · ');
}

/** A bar: dark what is reached, pale what nobody can tell of. */
export function progressSvg(words: PodWords, one: Milestone): string {
  const part = (count: number) => (one.of === 0 ? 0 : Math.min(WIDE, (count / one.of) * WIDE));
  const reached = Math.round(part(one.reached));
  const unknown = Math.min(WIDE - reached, Math.round(part(one.unknown)));
  const rect = (x: number, width: number, look: string) =>
    width === 0 ? '' : `<rect${look} x="${x}" width="${width}" height="10"/>`;
  // From right to left the bar grows the other way, like the words around it.
  const turn = words.direction === 'rtl' ? ` transform="translate(${WIDE} 0) scale(-1 1)"` : '';
  return `<svg class="goal" viewBox="0 0 ${WIDE} 10" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(progressText(words, one))}"><g${turn}>${rect(0, reached, '')}${rect(reached, unknown, ' class="part"')}</g></svg>`;
}

function goalText({ t, number, measure }: PodWords, { goal, target }: Milestone): string {
  if (goal === 'litres-per-person') {
    return t('goal.litres', { litres: measure(target, 'L', 1) });
  }
  return t(`goal.${goal}`, { count: target, n: number(target) });
}

function siteRow(
  words: PodWords,
  goal: Milestone['goal'],
  one: SiteProgress,
  name: string,
): string {
  const { t } = words;
  const { answer, value } = one;
  if (answer === 'unknown') return rowHtml(name, t('goal.maybe'));
  if (goal !== 'litres-per-person')
    return rowHtml(name, t(value === 1 ? 'goal.open' : 'goal.shut'));
  const litres = words.t('unit.perPerson', { litres: words.measure(value ?? 0, 'L', 1) });
  return rowHtml(name, `${litres} · ${t(`goal.${answer}`)}`);
}

function milestoneHtml(
  words: PodWords,
  one: Milestone,
  nameOf: (site: string) => string,
  atS: number,
): string {
  const { t } = words;
  const isLate = one.ended === null && one.answer !== 'yes' && one.due < atS;
  const due = `${t('goal.due')} ${words.day(one.due)}${isLate ? ` · ${t('goal.late')}` : ''}`;
  const lines = [
    due,
    `${t('goal.setBy')} ${t(`by.${one.madeBy}`)}, ${words.day(one.made)}`,
    ...(one.ended === null ? [] : [`${t('goal.ended')} ${words.day(one.ended)}`]),
    ...(one.goal === 'litres-per-person'
      ? [t('caveat.pumped-is-not-used'), t('caveat.people-as-said')]
      : [t('goal.base', { n: words.number(one.base) })]),
    `${t('goal.week')}: ${completenessText(words, one.completeness)}`,
  ];
  const rows = one.sites.map((site) => siteRow(words, one.goal, site, nameOf(site.site)));
  const table =
    rows.length === 0
      ? ''
      : `<details><summary>${escapeHtml(t('goal.sites'))}</summary><table>${rows.join('')}</table></details>`;
  return `<section class="one"><h2><bdi>${escapeHtml(one.title)}</bdi></h2><p>${escapeHtml(goalText(words, one))}</p>
${progressSvg(words, one)}<p><b>${escapeHtml(progressText(words, one))}</b></p>
${lines.map((line) => `<div class="soft">${escapeHtml(line)}</div>`).join('')}${table}</section>`;
}

/** The content: open ones by their date, then those that ended. */
export function milestonesContent(
  words: PodWords,
  milestones: Milestone[],
  sites: SiteFacts[],
  atS: number,
): string {
  const { t } = words;
  const names = new Map(sites.map(({ site, name }) => [site, name]));
  const isEnded = ({ ended }: Milestone) => (ended === null ? 0 : 1);
  const sorted = [...milestones].sort((a, b) => isEnded(a) - isEnded(b) || a.due - b.due);
  const list = sorted.map((one) =>
    milestoneHtml(words, one, (site) => names.get(site) ?? site, atS),
  );
  const body = list.length === 0 ? `<p>${escapeHtml(t('goal.none'))}</p>` : list.join('\n');
  return `<h1>${escapeHtml(t('goal.title'))}</h1><p class="soft">${escapeHtml(t('goal.how'))}</p>${body}`;
}
