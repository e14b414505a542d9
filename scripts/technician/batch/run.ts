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
import { findPorts, type PortsPlaces } from '../board/ports';
import { makeLabels } from '../label';
import { BATCH_BOARDS_AT_ONCE, BATCH_LOOK_MS } from '../limits';
import type { Progress } from '../progress';
import { register } from '../register';
import { nodeInUse, siteOrNull } from '../sites';
import { Trouble } from '../trouble';
import { openClaims } from './claims';
import { type BoardEnd, type ChainOptions, doBoard, doneBefore } from './one-board';
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
  /** Where plugged-in ports are looked for; tests look elsewhere. */
  places?: PortsPlaces;
}

/** What became of the tray. */
export interface BatchResult {
  /** In the order of the file; those without a site last. */
  boards: BoardEnd[];
  good: number;
  failed: number;
  /** Sites of the file that have no node yet. */
  open: string[];
  files: string[];
  isDryRun: boolean;
}

/** Ports that may lead to a board. */
async function pluggedIn(places?: PortsPlaces): Promise<string[]> {
  const { ports } = await findPorts(places);
  return ports
    .filter(({ guess }) => guess !== 'meshtastic' && guess !== 'bootloader')
    .map(({ byId, path }) => byId ?? path);
}

/** Where boards come from. */
interface Coming {
  /** Named by the person; none = they are watched. */
  named: string[];
  places?: PortsPlaces;
  /** By the ports that are worked on: a board that starts again takes its port away for a moment. */
  working: ReadonlyMap<string, unknown>;
  /** Is there nothing more to wait for? */
  isFull(): boolean;
}

/** Ports one after the other, as they come. Ends with the ports that were named, or when `isFull`, or when the person stops. */
async function* comingPorts(
  { signal }: ActDoors,
  { named, places, working, isFull }: Coming,
): AsyncGenerator<string> {
  if (named.length > 0) {
    yield* named;
    return;
  }
  let before: string[] = [];
  while (!isFull() && !signal.aborted) {
    const now = await pluggedIn(places);
    const isNew = (port: string) => !before.includes(port) && !working.has(port);
    for (const port of now.filter(isNew)) yield port;
    before = [...now, ...working.keys()];
    await sleep(BATCH_LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/** Ends in the order of the file; those without a site last. */
function inOrder(ends: BoardEnd[], rows: BatchRow[]): BoardEnd[] {
  const places = new Map(rows.map(({ options: { site } }, at) => [site, at]));
  const placeOf = ({ site }: BoardEnd) => places.get(site) ?? rows.length;
  return ends.sort((a, b) => placeOf(a) - placeOf(b));
}

/** Has the bench a node in use at this site? */
function hasNode(folder: string, site: string): boolean {
  const known = siteOrNull(folder, site);
  return known !== null && nodeInUse(known) !== null;
}

function tellEnd(progress: Progress, { site, gaveBack, device, trouble }: BoardEnd): void {
  progress.note(trouble === null ? 'batch-good' : 'batch-failed', {
    ...{ site: site || gaveBack || '', device, code: trouble?.code ?? '' },
  });
}

async function allBoards(doors: ActDoors, options: BatchOptions): Promise<BoardEnd[]> {
  const { rows, ports: named, chain, progressOf, places } = options;
  const { folder } = doors.bench;
  const claims = openClaims(folder, rows);
  let ends = rows.flatMap((row) => doneBefore(doors, row, claims, chain) ?? []);
  const isDone = (site: string) =>
    ends.some((end) => end.site === site && end.trouble === null) ||
    // A node that came to its site in another way is none of this tray's business.
    (claims.holderOf(site) === null && hasNode(folder, site));
  const isFull = () => rows.every(({ options: { site } }) => isDone(site));
  const working = new Map<string, Promise<void>>();
  for await (const port of comingPorts(doors, { named, places, working, isFull })) {
    while (working.size >= BATCH_BOARDS_AT_ONCE) await Promise.race(working.values());
    if (doors.signal.aborted) break;
    const progress = progressOf(port);
    const one = doBoard({ ...doors, progress }, port, claims, chain).then((end) => {
      // What a board ended with before does not count any more.
      ends = ends.filter(({ device }) => device === '' || device !== end.device);
      ends.push(end);
      tellEnd(progress, end);
      working.delete(port);
    });
    working.set(port, one);
  }
  await Promise.all(working.values());
  return inOrder(ends, rows);
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

async function papers(
  doors: ActDoors,
  options: BatchOptions,
  boards: BoardEnd[],
  open: string[],
): Promise<string[]> {
  const { out, registerTo, language } = options;
  makeFolder(out);
  const good = boards.filter(({ trouble }) => trouble === null);
  const files = await writeReport(out, { boards, open }, language);
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

/** Works through a tray. A board's trouble stands in its result. Throws: Trouble bad-file, no-pod, bench-busy (another batch works). */
export async function batch(doors: ActDoors, options: BatchOptions): Promise<BatchResult> {
  const { bench, isDryRun } = doors;
  bench.pod();
  const openSites = () =>
    options.rows.flatMap(({ options: { site } }) => (hasNode(bench.folder, site) ? [] : site));
  if (isDryRun) return { boards: [], good: 0, failed: 0, open: openSites(), files: [], isDryRun };
  const file = join(bench.folder, 'batch.lock');
  const lock = takeLock(file);
  if (lock === null) throw new Trouble('bench-busy', { file });
  try {
    const boards = await allBoards(doors, options);
    const open = openSites();
    const files = await papers(doors, options, boards, open);
    const failed = boards.filter(({ trouble }) => trouble !== null).length;
    return { boards, good: boards.length - failed, failed, open, files, isDryRun };
  } finally {
    lock.release();
  }
}
