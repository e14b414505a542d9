/*
 * check-view.ts: answers /check/<site>, /check/<site>/<record>, /api/v1/sites/<site>/behind and /assets/…
 * Way: facts and signed records of a site -> the gateway's own verdict -> page, or JSON for the phone that checks itself.
 */
import { toHex } from '../../shared/bytes';
import { coseSign1 } from '../../shared/cose';
import { decodeRecord } from '../../shared/record';
import { keyIdOf } from '../../shared/verify';
import { BEHIND_PERIODS, type BehindPeriod, type BehindVerify, judgeRecord } from '../core/behind';
import { bucketsOf } from '../core/buckets-of';
import type { SiteFacts } from '../core/facts/site-facts';
import { type Answer, errorAnswer, jsonAnswer, type Question } from '../edges/http/answer';
import type { BehindKey, BehindReader, BehindRow } from '../edges/store/read-behind';
import { createVerifier } from '../edges/verify';
import { BEHIND_RECORDS_MAX, BEHIND_ROWS_MAX } from '../limits/pages';
import { type Asset, assetAnswer, readAsset } from './assets';
import { type FigureView, figureContent, type ListedRecord, recordContent } from './check-page';
import { CHECK_HEADERS } from './check-script';
import { podDocument } from './frame';
import { escapeHtml } from './html';
import { completenessText, countOf, everText, totalText } from './pieces';
import type { PodWords } from './pod-words';

/** Own buckets of a record; earlier ones are carried again. */
const OWN_BUCKETS = 12;
const ID = /^[1-9]\d{0,14}$/;

/** What the pages read. */
export interface CheckDoors {
  pod: string;
  /** null = no such site. */
  siteFacts(site: string): SiteFacts | null;
  behind: BehindReader;
  /** In which language this one reads, and what keeps his choice. */
  reader(question: Question): { words: PodWords; headers: Record<string, string> };
}

/** Answers; null: none of these pages. */
export type CheckFunction = (question: Question) => Answer | null;

/** A figure with its rows. */
interface Figure {
  facts: SiteFacts;
  period: BehindPeriod;
  from: number;
  before: number;
  count: number;
  keys: BehindKey[];
  rows: BehindRow[];
  isCut: boolean;
}

function periodOf(query: URLSearchParams): BehindPeriod {
  const asked = query.get('period');
  return BEHIND_PERIODS.find((one) => one === asked) ?? 'today';
}

/** Keys, each once: one may have stood here twice. */
function eachOnce(keys: BehindKey[]): BehindKey[] {
  const seen = new Set<string>();
  return keys.filter(({ publicKey }) => {
    const hex = toHex(publicKey);
    return seen.has(hex) ? false : seen.add(hex);
  });
}

function figureOf({ behind, siteFacts }: CheckDoors, site: string, query: URLSearchParams) {
  const facts = siteFacts(site);
  if (facts === null) return null;
  const period = periodOf(query);
  const keys = eachOnce(behind.keysOf(site));
  if (period === 'ever') {
    const rows = behind.ofEver(site);
    const count = countOf(facts.kind, facts.ever.counters);
    return { facts, period, from: 0, before: 0, count, keys, rows, isCut: false };
  }
  const total = facts.totals.find((one) => one.period === period) ?? facts.totals[0];
  const { from, before } = total;
  const { rows, isCut } = behind.ofPeriod(site, from, before, BEHIND_RECORDS_MAX);
  const count = countOf(facts.kind, total.counters);
  return { facts, period, from, before, count, keys, rows, isCut } satisfies Figure;
}

const coseOf = ({ payload, signature }: BehindRow) => coseSign1(payload, signature);

/** The rows, for a phone that checks. */
function behindAnswer(figure: Figure): Answer {
  const { facts, period, from, before, count, keys, rows, isCut } = figure;
  return jsonAnswer({
    ...{ site: facts.site, kind: facts.kind, period, from, before, count, cut: isCut },
    keys: keys.map(({ publicKey }) => toHex(publicKey)),
    records: rows.map((row) => ({
      ...{ id: row.id, by: row.by, bootTimeS: row.bootTimeS },
      cose: Buffer.from(coseOf(row)).toString('base64'),
    })),
  });
}

