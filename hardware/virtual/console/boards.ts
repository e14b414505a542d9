/*
 * boards.ts: virtual boards as they come to the bench: a XIAO nRF52840 or an MDBT42Q with erased flash, Espruino on it.
 * Way: kind, seed, faults -> a board with its console. It signs by itself when Storage's file `ed25519` is called: the native
 * routine is not run. Source: hardware/boards, Espruino 2v29 boards/XIAOBLE.py, boards/MDBT42Q.py.
 */
import { createHash } from 'node:crypto';
import { createVirtualBoard } from '../board/board';
import { MDBT42Q, XIAO_NRF52840 } from '../board/layouts';
import { encryptBlocks } from '../channel-keys';
import { createNobleEd25519 } from '../ed25519-noble';
import { type ConsoleBoard, createConsoleBoard } from './espruino-console';
import type { BoardFaults } from './faults';

/** Boards that can stand on the virtual bench. */
export type BoardKind = 'xiao' | 'mdbt42q';

const PAGE_BYTES = 4096;
const BATTERY_MV = 3300;
/** Code that runs longer counts as never ending, ms. */
const HANG_MS = 2000;

const KINDS = {
  xiao: {
    ...{ layout: XIAO_NRF52840, pageCount: 512, variables: 14_000, variableBytes: 14 },
    ...{ device: 'USB', buttonPin: 1, modules: 'timer,Flash,Storage,heatshrink,crypto,neopixel' },
  },
  mdbt42q: {
    ...{ layout: MDBT42Q, pageCount: 10, variables: 2950, variableBytes: 13 },
    ...{
      device: 'Bluetooth',
      buttonPin: -1,
      modules: 'timer,Flash,Storage,heatshrink,net,crypto,neopixel',
    },
  },
};

/** What may be chosen. */
export interface BenchBoardOptions {
  kind: BoardKind;
  /** Decides the serial number and all random numbers of the board. */
  seed: number;
  faults?: BoardFaults;
  /** Code that runs longer counts as never ending, ms of the host; 2000 when left out. */
  hangMs?: number;
}

/** The serial number of a seed, as an nRF52 tells it: 8 and 8 hex digits. */
export function serialOfSeed(seed: number): string {
  const digits = createHash('sha256').update(`board ${seed}`).digest('hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 16)}`;
}

/** Fills Storage with a file that is in the way, until so many bytes are free. */
function fillStorage(model: ConsoleBoard, freeBytes: number): void {
  const { board } = model.options;
  const fileBytes = board.flash().length - freeBytes - 64;
  if (fileBytes > 0) board.storage.write('in-the-way', new Uint8Array(fileBytes).fill(0x2e));
}

/** A board with erased flash, switched off. */
export function createBenchBoard(options: BenchBoardOptions): ConsoleBoard {
  const { kind, seed, faults = {} } = options;
  const { layout, pageCount, ...rest } = KINDS[kind];
  const board = createVirtualBoard({
    seed,
    ed25519: createNobleEd25519(),
    encryptBlocks: (key, blocks) => blocks.set(encryptBlocks(key, blocks)),
    layout: faults.isKeyPageUsed ? { ...layout, isSpareListed: false } : layout,
    pageBytes: PAGE_BYTES,
    pageCount,
    batteryMv: BATTERY_MV,
  });
  // The button's pin is pulled down by Espruino; whatever is plugged in there later has its way.
  if (rest.buttonPin >= 0) board.plugs.setPin(rest.buttonPin, 0);
  const model = createConsoleBoard({
    ...{ board, boardName: layout.name, version: '2v29', serial: serialOfSeed(seed) },
    ...{ isLinux: false, hangMs: options.hangMs ?? HANG_MS, faults, ...rest },
    ...(faults.isAtCable ? { device: 'Serial1' } : {}),
  });
  if (faults.storageFreeBytes !== undefined) fillStorage(model, faults.storageFreeBytes);
  return model;
}
