/*
 * What: how the gateway does with a long history: 100 sites, five years of hourly records (4.4 million).
 * From where to where: a database made once by this script in the folder for temporary files -> the real `tallywell gateway` as a
 * process -> times of its start and answers, and its memory, as a table.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from '../../gateway/core/judge';
import { readRegister } from '../../gateway/core/register';
import { openStore } from '../../gateway/edges/store/store';
import { concat, toHex } from '../../shared/bytes';
import { keyIdOf } from '../../shared/verify';
import { benchNode, benchRegister, payloadOf } from './village-of-records';

/** Records of the history. */
export const HISTORY_RECORDS = 100 * 5 * 365 * 24;
const SITES = 100;
const HOURS = 5 * 365 * 24;
const COMMIT_HOURS = 24;
const FOLDER = join(tmpdir(), 'tallywell-bench-history');
const ASKED = 60;
const MS_MAX = { site: 50, month: 50, health: 20, facts: 50 };
const START_S_MAX = 5;
const MEMORY_MB_MAX = 150;

/** Writes five years through the gateway's own store; only the signatures are made up. */
function makeHistory(): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const nodes = Array.from({ length: SITES }, (_, number) => benchNode(number));
  const register = benchRegister(nodes);
  writeFileSync(join(FOLDER, 'register.json'), JSON.stringify(register));
  const fresh = join(FOLDER, 'fresh.sqlite');
  const store = openStore(fresh);
  store.importRegister(readRegister(register), keyIdOf, 0);
  store.commit();
  const keys = new Map(store.keys().map((key) => [toHex(key.keyId), key]));
  const startS = Math.floor(Date.now() / 3_600_000) * 3600 - HOURS * 3600;
  const lookups = {
    keyOf: (keyId: Uint8Array) => keys.get(toHex(keyId)),
    storedPacket: () => undefined,
    verify: () => true,
  };
  const signature = new Uint8Array(64);
  for (let hour = 0; hour < HOURS; hour += 1) {
    nodes.forEach((node, number) => {
      signature[0] = hour & 255;
      const verdict = judge(concat([payloadOf(node, number, hour, startS), signature]), lookups);
      if (verdict.outcome !== 'accepted') throw new Error(JSON.stringify(verdict));
      const atS = startS + (hour + 1) * 3600 + number;
      store.addRecord(verdict, {
        ...{ atS, clockState: 'trusted', historical: false },
        ...{ fromRadio: 1000 + number, rssiDbm: -70, hops: 1 },
      });
    });
    // Once a day, as a running gateway does.
    if (hour % COMMIT_HOURS === 0) {
      for (const { rowId } of keys.values()) store.noteSettled(rowId, 1, hour + 1);
      store.commit();
    }
    if (hour % 4380 === 0) console.log(`making the history: ${Math.round((100 * hour) / HOURS)} %`);
  }
  // The embedded broker has been told everything.
  store.setMeta('cursor:embedded:record', SITES * HOURS);
  store.close();
  renameSync(fresh, join(FOLDER, 'gateway.sqlite'));
}

/** Empties the kernel's cache of files, where we may: a start after a power cut reads from the card. */
function dropCaches(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** The folder with the history; it is made where it is not there. */
export function historyFolder(): string {
  if (!existsSync(join(FOLDER, 'gateway.sqlite'))) makeHistory();
  return FOLDER;
}

/**
 * Starts the gateway on the history; resolves with its page's address once it answers.
 * @param more environment besides this process's
 */
export function startHistoryGateway(
  more: NodeJS.ProcessEnv = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    [
      ...['dist/tallywell.js', 'gateway', '--data', FOLDER, '--radio', 'tcp://127.0.0.1:9'],
      ...['--register', join(FOLDER, 'register.json'), '--http-port', '0', '--mqtt-port', '0'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...more } },
  );
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const url = /page (\S+)/.exec(text)?.[1];
      if (url) resolve({ child, url });
    });
    child.on('exit', () => reject(new Error(text)));
  });
}

async function timesOf(addresses: string[]): Promise<number[]> {
  const times: number[] = [];
  for (const address of addresses) {
    const began = performance.now();
    const answer = await fetch(address);
    await answer.text();
    times.push(performance.now() - began);
  }
  return times;
}

function sitesFrom(url: string, rest: string): string[] {
  return Array.from({ length: ASKED }, (_, at) => {
    const number = String(((at * 37) % SITES) + 1).padStart(3, '0');
    return `${url}api/v1/sites/wp-${number}${rest}`;
  });
}

interface Figure {
  name: string;
  value: number;
  unit: string;
  /** Infinity: only told. */
  most: number;
}

/** Asks the running gateway. */
async function figuresOf(child: ChildProcess, url: string, startS: number): Promise<Figure[]> {
  const ms = async (name: string, addresses: string[], most: number): Promise<Figure> => ({
    ...{ name, unit: 'ms at the median', most },
    value: median(await timesOf(addresses)),
  });
  const asked = [
    await ms('site', sitesFrom(url, ''), MS_MAX.site),
    await ms('month by hour', sitesFrom(url, '/hours'), MS_MAX.month),
    await ms('five years by day', sitesFrom(url, '/days?from=0'), Number.POSITIVE_INFINITY),
    await ms('facts, first', sitesFrom(url, '/facts'), MS_MAX.facts),
    await ms('facts, again', sitesFrom(url, '/facts'), MS_MAX.facts),
    await ms('facts of all', new Array(ASKED).fill(`${url}api/v1/facts`), MS_MAX.facts),
    await ms('/health', new Array(ASKED).fill(`${url}health`), MS_MAX.health),
    await ms('page of all sites', new Array(5).fill(url), Number.POSITIVE_INFINITY),
  ];
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
  return [
    { name: 'start', value: startS, unit: 's until /health answers', most: START_S_MAX },
    ...asked,
    { name: 'memory', value: Number(peak?.[1]) / 1024, unit: 'MB at most', most: MEMORY_MB_MAX },
  ];
}

/** Prints the table. Gives whether the bar holds. */
export async function bench(): Promise<boolean> {
  historyFolder();
  const cached = dropCaches() ? 'not cached' : 'perhaps cached (root could empty the cache)';
  console.log(`${SITES * HOURS} records of ${SITES} sites; files ${cached}`);
  const began = performance.now();
  const { child, url } = await startHistoryGateway();
  try {
    await (await fetch(`${url}health`)).text();
    const figures = await figuresOf(child, url, (performance.now() - began) / 1000);
    for (const { name, value, unit, most } of figures) {
      const bar = Number.isFinite(most) ? `(bar ${most})` : '';
      console.log(`${name.padEnd(20)} ${value.toFixed(1).padStart(8)} ${unit} ${bar}`);
    }
    const missed = figures.filter(({ value, most }) => value > most).map(({ name }) => name);
    console.log(missed.length === 0 ? 'bar: all within' : `bar: MISSED by ${missed.join(', ')}`);
    return missed.length === 0;
  } finally {
    child.kill('SIGKILL');
  }
}
