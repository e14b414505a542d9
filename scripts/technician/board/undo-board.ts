/*
 * undo-board.ts: takes back the newest act on a board: program, choice of the slot and configuration become what they were.
 * Way: newest snapshot -> BoardSession. Never key, epoch, counters or journal: no snapshot holds them.
 */
import { crc32 } from 'node:zlib';
import type { ActDoors, Bench, Snapshot } from '../bench';
import { goOn, logged } from '../logged';
import { CONFIG_FILE, keyIdHex } from '../node-config';
import { placeAsBefore } from '../placing';
import { changeSites, nodeInUse, siteOf } from '../sites';
import { Trouble } from '../trouble';
import { ourFiles, SAVED_FILES } from './board-before';
import type { BoardFile, BoardSession } from './board-session';
import { startAndProve } from './flash';
import { bootFactsOf, sequenceOfFile, slotOfLoader } from './flash-plan';
import { BOOT_LOG_FILE, SLOT_FILES, UNDER_WAY_FILE } from './program-files';

/** What was taken back. */
export interface UndoResult {
  device: string;
  /** The act that was taken back. */
  act: string;
  restored: string[];
  erased: string[];
  /** Number of the program that runs now; 0 = none was there. */
  program: number;
  /** Sites that the bench knows as before again: the gateway is to be told. */
  sites: string[];
}

/** Files that an act may have changed: only those go back. */
function filesOf(act: string): readonly string[] {
  if (act === 'retire') return [];
  return act === 'flash' ? SAVED_FILES : [CONFIG_FILE];
}

/** What differs from the snapshot. */
function differing(snapshot: Snapshot, files: readonly BoardFile[]) {
  const names = filesOf(snapshot.act);
  const restore = snapshot.files.filter(({ name, bytes }) => {
    const there = files.find((file) => file.name === name);
    const isSame = there?.length === bytes.length && there.crc32 === crc32(bytes);
    // No flash changes it; what was done to it since by others stays.
    const isOthers = snapshot.act === 'flash' && name === CONFIG_FILE && there !== undefined;
    return names.includes(name) && !isSame && !isOthers;
  });
  const erase = files
    .map(({ name }) => name)
    .filter((name) => names.includes(name) && !(snapshot.act === 'flash' && name === CONFIG_FILE))
    .filter((name) => !snapshot.files.some((file) => file.name === name));
  return { restore, erase };
}

/** The program that the loader starts with these files; 0 = none. */
function programOf({ files }: Snapshot): number {
  const bytesOf = (name: string) => files.find((file) => file.name === name)?.bytes ?? null;
  const slots = SLOT_FILES.map((name) => {
    const bytes = bytesOf(name);
    return bytes ? { sequence: sequenceOfFile(bytes), bodyLength: 0, bodyCrc32: 0 } : null;
  });
  return slots[slotOfLoader(slots, bootFactsOf(bytesOf(BOOT_LOG_FILE)))]?.sequence ?? 0;
}

async function writeBack(
  doors: ActDoors,
  session: BoardSession,
  { restore, erase }: ReturnType<typeof differing>,
): Promise<void> {
  const { progress } = doors;
  // First room, then what was there; the log of starts last, for it decides what starts.
  for (const name of erase) await session.erase(name);
  const last = (name: string) => (name === BOOT_LOG_FILE ? 1 : 0);
  for (const { name, bytes } of restore.toSorted((a, b) => last(a.name) - last(b.name))) {
    goOn(doors);
    progress.step('restore', { file: name });
    await session.write(name, bytes, progress.share);
  }
}

function keyIdAt(folder: string, site: string): string {
  const node = nodeInUse(siteOf(folder, site));
  return node === null ? '' : keyIdHex(node.publicKey);
}

/** The newest snapshot of `retire` of this site that nothing came after at its board; null = none. */
function savedRetire(bench: Bench, site: string) {
  const devices = siteOf(bench.folder, site).nodes.map(({ device }) => device);
  const found = devices.flatMap((device) => bench.newestSaved(device) ?? []);
  const isRetire = ({ snapshot: { act, sites = [] } }: (typeof found)[number]) =>
    act === 'retire' && sites.some((one) => one.site === site);
  return { retire: found.findLast(isRetire) ?? null, newest: found.at(-1) ?? null };
}

/** Puts the sites of the bench back, where the act changed them. @returns their words. */
function sitesBack({ bench, progress }: ActDoors, { act, device, sites = [] }: Snapshot): string[] {
  if (sites.length === 0) return [];
  const nowS = Math.floor(Date.now() / 1000);
  const changed = changeSites(bench.folder, (all) => placeAsBefore(all, sites, device, nowS));
  const [first] = sites;
  if (act === 'retire' && changed.length === 0)
    throw new Trouble('site-taken', { site: first.site, keyId: keyIdAt(bench.folder, first.site) });
  if (changed.length > 0) progress.note('undo-register', { sites: changed.join(', ') });
  return changed;
}

/**
 * Takes `retire` back without its board: only the bench's list of sites changed then.
 * Throws: Trouble no-site, nothing-to-undo; board-needed, when something else was done to its board since; site-taken, by another.
 */
export function undoRetire(doors: ActDoors, { site }: { site: string }): Promise<UndoResult> {
  return logged(doors, 'undo', async (notes) => {
    const { bench, isDryRun } = doors;
    notes.site = site;
    const { retire: saved, newest } = savedRetire(bench, site);
    if (newest === null) throw new Trouble('nothing-to-undo');
    if (saved === null) throw new Trouble('board-needed', { site, act: newest.snapshot.act });
    const { act, device } = saved.snapshot;
    notes.device = device;
    const result = { device, act, restored: [], erased: [], program: 0, sites: [] };
    if (isDryRun) return result;
    const sites = sitesBack(doors, saved.snapshot);
    saved.takenBack();
    notes.facts = { undone: act };
    return { ...result, sites };
  });
}

/** Takes back the newest act. Throws: Trouble nothing-to-undo, and what a session throws. */
export function undoBoard(doors: ActDoors, session: BoardSession): Promise<UndoResult> {
  return logged(doors, 'undo', async (notes) => {
    const { bench, progress, isDryRun } = doors;
    progress.step('look');
    const { serial: device, board } = await session.identity();
    notes.device = device;
    const saved = bench.newestSaved(device);
    if (!saved) throw new Trouble('nothing-to-undo');
    const { snapshot } = saved;
    const { act } = snapshot;
    const program = programOf(snapshot);
    const change = differing(snapshot, await ourFiles(session));
    const restored = change.restore.map(({ name }) => name);
    const result = { device, act, restored, erased: change.erase, program, sites: [] };
    if (isDryRun) return result;
    const isProgram = act === 'flash' && restored.length + change.erase.length > 0;
    if (isProgram && board === 'MDBT42Q') await session.stop();
    await writeBack(doors, session, change);
    if (await session.check(UNDER_WAY_FILE)) await session.erase(UNDER_WAY_FILE);
    if (program > 0) await startAndProve(doors, session, board, program);
    else if (act !== 'retire') {
      progress.step('restart');
      await session.restart();
    }
    const sites = sitesBack(doors, snapshot);
    saved.takenBack();
    notes.facts = { undone: act, files: restored.length + change.erase.length, program };
    return { ...result, sites };
  });
}
