/*
 * What: what exports over HTTP cost the gateway: 100 sites, five years of hourly records (those of `npm run bench -- history`).
 * From where to where: each export from the real `tallywell gateway`, started as its service starts it -> bytes a second and
 * resident memory against that at rest; in the same run the sqlite3 program reads the same table, and the share is printed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FOLDER, readyHistory, SITES, startOverHistory } from './five-years';

/** What is asked for, in this order. */
const NAMES = ['days.csv', 'records.csv', 'senml.json', 'senml.cbor', 'records.cborseq'];
/** The others would only take longer: an export needs no more memory for five years than for one. */
const SECONDS_EACH = Number(process.argv[3] ?? 20);
const ADDED_MB_MAX = 30;
const LOOK_MS = 100;
const REST_MS = 3000;
const SQL = 'SELECT id, hex(payload), hex(signature), received_at_s, clock_state FROM record';

function residentMb({ pid }: ChildProcess): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) / 1024;
}

interface Taken {
  bytes: number;
  seconds: number;
  isWhole: boolean;
}

/** Takes bytes for some seconds, or all there are. */
async function take(pieces: AsyncIterable<Uint8Array>, look: () => void): Promise<Taken> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const looking = setInterval(look, LOOK_MS);
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (seconds() > SECONDS_EACH) return { bytes, seconds: seconds(), isWhole: false };
    }
    return { bytes, seconds: seconds(), isWhole: true };
  } finally {
    clearInterval(looking);
    look();
  }
}

/** The reference: another program reads the records out of the same file. @returns bytes a second */
async function referenceRate(): Promise<number> {
  const path = join(FOLDER, 'gateway.sqlite');
  const child = spawn('sqlite3', ['-readonly', '-csv', path, SQL], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { bytes, seconds } = await take(child.stdout, () => {});
  child.kill('SIGKILL');
  await once(child, 'close');
  return bytes / seconds;
}

/** Asks for one export. @returns the row of the table, and the most memory seen, MB */
async function one(child: ChildProcess, url: string, name: string, reference: number) {
  const answer = await fetch(`${url}api/v1/export/${name}`);
  if (answer.status !== 200 || answer.body === null) throw new Error(`${name}: ${answer.status}`);
  let peakMb = 0;
  const { bytes, seconds, isWhole } = await take(answer.body, () => {
    peakMb = Math.max(peakMb, residentMb(child));
  });
  const rate = bytes / seconds;
  const size = `${(bytes / 1e6).toFixed(1)} MB${isWhole ? '' : ' and not yet all'}`;
  const speed = `${(rate / 1e6).toFixed(1)} MB/s, ${(rate / reference).toFixed(2)} of sqlite3`;
  console.log(`${name.padEnd(16)} ${size.padEnd(26)} ${speed}, ${peakMb.toFixed(0)} MB resident`);
  return peakMb;
}

/** Prints the table. Gives whether the bar holds. */
export async function bench(): Promise<boolean> {
  const records = readyHistory() * SITES;
  const reference = await referenceRate();
  console.log(`${records} records; sqlite3 reads ${(reference / 1e6).toFixed(1)} MB/s`);
  const { child, url } = await startOverHistory();
  try {
    // What a gateway at rest has done: pages and facts of all sites were asked for.
    for (const path of ['health', 'api/v1/facts', '']) await (await fetch(url + path)).text();
    await wait(REST_MS);
    const restMb = residentMb(child);
    console.log(`at rest ${restMb.toFixed(0)} MB resident`);
    let peakMb = restMb;
    for (const name of NAMES) peakMb = Math.max(peakMb, await one(child, url, name, reference));
    const addedMb = peakMb - restMb;
    const words = `exports add ${addedMb.toFixed(0)} MB (${(peakMb / restMb).toFixed(2)} x)`;
    const holds = addedMb <= ADDED_MB_MAX;
    console.log(`${words}; bar: at most ${ADDED_MB_MAX} MB${holds ? '' : ' MISSED'}`);
    return holds;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
}
