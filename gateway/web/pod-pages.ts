/*
 * pod-pages.ts: the pages a village sees: / , /site/<site>, /t, /print, and the two buttons of a site's page.
 * Way: Question -> language -> kept facts and sums by day -> HTML; POST /site/<site>/says -> the API's confirmation -> back to the page.
 */
import type { ApiFunction, Sayer } from '../api/answers';
import type { FactsKeeping } from '../api/facts-keeping';
import type { SiteFacts } from '../core/facts/site-facts';
import { namedCounters } from '../core/messages';
import type { Answer, Question } from '../edges/http/answer';
import type { SiteReader } from '../edges/store/read-sites';
import { NOTES_SHOWN_MAX, NOTICES_KEPT_MS } from '../limits/facts';
import type { DayBar } from './bars';
import { POD_PAGE_HEADERS, type PodPage, podDocument } from './frame';
import { homeContent } from './home-page';
import { escapeHtml } from './html';
import { readerLanguage } from './language';
import { createPageKeeping } from './page-keeping';
import { countOf, worstFirst } from './pieces';
import type { PodLanguages, PodWords } from './pod-words';
import { RECEIPT_PAPER, RECEIPT_STYLE, receiptContent, sheetHelp } from './receipt';
import { type SiteView, siteContent } from './site-page';
import { sheetContent, textContent } from './text-and-sheet';

const DAY_S = 86_400;
const BAR_DAYS = 30;
const WEEK_DAYS = 7;
const LANGUAGE_COOKIE_S = 365 * 86_400;

/** What the pages read. */
export interface PodPagesDoors {
  pod: string;
  keeping: FactsKeeping;
  sites: Pick<SiteReader, 'days'>;
  /** What is wrong, and what should be done, in the gateway's own words. */
  status(): { problems: string[]; warnings: string[] };
  /** Takes what a button says. */
  api: ApiFunction;
  languages: PodLanguages;
}

/** The pages. */
export interface PodPages {
  /** null: no page of the pod is there. */
  read(question: Question): Answer | null;
  /** A press of a button at /site/<site>/says. */
  say(site: string, form: URLSearchParams, sayer: Sayer): Answer;
}

/** These days of a site, oldest first; those without anything have no minutes. */
function barsOf(doors: PodPagesDoors, facts: SiteFacts, fromS: number, days: number): DayBar[] {
  const rows = doors.sites.days(facts.site, fromS, fromS + days * DAY_S);
  const byStart = new Map(rows.map((row) => [row.startS, row]));
  return Array.from({ length: days }, (_, at) => {
    const row = byStart.get(fromS + at * DAY_S);
    if (row === undefined) return { count: 0, minutes: 0 };
    const count = countOf(facts.kind, namedCounters(facts.kind, row.counters));
    return { count, minutes: row.minutes };
  });
}

/** Pages that tell every reader the same, by the first part of their address. */
const KEPT_PATHS = ['', 'site', 't', 'print'];
/** What a question may add to an address of those. */
const KEPT_QUERY_CHARS = 64;

/** The gateway's own words: asking costs more than a kept page. */
function createNotices(status: PodPagesDoors['status']) {
  let told: ReturnType<PodPagesDoors['status']> | null = null;
  let toldMs = 0;
  return () => {
    const nowMs = performance.now();
    if (told !== null && nowMs - toldMs < NOTICES_KEPT_MS) return told;
    const { problems, warnings } = status();
    toldMs = nowMs;
    told = { problems, warnings };
    return told;
  };
}

/** Name of a page that may be kept; null: it is made each time. */
function nameToKeep({ segments, query }: Question, language: string): string | null {
  const asked = new URLSearchParams(query);
  asked.delete('lang');
  const text = asked.toString();
  if (!KEPT_PATHS.includes(segments[0]) || text.length > KEPT_QUERY_CHARS) return null;
  return `${language} ${segments.map(encodeURIComponent).join('/')}?${text}`;
}

function toldOf(query: URLSearchParams): SiteView['told'] {
  const told = query.get('told');
  return told === 'told' || told === 'again' || told === 'failed' ? told : null;
}

function siteView(doors: PodPagesDoors, site: string, query: URLSearchParams): SiteView | null {
  const { keeping } = doors;
  const facts = keeping.siteFacts(site);
  if (facts === null) return null;
  const atS = keeping.atS();
  const todayS = atS - (atS % DAY_S);
  const firstS = todayS - (BAR_DAYS - 1) * DAY_S;
  const notes = keeping.statements
    .page(site, 0, NOTES_SHOWN_MAX)
    .filter(({ note }) => note !== '')
    .map(({ note, atS: t }) => ({ note, t }));
  return { facts, atS, days: barsOf(doors, facts, firstS, BAR_DAYS), notes, told: toldOf(query) };
}

