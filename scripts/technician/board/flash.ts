/*
 * flash.ts: puts a program on a board: looks, keeps what was there, sends what differs, starts it and lets it prove itself.
 * Way: built files -> BoardSession; Bench keeps the copy for `undo`.
 * Power lost in the middle: the next run sees by the checksums what is missing. The program that runs is never written over
 * where there are two slots.
 */
import type { ActDoors } from '../bench';
import { MOVED_CONSOLE_MS, RESTART_MS_MAX } from '../limits';
import { type ActNotes, goOn, logged } from '../logged';
import { Trouble } from '../trouble';
import { lookAt, snapshotOf } from './board-before';
import type { BoardSession } from './board-session';
import { SILENT_AFTER_RESTART } from './espruino-board';
import { type BoardBefore, type FlashPlan, planFlash } from './flash-plan';
import { checkBoard, checkKeyPage } from './known-boards';
import { OUR_FILES, type ProgramFiles, SLOT_FILES, UNDER_WAY_FILE } from './program-files';
import { RUNNING_CODE } from './storage-code';

/** What may be asked for. */
export interface FlashOptions {
  built: ProgramFiles;
  /** End the program that runs first: it frees its memory. */
  isReset?: boolean;
  /** Erase what is not ours. */
  isClean?: boolean;
  /** Do not start it yet: something follows that must be there first. */
  isHeld?: boolean;
}

/** What was done. */
export interface FlashResult {
  device: string;
  board: string;
  espruino: string;
  profile: string;
  /** Number of the program, as `tw("version")` tells it. */
  program: number;
  slot: string;
  sent: { name: string; bytes: number }[];
  /** Files that were there already. */
  same: string[];
  erased: string[];
  /** answered: the new program told its number. console-left: an MDBT42Q at a cable, whose console goes to Bluetooth. held: it was not started. none: --dry-run. */
  proof: 'answered' | 'console-left' | 'held' | 'none';
}

/** Of a file in Storage, bytes. Source: Espruino 2v29 src/jsflash.h. */
const HEADER_BYTES = 32;
const UNDER_WAY = new Uint8Array([0x31]);

/** Storage that is full moves files together: a journal that moves is lost. Throws: Trouble storage-full. */
async function refuseMovingJournal(
  { progress }: ActDoors,
  session: BoardSession,
  { files }: BoardBefore,
  { send }: FlashPlan,
): Promise<void> {
  if (!files.some(({ name }) => name === 'journal') || send.length === 0) return;
  const needed = send.reduce((sum, { bytes }) => sum + bytes.length + HEADER_BYTES + 3, 64);
  const free = Number(await session.evaluate('require("Storage").getStats().freeBytes'));
  if (needed <= free) return;
  progress.note('journal-would-move');
  throw new Trouble('storage-full', { needed, free });
}

async function keep(
  { bench, progress }: ActDoors,
  session: BoardSession,
  device: string,
  before: BoardBefore,
  { built }: FlashOptions,
): Promise<void> {
  const isUnderWay = before.files.some(({ name }) => name === UNDER_WAY_FILE);
  // What was there before the run that broke off is kept already.
  if (isUnderWay && bench.newestSaved(device)?.snapshot.act === 'flash') {
    progress.note('goes-on');
    return;
  }
  progress.step('save');
  const known = [...built.beside, { name: '', bytes: built.program }];
  bench.save(await snapshotOf(session, device, before, known, progress.share));
  if (!isUnderWay) await session.write(UNDER_WAY_FILE, UNDER_WAY);
}

async function sendAll(doors: ActDoors, session: BoardSession, { send }: FlashPlan) {
  const { progress } = doors;
  const total = send.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let done = 0;
  for (const { name, bytes } of send) {
    goOn(doors);
    progress.step('upload', { file: name, bytes: bytes.length });
    await session.write(name, bytes, (part) =>
      progress.share((done + part * bytes.length) / total),
    );
    done += bytes.length;
  }
}

/** What our own firmware prints when it does not come up. */
function complaintOf(printed: string): string | null {
  const match = /^(?:fault (?:\d+ )?(.+)|(safe mode: .+))$/m.exec(printed.replaceAll('\r', ''));
  return match ? (match[1] ?? match[2] ?? null) : null;
}

