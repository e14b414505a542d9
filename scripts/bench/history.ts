/*
 * What: how the gateway does with a long history: 100 sites, five years of hourly records (4.4 million).
 * From where to where: the database of five-years.ts -> the real `tallywell gateway` as a process -> times of its start and
 * answers, and its memory, as a table.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readyHistory, SITES, startOverHistory } from './five-years';

const ASKED = 60;
const MS_MAX = { site: 50, month: 50, health: 20, facts: 50 };
const START_S_MAX = 5;
const MEMORY_MB_MAX = 150;

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
  const hours = readyHistory();
  const cached = dropCaches() ? 'not cached' : 'perhaps cached (root could empty the cache)';
  console.log(`${SITES * hours} records of ${SITES} sites; files ${cached}`);
  const began = performance.now();
  const { child, url } = await startOverHistory();
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
