/*
 * One site's device: a virtual board with the firmware's bundle, its wires to a virtual Meshtastic radio, its meter.
 * From: pulses and presses of the schedule, bytes of the radio. To: the radio; its flash image to the judge.
 * Source: the board's and the radio's own files.
 */
import { createVirtualBoard } from '../../hardware/virtual/board/board';
import type { Ed25519, VirtualBoard } from '../../hardware/virtual/board/types';
import { joinWires, stepBoard } from '../../hardware/virtual/board-in-world';
import type { Radio } from '../../hardware/virtual/radio';
import { installBundle } from '../../hardware/virtual/run-bundle';
import type { World } from '../../hardware/virtual/world';
import { isBulletin } from '../../shared/bulletin';
import { PORTNUM } from '../../shared/limits';
import { createFramer } from '../../shared/meshtastic/stream';
import { decodeToRadio } from '../../shared/meshtastic/to-radio';
import { decodeRecord, splitSigned } from '../../shared/record';
import { readJournal } from './flash-reading';
import type { RecordBytes } from './judge';
import { createMeter, type MeterHistory } from './meter';
import { createPower, type Power } from './power';
import type { Provision } from './provision';
import type { Site } from './sites';

/** Pins of the board profiles: meter; adults' and children's button. */
const PIN_METER = 2;
const PIN_BUTTONS = [3, 4] as const;
/** nRF52832 as MDBT42Q: ten pages of Storage. */
const PAGE_BYTES = 4096;
const PAGE_COUNT = 10;
const BATTERY_MV = 3300;

/** A device at its site. */
export interface VillageNode {
  site: Site;
  publicKey: Uint8Array;
  /** When its epoch 1 began, village ms. */
  bootMs: number;
  /** What it must know of: what went by without power, or was lost in a power cut, is taken off again. */
  meters: MeterHistory[];
  power: Power;
  radio: Radio;
  board: VirtualBoard;
  /** Hands pulses (counter 0 of a water point) or one press to the board, now. */
  count(counter: 0 | 1, count: number): void;
  /** Writes its files and schedules its power-on. */
  provision(files: Provision): void;
  /** Record packets it handed to its radio so far, repeats included. */
  sentRecords(): number;
  /** How many records it must have made, by the highest number it has shown of each epoch. */
  closedRecords(): number;
  /** In words, what its firmware did that it must not: faults, restarts. Nothing of that is part of this village. */
  faults(): string[];
  /** Every record in its flash image. */
  journal(): RecordBytes[];
}

/** What a device is made of. `meterUl`: µL a pulse, 0 for a canteen. */
export interface NodeSetup {
  world: World;
  radio: Radio;
  site: Site;
  publicKey: Uint8Array;
  bootMs: number;
  meterUl: number;
  boardSeed: number;
  ed25519: Ed25519;
  bundle: string;
}

/** Counts records on the wire from board to radio. */
function watchWire(): { push(bytes: Uint8Array): void; sent(): number; highest(): number } {
  let sent = 0;
  const highest: number[] = [];
  const framer = createFramer((body) => {
    const message = decodeToRadio(body);
    if (typeof message === 'string') return false;
    const data = message.packet?.decoded;
    if (data === undefined || data.portnum !== PORTNUM || isBulletin(data.payload)) return true;
    sent++;
    const parts = splitSigned(data.payload);
    const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
    if (typeof record !== 'string') {
      highest[record.epoch] = Math.max(highest[record.epoch] ?? 0, record.sequence);
    }
    return true;
  });
  return {
    push: framer.push,
    sent: () => sent,
    highest: () => highest.reduce((all, sequence) => all + sequence, 0),
  };
}

function faultsOf(site: Site, board: VirtualBoard, bootsWanted: number): string[] {
  const { uncaught, boots, compactions } = board.counts();
  const said = board.printed().filter((line) => line.startsWith('fault'));
  return [
    ...[...uncaught, ...said].slice(0, 3),
    ...(boots > bootsWanted ? [`started ${boots} times, not ${bootsWanted}`] : []),
    ...(compactions > 0 ? [`compacted its flash ${compactions} times`] : []),
  ].map((fault) => `${site.site} firmware: ${fault}`);
}

/** Makes a device, switched off. */
export function createNode(setup: NodeSetup): VillageNode {
  const { world, site, bootMs } = setup;
  const board = createVirtualBoard({
    seed: setup.boardSeed,
    ed25519: setup.ed25519,
    pageBytes: PAGE_BYTES,
    pageCount: PAGE_COUNT,
    batteryMv: BATTERY_MV,
  });
  const step = stepBoard(world, board);
  const wire = watchWire();
  joinWires({ world, board, radio: setup.radio, step, onTransmit: wire.push });
  const isCanteen = site.kind === 'canteen';
  const meters = isCanteen ? [createMeter(1), createMeter(1)] : [createMeter(setup.meterUl)];
  const power = createPower(world, board, step, meters);
  return {
    site,
    publicKey: setup.publicKey,
    bootMs,
    meters,
    power,
    radio: setup.radio,
    board,
    count: (counter, count) => {
      board.runUntil(world.nowMs());
      if (!board.isPowered()) {
        power.passBy(counter, count);
        return;
      }
      if (isCanteen) board.press(PIN_BUTTONS[counter]);
      else board.addPulses(PIN_METER, count);
      step();
    },
    provision: (files) => {
      for (const [name, data] of files) board.storage.write(name, data);
      installBundle(board, setup.bundle);
      world.at(bootMs, () => power.on());
    },
    sentRecords: wire.sent,
    closedRecords: wire.highest,
    faults: () => faultsOf(site, board, power.bootsMs.length),
    journal: () => readJournal(board.flash(), PAGE_BYTES),
  };
}
