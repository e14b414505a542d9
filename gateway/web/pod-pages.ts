/*
 * pod-pages.ts: the pages a village sees: / , /site/<site>, /milestones, /notes, /t, /print, and what is said at a site's page.
 * Way: Question -> language -> kept facts -> HTML; POST /site/<site>/says -> the API -> back to the page.
 */
import type { ApiFunction, Sayer } from '../api/answers';
import type { FactsKeeping } from '../api/facts-keeping';
import { BAR_PERIODS } from '../core/facts/bars';
import type { Reporter } from '../core/facts/site-facts';
import type { Answer, Question } from '../edges/http/answer';
import {
  DAY_BARS_MAX,
  NOTE_CHARS_MAX,
  NOTES_PAGE_ROWS,
  NOTES_SHOWN_MAX,
  NOTICES_KEPT_MS,
} from '../limits/facts';
import { POD_PAGE_HEADERS, type PodPage, podDocument } from './frame';
import { homeContent } from './home-page';
import { escapeHtml } from './html';
import { milestonesContent } from './milestones-page';
import { notesPage } from './notes';
import { notesFile } from './notes-file';
import { type NotesView, notesContent } from './notes-page';
import { createPageKeeping } from './page-keeping';
import { worstFirst } from './pieces';
import type { PodWords } from './pod-words';
import type { Reader } from './reader';
import { scriptAnswer, scriptPath } from './reading-scripts';
import { RECEIPT_PAPER, RECEIPT_STYLE, receiptContent, sheetHelp } from './receipt';
import { type SiteView, siteContent } from './site-page';
import { sheetContent, textContent } from './text-and-sheet';

const DAY_S = 86_400;
const WEEK_DAYS = 7;

/** What the pages read. */
export interface PodPagesDoors {
  pod: string;
  keeping: FactsKeeping;
  /** What is wrong, and what should be done, in the gateway's own words. */
  status(): { problems: string[]; warnings: string[] };
  /** In which language this one reads. */
  reader(question: Question): Reader;
  /** Takes what a button says. */
  api: ApiFunction;
}

/** The pages. */
export interface PodPages {
  /** null: no page of the pod is there. */
  read(question: Question): Answer | null;
  /** A press of a button at /site/<site>/says. */
  say(site: string, form: URLSearchParams, sayer: Sayer): Answer;
}

/** Pages that tell every reader the same, by the first part of their address. */
const KEPT_PATHS = ['', 'site', 't', 'print', 'milestones', 'notes'];
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

const TOLD = ['told', 'again', 'failed', 'long', 'empty'] as const;

function toldOf(query: URLSearchParams): SiteView['told'] {
  return TOLD.find((one) => one === query.get('told')) ?? null;
}

function notesOf({ keeping }: PodPagesDoors, site: string): SiteView['notes'] {
  return keeping.statements
    .page(site, 0, NOTES_SHOWN_MAX)
    .filter(({ note, about }) => note !== '' && (about === 'note' || about === 'works'))
    .map(({ note, about, value, atS: t, reporter }) => ({
      ...{ note, t, reporter: reporter as Reporter },
      says: about === 'note' ? null : value === 'broken' ? ('broken' as const) : ('fixed' as const),
    }));
}

function siteView(doors: PodPagesDoors, site: string, query: URLSearchParams): SiteView | null {
  const { keeping } = doors;
  const facts = keeping.siteFacts(site);
  const recent = keeping.recentFacts(site);
  if (facts === null || recent === null) return null;
  const period = BAR_PERIODS.find((one) => one === query.get('period')) ?? 'month';
  return {
    ...{ facts, recent, period, atS: keeping.atS(), bars: keeping.bars(site, period) },
    ...{ notes: notesOf(doors, site), told: toldOf(query) },
    ...{ scriptPath: scriptPath('site'), chartPath: scriptPath('chart') },
  };
}

function nameReader({ keeping }: PodPagesDoors): (site: string) => string {
  return (site) => keeping.siteFacts(site)?.name ?? site;
}

