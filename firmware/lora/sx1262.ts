/*
 * What: the radio chip SX1262 as the LoRa link asks for one: start, send, look at the channel, listen, sleep.
 * From where to where: links/lora.ts -> commands by sx1262-setup.ts -> Board.lora; DIO1 -> what became of it.
 * One thing at a time, nothing blocks. Every wait has an end: then the chip is set up anew and counted as a fault.
 * Source: data sheet rev. 2.1, chapters 13 and 14. Espruino-safe.
 */
import { airtimeMs } from '../../shared/meshtastic/airtime';
import type { Board, LoraDoor } from '../board';
import { SX1262_LATE_MS, SX1262_POLL_MS } from '../node-limits';
import type { ModemSettings, RadioChip } from './radio-chip';
import {
  CAD_MIN,
  CAD_ON_4_SYMBOLS,
  CAD_PEAK_ABOVE_SF,
  CLEAR_IRQ_STATUS,
  GET_IRQ_STATUS,
  GET_PACKET_STATUS,
  GET_RX_BUFFER_STATUS,
  GET_STATUS,
  IRQ_CAD_DETECTED,
  IRQ_CAD_DONE,
  IRQ_CRC_ERROR,
  IRQ_HEADER_ERROR,
  IRQ_RX_DONE,
  IRQ_TIMEOUT,
  IRQ_TX_DONE,
  READ_BUFFER,
  RX_CONTINUOUS,
  SET_CAD,
  SET_CAD_PARAMS,
  SET_DIO_IRQ_PARAMS,
  SET_RX,
  SET_SLEEP,
  SET_STANDBY,
  SET_TX,
  SLEEP_WARM_START,
  STANDBY_RC,
  WRITE_BUFFER,
} from './sx1262-commands';
import { command, isReady, setPacketLength, setUp, symbolUs, u24 } from './sx1262-setup';

type OnFrame = (frame: Uint8Array, rssiDbm: number, snrQuarterDb: number) => void;

interface Sx1262 {
  board: Board;
  door: LoraDoor;
  settings: ModemSettings | null;
  /** The chip has kept all of its last set-up. */
  isSetUp: boolean;
  isAsleep: boolean;
  /** What is under way: nothing, or what ends by DIO1. */
  doing: '' | 'send' | 'look';
  /** Gets whether it was sent, or whether the channel is busy. */
  done: (result: boolean) => void;
  onFrame: OnFrame | null;
  /** Number of what is under way, so that an old wait knows that it is over. */
  turn: number;
  faults: number;
}

function setIrqs(door: LoraDoor, mask: number): void {
  command(door, [CLEAR_IRQ_STATUS, 255, 255]);
  command(door, [SET_DIO_IRQ_PARAMS, mask >> 8, mask & 255, mask >> 8, mask & 255, 0, 0, 0, 0]);
}

/** Wakes it if it sleeps: the first command only wakes. */
function wake(chip: Sx1262): void {
  if (chip.isAsleep) {
    chip.door.transfer(new Uint8Array([GET_STATUS, 0]));
    chip.isAsleep = false;
    chip.door.setAntennaSwitch(true);
  }
  command(chip.door, [SET_STANDBY, STANDBY_RC]);
}

/** Listens if that was asked for, else stands by. */
function goOn(chip: Sx1262): void {
  if (!chip.onFrame || !chip.settings || !chip.isSetUp) return;
  wake(chip);
  setPacketLength(chip.door, chip.settings, 255);
  setIrqs(chip.door, IRQ_RX_DONE | IRQ_CRC_ERROR | IRQ_HEADER_ERROR);
  command(chip.door, [SET_RX].concat(u24(RX_CONTINUOUS)));
}

function end(chip: Sx1262, result: boolean): void {
  const done = chip.done;
  chip.doing = '';
  chip.turn++;
  goOn(chip);
  done(result);
}

/** Sets the chip up anew; one that does not take it is tried again with the next frame. */
function setUpAgain(chip: Sx1262): void {
  chip.isAsleep = false;
  chip.door.setAntennaSwitch(true);
  if (chip.settings) chip.isSetUp = setUp(chip.door, chip.settings);
}

/** The chip did not say in time what became of it: set up anew. A look at the channel counts as busy. */
function giveUp(chip: Sx1262): void {
  chip.faults++;
  const wasLooking = chip.doing === 'look';
  setUpAgain(chip);
  end(chip, wasLooking);
}

/** Ends what was begun now by force after `ms`. */
function limit(chip: Sx1262, ms: number): void {
  const turn = chip.turn;
  chip.board.after(ms + SX1262_LATE_MS, () => {
    if (chip.turn === turn && chip.doing !== '') serve(chip);
    if (chip.turn === turn && chip.doing !== '') giveUp(chip);
  });
}

/** Reads the frame that came in. */
function takeFrame(chip: Sx1262): void {
  const status = command(chip.door, [GET_RX_BUFFER_STATUS, 0, 0, 0]);
  const quality = command(chip.door, [GET_PACKET_STATUS, 0, 0, 0, 0]);
  if (!status || !quality || !isReady(chip.door)) return;
  const length = status[2];
  const request = new Uint8Array(3 + length);
  request[0] = READ_BUFFER;
  request[1] = status[3];
  const answer = chip.door.transfer(request);
  const snrQuarterDb = quality[3] > 127 ? quality[3] - 256 : quality[3];
  if (chip.onFrame && length > 0) {
    chip.onFrame(new Uint8Array(answer.subarray(3)), -(quality[2] >> 1), snrQuarterDb);
  }
}

