/*
 * install-espruino.ts: puts Espruino itself on a XIAO nRF52840: checks the UF2 file, copies it to the boot loader's drive, waits
 * until the drive goes and a port comes. For other boards it tells the steps.
 * Way: file, drive -> boot loader. The node's key and everything behind Espruino must not be touched by the file.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NRF52832_PAGE_BYTES, XIAO_KEY_ADDRESS } from '../../../firmware/node-limits';
import type { ActDoors } from '../bench';
import { COPY_BYTES, DRIVE_GONE_MS_MAX, LOOK_AGAIN_MS, PORT_BACK_MS_MAX } from '../limits';
import { goOn, logged } from '../logged';
import { Trouble } from '../trouble';
import { type BootDrive, bootDrives, driveAt } from './drives';
import { findPorts, type PortFound, type PortsPlaces } from './ports';
import { FAMILY_NRF52840, readUf2, type Uf2 } from './uf2';

/** Boards for which there are only steps to follow by hand. */
export const BOARDS_BY_HAND = ['mdbt42q', 'puckjs'] as const;

/** What is asked for. */
export interface InstallOptions {
  /** The UF2 file. */
  file: string;
  /** Of the boot loader; the only one that is there when left out. */
  drive?: string;
}

/** What was done. */
export interface InstallResult {
  file: string;
  sha256: string;
  blocks: number;
  drive: string;
  /** Where the board's console is now; null = --dry-run. */
  port: string | null;
}

function readFile(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new Trouble('bad-file', { file, fault: error instanceof Error ? error.message : '' });
  }
}

/** Throws: Trouble bad-file. */
function checkUf2(file: string, bytes: Uint8Array): Uf2 {
  const uf2 = readUf2(bytes);
  const refuse = (fault: string, found = '') => new Trouble('bad-file', { file, fault, found });
  if (typeof uf2 === 'string') throw refuse(uf2);
  if (uf2.family !== FAMILY_NRF52840) {
    throw refuse('other-chip', `0x${uf2.family.toString(16)}`);
  }
  const overKey = uf2.regions.some(
    ({ startAddress, bytes: length }) =>
      startAddress < XIAO_KEY_ADDRESS + NRF52832_PAGE_BYTES &&
      startAddress + length > XIAO_KEY_ADDRESS,
  );
  if (overKey) throw refuse('over-key');
  return uf2;
}

/** Throws: Trouble no-drive, several-ports, wrong-board. */
function chooseDrive(asked: string | undefined, drives: BootDrive[]): BootDrive {
  const named = asked === undefined ? undefined : driveAt(asked);
  const [first, second] = named ? [named] : drives;
  if (!first || named === null) throw new Trouble('no-drive');
  if (second) {
    throw new Trouble('several-ports', { ports: drives.map(({ path }) => path).join(', ') });
  }
  if (!/nrf52840/i.test(first.boardId) || !/xiao|seeed/i.test(first.boardId + first.model)) {
    throw new Trouble('wrong-board', {
      board: first.model || first.boardId,
      wanted: 'XIAO nRF52840',
    });
  }
  return first;
}

/** Copies in pieces. The boot loader restarts with the last block: what fails then is told by the drive that stays. */
async function copy(doors: ActDoors, bytes: Uint8Array, target: string): Promise<void> {
  let at = 0;
  try {
    const handle = openSync(target, 'w');
    try {
      for (; at < bytes.length; at += COPY_BYTES) {
        goOn(doors);
        writeSync(handle, bytes, at, Math.min(COPY_BYTES, bytes.length - at));
        fsyncSync(handle);
        doors.progress.share(Math.min(1, (at + COPY_BYTES) / bytes.length));
        await pause(0);
      }
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof Trouble) throw error;
    if (at + COPY_BYTES >= bytes.length) return;
    throw new Trouble('unplugged', { port: target, during: 'copy' });
  }
}

/** Looks again and again. Gives null when the time is over. */
async function until<T>(msMax: number, look: () => Promise<T | null>): Promise<T | null> {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const found = await look();
    if (found !== null || waited >= msMax) return found;
    await pause(LOOK_AGAIN_MS);
  }
}

async function waitForPort(
  doors: ActDoors,
  drive: BootDrive,
  before: PortFound[],
  places: PortsPlaces,
): Promise<string> {
  doors.progress.step('wait-drive');
  const during = 'restart';
  const gone = await until(DRIVE_GONE_MS_MAX, async () => (driveAt(drive.path) ? null : true));
  if (!gone) throw new Trouble('bad-file', { file: drive.path, fault: 'boot-loader-refused' });
  doors.progress.step('wait-port');
  const isNew = (port: PortFound) =>
    port.guess === 'espruino' && !before.some(({ path }) => path === port.path);
  const port = await until(PORT_BACK_MS_MAX, async () => {
    return (await findPorts(places)).ports.find(isNew) ?? null;
  });
  if (!port) throw new Trouble('unplugged', { port: drive.path, during });
  return port.byId ?? port.path;
}

/** Puts Espruino on a XIAO. Throws: Trouble bad-file, no-drive, several-ports, wrong-board, unplugged, cancelled. */
export function installEspruino(
  doors: ActDoors,
  { file, drive: asked }: InstallOptions,
  places: PortsPlaces = {},
): Promise<InstallResult> {
  return logged(doors, 'espruino', async (notes) => {
    const bytes = readFile(file);
    const { blocks } = checkUf2(file, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    notes.facts = { file, sha256 };
    doors.progress.note('sha256', { sha256 });
    const drive = chooseDrive(asked, (places.drives ?? bootDrives)());
    notes.device = drive.boardId;
    const result = { file, sha256, blocks, drive: drive.path };
    if (doors.isDryRun) return { ...result, port: null };
    const before = (await findPorts(places)).ports;
    doors.progress.step('copy', { file, drive: drive.path });
    await copy(doors, bytes, join(drive.path, 'ESPRUINO.UF2'));
    const port = await waitForPort(doors, drive, before, places);
    notes.facts = { ...notes.facts, port };
    return { ...result, port };
  });
}
