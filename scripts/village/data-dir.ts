/*
 * The village's folder: what must be remembered from one run to the next, beside the gateway's own files.
 * From: --data or a fresh temporary folder. To: run.ts (run number, first moment of village time), keys.ts.
 * Files here: DIR/village.json (this file's), DIR/register.json, DIR/gateway.pid, DIR/village.pid; the gateway adds its own.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The first run's first midnight: 2026-09-07 00:00 UTC, after the build date of the radios' firmware (they refuse older
 * times). Village time is UTC. */
export const VILLAGE_START_S = Date.UTC(2026, 8, 7) / 1000;
const DAY_S = 86_400;
const STATE_FORM = 1;

/** What DIR/village.json says. `startsS`: first moment of each run, unix s of village time; `reachedS`: what was reached at least. */
interface VillageState {
  form: number;
  seed: number;
  sites: number;
  points: string;
  startsS: number[];
  reachedS: number;
}

/** An opened village folder. `startS` is this run's first moment, a midnight later than all earlier runs. */
export interface VillageFolder {
  folder: string;
  temporary: boolean;
  run: number;
  startS: number;
  /** First moments of all runs so far, this one last: unix s. */
  startsS: number[];
  /** Notes how far village time got, so that a later run starts after it. Written whole, then renamed. */
  reached(atS: number): void;
  /** Lets another run have the folder. */
  release(): void;
}

function readState(path: string): VillageState | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const state = JSON.parse(text) as VillageState;
    const numbers = [state.seed, state.sites, state.reachedS, ...state.startsS];
    if (state.form === STATE_FORM && numbers.every(Number.isSafeInteger)) return state;
  } catch {
    // falls through to the message below
  }
  throw new Error(`${path} is not readable as a village's state; give another folder with --data`);
}

function openFolder(given: string | undefined): { folder: string; temporary: boolean } {
  if (given === undefined) {
    return { folder: mkdtempSync(join(tmpdir(), 'tallywell-')), temporary: true };
  }
  const folder = resolve(given);
  try {
    mkdirSync(folder, { recursive: true });
    return { folder, temporary: false };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'cannot be used';
    throw new Error(`--data ${given}: ${code}. Give a folder that can be written.`);
  }
}

/** Whether a process of this id runs. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Takes the folder for this process. Throws: when a village that still runs has it. */
function takeFolder(folder: string): () => void {
  const path = join(folder, 'village.pid');
  if (existsSync(path)) {
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid > 0 && pid !== process.pid && isRunning(pid)) {
      throw new Error(
        `--data ${folder}: the village of process ${pid} is using it; stop that first`,
      );
    }
  }
  writeFileSync(path, `${process.pid}\n`);
  return () => rmSync(path, { force: true });
}

function checkSame(folder: string, state: VillageState, world: WorldIdentity): void {
  const differing = [
    state.seed === world.seed ? '' : `--seed ${state.seed} (not ${world.seed})`,
    state.sites === world.sites ? '' : `--sites ${state.sites} (not ${world.sites})`,
    state.points === world.points ? '' : 'other places (--points)',
  ].filter((text) => text !== '');
  if (differing.length === 0) return;
  throw new Error(
    `--data ${folder}: this folder belongs to a village with ${differing.join(' and ')}. ` +
      `Start it with those, or give another folder.`,
  );
}

/** What makes a village the same one: its seed, how many sites, and a digest of where they stand. */
export interface WorldIdentity {
  seed: number;
  sites: number;
  points: string;
}

/**
 * Opens (or makes) the folder and counts this run.
 * Throws: an Error that says what to do, when the folder is another village's, not a village's, or cannot be written.
 */
export function openVillageFolder(given: string | undefined, world: WorldIdentity): VillageFolder {
  const { folder, temporary } = openFolder(given);
  const path = join(folder, 'village.json');
  const before = readState(path);
  if (before !== undefined) checkSame(folder, before, world);
  else if (readdirSync(folder).length > 0) {
    throw new Error(
      `--data ${folder}: the folder is not empty and holds no village. Give a new or empty folder, or one of an earlier run.`,
    );
  }
  const release = takeFolder(folder);
  const startS =
    before === undefined
      ? VILLAGE_START_S
      : (Math.floor((before.reachedS + 3600) / DAY_S) + 1) * DAY_S;
  const state: VillageState = {
    form: STATE_FORM,
    seed: world.seed,
    sites: world.sites,
    points: world.points,
    startsS: [...(before?.startsS ?? []), startS],
    reachedS: startS,
  };
  const write = (): void => {
    writeFileSync(`${path}.new`, `${JSON.stringify(state)}\n`);
    renameSync(`${path}.new`, path);
  };
  write();
  return {
    folder,
    temporary,
    run: state.startsS.length,
    startS,
    startsS: state.startsS,
    release,
    reached: (atS) => {
      state.reachedS = atS;
      write();
    },
  };
}
