/*
 * one-board.ts: the whole chain for one board of a tray: flash, provision, selftest, register; what is done is not done again.
 * Way: port, next free row -> acts -> what became of it. Never throws a Trouble: it is in the result.
 */
import { keyWordsOf } from '../../../gateway/web/key-words';
import type { ActDoors } from '../bench';
import type { BoardSession } from '../board/board-session';
import { openBoard } from '../board/espruino-board';
import { flash } from '../board/flash';
import { readProgramFiles } from '../board/program-files';
import { goOn } from '../logged';
import { makeKey, provision } from '../provision';
import { register } from '../register';
import { selftest } from '../selftest';
import { nodeInUse, siteOrNull } from '../sites';
import { Trouble } from '../trouble';
import type { Claims } from './claims';
import { type DoneAct, doneActs, failedPartsOf, partsNotCounted } from './done-acts';
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

/** Of an MDBT42Q: firmware/profiles.ts. */
const BENCH_PROGRAM = 'bench-mdbt42q';

interface Work {
  doors: ActDoors;
  session: BoardSession;
  options: ChainOptions;
  row: BatchRow;
  slot: number;
  afterLine: number;
  end: BoardEnd;
}

async function test({ doors, session, options, row, end }: Work): Promise<void> {
  if (isBare(row)) await makeKey(doors, session);
  // Not asked: the gateway. It learns of the node in the next act.
  const result = await selftest(doors, session, { token: null, isOffline: true });
  end.failedParts = result.parts
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ part }) => part);
  const notCounted = partsNotCounted(row.profile, options.hasRadio);
  const counts = end.failedParts.filter((part) => !notCounted.includes(part));
  if (counts.length > 0)
    throw new Trouble('test-failed', { failed: counts.length, parts: counts.join(', ') });
}

/** An MDBT42Q: it has no room for console and site in one program. */
function isBare({ profile }: BatchRow): boolean {
  return profile.board === 'nrf52832';
}

/**
 * The acts in their order. An MDBT42Q is tested by its bench program; with the program of its site, which provision puts there, nobody
 * answers at the cable any more.
 */
function actsOf(work: Work): [DoneAct, () => Promise<unknown>][] {
  const { doors, session, options, row, slot } = work;
  const { site } = row.options;
  const { gateway, token } = options;
  const program = isBare(row) ? BENCH_PROGRAM : row.profile.name;
  const acts: [DoneAct, () => Promise<unknown>][] = [
    ['flash', () => flash(doors, session, { built: readProgramFiles(program) })],
    ['provision', () => provision(doors, session, { ...row.options, slot })],
    ['selftest', () => test(work)],
  ];
  if (isBare(row)) acts.push(...acts.splice(1, 1));
  if (options.registers === 'gateway')
    acts.push(['register', () => register(doors, { site, gateway, token })]);
  return acts;
}

async function chain(work: Work): Promise<void> {
  const { doors, options, row, afterLine, end } = work;
  const { site } = row.options;
  const { folder } = doors.bench;
  const notCounted = partsNotCounted(row.profile, options.hasRadio);
  const done = doneActs(folder, { device: end.device, site, notCounted, afterLine });
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
  { options: { site }, profile }: BatchRow,
  claims: Claims,
  { registers, hasRadio }: ChainOptions,
): BoardEnd | null {
  const { folder } = doors.bench;
  const holder = claims.holderOf(site);
  const known = siteOrNull(folder, site);
  if (holder === null || known === null || nodeInUse(known)?.device !== holder.device) return null;
  const { device, slot, afterLine } = holder;
  const done = doneActs(folder, {
    ...{ device, site, afterLine },
    notCounted: partsNotCounted(profile, hasRadio),
  });
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
