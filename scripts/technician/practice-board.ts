/*
 * practice-board.ts: virtual boards at TCP ports, each with what hangs on it: a Meshtastic radio on its Serial1, or a radio chip of
 * its own, both on the practice's air.
 * Way: kind, fault, radio -> board of hardware/virtual/console in the practice's world.
 */
import { joinWires } from '../../hardware/virtual/board-in-world';
import { type BoardKind, createBenchBoard } from '../../hardware/virtual/console/boards';
import {
  type BoardPort,
  type RunningBoard,
  runBoard,
  serveBoard,
} from '../../hardware/virtual/console/doors';
import type { BoardFaults } from '../../hardware/virtual/console/faults';
import { createModem } from '../../hardware/virtual/modem';
import type { Radio } from '../../hardware/virtual/radio';
import { createVirtualSx1262 } from '../../hardware/virtual/sx1262';
import { plugWioSx1262 } from '../../hardware/virtual/wio-sx1262';
import { LONG_FAST } from '../../shared/meshtastic/airtime';
import { slotFrequencyHz } from '../../shared/meshtastic/frequency-slot';
import { REGIONS } from '../../shared/meshtastic/regions';
import { type PracticeGround, practiceNumber, practicePlace } from './practice-radio';

/** Boards to practise with: a XIAO, one with a Wio-SX1262 pushed onto it, an MDBT42Q. */
export type PracticeKind = BoardKind | 'xiao-lora';

/** The channel on which a chip of its own is heard. Its program is set up for it by `tallywell provision`. */
const REGION = 'EU_868';
const CHIP_DBM = 14;
/** Above the numbers of the radios. */
const CHIP_SEED = 0x20000000;

/** Which board. */
export interface PracticeBoardOptions {
  kind: PracticeKind;
  /** From 1. */
  number: number;
  seed: number;
  faults: BoardFaults;
  /** What hangs on its Serial1; undefined = nothing. */
  radio?: Radio;
  /** TCP port; 0 = any free one. */
  port: number;
}

function plugChip({ time, air }: PracticeGround, running: RunningBoard, number: number): void {
  const { board } = running.model.options;
  const frequencyHz = slotFrequencyHz(REGIONS[REGION], LONG_FAST, LONG_FAST.displayName, 0);
  const station = {
    nodeNum: practiceNumber(CHIP_SEED, number),
    position: practicePlace(number),
    modem: createModem(LONG_FAST, REGION),
    txPowerDbm: CHIP_DBM,
  };
  const chip = createVirtualSx1262(time.world, air, station, frequencyHz);
  plugWioSx1262(time.world, board, running.step, chip);
}

function wireRadio({ time }: PracticeGround, { model, step }: RunningBoard, radio: Radio): void {
  const { board } = model.options;
  joinWires({
    ...{ world: time.world, radio, step, needsSerialModule: true },
    board: {
      runUntil: model.runUntil,
      receive: model.receiveOnSerial1,
      onTransmit: board.onTransmit,
    },
  });
}

/** Starts one, switched on. Rejects: the TCP port is taken. */
export async function startPracticeBoard(
  ground: PracticeGround,
  { kind, number, seed, faults, radio, port }: PracticeBoardOptions,
): Promise<BoardPort> {
  const model = createBenchBoard({ kind: kind === 'mdbt42q' ? kind : 'xiao', seed, faults });
  const running = runBoard(model, ground.time);
  if (kind === 'xiao-lora') plugChip(ground, running, number);
  else if (radio) wireRadio(ground, running, radio);
  return serveBoard(running, port);
}