/** Asks the chip what happened, and ends or takes it. */
function serve(chip: Sx1262): void {
  if (chip.isAsleep || !chip.isSetUp) return;
  const answer = command(chip.door, [GET_IRQ_STATUS, 0, 0, 0]);
  const irqs = answer ? answer[2] * 256 + answer[3] : 0;
  if (irqs === 0 || irqs === 0xffff) return;
  command(chip.door, [CLEAR_IRQ_STATUS, irqs >> 8, irqs & 255]);
  if (chip.doing === 'send' && irqs & (IRQ_TX_DONE | IRQ_TIMEOUT))
    end(chip, (irqs & IRQ_TX_DONE) !== 0);
  else if (chip.doing === 'look' && irqs & IRQ_CAD_DONE) end(chip, (irqs & IRQ_CAD_DETECTED) !== 0);
  else if (irqs & IRQ_RX_DONE && !(irqs & (IRQ_CRC_ERROR | IRQ_HEADER_ERROR))) takeFrame(chip);
}

function begin(chip: Sx1262, what: 'send' | 'look', done: (result: boolean) => void): boolean {
  if (chip.settings && !chip.isSetUp) setUpAgain(chip);
  if (!chip.isSetUp) chip.faults++;
  if (!chip.isSetUp || chip.doing !== '') {
    chip.board.after(1, () => done(what === 'look'));
    return false;
  }
  chip.doing = what;
  chip.done = done;
  chip.turn++;
  wake(chip);
  return true;
}

function transmit(chip: Sx1262, frame: Uint8Array, done: (isSent: boolean) => void): void {
  const settings = chip.settings;
  if (!begin(chip, 'send', done) || !settings) return;
  setPacketLength(chip.door, settings, frame.length);
  const bytes = new Uint8Array(2 + frame.length);
  bytes[0] = WRITE_BUFFER;
  bytes.set(frame, 2);
  if (isReady(chip.door)) chip.door.transfer(bytes);
  setIrqs(chip.door, IRQ_TX_DONE | IRQ_TIMEOUT);
  command(chip.door, [SET_TX, 0, 0, 0]);
  const { spreadingFactor, bandwidthHz, codingRate } = settings;
  const preset = {
    number: 0,
    displayName: '',
    bandwidthHz,
    spreadingFactor,
    codingRate,
    slotMs: 0,
  };
  const timing = Object.assign(preset, { symbolUs: symbolUs(settings) });
  limit(chip, airtimeMs(timing, frame.length));
}

function senseChannel(chip: Sx1262, done: (isBusy: boolean) => void): void {
  const settings = chip.settings;
  if (!begin(chip, 'look', done) || !settings) return;
  const peak = settings.spreadingFactor + CAD_PEAK_ABOVE_SF;
  command(chip.door, [SET_CAD_PARAMS, CAD_ON_4_SYMBOLS, peak, CAD_MIN, 0, 0, 0, 0]);
  setIrqs(chip.door, IRQ_CAD_DONE | IRQ_CAD_DETECTED);
  command(chip.door, [SET_CAD]);
  limit(chip, Math.floor((8 * symbolUs(settings)) / 1000));
}

/** While it listens, an edge of DIO1 that was missed would leave a frame unread: the chip is asked now and then. */
function poll(chip: Sx1262, onFrame: OnFrame): void {
  chip.board.after(SX1262_POLL_MS, () => {
    if (chip.onFrame !== onFrame) return;
    if (chip.doing === '') serve(chip);
    poll(chip, onFrame);
  });
}

function sleep(chip: Sx1262): void {
  chip.onFrame = null;
  const wasDoing = chip.doing;
  const done = chip.done;
  chip.doing = '';
  chip.turn++;
  if (!chip.isAsleep && chip.isSetUp) {
    command(chip.door, [SET_STANDBY, STANDBY_RC]);
    command(chip.door, [SET_SLEEP, SLEEP_WARM_START]);
    chip.isAsleep = true;
  }
  chip.door.setAntennaSwitch(false);
  if (wasDoing !== '') done(wasDoing === 'look');
}

/** The driver over a board's door. */
export function createSx1262(board: Board, door: LoraDoor): RadioChip {
  const chip: Sx1262 = {
    board: board,
    door: door,
    settings: null,
    isSetUp: false,
    isAsleep: false,
    doing: '',
    done: () => {},
    onFrame: null,
    turn: 0,
    faults: 0,
  };
  door.onDio1(() => serve(chip));
  return {
    start: (settings) => {
      chip.settings = settings;
      setUpAgain(chip);
      if (!chip.isSetUp) chip.faults++;
      return chip.isSetUp;
    },
    transmit: (frame, done) => transmit(chip, frame, done),
    senseChannel: (done) => senseChannel(chip, done),
    listen: (onFrame) => {
      chip.onFrame = onFrame;
      if (chip.doing === '') goOn(chip);
      poll(chip, onFrame);
    },
    sleep: () => sleep(chip),
    faults: () => chip.faults,
  };
}
