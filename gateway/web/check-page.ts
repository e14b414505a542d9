/*
 * check-page.ts: "check this number": a figure with its records, keys and their words, and a place where the phone's verdict appears.
 * Way: what check-view.ts read -> HTML content of a page (frame.ts). The program that checks: gateway/browser/check-number.ts.
 */
import { toHex } from '../../shared/bytes';
import { BEHIND_PERIODS, type BehindPeriod, shownCount } from '../core/behind';
import type { SiteFacts } from '../core/facts/site-facts';
import type { BehindKey } from '../edges/store/read-behind';
import { CHECK_SCRIPT } from './check-script';
import { escapeHtml } from './html';
import { keyWordsOf } from './key-words';
import { pictogram } from './pictograms';
import { amountText } from './pieces';
import type { PodWords } from './pod-words';

/** A record as a page lists it. */
export interface ListedRecord {
  id: number;
  /** Unix s; null = not dated. */
  atS: number | null;
  epoch: number;
  sequence: number;
  /** Its own buckets; null: an event counts nothing. */
  counters: number[] | null;
  /** The gateway's own verdict: a reason, null = good. */
  reason: string | null;
}

/** What both pages show. */
export interface CheckHead {
  /** Exports are named after it. */
  pod: string;
  facts: Pick<SiteFacts, 'site' | 'name' | 'kind'>;
  keys: BehindKey[];
  /** Address of the checking program; '' = it was not built. */
  program: string;
}

/** The page of a figure. */
export interface FigureView extends CheckHead {
  period: BehindPeriod;
  from: number;
  before: number;
  /** As the site's page shows it. */
  amount: string;
  /** The same as the phone adds it up: 0.1 L or meals. */
  count: number;
  completeness: string;
  /** Of this page, and how many there are in all. */
  records: ListedRecord[];
  all: number;
  isCut: boolean;
  /** From 1. */
  page: number;
  pages: number;
}

/** The page of a record. */
export interface RecordView extends CheckHead {
  record: ListedRecord;
  cose: Uint8Array;
  bootTimeS: number | null;
}

const KEYS = [
  ...['old', 'begin', 'wait', 'missing', 'lost', 'changed', 'many'],
  ...['good', 'one', 'none', 'differs', 'bad'],
];
const REASONS = ['form', 'unknown-key', 'signature', 'record', 'date'];

/** The words that the program says, as an attribute. */
function programWords({ t }: PodWords): string {
  // Values are put in by the program.
  const keep = Object.fromEntries(
    ['n', 'all', 'sum'].map((name) => [name, `{{${name}}}`]),
  ) as Record<string, string>;
  const words = Object.fromEntries(KEYS.map((key) => [key, t(`check.${key}`, keep)]));
  for (const reason of REASONS) words[reason] = t(`check.reason.${reason}`);
  return escapeHtml(JSON.stringify({ ...words, ok: t('check.ok') }));
}