/** Starts the board. @returns what it printed; null = its console left the cable. Throws: Trouble boot-failed. */
export async function start(
  { progress }: ActDoors,
  session: BoardSession,
  board: string,
): Promise<string | null> {
  progress.step('restart');
  const mayLeave = board === 'MDBT42Q';
  try {
    return await session.restart(mayLeave ? MOVED_CONSOLE_MS : RESTART_MS_MAX);
  } catch (error) {
    const isSilent = error instanceof Trouble && error.details.error === SILENT_AFTER_RESTART;
    if (!mayLeave || !isSilent) throw error;
    progress.note('console-left');
    return null;
  }
}

/** Starts the board and lets the program tell its number. Throws: Trouble boot-failed. */
export async function startAndProve(
  doors: ActDoors,
  session: BoardSession,
  board: string,
  program: number,
): Promise<'answered' | 'console-left'> {
  const printed = await start(doors, session, board);
  if (printed === null) return 'console-left';
  doors.progress.step('prove-program', { program });
  const complaint = complaintOf(printed);
  if (complaint !== null) throw new Trouble('boot-failed', { error: complaint });
  const runs = Number(await session.evaluate(RUNNING_CODE));
  if (runs !== program) throw new Trouble('boot-failed', { error: `${runs} != ${program}` });
  if ((await session.evaluate('typeof tw')) === 'function') {
    const told = (await session.node('version')).program;
    if (told !== program) throw new Trouble('boot-failed', { error: `${told} != ${program}` });
  }
  return 'answered';
}

async function eraseOthers(session: BoardSession, { files }: BoardBefore): Promise<string[]> {
  const others = files.map(({ name }) => name).filter((name) => !OUR_FILES.includes(name));
  for (const name of others) await session.erase(name);
  return others;
}

async function flashBoard(
  doors: ActDoors,
  session: BoardSession,
  options: FlashOptions,
  notes: ActNotes,
): Promise<FlashResult> {
  const { progress } = doors;
  const { profile } = options.built;
  progress.step('look');
  const identity = await session.identity();
  const { serial: device, board, version: espruino } = identity;
  notes.device = device;
  notes.facts = { profile: profile.name, board, espruino };
  const data = checkBoard(identity, profile);
  await checkKeyPage(session, data);
  const hasTwoSlots = profile.board === 'nrf52840';
  let before = await lookAt(session, hasTwoSlots);
  let plan = planFlash(options.built, before);
  const resultOf = (proof: FlashResult['proof'], erased: string[]): FlashResult => ({
    ...{ device, board, espruino, profile: profile.name, program: plan.sequence },
    slot: SLOT_FILES[plan.slot] as string,
    sent: plan.send.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
    ...{ same: plan.same, erased, proof },
  });
  if (doors.isDryRun) return resultOf('none', []);
  const runs = Number(await session.evaluate(RUNNING_CODE));
  const isDone = plan.send.length === 0 && runs === plan.sequence;
  if (isDone && !options.isClean && !options.isHeld) return resultOf('answered', []);
  await refuseMovingJournal(doors, session, before, plan);
  goOn(doors);
  await keep(doors, session, device, before, options);
  // The only slot: its text must not run while it is replaced.
  if (options.isReset || (!hasTwoSlots && runs > 0)) await session.stop();
  const erased = options.isClean ? await eraseOthers(session, before) : [];
  before = await lookAt(session, hasTwoSlots);
  plan = planFlash(options.built, before);
  await sendAll(doors, session, plan);
  await session.erase(UNDER_WAY_FILE);
  const proof = options.isHeld ? 'held' : await startAndProve(doors, session, board, plan.sequence);
  const bytes = plan.send.reduce((sum, file) => sum + file.bytes.length, 0);
  Object.assign(notes.facts, { program: plan.sequence, bytes, proof });
  return resultOf(proof, erased);
}

/**
 * Puts a program on the board. Throws: Trouble wrong-board, old-espruino, storage-full, packet-refused, crc-differs,
 * out-of-memory, unplugged, boot-failed, cancelled.
 */
export function flash(
  doors: ActDoors,
  session: BoardSession,
  options: FlashOptions,
): Promise<FlashResult> {
  return logged(doors, 'flash', (notes) => flashBoard(doors, session, options, notes));
}
