/*
 * batch-watch.test.ts: a tray without --port: boards are plugged into a hub one after the other, at real serial ports.
 * Oracles: the signed log, the bench's sites, the report as CSV.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { serialOfSeed } from '../../../hardware/virtual/console/boards';
import { readRows } from '../../../scripts/technician/batch/rows';
import { type BatchOptions, batch } from '../../../scripts/technician/batch/run';
import type { Bench } from '../../../scripts/technician/bench';
import { verifyLog } from '../../../scripts/technician/bench-folder';
import { nodeInUse, readSites } from '../../../scripts/technician/sites';
import { hasPython } from '../../gateway/support/pty';
import { doorsOf, freshFolder, readyBench } from './support/bench-kit';
import { type UsbHub, usbHub } from './support/usb-hub';

type Note = (note: string, port: string, details: object) => unknown;

/** A batch of these sites that watches the hub; each note is told. */
function watch(bench: Bench, hub: UsbHub, sites: string[], onNote: Note, signal?: AbortSignal) {
  const text = `site,profile\n${sites.map((site) => `${site},water-point-xiao\n`).join('')}`;
  const options: BatchOptions = {
    ...{ rows: readRows('sites.csv', text), ports: [], places: hub.places, language: 'en' },
    chain: { registers: 'none', token: null, hasRadio: false },
    ...{ registerTo: null, out: freshFolder() },
    progressOf: (port) => ({
      step: (step) => void onNote(step, port, {}),
      share: () => {},
      note: (note, details = {}) => void onNote(note, port, details),
    }),
  };
  const doors = doorsOf(bench);
  const work = batch({ ...doors, signal: signal ?? doors.signal }, options);
  const report = () =>
    parse(readFileSync(join(options.out, 'batch-report.csv'), 'utf8'), {
      ...{ columns: true, bom: true },
    }) as Record<string, string>[];
  return { work, report };
}

const nodesOf = (bench: Bench) =>
  Object.fromEntries(
    readSites(bench.folder).sites.map((site) => [site.site, nodeInUse(site)?.device]),
  );

const watched = test.skipIf(!hasPython());

watched(
  'boards come one after the other, one is unplugged in the middle and comes back, one is plugged in twice: it ends by itself',
  async () => {
    const bench = readyBench();
    const hub = usbHub();
    const unplug = { share: 0.5, losesPower: true, times: 1 };
    const steps: (() => Promise<unknown>)[] = [
      // The good one is pulled out and plugged in again: that fills no second row.
      () => hub.pull(501).then(() => hub.plugAgain(501)),
      () => hub.plug(502, { unplug }),
      () => hub.plug(503),
    ];
    const endsSeen: string[] = [];
    const { work, report } = watch(bench, hub, ['well-1', 'well-2', 'well-3'], (note, port) => {
      if (note === 'upload' && endsSeen.length === 0) hub.hideOnce(port);
      if (note !== 'batch-good' && note !== 'batch-failed') return;
      endsSeen.push(note);
      if (note === 'batch-good') void steps.shift()?.();
    });
    await hub.plug(501);
    const result = await work;
    expect(endsSeen).toEqual([
      ...['batch-good', 'batch-good', 'batch-failed', 'batch-good', 'batch-good'],
    ]);
    expect(result).toMatchObject({ good: 3, failed: 0, open: [] });
    const [first, second, third] = [501, 502, 503].map(serialOfSeed);
    expect(nodesOf(bench)).toEqual({ 'well-1': first, 'well-2': second, 'well-3': third });
    expect(report().map(({ site, device, outcome }) => [site, device, outcome])).toEqual([
      ...[['well-1', first, 'good']],
      ...[['well-2', second, 'good']],
      ...[['well-3', third, 'good']],
    ]);
    const done = verifyLog(bench.folder).lines.filter(({ outcome }) => outcome === 'done');
    for (const act of ['flash', 'provision'])
      expect(done.filter((line) => line.act === act)).toHaveLength(3);
  },
  120_000,
);

watched(
  'stopped after the first; the next run waits for the others only, and reports all',
  async () => {
    const bench = readyBench();
    const hub = usbHub();
    const stop = new AbortController();
    const sites = ['well-1', 'well-2'];
    const onNote: Note = (note) => note === 'batch-good' && stop.abort();
    const first = watch(bench, hub, sites, onNote, stop.signal);
    await hub.plug(511);
    expect(await first.work).toMatchObject({ good: 1, failed: 0, open: ['well-2'] });
    const columns = ({ site, outcome }: Record<string, string>) => [site, outcome];
    expect(first.report().map(columns)).toEqual([
      ['well-1', 'good'],
      ['well-2', 'open'],
    ]);
    await hub.pull(511);
    const second = watch(bench, hub, sites, () => {});
    await hub.plug(512);
    expect(await second.work).toMatchObject({ good: 2, failed: 0, open: [] });
    expect(second.report().map(columns)).toEqual([
      ['well-1', 'good'],
      ['well-2', 'good'],
    ]);
  },
  120_000,
);

watched(
  'a board that fails gives its site back, and the report says so',
  async () => {
    const bench = readyBench();
    const hub = usbHub();
    const stop = new AbortController();
    const { work, report } = watch(
      bench,
      hub,
      ['well-1'],
      (note) => note === 'batch-failed' && stop.abort(),
      stop.signal,
    );
    await hub.plug(521, { throwsAtBoot: true });
    const { boards, open } = await work;
    expect(open).toEqual(['well-1']);
    expect(boards).toMatchObject([{ site: '', slot: null, gaveBack: 'well-1' }]);
    expect(report()).toMatchObject([
      { site: '', slot: '', outcome: 'failed', trouble: 'boot-failed', gave_back: 'well-1' },
      { site: 'well-1', outcome: 'open', what: 'This site has no board yet.' },
    ]);
  },
  60_000,
);
