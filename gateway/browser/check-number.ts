/*
 * check-number.ts: checks signed records on a phone and adds them up. Bundled by tsup into dist/assets/check-number.js; over plain http
 * there is no crypto.subtle, so Ed25519 is @noble's.
 * Way: the page's data attributes -> records of the gateway -> judged one by one, the page stays alive -> verdict on the page.
 */
import { fromHex } from '../../shared/bytes';
import { keyIdOf, verifySigned } from '../../shared/verify';
import {
  type Behind,
  type BehindRecord,
  type JudgedRecord,
  judgeRecord,
  shownCount,
  sumOfGood,
} from '../core/behind';
import { keyWordsOf } from '../web/key-words';

/** How long it checks before the page gets its turn, ms. */
const TURN_MS = 40;

interface Page {
  box: HTMLElement;
  told: HTMLElement;
  words: Record<string, string>;
  format(value: number): string;
}

interface BehindJson {
  count: number;
  cut: boolean;
  keys: string[];
  records: { id: number; by: number; bootTimeS: number | null; cose: string }[];
  period: Behind['period'];
  from: number;
  before: number;
}

function put(text: string, values: Record<string, string>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
}

/** wait: not done yet. none: nothing to judge. */
type Look = 'good' | 'bad' | 'wait' | 'none';
const LOOKS: Readonly<Record<Look, string>> = {
  ...{ good: 'told', bad: 'told bad', wait: 'told wait', none: 'told wait' },
};

function say({ told }: Page, text: string, look: Look): void {
  told.textContent = text;
  told.className = LOOKS[look];
  told.setAttribute('data-verdict', look);
}

function bytesOfBase64(text: string): Uint8Array {
  const letters = atob(text);
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** Writes a record's verdict into its row, where this page has one. */
function mark({ words }: Page, judged: JudgedRecord): void {
  const cell = document.querySelector(`[data-record="${judged.id}"]`);
  if (cell === null) return;
  const { reason } = judged;
  cell.textContent = reason === null ? `✓ ${words.ok}` : `✗ ${words[reason]}`;
  cell.className = reason === null ? 'w-in-use' : 'w-says-broken';
}

/** Words of the keys by which this phone checks, instead of the page's own. */
function writeKeyWords(keys: readonly string[]): void {
  for (const hex of keys) {
    const place = document.querySelector(`[data-key="${hex}"]`);
    if (place !== null) place.textContent = keyWordsOf(hex).join(' ');
  }
}

async function judgeAll(
  page: Page,
  records: BehindRecord[],
  keys: Uint8Array[],
): Promise<JudgedRecord[]> {
  const done: JudgedRecord[] = [];
  let since = Date.now();
  for (const record of records) {
    const judged = judgeRecord(record, keys, { verify: verifySigned, keyIdOf });
    done.push(judged);
    mark(page, judged);
    if (Date.now() - since < TURN_MS) continue;
    const values = { n: page.format(done.length), all: page.format(records.length) };
    say(page, put(page.words.wait, values), 'wait');
    await new Promise((resolve) => setTimeout(resolve, 0));
    since = Date.now();
  }
  return done;
}

/** All that is wrong, each reason once; '' = nothing. */
function badWords({ words, format }: Page, judged: JudgedRecord[]): string {
  const bad = judged.filter(({ reason }) => reason !== null);
  if (bad.length === 0) return '';
  const reasons = Array.from(new Set(bad.map(({ reason }) => words[reason as string])));
  const values = { n: format(bad.length), all: format(judged.length) };
  return `${put(words.bad, values)} ${reasons.join('; ')}`;
}

async function checkFigure(page: Page, url: string): Promise<void> {
  const { box, words, format } = page;
  const response = await fetch(url, { credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok) throw new Error(String(response.status));
  const json = (await response.json()) as BehindJson;
  if (json.cut) return say(page, words.many, 'bad');
  writeKeyWords(json.keys);
  const records = json.records.map((one) => ({ ...one, cose: bytesOfBase64(one.cose) }));
  const judged = await judgeAll(page, records, json.keys.map(fromHex));
  const bad = badWords(page, judged);
  if (bad !== '') return say(page, bad, 'bad');
  const kind = box.getAttribute('data-kind') === 'canteen' ? 'canteen' : 'water-point';
  const sum = shownCount(kind, sumOfGood(json, judged));
  const shown = Number(box.getAttribute('data-count'));
  if (json.count !== shown) return say(page, words.changed, 'wait');
  // Nothing stands behind it: nothing is right or wrong with it.
  if (judged.length === 0 && shown === 0) return say(page, words.none, 'none');
  const values = { n: format(judged.length), sum: format(kind === 'canteen' ? sum : sum / 10) };
  say(
    page,
    put(sum === shown ? words.good : words.differs, values),
    sum === shown ? 'good' : 'bad',
  );
}

async function checkRecord(page: Page, url: string): Promise<void> {
  const { box, words } = page;
  const response = await fetch(url, { credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok) throw new Error(String(response.status));
  const keys = (box.getAttribute('data-keys') ?? '').split(' ').filter((key) => key !== '');
  writeKeyWords(keys);
  const boot = box.getAttribute('data-boot');
  const record = {
    id: Number(box.getAttribute('data-id')),
    by: 1,
    bootTimeS: boot === '' || boot === null ? null : Number(boot),
    cose: new Uint8Array(await response.arrayBuffer()),
  };
  const judged = await judgeAll(page, [record], keys.map(fromHex));
  const bad = badWords(page, judged);
  say(page, bad === '' ? words.one : bad, bad === '' ? 'good' : 'bad');
}

async function start(): Promise<void> {
  const box = document.getElementById('check');
  const told = document.getElementById('verdict');
  if (box === null || told === null) return;
  const numbers = new Intl.NumberFormat(box.getAttribute('data-tag') ?? 'en', {
    maximumFractionDigits: 1,
  });
  const words = JSON.parse(box.getAttribute('data-words') ?? '{}') as Record<string, string>;
  const page: Page = { box, told, words, format: (value) => numbers.format(value) };
  const figure = box.getAttribute('data-figure');
  try {
    if (figure !== null) await checkFigure(page, figure);
    else await checkRecord(page, box.getAttribute('data-file') ?? '');
  } catch {
    // No answer, or one that is no JSON.
    say(page, words.lost, 'bad');
  }
}

void start();
