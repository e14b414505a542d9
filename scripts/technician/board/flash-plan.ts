/*
 * flash-plan.ts: which slot a program goes to, with which sequence, and which files are sent. Pure.
 * Way: what is on the board, what was built -> steps of flash.ts. The loader's own rules decide (firmware/boot).
 */
import { crc32 } from 'node:zlib';
import { type BootFacts, readBootLog } from '../../../firmware/boot/boot-log';
import { choose } from '../../../firmware/boot/choice';
import { sealProgram, sequenceOf } from '../../../firmware/boot/program';
import type { BoardFile } from './board-session';
import { type ProgramFiles, SLOT_FILES } from './program-files';

/** Characters of the seal that ends a program: firmware/boot/program.ts. */
export const SEAL_CHARACTERS = 24;
const SEQUENCE_MAX = 0xffffff;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const crcOf = (text: string): number => crc32(Buffer.from(text, 'latin1'));

/** One slot, as the loader sees it. */
export interface Slot {
  /** 0 = no whole program. */
  sequence: number;
  /** Characters before the seal, and their CRC-32. */
  bodyLength: number;
  bodyCrc32: number;
}

/** What is on a board before. */
export interface BoardBefore {
  files: readonly BoardFile[];
  /** tw.a, tw.b; null = no such file. */
  slots: readonly (Slot | null)[];
  bootLog: Uint8Array | null;
  hasTwoSlots: boolean;
}

/** What is to be done. */
export interface FlashPlan {
  /** Index of the slot that the program is or will be in. */
  slot: number;
  sequence: number;
  /** To be sent, in this order; the program comes last. */
  send: { name: string; bytes: Uint8Array }[];
  /** Names of files that are there already, the same. */
  same: string[];
}

/** What the loader would start now; -1 = nothing. */
export function slotOfLoader(slots: readonly (Slot | null)[], log: BootFacts): number {
  return choose(
    SLOT_FILES.map((_, slot) => slots[slot]?.sequence ?? 0),
    log,
  ).slot;
}

/** Facts of the boot log, of its bytes. */
export function bootFactsOf(log: Uint8Array | null): BootFacts {
  return readBootLog(log ? latin1(log) : undefined);
}

/** The sequence of a program's file; 0 = not whole. */
export function sequenceOfFile(bytes: Uint8Array): number {
  return sequenceOf(latin1(bytes), crcOf);
}

/** Works out the plan. Throws: RangeError when sequences are used up. */
export function planFlash(built: ProgramFiles, before: BoardBefore): FlashPlan {
  const body = built.program.subarray(0, built.program.length - SEAL_CHARACTERS);
  const log = bootFactsOf(before.bootLog);
  const runs = slotOfLoader(before.slots, log);
  const running = before.slots[runs];
  const isThere =
    running?.bodyLength === body.length && running.bodyCrc32 === crc32(body) && !isRejected();
  function isRejected() {
    return log.rejected.includes(running?.sequence ?? 0);
  }
  const isSame = ({ name, bytes }: { name: string; bytes: Uint8Array }) =>
    before.files.some(
      (file) => file.name === name && file.length === bytes.length && file.crc32 === crc32(bytes),
    );
  const send = built.beside.filter((file) => !isSame(file));
  const same = built.beside.filter(isSame).map(({ name }) => name);
  if (isThere) {
    const slot = SLOT_FILES[runs] as string;
    return { slot: runs, sequence: running.sequence, send, same: [...same, slot] };
  }
  const used = [...before.slots.map((slot) => slot?.sequence ?? 0)];
  used.push(log.sequence, ...log.rejected, ...log.good);
  const sequence = Math.max(sequenceOfFile(built.program), ...used.map((one) => one + 1));
  if (sequence > SEQUENCE_MAX) throw new RangeError('sequences of programs are used up');
  // Never over the program that runs: with two slots the other one, else the only one.
  const slot = before.hasTwoSlots && runs === 0 ? 1 : 0;
  const sealed = Buffer.from(sealProgram(latin1(body), sequence, crcOf), 'latin1');
  send.push({ name: SLOT_FILES[slot] as string, bytes: new Uint8Array(sealed) });
  return { slot, sequence, send, same };
}
