/*
 * A XIAO on the bench for the tests of the sensors: the built program with its console, sensors' models plugged in
 * before the power comes, and what the program tells of them.
 */
import { readFileSync } from 'node:fs';
import type { Wiring } from '../../../firmware/sensors/wiring';
import { createVirtualBoard } from '../../../hardware/virtual/board/board';
import { XIAO_NRF52840 } from '../../../hardware/virtual/board/layouts';
import type { BoardPlugs } from '../../../hardware/virtual/board/plugs';
import type { VirtualBoard } from '../../../hardware/virtual/board/types';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';
import { startBundle } from '../../../hardware/virtual/run-bundle';
import { decodeRecord, splitSigned, type TallyRecord } from '../../../shared/record';
import { keyRegionOf, provision, readFlash, SEED } from '../bench';
import { countHeld, type Held } from './trouble/held';

/** What `tw("sensors")` answers. */
export interface Told {
  batteryMv: number;
  readings: { [name: string]: number };
  faults: { [name: string]: string };
  flags: string[];
}

export interface SensorBench {
  board: VirtualBoard;
  plugs: BoardPlugs;
  /** Runs for so long, s. */
  runS(seconds: number): void;
  /** Asks the console. */
  told(): Told;
  counters(): number[];
  ask(...words: string[]): { [name: string]: unknown };
  /** Everything in the journal, oldest first. */
  records(): TallyRecord[];
  /** [code, value] of the events in the journal. */
  events(): number[][];
  /** What the program holds open, the prompt's interval included. */
  held(): Held;
}

const PAGES = 40;
/** The prompt: what is typed is run as Espruino's console would. */
const PROMPT = '\nsetInterval(function(){var t=typed();if(t)tw.apply(null,t)},10);';

/** A running node; `plug` puts the models on its pins first. */
export function sensorBench<Models>(
  kind: 'water-point' | 'canteen',
  wiring: Wiring,
  plug: (plugs: BoardPlugs) => Models,
): SensorBench & { models: Models } {
  const board = createVirtualBoard({
    seed: 3,
    ed25519: createNobleEd25519(),
    layout: XIAO_NRF52840,
    pageBytes: 4096,
    pageCount: PAGES + 10,
    batteryMv: 3900,
  });
  const models = plug(board.plugs);
  const typed: string[][] = [];
  board.globals.typed = () => typed.shift();
  const held = countHeld(board);
  provision(board, kind, PAGES, { wiring });
  board.spareFlash().set(keyRegionOf(SEED), 0);
  startBundle(board, readFileSync(`dist/firmware/${kind}-xiao.js`, 'utf8') + PROMPT);
  const ask = (...words: string[]) => {
    const before = board.printed().length;
    typed.push(words);
    board.runUntil(board.nowMs() + 30);
    const line = board
      .printed()
      .slice(before)
      .find((text) => text.startsWith('{"tw"'));
    return JSON.parse(line ?? '{}') as { [name: string]: unknown };
  };
  const records = () =>
    readFlash(board).records.map((packet) => {
      const parts = splitSigned(packet);
      const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
      if (typeof record === 'string') throw new Error(record);
      return record;
    });
  return {
    board,
    plugs: board.plugs,
    models,
    runS: (seconds) => board.runUntil(board.nowMs() + seconds * 1000),
    told: () => ask('sensors') as unknown as Told,
    counters: () => ask('counters').counters as number[],
    ask,
    held,
    records,
    events: () =>
      records().flatMap((record) => (record.kind === 3 ? [[record.eventCode, record.value]] : [])),
  };
}
