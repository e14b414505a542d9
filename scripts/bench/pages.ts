/*
 * What: the pod's page for 30 phones at once, over 100 sites with five years of data, on a process of the size of a Pi's.
 * From where to where: the database of five-years.ts -> the real `tallywell gateway` with a small heap and a quarter of one core
 * -> 30 phones (phone-crowd.ts) -> times beside the smallest answer's, and whether what they read is right.
 * The quarter stands for a Raspberry Pi 3; the heap is what its 1 GB leave beside everything else.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFactsClient } from '../../gateway/api/client';
import { Sqlite } from '../../gateway/edges/store/sqlite';
import { FOLDER, readyHistory, SITES, startOverHistory } from './five-years';
import { crowdOf, phone } from './phone-crowd';
import { drawn } from './village-of-records';

const PHONES = 30;
const LAST_MS = 70_000;
const P95_MS_MAX = 300;
const HEAP_MB = 80;
const MEMORY_MB_MAX = 150;
const BYTES_MAX = 60_000;
const CORE_SHARE = 0.25;
/** It may run so long before it has to wait, ms. */
const BURST_MS = 5;
const LOOK_MS = 2;

/** Processor time the main thread has had, ms. Source: Linux, scheduler statistics (/proc/<pid>/schedstat). */
function usedMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** Gives the process a quarter of a core at most: what is over waits (SIGSTOP). @returns ends it, and tells the share it had */
function slowed(child: ChildProcess): () => number {
  const pid = child.pid as number;
  const [beganMs, beganUsedMs] = [performance.now(), usedMs(pid)];
  let last = { atMs: beganMs, usedMs: beganUsedMs };
  let mayMs = BURST_MS;
  const timer = setInterval(() => {
    const now = { atMs: performance.now(), usedMs: usedMs(pid) };
    mayMs += (now.atMs - last.atMs) * CORE_SHARE - (now.usedMs - last.usedMs);
    mayMs = Math.min(mayMs, BURST_MS);
    last = now;
    child.kill(mayMs < 0 ? 'SIGSTOP' : 'SIGCONT');
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    child.kill('SIGCONT');
    return (usedMs(pid) - beganUsedMs) / (performance.now() - beganMs);
  };
}

function atShare(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** 0.1 L of site `number` (from 0) in hours from..to-1, by the rule the history was made with and nothing else. */
function ruleDl(number: number, from: number, to: number): number {
  let sum = 0;
  for (let hour = from; hour < to; hour += 1)
    for (let bucket = 0; bucket < 12; bucket += 1) sum += drawn(hour, bucket, number);
  return sum;
}

/** 0.1 L of all sites since a time, by SQL over the stored days. */
function sqlDl(sinceS: number): number {
  const database = new Sqlite(join(FOLDER, 'gateway.sqlite'), { readonly: true });
  const row = database
    .prepare('SELECT sum(counter_0) AS sum FROM day WHERE day_s >= ?')
    .get(sinceS) as { sum: number };
  database.close();
  return row.sum;
}

/** "1,234.5 L" of each card of the English page, as 0.1 L, by site. */
function shownDl(html: string): Map<string, number> {
  const cards = html.matchAll(/href="\/site\/(wp-\d+)"[\s\S]*?class="big">([\d,.]+) L</g);
  return new Map(
    [...cards].map(([, site, litres]) => [site, Number(litres.replaceAll(',', '')) * 10]),
  );
}

/** What is wrong with what the phones read; nothing = []. */
async function faultsOf(url: string, hours: number): Promise<string[]> {
  const faults: string[] = [];
  const phones = Array.from({ length: PHONES }, (_, number) => phone(url, number * 8));
  const minute = () => Math.floor(Date.now() / 60_000);
  let began = 0;
  let pages: string[] = [];
  let single = '';
  // The page says the minute: all of them are asked within one.
  do {
    began = minute();
    pages = (await Promise.all(phones.slice(0, PHONES).map((one) => one.get('/')))).map(
      ({ text }) => text,
    );
    single = (await phones[0].get('/', '', true)).text;
  } while (began !== minute());
  if (pages.some((one) => one !== single)) faults.push('a page differs from one asked alone');
  for (const one of phones) one.go();
  const { at, sites } = await createFactsClient(url)('listFacts', { query: { limit: SITES } });
  const dayS = at - (at % 86_400);
  const hoursToday = Math.floor((at - dayS) / 3600);
  const shown = shownDl(single);
  if (shown.size !== SITES) faults.push(`${shown.size} sites on the page`);
  let ever = 0;
  for (const { site, totals, ever: all } of sites) {
    const number = Number(site.slice(3)) - 1;
    const today = totals.find(({ period }) => period === 'today')?.counters.volumeDl;
    const wantedToday = ruleDl(number, hours - hoursToday, hours);
    if (today !== wantedToday) faults.push(`${site} today: ${today}, not ${wantedToday}`);
    if (all.counters.volumeDl !== ruleDl(number, 0, hours)) faults.push(`${site} ever`);
    // Whole litres from 100 L.
    const onPage = shown.get(site) ?? Number.NaN;
    if (!(Math.abs(onPage - wantedToday) <= 5)) faults.push(`${site} on the page: ${onPage}`);
    ever += all.counters.volumeDl ?? 0;
  }
  if (ever !== sqlDl(0)) faults.push(`sum of all: ${ever}, by SQL ${sqlDl(0)}`);
  return faults;
}

/** Takes away what the phones said, so that the history stays what it was. */
function forgetSaid(before: number): void {
  const database = new Sqlite(join(FOLDER, 'gateway.sqlite'));
  database.prepare('DELETE FROM statement WHERE id > ?').run(before);
  database.close();
}

function newestSaid(): number {
  const database = new Sqlite(join(FOLDER, 'gateway.sqlite'), { readonly: true });
  const row = database.prepare('SELECT coalesce(max(id), 0) AS id FROM statement').get();
  database.close();
  return (row as { id: number }).id;
}

async function measure(child: ChildProcess, url: string, hours: number): Promise<boolean> {
  const first = phone(url, 0);
  const { bytes } = await first.get('/');
  first.go();
  const release = slowed(child);
  const crowd = await crowdOf(url, PHONES, LAST_MS);
  const share = release();
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
  const memory = Number(peak?.[1]) / 1024;
  const p95 = atShare(crowd.homeMs, 0.95);
  const line = (name: string, times: number[]) =>
    console.log(
      `${name.padEnd(14)} ${String(times.length).padStart(5)} answers, median ${atShare(times, 0.5).toFixed(1)} ms, 95 % within ${atShare(times, 0.95).toFixed(1)} ms, longest ${atShare(times, 1).toFixed(1)} ms`,
    );
  line('home page', crowd.homeMs);
  line('site page', crowd.siteMs);
  line('smallest', crowd.smallMs);
  const ratio = p95 / atShare(crowd.smallMs, 0.95);
  console.log(`home page / smallest answer: ${ratio.toFixed(1)}; first load ${bytes} bytes`);
  console.log(
    `${crowd.changes} changes, ${crowd.notModified} answers 304, ${(share * 100).toFixed(0)} % of a core, peak ${memory.toFixed(0)} MB`,
  );
  const faults = [...crowd.failed, ...(await faultsOf(url, hours))];
  for (const fault of faults.slice(0, 10)) console.log(`WRONG: ${fault}`);
  console.log(`page correct: ${faults.length === 0 ? 'yes' : 'NO'}`);
  const holds =
    p95 <= P95_MS_MAX && faults.length === 0 && memory <= MEMORY_MB_MAX && bytes <= BYTES_MAX;
  console.log(
    `bar: 95 % within ${P95_MS_MAX} ms, ${BYTES_MAX} bytes, ${MEMORY_MB_MAX} MB: ${holds ? 'holds' : 'MISSED'}`,
  );
  return holds;
}

/** Prints the figures. Gives whether the bar holds. */
export async function bench(): Promise<boolean> {
  const hours = readyHistory();
  const before = newestSaid();
  const heap = [`--max-old-space-size=${HEAP_MB}`];
  const { child, url } = await startOverHistory(heap);
  const gone = new Promise((resolve) => child.on('close', resolve));
  try {
    return await measure(child, url, hours);
  } finally {
    child.kill('SIGKILL');
    await gone;
    forgetSaid(before);
  }
}