/** A row's number in a query; 0 = from the newest. */
function rowNumber(text: string | null): number {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

function notesView(doors: PodPagesDoors, query: URLSearchParams): NotesView {
  const asked = query.get('site');
  const site = asked !== null && doors.keeping.siteNames().includes(asked) ? asked : null;
  const from = { statement: rowNumber(query.get('s')), record: rowNumber(query.get('r')) };
  const isFirst = from.statement === 0 && from.record === 0;
  const page = notesPage(doors.keeping, site, from, NOTES_PAGE_ROWS);
  return { ...page, site, isFirst, nameOf: nameReader(doors) };
}

/** What a page shows; null: no such page. */
type Made = Pick<PodPage, 'title' | 'content' | 'style' | 'isLive'> | null;
type PageMaker = (doors: PodPagesDoors, words: PodWords, query: URLSearchParams) => Made;

/** Pages with one name, by it. */
const PAGES: Readonly<Record<string, PageMaker>> = {
  ''({ pod, keeping, status }, words) {
    const head = { pod, atS: keeping.atS(), ...status() };
    const daysOf = (site: string) => keeping.dayBars(site, DAY_BARS_MAX);
    const goals = keeping.milestones();
    const content = homeContent(words, head, keeping.allFacts(), goals, daysOf);
    return { title: words.t('page.all'), content, isLive: true };
  },
  t({ pod, keeping }, words) {
    const content = textContent(words, pod, keeping.atS(), keeping.allFacts());
    return { title: words.t('page.text'), content, isLive: true };
  },
  print({ pod, keeping }, words, query) {
    const rows = worstFirst(keeping.allFacts()).map((facts) => ({
      facts,
      days: keeping.dayBars(facts.site, WEEK_DAYS),
    }));
    const isReceipt = query.get('paper') === RECEIPT_PAPER;
    const made = (isReceipt ? receiptContent : sheetContent)(
      words,
      pod,
      keeping.dayStartS() - WEEK_DAYS * DAY_S,
      rows,
    );
    const content = `${sheetHelp(words, isReceipt)}${made}`;
    const style = isReceipt ? RECEIPT_STYLE : '';
    return { title: words.t('page.print'), content, style, isLive: false };
  },
  milestones({ keeping }, words) {
    const goals = keeping.milestones();
    const content = milestonesContent(words, goals, keeping.allFacts(), keeping.atS());
    return { title: words.t('goal.title'), content, isLive: true };
  },
  notes(doors, words, query) {
    const content = notesContent(words, notesView(doors, query));
    return { title: words.t('notes.log'), content, isLive: true };
  },
};

function pageOf(doors: PodPagesDoors, words: PodWords, { segments, query }: Question): Made {
  const [first, second] = segments;
  if (segments.length === 1)
    return Object.hasOwn(PAGES, first) ? PAGES[first](doors, words, query) : null;
  const view = siteView(doors, second, query);
  return view && { title: view.facts.name, content: siteContent(words, view), isLive: true };
}

/** Scripts and files; null: none of them. */
function fileOf(doors: PodPagesDoors, segments: string[]): Answer | null {
  const [first, second] = segments;
  if (first === 'assets' && second === 'reading' && segments.length === 3)
    return scriptAnswer(segments[2]);
  if (segments.length !== 1 || (first !== 'notes.csv' && first !== 'notes.json')) return null;
  const form = first === 'notes.csv' ? 'csv' : 'json';
  return notesFile(doors.keeping, doors.pod, nameReader(doors), form);
}

/** What somebody said with the form of a site's page, as the API wants it; or why not. */
function saidOf(form: URLSearchParams): { to: string; body: object } | 'long' | 'empty' {
  // A browser sends line ends as two characters, and counts them as one.
  const note = (form.get('note') ?? '').replace(/\r\n/g, '\n').trim();
  if (note.length > NOTE_CHARS_MAX) return 'long';
  if (form.get('says') !== 'note')
    return { to: 'confirmations', body: { says: form.get('says'), note } };
  return note === '' ? 'empty' : { to: 'notes', body: { note } };
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
  const { pod, keeping } = doors;
  const kept = createPageKeeping();
  const made = (question: Question, words: PodWords): string | null => {
    const page = pageOf(doors, words, question);
    const path = `/${question.segments.map(encodeURIComponent).join('/')}`;
    return page === null ? null : podDocument({ words, pod, path, query: question.query, ...page });
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
      const { segments } = question;
      const isOurs =
        segments.length === 1
          ? Object.hasOwn(PAGES, segments[0])
          : segments.length === 2 && segments[0] === 'site';
      if (!isOurs) return fileOf(doors, segments);
      const { words, headers } = doors.reader(question);
      const answer = found(question, words) ?? missing(words, pod);
      return { ...answer, headers: { ...POD_PAGE_HEADERS, ...answer.headers, ...headers } };
    },
    say(site, form, sayer) {
      const back = (told: string): Answer => {
        const to = `/site/${encodeURIComponent(site)}?told=${told}`;
        return { status: 303, type: 'text/html', body: '', headers: { Location: to } };
      };
      const said = saidOf(form);
      if (typeof said === 'string') return back(said);
      const path = ['api', 'v1', 'sites', site, said.to];
      const done = doors.api('POST', path, new URLSearchParams(), said.body, sayer);
      const status = done?.status ?? 404;
      return back(status === 201 ? 'told' : status === 429 ? 'again' : 'failed');
    },
  };
}