/** Where the verdict appears, and what the program must know. */
function verdictHtml(words: PodWords, head: CheckHead, data: Record<string, string>): string {
  const attributes = Object.entries({
    ...data,
    program: head.program,
    tag: words.locale,
    kind: head.facts.kind,
    keys: head.keys.map(({ publicKey }) => toHex(publicKey)).join(' '),
  }).map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`);
  const { t } = words;
  return `<div id="check"${attributes.join('')} data-words="${programWords(words)}"></div>
<h2>${escapeHtml(t('check.phone'))}</h2><p id="verdict" class="told wait" role="status">${escapeHtml(t('check.noScript'))}</p>`;
}

function keysHtml(words: PodWords, keys: BehindKey[]): string {
  const { t } = words;
  const rows = keys.map(({ publicKey, toS }) => {
    const hex = toHex(publicKey);
    const until = toS === null ? t('check.stands') : `${t('check.until')} ${words.day(toS)}`;
    return `<p><b class="big" dir="ltr" lang="en" data-key="${hex}">${keyWordsOf(hex).join(' ')}</b><br>
<span class="soft">${escapeHtml(until)} · ${escapeHtml(t('check.key'))} <code dir="ltr">${hex}</code></span></p>`;
  });
  return `<h2>${escapeHtml(t('check.label'))}</h2><p>${escapeHtml(t('check.labelHow'))}</p>${rows.join('')}`;
}

function tail(
  { t }: PodWords,
  { pod }: CheckHead,
  name: string,
  files: [href: string, key: string][],
): string {
  const links = files.map(([href, key]) => `<a href="${href}" download>${escapeHtml(t(key))}</a>`);
  return `<h2>${escapeHtml(t('check.computer'))}</h2><p>${escapeHtml(t('check.trust'))}</p><p>${links.join(' · ')}</p>
<p><code dir="ltr">tallywell check-records ${escapeHtml(name)} --keys tallywell-${escapeHtml(pod)}-keys.json</code></p>
<h2>${escapeHtml(t('check.later'))}</h2><p class="soft">${escapeHtml(t('check.laterWhat'))}</p>
<script>${CHECK_SCRIPT}</script>`;
}

function title(words: PodWords, { facts }: CheckHead): string {
  const back = `<a href="/site/${encodeURIComponent(facts.site)}"><bdi>${escapeHtml(facts.name)}</bdi></a>`;
  return `<h1>${escapeHtml(words.t('check.title'))}</h1><p>${pictogram(facts.kind)} ${back}</p>`;
}

/** The gateway's own verdict of a record, as HTML: a word, never colour alone. */
function verdictWord({ t }: PodWords, reason: string | null): string {
  const word = reason === null ? t('check.ok') : t(`check.reason.${reason}`);
  return `<span class="${reason === null ? 'soft' : 'w-says-broken'}">${escapeHtml(word)}</span>`;
}

function recordRow(words: PodWords, { facts }: CheckHead, one: ListedRecord): string {
  const { t } = words;
  const when = one.atS === null ? t('check.undated') : words.moment(one.atS);
  const amount =
    one.counters === null
      ? t('check.event')
      : amountText(words, facts.kind, shownCount(facts.kind, one.counters));
  return `<tr><td><a href="/check/${encodeURIComponent(facts.site)}/${one.id}">${escapeHtml(when)}</a><span class="soft">${escapeHtml(amount)}</span></td>
<td>${verdictWord(words, one.reason)}</td><td data-record="${one.id}">–</td></tr>`;
}

function pagesHtml({ t, number }: PodWords, { period, page, pages }: FigureView): string {
  if (pages < 2) return '';
  const link = (to: number, key: string) =>
    to < 1 || to > pages
      ? ''
      : `<a href="?period=${period}&amp;page=${to}">${escapeHtml(t(key))}</a> `;
  return `<p>${link(page - 1, 'check.newer')}${link(page + 1, 'check.older')}<span class="soft">${number(page)} / ${number(pages)}</span></p>`;
}

function recordsHtml(words: PodWords, view: FigureView): string {
  const { t } = words;
  const title = `<h2>${escapeHtml(t('check.records'))} (${words.number(view.all)})</h2>`;
  if (view.records.length === 0) return `${title}<p>${escapeHtml(t('check.none'))}</p>`;
  const heads = ['check.when', 'check.gateway', 'check.phone'].map(
    (key) => `<th scope="col">${escapeHtml(t(key))}</th>`,
  );
  const rows = view.records.map((one) => recordRow(words, view, one));
  return `${title}<p class="soft">${escapeHtml(t('check.own'))}</p>
<table class="loose"><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>${pagesHtml(words, view)}`;
}

/** Title and content of a figure's page. */
export function figureContent(words: PodWords, view: FigureView): string {
  const { t } = words;
  const { facts, period } = view;
  const periods = BEHIND_PERIODS.map((one) => {
    const word = escapeHtml(t(`total.${one}`));
    return one === period ? `<b>${word}</b>` : `<a href="?period=${one}">${word}</a>`;
  });
  const site = encodeURIComponent(facts.site);
  const iso = (atS: number) => `${new Date(atS * 1000).toISOString().slice(0, 16)}Z`;
  const range = period === 'ever' ? '' : `&amp;from=${iso(view.from)}&amp;to=${iso(view.before)}`;
  const data = { figure: `/api/v1/sites/${site}/behind?period=${period}`, count: `${view.count}` };
  return `${title(words, view)}
<p class="langs">${periods.join(' ')}</p>
<p class="big">${escapeHtml(view.amount)}</p>
<p class="soft">${escapeHtml(view.completeness)}</p>
${verdictHtml(words, view, data)}
${keysHtml(words, view.keys)}
${recordsHtml(words, view)}
${tail(words, view, `tallywell-${view.pod}-records.cborseq`, [
  [`/api/v1/export/records.cborseq?site=${site}${range}`, 'check.file'],
  [`/api/v1/export/keys.json?site=${site}`, 'check.keys'],
])}`;
}

/** The bytes in lines that a narrow phone can show. */
function hexHtml(bytes: Uint8Array): string {
  return `<pre dir="ltr">${(toHex(bytes).match(/.{1,8}/g) ?? []).join(' ')}</pre>`;
}

/** Title and content of a record's page. */
export function recordContent(words: PodWords, view: RecordView): string {
  const { t } = words;
  const { facts, record, cose } = view;
  const site = encodeURIComponent(facts.site);
  const file = `/api/v1/sites/${site}/records/${record.id}.cose`;
  const boot = view.bootTimeS === null ? '' : String(view.bootTimeS);
  const head = ['check.when', 'check.gateway', 'check.phone'].map(
    (key) => `<th scope="col">${escapeHtml(t(key))}</th>`,
  );
  return `${title(words, view)}
<p class="big">${escapeHtml(t('check.record'))} ${words.number(record.epoch)}/${words.number(record.sequence)}</p>
<table class="loose"><thead><tr>${head.join('')}</tr></thead><tbody>${recordRow(words, view, record)}</tbody></table>
${verdictHtml(words, view, { file, id: String(record.id), boot })}
${keysHtml(words, view.keys)}
<h2>${escapeHtml(t('check.signed'))}</h2>${hexHtml(cose)}
${tail(words, view, `${record.id}.cose`, [
  [file, 'check.file'],
  [`/api/v1/export/keys.json?site=${site}`, 'check.keys'],
])}`;
}
