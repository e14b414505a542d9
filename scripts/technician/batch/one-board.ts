/*
 * one-board.ts: the whole chain for one board of a tray: flash, provision, selftest, register; what is done is not done again.
 * Way: port, next free row -> acts -> what became of it. Never throws a Trouble: it is in the result.
 */
import type { ActDoors } from '../bench';
import type { BoardSession } from '../board/board-session';
import { openBoard } from '../board/espruino-board';
import { flash } from '../board/flash';
import { readProgramFiles } from '../board/program-files';
import { keyWordsOf } from '../key-words';
import { goOn } from '../logged';
import { provision } from '../provision';
import { register } from '../register';
import { selftest } from '../selftest';
import { nodeInUse, siteOrNull } from '../sites';
import { Trouble } from '../trouble';
import type { Claims } from './claims';
import { type DoneAct, doneActs, failedPartsOf, RADIO_PARTS } from './done-acts';
import type { BatchRow } from './rows';

/** How the tray's boards are told to the gateway. */
export interface ChainOptions {
  /** gateway: each over HTTP; none: not. (A folder gets one file at the end.) */
  registers: 'gateway' | 'none';
  gateway?: string;
  token: string | null;
  /** A radio hangs on each board: its self-test counts. */
  hasRadio: boolean;
}

/** What became of one board. No secret. */
export interface BoardEnd {
  port: string;
  /** '' = it did not say. */
  device: string;
  /** '' = it got none. */
  site: string;
  slot: number | null;
  /** Site that it had and gave back, because it failed before it was a node: `site` and `slot` are empty then. */
  gaveBack: string | null;
  keyWords: string[];
  /** Acts done now or before. */
  done: string[];
  /** Parts of the self-test that failed. */
  failedParts: string[];
  /** null = good. */
  trouble: Trouble | null;
  seconds: number;
}

interface Work {
  doors: ActDoors;
  session: BoardSession;
  options: ChainOptions;
  row: BatchRow;
  slot: number;
  afterLine: number;
  end: BoardEnd;
}

async function test({ doors, session, options, end }: Work): Promise<void> {
  // Not asked: the gateway. It learns of the node in the next act.
  const result = await selftest(doors, session, { token: null, isOffline: true });
  end.failedParts = result.parts
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ part }) => part);
  const counts = end.failedParts.filter((part) => options.hasRadio || !RADIO_PARTS.includes(part));
  if (counts.length > 0)
    throw new Trouble('test-failed', { failed: counts.length, parts: counts.join(', ') });
}

/** The acts in their order. */
function actsOf(work: Work): [DoneAct, () => Promise<unknown>][] {
  const { doors, session, options, row, slot } = work;
  const { site } = row.options;
  const { gateway, token } = options;
  const acts: [DoneAct, () => Promise<unknown>][] = [
    ['flash', () => flash(doors, session, { built: readProgramFiles(row.profile.name) })],
    ['provision', () => provision(doors, session, { ...row.options, slot })],
    ['selftest', () => test(work)],
  ];
  if (options.registers === 'gateway')
    acts.push(['register', () => register(doors, { site, gateway, token })]);
  return acts;
}

async function chain(work: Work): Promise<void> {
  const { doors, options, row, afterLine, end } = work;
  const { site } = row.options;
  const { folder } = doors.bench;
  const about = { device: end.device, site, hasRadio: options.hasRadio, afterLine };
  const done = doneActs(folder, about);
  const tested = done.get('selftest');
  // The report says the same of a board that was tested before the tool was started anew.
  if (tested !== undefined) end.failedParts = failedPartsOf(tested);
  for (const [act, run] of actsOf(work)) {
    goOn(doors);
    if (!done.has(act)) await run();
    end.done.push(act);
  }
}

function wordsOfNode({ bench }: ActDoors, { site, device }: BoardEnd): string[] {
  const known = site === '' ? null : siteOrNull(bench.folder, site);
  const node = known === null ? null : nodeInUse(known);
  return node?.device === device ? keyWordsOf(node.publicKey) : [];
}

/** The board that was done for this site before the tool was started; null = none, or not all of it. */
export function doneBefore(
  doors: ActDoors,
  { options: { site } }: BatchRow,
  claims: Claims,
  { registers, hasRadio }: ChainOptions,
): BoardEnd | null {
  const { folder } = doors.bench;
  const holder = claims.holderOf(site);
  const known = siteOrNull(folder, site);
  if (holder === null || known === null || nodeInUse(known)?.device !== holder.device) return null;
  const { device, slot, afterLine } = holder;
  const done = doneActs(folder, { device, site, hasRadio, afterLine });
  const acts: DoneAct[] = ['flash', 'provision', 'selftest'];
  if (registers === 'gateway') acts.push('register');
  const tested = done.get('selftest');
  if (tested === undefined || !acts.every((act) => done.has(act))) return null;
  const end: BoardEnd = {
    ...{ port: '', device, site, slot, gaveBack: null, keyWords: [], done: acts },
    ...{ failedParts: failedPartsOf(tested), trouble: null, seconds: 0 },
  };
  return { ...end, keyWords: wordsOfNode(doors, end) };
}

/** Does one board. Throws only what is no Trouble. */
export async function doBoard(
  doors: ActDoors,
  port: string,
  claims: Claims,
  options: ChainOptions,
): Promise<BoardEnd> {
  const began = performance.now();
  const end: BoardEnd = {
    ...{ port, device: '', site: '', slot: null, gaveBack: null, keyWords: [], done: [] },
    ...{ failedParts: [], trouble: null, seconds: 0 },
  };
  let session: BoardSession | null = null;
  try {
    session = await openBoard(port);
    const { serial, board } = await session.identity();
    end.device = serial;
    const { row, slot, afterLine } = claims.claim(serial, board);
    Object.assign(end, { site: row.options.site, slot });
    doors.progress.note('batch-site', { site: end.site, slot, device: serial });
    await chain({ doors, session, options, row, slot, afterLine, end });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    end.trouble = error;
    end.gaveBack = claims.release(end.device);
    if (end.gaveBack !== null) Object.assign(end, { site: '', slot: null });
  } finally {
    await session?.close();
  }
  end.keyWords = wordsOfNode(doors, end);
  end.seconds = Math.round((performance.now() - began) / 100) / 10;
  return end;
}
