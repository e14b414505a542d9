/*
 * One site's device: a virtual board with the firmware's bundle, its wires to a virtual Meshtastic radio, its meter.
 * From: pulses and presses of the schedule, bytes of the radio. To: the radio; its flash image to the judge.
 * Source: the board's and the radio's own files.
 */

import type { Air, Station } from '../../hardware/virtual/air';
import { createVirtualBoard } from '../../hardware/virtual/board/board';
import { MDBT42Q, XIAO_NRF52840 } from '../../hardware/virtual/board/layouts';
import type { Ed25519, VirtualBoard } from '../../hardware/virtual/board/types';
import { joinWires, stepBoard } from '../../hardware/virtual/board-in-world';
import { encryptBlocks } from '../../hardware/virtual/channel-keys';
import type { Radio } from '../../hardware/virtual/radio';
import { installBundle } from '../../hardware/virtual/run-bundle';
import { createVirtualSx1262 } from '../../hardware/virtual/sx1262';
import { plugWioSx1262 } from '../../hardware/virtual/wio-sx1262';
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
import { KEY_REGION, type Provision } from './provision';
import type { Site } from './sites';

/** Pins of the board profiles: meter; adults' and children's button. */
const PIN_METER = 2;
const PIN_METER_XIAO = 0;
const PIN_BUTTONS = [3, 4] as const;
const PIN_BUTTONS_XIAO = [6, 7] as const;
/** nRF52832 as MDBT42Q: ten pages of Storage. */
const PAGE_BYTES = 4096;
const PAGE_COUNT = 10;
/** Of the key's page among the chip's free ones. */
const MDBT42Q_KEY_OFFSET = PAGE_BYTES;
/** Of the XIAO's 512 pages: enough for its files and a journal of a month. */
const XIAO_PAGE_COUNT = 40;
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
  /** Its radio, or the radio chip, works not (false), or again. */
  setRadioWorking(isWorking: boolean): void;
  board: VirtualBoard;
  /** Hands pulses (counter 0 of a water point) or one press to the board, now. */
  count(counter: 0 | 1, count: number): void;
  /** Writes its files and schedules its power-on. */
  provision(files: Provision): void;
  /** A packet of its own chip was on the air: nothing else tells of it. */
  noteOnAir(packet: Uint8Array): void;
  /** Record packets it handed to its radio so far, repeats included. */
  sentRecords(): number;
  /** How many records it must have made, by the highest number it has shown of each epoch. */
  closedRecords(): number;
  /** In words, what its firmware did that it must not: faults, restarts. Nothing of that is part of this village. */
  faults(): string[];
  /** Every record in its flash image. */
  journal(): RecordBytes[];
}

/** The way into the mesh. A lora node needs to know where it stands; its bundle and board are the XIAO's. */
export type NodeMesh =
  | { link: 'uart'; radio: Radio }
  | { link: 'lora'; air: Air; station: Omit<Station, 'onFrame'>; frequencyHz: number };

/** What a device is made of. `meterUl`: µL a pulse, 0 for a canteen. */
export interface NodeSetup {
  world: World;
  /** A radio on the serial port, or the air for a radio chip of its own. */
  mesh: NodeMesh;
  site: Site;
  publicKey: Uint8Array;
  bootMs: number;
  meterUl: number;
  boardSeed: number;
  ed25519: Ed25519;
  bundle: string;
}

/** Counts records on their way out of the node. */
function watchRecords() {
  let sent = 0;
  const highest: number[] = [];
  return {
    /** A packet on our port left the node. */
    take: (packet: Uint8Array): void => {
      if (isBulletin(packet)) return;
      sent++;
      const parts = splitSigned(packet);
      const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
      if (typeof record === 'string') return;
      highest[record.epoch] = Math.max(highest[record.epoch] ?? 0, record.sequence);
    },
    sent: () => sent,
    highest: () => highest.reduce((all, sequence) => all + sequence, 0),
  };
}

/** Reads what a board writes to its radio. */
function readWire(take: (packet: Uint8Array) => void): (bytes: Uint8Array) => void {
  const framer = createFramer((body) => {
    const message = decodeToRadio(body);
    if (typeof message === 'string') return false;
    const data = message.packet?.decoded;
    if (data?.portnum === PORTNUM) take(data.payload);
    return true;
  });
  return framer.push;
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

/** The board of a node: an MDBT42Q with a radio, a XIAO with a chip. */
function boardOf(setup: NodeSetup): VirtualBoard {
  const isXiao = setup.mesh.link === 'lora';
  return createVirtualBoard({
    seed: setup.boardSeed,
    ed25519: setup.ed25519,
    encryptBlocks: (key, blocks) => blocks.set(encryptBlocks(key, blocks)),
    layout: isXiao ? XIAO_NRF52840 : MDBT42Q,
    pageBytes: PAGE_BYTES,
    pageCount: isXiao ? XIAO_PAGE_COUNT : PAGE_COUNT,
    batteryMv: BATTERY_MV,
  });
}

/** Joins the board to its radio or its chip. Gives what makes that work or fail. */
function joinMesh(
  setup: NodeSetup,
  board: VirtualBoard,
  step: () => void,
  onTransmit: (bytes: Uint8Array) => void,
): (isWorking: boolean) => void {
  const { world, mesh } = setup;
  if (mesh.link === 'uart') {
    const { radio } = mesh;
    joinWires({ world, board, radio, step, onTransmit });
    return (isWorking) => (isWorking ? radio.powerOn() : radio.powerOff());
  }
  const chip = createVirtualSx1262(world, mesh.air, mesh.station, mesh.frequencyHz);
  plugWioSx1262(world, board, step, chip);
  return (isWorking) => chip.setStuck(!isWorking);
}

/** Makes a device, switched off. */
export function createNode(setup: NodeSetup): VillageNode {
  const { world, site, bootMs } = setup;
  const board = boardOf(setup);
  const step = stepBoard(world, board);
  const records = watchRecords();
  const setRadioWorking = joinMesh(setup, board, step, readWire(records.take));
  const isXiao = setup.mesh.link === 'lora';
  const meterPin = isXiao ? PIN_METER_XIAO : PIN_METER;
  const pinButtons = isXiao ? PIN_BUTTONS_XIAO : PIN_BUTTONS;
  const keyOffset = isXiao ? 0 : MDBT42Q_KEY_OFFSET;
  const isCanteen = site.kind === 'canteen';
  const meters = isCanteen ? [createMeter(1), createMeter(1)] : [createMeter(setup.meterUl)];
  const power = createPower(world, board, step, meters);
  return {
    site,
    publicKey: setup.publicKey,
    bootMs,
    meters,
    power,
    setRadioWorking,
    board,
    count: (counter, count) => {
      board.runUntil(world.nowMs());
      if (!board.isPowered()) {
        power.passBy(counter, count);
        return;
      }
      if (isCanteen) board.press(pinButtons[counter]);
      else board.addPulses(meterPin, count);
      step();
    },
    provision: (files) => {
      for (const [name, data] of files) {
        if (name === KEY_REGION) board.spareFlash().set(data as Uint8Array, keyOffset);
        else board.storage.write(name, data);
      }
      installBundle(board, setup.bundle);
      world.at(bootMs, () => power.on());
    },
    noteOnAir: records.take,
    sentRecords: records.sent,
    closedRecords: records.highest,
    faults: () => faultsOf(site, board, power.bootsMs.length),
    journal: () => readJournal(board.flash(), PAGE_BYTES),
  };
}
