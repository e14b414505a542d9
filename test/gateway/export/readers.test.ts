/*
 * Tests of docs/readers.md: every question in SQL that it gives is run by the sqlite3 program on a known database, and says
 * what the exports say; the Node-RED flow is whole.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BOOT_S } from '../support/nodes';
import { DAY_S, exportFolder } from './kit';

const DOCS = new URL('../../../docs/', import.meta.url);

function answers(): Record<string, unknown>[][] {
  const path = join(exportFolder(), 'gateway.sqlite');
  const text = readFileSync(new URL('readers.md', DOCS), 'utf8');
  const questions = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql);
  return questions.map((sql) => {
    const out = execFileSync('sqlite3', ['-readonly', '-json', path, sql], { encoding: 'utf8' });
    return out === '' ? [] : JSON.parse(out);
  });
}

test('each question of docs/readers.md runs, and says what was stored', () => {
  const [water, meals, hours, heard, stored, refused, ...more] = answers();
  expect(more).toEqual([]);
  expect(water).toEqual([
    {
      time: BOOT_S,
      site: 'wp-01',
      litres: 144,
      draws: 288,
      minutes_counted: 1440,
      complete_percent: 100,
    },
    {
      time: BOOT_S + DAY_S,
      site: 'wp-01',
      litres: 36,
      draws: 72,
      minutes_counted: 360,
      complete_percent: 25,
    },
  ]);
  expect(meals).toEqual([
    { time: BOOT_S, site: 'canteen-01', adult_meals: 5, child_meals: 35, minutes_counted: 300 },
  ]);
  expect(hours).toHaveLength(30);
  expect(hours[0]).toEqual({ time: BOOT_S, site: 'wp-01', litres: 6, minutes_counted: 60 });
  expect(heard.map(({ site, last_heard }) => [site, last_heard])).toEqual([
    ['canteen-01', BOOT_S + 40 * 3600 + 37],
    ['wp-01', BOOT_S + 40 * 3600 + 38],
    ['wp-02', BOOT_S + 40 * 3600 + 32],
  ]);
  expect(stored).toEqual([
    { site: 'canteen-01', epoch: 1, stored: 5, newest: 5 },
    { site: 'wp-01', epoch: 1, stored: 31, newest: 31 },
    { site: 'wp-02', epoch: 1, stored: 3, newest: 3 },
  ]);
  expect(refused).toEqual([]);
});

interface FlowNode {
  id: string;
  type: string;
  broker?: string;
  func?: string;
  wires?: string[][];
}

test('the Node-RED flow: wires lead to nodes that are there, its function does what its name says', () => {
  const flow = JSON.parse(readFileSync(new URL('node-red-flow.json', DOCS), 'utf8')) as FlowNode[];
  const ids = flow.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { wires = [] } of flow) for (const to of wires.flat()) expect(ids).toContain(to);
  expect(ids).toContain(flow.find(({ type }) => type === 'mqtt in')?.broker);
  const func = flow.find(({ type }) => type === 'function')?.func ?? '';
  const run = new Function('msg', func) as (msg: object) => { payload: { site: string }[] } | null;
  const sites = ['in-use', 'no-news', 'says-broken', 'idle'].map((state) => ({
    site: state,
    state,
  }));
  const payload = run({ statusCode: 200, payload: { sites } })?.payload;
  expect(payload?.map(({ site }) => site)).toEqual(['no-news', 'says-broken']);
  expect(run({ statusCode: 503, payload: {} })).toBeNull();
});