/** Sums the record's own buckets. */
function ownCounters(payload: Uint8Array): number[] | null {
  const record = decodeRecord(payload);
  if (typeof record === 'string' || record.kind === 3) return null;
  const sums: number[] = [];
  for (const { counts } of bucketsOf(record).slice(-OWN_BUCKETS))
    counts.forEach((value, at) => {
      sums[at] = (sums[at] ?? 0) + value;
    });
  return sums;
}

function listed(row: BehindRow, keys: BehindKey[], verify: BehindVerify): ListedRecord {
  const record = decodeRecord(row.payload);
  if (typeof record === 'string') throw new Error(`record ${row.id} does not decode: ${record}`);
  const publicKeys = keys.map(({ publicKey }) => publicKey);
  const { reason } = judgeRecord({ ...row, cose: coseOf(row) }, publicKeys, verify);
  const atS = row.bootTimeS === null ? null : row.bootTimeS + record.uptimeS;
  const { epoch, sequence } = record;
  return { id: row.id, atS, epoch, sequence, counters: ownCounters(row.payload), reason };
}

function pageNumber(query: URLSearchParams, pages: number): number {
  const asked = Number(query.get('page') ?? 1);
  return Number.isSafeInteger(asked) ? Math.min(Math.max(1, asked), pages) : 1;
}

function figureView(
  figure: Figure,
  words: PodWords,
  query: URLSearchParams,
  head: { pod: string; program: string },
  verify: BehindVerify,
): FigureView {
  const { facts, rows, keys, period } = figure;
  const pages = Math.max(1, Math.ceil(rows.length / BEHIND_ROWS_MAX));
  const page = pageNumber(query, pages);
  const shown = rows.slice((page - 1) * BEHIND_ROWS_MAX, page * BEHIND_ROWS_MAX);
  const total = facts.totals.find((one) => one.period === period);
  return {
    ...{ ...figure, ...head, page, pages, all: rows.length },
    amount: total === undefined ? everText(words, facts) : totalText(words, facts.kind, total),
    completeness: total === undefined ? '' : completenessText(words, total.completeness),
    records: shown.map((row) => listed(row, keys, verify)),
  };
}

/** Makes the answers. The gateway's own verdict comes from OpenSSL: not the program that the phone runs. */
export function createChecks(doors: CheckDoors): CheckFunction {
  const verify: BehindVerify = { verify: createVerifier(), keyIdOf };
  const asset: Asset | null = readAsset('check-number');
  const head = { pod: doors.pod, program: asset?.path ?? '' };
  const figurePage = (site: string, words: PodWords, query: URLSearchParams): string | null => {
    const figure = figureOf(doors, site, query);
    if (figure === null) return null;
    return figureContent(words, figureView(figure, words, query, head, verify));
  };
  const recordPage = (site: string, id: string, words: PodWords): string | null => {
    const facts = doors.siteFacts(site);
    const row = facts !== null && ID.test(id) ? doors.behind.one(site, Number(id)) : null;
    if (facts === null || row === null) return null;
    const keys = eachOnce(doors.behind.keysOf(site));
    const record = listed(row, keys, verify);
    const view = { ...head, facts, keys, record, cose: coseOf(row), bootTimeS: row.bootTimeS };
    return recordContent(words, view);
  };
  const page = (question: Question): Answer => {
    const { segments, query } = question;
    const { words, headers } = doors.reader(question);
    const [, site, id] = segments;
    const made = id === undefined ? figurePage(site, words, query) : recordPage(site, id, words);
    const content = made ?? `<h1>${escapeHtml(words.t('page.missing'))}</h1>`;
    const path = `/${segments.map(encodeURIComponent).join('/')}`;
    const title = words.t('check.title');
    const where = { path, query, pod: doors.pod };
    const body = podDocument({ words, title, content, isLive: false, ...where });
    const status = made === null ? 404 : 200;
    return { status, type: 'text/html', body, headers: { ...CHECK_HEADERS, ...headers } };
  };
  return (question) => {
    const { segments, query } = question;
    const [first, second, third, site, last] = segments;
    if (first === 'check' && (segments.length === 2 || segments.length === 3))
      return page(question);
    if (first === 'assets' && segments.length === 2)
      return asset?.path === `/assets/${second}`
        ? assetAnswer(asset)
        : errorAnswer(404, 'not found');
    const isBehind = first === 'api' && second === 'v1' && third === 'sites' && last === 'behind';
    if (!isBehind || segments.length !== 5) return null;
    const figure = figureOf(doors, site, query);
    return figure === null ? errorAnswer(404, 'no such site') : behindAnswer(figure);
  };
}
