/*
 * Plays a recorded script of inputs to a virtual board and tells, line by line, all that the
 * firmware did: the transcript. The same source runs in Node and in the real interpreter.
 * From: script lines. To: transcript lines. Espruino-safe.
 *
 * | script line | meaning |
 * |---|---|
 * | file NAME HEX | a provisioned file |
 * | spare OFFSET HEX | bytes in the chip's pages beside Storage |
 * | fill NAME BYTES | a provisioned file of so many bytes 0xFF |
 * | 0 on | the power comes |
 * | MS rx HEX | bytes at the receive pin |
 * | MS pulses PIN COUNT | pulses in bulk |
 * | MS press PIN | a button |
 * | MS cut | the power goes |
 * | MS tear BYTES | the power goes after so many more bytes of flash |
 * | MS end | the last moment |
 *
 * Times are world ms. Of inputs at one time, what is due on the board runs first.
 */

import { createVirtualBoard } from '../../hardware/virtual/board/board';
import { crc32 } from '../../hardware/virtual/board/crc32';
import type { Ed25519, VirtualBoard } from '../../hardware/virtual/board/types';
import { fromHex, toHex } from '../../shared/bytes';

/** The names that a bundle takes from its board, in the order of the wrapping function. */
export const GLOBAL_NAMES =
  'global E Serial1 Serial I2C SPI SPI1 OneWire analogRead digitalWrite getSerial require setTimeout setInterval clearTimeout clearInterval setWatch clearWatch getTime peek32 poke32 pinMode digitalRead NRF process print D0 D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17 D18 D19 D20 D21 D22 D23 D24 D25 D26 D27 D28 D29 D30 D31 D32';

/** What the native routine was asked and answered. */
export interface SigningTally {
  signed: number;
  accepted: number;
  refused: number;
}

/** A board of the proof and the tally of its native routine. */
export interface ReplayBoard {
  board: VirtualBoard;
  tally: SigningTally;
}

/** The board of the proof: an MDBT42Q. */
export function createReplayBoard(seed: number, ed25519: Ed25519): ReplayBoard {
  const tally = { signed: 0, accepted: 0, refused: 0 };
  const counted: Ed25519 = {
    publicKey: ed25519.publicKey,
    sign: (nodeSeed, message) => {
      tally.signed++;
      return ed25519.sign(nodeSeed, message);
    },
    verify: (signature, message, publicKey) => {
      const isGood = ed25519.verify(signature, message, publicKey);
      if (isGood) tally.accepted++;
      else tally.refused++;
      return isGood;
    },
  };
  const options = { seed, ed25519: counted, pageBytes: 4096, pageCount: 10, batteryMv: 3712 };
  return { board: createVirtualBoard(options), tally };
}

/** The values behind GLOBAL_NAMES, to be the wrapping function's arguments. */
export function globalValues(board: VirtualBoard): unknown[] {
  const names = GLOBAL_NAMES.split(' ');
  const values: unknown[] = [];
  // The first is the global object itself.
  values.push({});
  for (let i = 1; i < names.length; i++) values.push(board.globals[names[i]]);
  return values;
}

function writeFile(board: VirtualBoard, words: string[]): void {
  if (words[0] === 'file') {
    board.storage.write(words[1], fromHex(words[2]));
    return;
  }
  if (words[0] === 'spare') {
    board.spareFlash().set(fromHex(words[2]), parseInt(words[1], 10));
    return;
  }
  const bytes = new Uint8Array(parseInt(words[2], 10));
  bytes.fill(255);
  board.storage.write(words[1], bytes);
}

/** Does one timed line of the script; the board's time is the line's. */
export function playInput(board: VirtualBoard, words: string[]): void {
  const kind = words[1];
  if (kind === 'rx') board.receive(fromHex(words[2]));
  else if (kind === 'pulses') board.addPulses(parseInt(words[2], 10), parseInt(words[3], 10));
  else if (kind === 'press') board.press(parseInt(words[2], 10));
  else if (kind === 'cut') board.powerCut();
  else if (kind === 'tear') board.powerCutAfterFlashBytes(parseInt(words[2], 10));
  else if (kind === 'on') board.powerOn();
}

/** Plays a whole script to a board whose boot is set. Tells the transcript. */
export function replay(
  replayed: ReplayBoard,
  script: string[],
  tell: (line: string) => void,
): void {
  const board = replayed.board;
  let printedCount = 0;
  const tellPrinted = (): void => {
    const printed = board.printed();
    for (; printedCount < printed.length; printedCount++) {
      tell(`print ${board.nowMs()} ${printed[printedCount]}`);
    }
  };
  board.onTransmit((bytes, atMs) => {
    tellPrinted();
    tell(`tx ${atMs} ${toHex(bytes)}`);
  });
  for (let i = 0; i < script.length; i++) {
    const words = script[i].split(' ');
    if (words[0] === 'file' || words[0] === 'fill' || words[0] === 'spare') {
      writeFile(board, words);
    } else {
      board.runUntil(parseInt(words[0], 10));
      tellPrinted();
      playInput(board, words);
      tellPrinted();
    }
  }
  const counts = board.counts();
  const tally = replayed.tally;
  tell(`signed ${tally.signed} accepted ${tally.accepted} refused ${tally.refused}`);
  tell(`flash ${crc32(board.flash())} ${counts.flashBytesWritten} ${counts.pageErases}`);
  tell(`boots ${counts.boots} ${counts.compactions} ${counts.watchdogResets}`);
  tell(`lost ${counts.serialBytesLost} uncaught ${counts.uncaught.join(' / ')}`);
}
