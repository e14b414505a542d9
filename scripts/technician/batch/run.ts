/*
 * run.ts: a tray of boards: several at once, each by the chain of one-board.ts, until the ports or the rows are at their end;
 * then the report and the labels.
 * Way: rows, ports -> boards -> batch-report.csv, batch-report.pdf, batch-labels.pdf in the bench folder or --out.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '../../../gateway/edges/store/lock';
import type { ActDoors } from '../bench';
import { makeFolder } from '../bench-files';
import { verifyLog } from '../bench-folder';
import { findPorts } from '../board/ports';
import { makeLabels } from '../label';
import { BATCH_BOARDS_AT_ONCE, BATCH_LOOK_MS } from '../limits';
import type { Progress } from '../progress';
import { register } from '../register';
import { Trouble } from '../trouble';
import { openClaims } from './claims';
import { type BoardEnd, type ChainOptions, doBoard } from './one-board';
import { writeReport } from './report';
import type { BatchRow } from './rows';

/** What a batch works on. */
export interface BatchOptions {
  rows: BatchRow[];
  /** Ports; empty = watch what is plugged in until every row has its node. */
  ports: string[];
  chain: ChainOptions;
  /** Folder for one signed registration file; null = none. */
  registerTo: string | null;
  /** Folder for report and labels. */
  out: string;
  /** Progress of the board at a port. */
  progressOf(port: string): Progress;
  language: string;
}

/** What became of the tray. */
export interface BatchResult {
  /** In the order of the file; those without a site last. */
  boards: BoardEnd[];
  good: number;
  failed: number;
  files: string[];
  isDryRun: boolean;
}

/** Ports that may lead to a board. */
async function pluggedIn(): Promise<string[]> {
  const { ports } = await findPorts();
  return ports
    .filter(({ guess }) => guess !== 'meshtastic' && guess !== 'bootloader')
    .map(({ byId, path }) => byId ?? path);
}

/** Ports one after the other, as they come. Ends with the ports that were named, or when `isFull`, or when the person stops. */
async function* comingPorts(
  { signal }: ActDoors,
  named: string[],
  isFull: () => boolean,
): AsyncGenerator<string> {
  if (named.length > 0) {
    yield* named;
    return;
  }
  let before: string[] = [];
  while (!isFull() && !signal.aborted) {
    const now = await pluggedIn();
    for (const port of now.filter((one) => !before.includes(one))) yield port;
    before = now;
    await sleep(BATCH_LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

async function allBoards(doors: ActDoors, options: BatchOptions): Promise<BoardEnd[]> {
  const { rows, ports, chain, progressOf } = options;
  const claims = openClaims(doors.bench.folder, rows);
  const ends: BoardEnd[] = [];
  const isFull = () => ends.filter(({ trouble }) => trouble === null).length >= rows.length;
  const working = new Set<Promise<void>>();
  for await (const port of comingPorts(doors, ports, isFull)) {
    while (working.size >= BATCH_BOARDS_AT_ONCE) await Promise.race(working);
    if (doors.signal.aborted) break;
    const progress = progressOf(port);
    const one: Promise<void> = doBoard({ ...doors, progress }, port, claims, chain).then((end) => {
      ends.push(end);
      const { site, device, trouble } = end;
      progress.note(trouble === null ? 'batch-good' : 'batch-failed', {
        ...{ site, device, code: trouble?.code ?? '' },
      });
      working.delete(one);
    });
    working.add(one);
  }
  await Promise.all(working);
  const places = new Map(rows.map(({ options: { site } }, at) => [site, at]));
  const placeOf = ({ site }: BoardEnd) => places.get(site) ?? rows.length;
  return ends.sort((a, b) => placeOf(a) - placeOf(b));
}

/** Has the log a site that was provisioned and stands in no registration file yet? */
function needsFile(folder: string): boolean {
  const { lines } = verifyLog(folder);
  const isDone = (act: string) => (line: (typeof lines)[number]) =>
    line.act === act && line.outcome === 'done';
  const placed = lines.findLast(isDone('provision'))?.number ?? 0;
  const told = lines.findLast((line) => isDone('register')(line) && 'file' in line.facts);
  return placed > (told?.number ?? 0);
}

async function papers(doors: ActDoors, options: BatchOptions, boards: BoardEnd[]) {
  const { out, registerTo, language } = options;
  makeFolder(out);
  const good = boards.filter(({ trouble }) => trouble === null);
  const files = await writeReport(out, boards, language);
  if (good.length > 0) {
    const labels = join(out, 'batch-labels.pdf');
    const sites = good.map(({ site }) => site);
    files.push(...(await makeLabels(doors, { sites, sheet: '24', out: labels })).files);
    if (registerTo !== null && needsFile(doors.bench.folder)) {
      const { file } = await register(doors, { to: registerTo, token: null });
      if (file !== null) files.push(file);
    }
  }
  return files;
}

/** Works through a tray. A board's trouble stands in its result. Throws: Trouble bad-file, no-pod, already-done (another batch works). */
export async function batch(doors: ActDoors, options: BatchOptions): Promise<BatchResult> {
  const { bench, isDryRun } = doors;
  bench.pod();
  if (isDryRun) return { boards: [], good: 0, failed: 0, files: [], isDryRun };
  const file = join(bench.folder, 'batch.lock');
  const lock = takeLock(file);
  if (lock === null) throw new Trouble('bad-file', { file, fault: 'another tallywell holds it' });
  try {
    const boards = await allBoards(doors, options);
    const files = await papers(doors, options, boards);
    const failed = boards.filter(({ trouble }) => trouble !== null).length;
    return { boards, good: boards.length - failed, failed, files, isDryRun };
  } finally {
    lock.release();
  }
}
