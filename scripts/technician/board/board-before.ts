/*
 * board-before.ts: what stands on a board before it is changed, and a copy of it for `undo`.
 * Way: BoardSession -> flash-plan.ts, Snapshot.
 */
import { crc32 } from 'node:zlib';
import type { Snapshot } from '../bench';
import { readNodeState } from '../node-state';
import { Trouble } from '../trouble';
import type { BoardFile, BoardSession } from './board-session';
import { type BoardBefore, SEAL_CHARACTERS, type Slot } from './flash-plan';
import {
  BOOT_CODE_FILE,
  BOOT_LOG_FILE,
  LOADER_FILE,
  NATIVE_FILE,
  POWER_ON_FILE,
  SLOT_FILES,
} from './program-files';
import { LIST_CODE, sealCode } from './storage-code';

/** Files that a flash may change, and tw.cfg, which it must not lose. */
export const SAVED_FILES: readonly string[] = [
  ...[...SLOT_FILES, BOOT_LOG_FILE, NATIVE_FILE, LOADER_FILE, BOOT_CODE_FILE, POWER_ON_FILE],
  'tw.cfg',
];

const SEAL = /^\n\/\/TW1([0-9a-f]{8}), ([0-9a-f]{8})$/;

/** One slot, worked out on the board. */
async function slotOf(session: BoardSession, name: string): Promise<Slot | null> {
  const told = (await session.evaluate(sealCode(name))) as [number, number, number, string] | null;
  if (told === null) return null;
  const [length, bodyCrc32, crc, seal] = told;
  const match = SEAL.exec(seal);
  const isWhole = match !== null && Number.parseInt(match[2] as string, 16) === crc >>> 0;
  return {
    sequence: isWhole ? Number.parseInt(match[1] as string, 16) & 0xffffff : 0,
    bodyLength: length - SEAL_CHARACTERS,
    bodyCrc32: bodyCrc32 >>> 0,
  };
}

/** Every file's name; length and CRC-32 of those that a flash may change. To read the journal or a foreign file takes long. */
export async function ourFiles(session: BoardSession): Promise<BoardFile[]> {
  const names = (await session.evaluate(LIST_CODE)) as string[];
  const files: BoardFile[] = [];
  for (const name of names) {
    const checked = SAVED_FILES.includes(name) ? await session.check(name) : null;
    files.push(checked ?? { name, length: 0, crc32: 0 });
  }
  return files;
}

/** Looks; changes nothing. */
export async function lookAt(session: BoardSession, hasTwoSlots: boolean): Promise<BoardBefore> {
  const files = await ourFiles(session);
  const slots: (Slot | null)[] = [];
  for (const name of SLOT_FILES) {
    slots.push(files.some((file) => file.name === name) ? await slotOf(session, name) : null);
  }
  const hasLog = files.some(({ name }) => name === BOOT_LOG_FILE);
  const bootLog = hasLog ? await session.read(BOOT_LOG_FILE) : null;
  return { files, slots, bootLog, hasTwoSlots };
}

/** The public half of the node's key; null = none, or nobody there who knows. */
async function publicKeyOf(session: BoardSession): Promise<string | null> {
  try {
    return (await readNodeState(session)).publicKey;
  } catch (error) {
    const codes = [
      'no-program',
      'no-console',
      'node-refused',
      'not-provisioned',
      'board-exception',
    ];
    if (error instanceof Trouble && codes.includes(error.code)) return null;
    throw error;
  }
}

/**
 * Copies what undo needs. A program that is not whole is not copied: it helps nobody. `known`: files whose bytes are at hand;
 * the same are not read.
 */
export async function snapshotOf(
  session: BoardSession,
  device: string,
  { files, slots }: BoardBefore,
  known: readonly { name: string; bytes: Uint8Array }[],
  share: (done: number) => void,
): Promise<Snapshot> {
  const publicKey = await publicKeyOf(session);
  const isWhole = (name: string) => {
    const slot = (SLOT_FILES as readonly string[]).indexOf(name);
    return slot < 0 || (slots[slot]?.sequence ?? 0) > 0;
  };
  const wanted = files.filter(({ name }) => SAVED_FILES.includes(name) && isWhole(name));
  const copies: Snapshot['files'] = [];
  for (const file of wanted) {
    const same = known.find(
      ({ bytes }) => bytes.length === file.length && crc32(bytes) === file.crc32,
    );
    copies.push({ name: file.name, bytes: same?.bytes ?? (await session.read(file.name)) });
    share(copies.length / wanted.length);
  }
  return { device, act: 'flash', publicKey, files: copies, radio: null };
}
