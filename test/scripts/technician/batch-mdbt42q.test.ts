/*
 * A tray with MDBT42Q boards at their cables: each gets the bench program, its key and a self-test, then the program of its site; a
 * stop in the middle, a bad board, a XIAO among them. Oracles: the signed log, the bench's sites, what lies in Storage.
 */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { BoardFaults } from '../../../hardware/virtual/console/faults';
import { readRows } from '../../../scripts/technician/batch/rows';
import { type BatchOptions, type BatchResult, batch } from '../../../scripts/technician/batch/run';
import type { Bench } from '../../../scripts/technician/bench';
import { verifyLog } from '../../../scripts/technician/bench-folder';
import { freshBoard } from './board/board-kit';
import { doorsOf, freshFolder, readyBench } from './support/bench-kit';

const TRAY = 'site,profile\nw-1,water-point\nw-2,water-point-xiao\nc-1,canteen\nw-3,water-point\n';
const lengthOf = (name: string) => readFileSync(`dist/firmware/${name}.js`).length;

/** A batch at these ports. `stopAt`: a person stops it when a program is sent for this time. */
function tray(bench: Bench, ports: string[], stopAt?: number) {
  const stop = new AbortController();
  let times = 0;
  const options: BatchOptions = {
    ...{ rows: readRows('sites.csv', TRAY), ports, language: 'en' },
    chain: { registers: 'none', token: null, hasRadio: false },
    ...{ registerTo: null, out: freshFolder() },
    progressOf: () => ({
      step: (step, details = {}) => {
        if (step === 'upload' && details.file === 'tw.a') times += 1;
        if (times === stopAt) stop.abort();
      },
      share: () => {},
      note: () => {},
    }),
  };
  return batch({ ...doorsOf(bench), signal: stop.signal }, options);
}

const atCable = (seed: number, faults: BoardFaults = {}) =>
  freshBoard('mdbt42q', { isAtCable: true, ...faults }, seed);
const sitesOf = ({ boards }: BatchResult) =>
  boards.map(({ site, trouble }) => [site, trouble?.code ?? 'good']);

test('two good ones, a bad one, a XIAO among them', async () => {
  const bench = readyBench();
  const [first, second] = [await atCable(31), await atCable(32)];
  const [bad, xiao] = [
    await atCable(33, { isKeyPageUsed: true }),
    await freshBoard('xiao', {}, 34),
  ];
  const result = await tray(
    bench,
    [first, xiao, bad, second].map(({ url }) => url),
  );
  expect(sitesOf(result).sort()).toEqual([
    ['', 'wrong-board'],
    ...['c-1', 'w-1', 'w-2'].map((site) => [site, 'good']),
  ]);
  expect(result.open).toEqual(['w-3']);
  for (const { model } of [first, second]) {
    const { storage } = model.options.board;
    const config = JSON.parse(Buffer.from(storage.read('tw.cfg') ?? []).toString());
    const program = config.site === 'c-1' ? 'canteen' : 'water-point';
    expect(storage.read('tw.a')?.length).toBe(lengthOf(program));
    expect(storage.read('journal')?.length).toBeGreaterThan(2 * 4096);
  }
  const bare = result.boards.filter(({ site }) => ['w-1', 'c-1'].includes(site));
  for (const { done, failedParts } of bare) {
    expect(done).toEqual(['flash', 'selftest', 'provision']);
    // Key and signing are there: what is left has only the program of the site.
    expect(failedParts).toEqual(['configuration', 'journal', 'sensors']);
  }
}, 120_000);

test.each([
  ['was sent whole', false],
  ['is torn', true],
])(
  'stopped when the program of the site %s: the same command goes on from there',
  async (_, isTorn) => {
    const bench = readyBench();
    const { url, model, running } = await atCable(41);
    let isFree = true;
    const { attach } = running;
    running.attach = (client) => {
      isFree = client === null;
      attach(client);
    };
    const stopped = await tray(bench, [url], 2);
    expect(sitesOf(stopped)).toEqual([['w-1', 'cancelled']]);
    const { storage } = model.options.board;
    expect(storage.read('tw.cfg')).toBeUndefined();
    const sent = storage.read('tw.a') ?? new Uint8Array();
    expect(sent.length).toBe(lengthOf('water-point'));
    if (isTorn) {
      const { globals } = model.options.board;
      const own = globals as { require(name: string): { erase(name: string): void } };
      // The journal comes only behind a whole program.
      for (const name of ['tw.a', 'journal']) own.require('Storage').erase(name);
      storage.write('tw.a', sent.slice(0, 9000));
    }
    await vi.waitUntil(() => isFree);
    const again = await tray(bench, [url]);
    expect(sitesOf(again)).toEqual([['w-1', 'good']]);
    expect(storage.read('tw.a')?.length).toBe(lengthOf('water-point'));
    expect(storage.read('tw.cfg')).toBeDefined();
    const done = verifyLog(bench.folder)
      .lines.filter(({ act, outcome }) => act !== 'label' && outcome === 'done')
      .map(({ act, facts }) => `${act} ${facts.profile ?? ''}`.trim());
    expect(done).toEqual([
      ...['flash bench-mdbt42q', 'flash water-point', ...(isTorn ? ['flash water-point'] : [])],
      'provision water-point',
    ]);
  },
  120_000,
);