/** Title and content; null: no such page. */
function pageOf(
  doors: PodPagesDoors,
  words: PodWords,
  { segments, query }: Question,
): Pick<PodPage, 'title' | 'content' | 'style' | 'isLive'> | null {
  const { pod, keeping, status } = doors;
  const atS = keeping.atS();
  const [first, second = ''] = segments;
  if (first === 'site' && segments.length === 2) {
    const view = siteView(doors, second, query);
    if (view === null) return null;
    return { title: view.facts.name, content: siteContent(words, view), isLive: true };
  }
  if (segments.length !== 1) return null;
  if (first === '') {
    const { problems, warnings } = status();
    const head = { pod, atS, problems, warnings };
    const content = homeContent(words, head, keeping.allFacts(), keeping.milestones());
    return { title: words.t('page.all'), content, isLive: true };
  }
  if (first === 't') {
    const content = textContent(words, pod, atS, keeping.allFacts());
    return { title: words.t('page.text'), content, isLive: true };
  }
  if (first === 'print') {
    const firstS = atS - (atS % DAY_S) - WEEK_DAYS * DAY_S;
    const rows = worstFirst(keeping.allFacts()).map((facts) => ({
      facts,
      days: barsOf(doors, facts, firstS, WEEK_DAYS),
    }));
    const isReceipt = query.get('paper') === RECEIPT_PAPER;
    const made = (isReceipt ? receiptContent : sheetContent)(words, pod, firstS, rows);
    const content = `${sheetHelp(words, isReceipt)}${made}`;
    const style = isReceipt ? RECEIPT_STYLE : '';
    return { title: words.t('page.print'), content, style, isLive: false };
  }
  return null;
}

function missing(words: PodWords, pod: string): Answer {
  const title = words.t('page.missing');
  const content = `<h1>${escapeHtml(title)}</h1>`;
  const body = podDocument({ words, pod, path: '/', title, content, isLive: false });
  return { status: 404, type: 'text/html', body };
}

/** Makes the pages. */
export function createPodPages(given: PodPagesDoors): PodPages {
  const notices = createNotices(given.status);
  const doors = { ...given, status: notices };
  const { pod, keeping, languages } = doors;
  const kept = createPageKeeping();
  const made = (question: Question, words: PodWords): string | null => {
    const page = pageOf(doors, words, question);
    const path = `/${question.segments.map(encodeURIComponent).join('/')}`;
    return page === null ? null : podDocument({ words, pod, path, ...page });
  };
  const found = (question: Question, words: PodWords): Answer | null => {
    const make = () => made(question, words);
    const name = nameToKeep(question, words.language);
    if (name === null) {
      const body = make();
      return body === null ? null : { status: 200, type: 'text/html', body };
    }
    const { problems, warnings } = notices();
    const version = JSON.stringify([keeping.version(), problems, warnings]);
    const page = kept.page(name, version, make);
    if (page === null) return null;
    const headers = { ETag: page.tag, 'Cache-Control': 'private, no-cache' };
    return { status: 200, type: 'text/html', body: page.zipped, isZipped: true, headers };
  };
  return {
    read(question) {
      const { segments, query, headers } = question;
      const isOurs =
        segments.length === 1 ? ['', 't', 'print'].includes(segments[0]) : segments[0] === 'site';
      if (!isOurs || segments.length > 2) return null;
      const { language, isChosen } = readerLanguage(query, headers, languages.codes);
      const words = languages.words(language);
      const answer = found(question, words) ?? missing(words, pod);
      const cookie = `tallywell_lang=${language}; Path=/; Max-Age=${LANGUAGE_COOKIE_S}; SameSite=Lax`;
      const told: Record<string, string> = isChosen ? { 'Set-Cookie': cookie } : {};
      return { ...answer, headers: { ...POD_PAGE_HEADERS, ...answer.headers, ...told } };
    },
    say(site, form, sayer) {
      const path = ['api', 'v1', 'sites', site, 'confirmations'];
      const body = { says: form.get('says') };
      const { status } = doors.api('POST', path, new URLSearchParams(), body, sayer) ?? {
        status: 404,
      };
      const told = status === 201 ? 'told' : status === 429 ? 'again' : 'failed';
      const to = `/site/${encodeURIComponent(site)}?told=${told}`;
      return { status: 303, type: 'text/html', body: '', headers: { Location: to } };
    },
  };
}
