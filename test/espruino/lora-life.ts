/*
 * Six hours of a node with a radio chip of its own, in one program: the firmware's bundle on a virtual XIAO, and as much of
 * an SX1262 as answers commands, without an air. All that goes over SPI is told.
 * From: FIRMWARE, the wrapped bundle. To: a line for each transfer. The same source runs in Node and in the real
 * interpreter. Espruino-safe.
 */
import { createVirtualBoard } from '../../hardware/virtual/board/board';
import { XIAO_NRF52840 } from '../../hardware/virtual/board/layouts';
import type { VirtualBoard } from '../../hardware/virtual/board/types';
import { toHex } from '../../shared/bytes';
import { encryptBlocks } from './aes-es5';
import { provision, STAND_IN } from './week';

const MINUTE_MS = 60000;
const PIN_DIO1 = 1;
const PIN_BUSY = 3;
const TX_MS = 350;
const CAD_MS = 9;

const LORA = {
  frequencyHz: 869525000,
  bandwidthHz: 250000,
  spreadingFactor: 9,
  codingRate: 5,
  symbolUs: 2048,
  slotMs: 12,
  txPowerDbm: 22,
  dutyCyclePercent: 10,
  channelKey: '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
  channelHash: 32,
  nodeNum: 0xdeadbeef,
};

/** As much of a chip as a driver needs: registers, and interrupts that come in their time. */
function plugChip(board: VirtualBoard, tell: (line: string) => void): void {
  const registers = new Uint8Array(4096);
  const plugs = board.plugs;
  let irqs = 0;
  plugs.setPin(PIN_BUSY, 0);
  plugs.setPin(PIN_DIO1, 0);
  const raiseAfter = (ms: number, bits: number): void => {
    plugs.at(plugs.nowMs() + ms, () => {
      irqs = irqs | bits;
      plugs.setPin(PIN_DIO1, 1);
      plugs.setPin(PIN_DIO1, 0);
    });
  };
  plugs.spi((bytes) => {
    const back = new Uint8Array(bytes.length);
    const address = bytes[1] * 256 + bytes[2];
    tell(`spi ${plugs.nowMs()} ${toHex(bytes)}`);
    if (bytes[0] === 0x0d) registers.set(bytes.subarray(3), address);
    else if (bytes[0] === 0x1d) back[4] = registers[address];
    else if (bytes[0] === 0x12) {
      back[2] = irqs >> 8;
      back[3] = irqs & 255;
    } else if (bytes[0] === 0x02) irqs = irqs & ~address;
    else if (bytes[0] === 0x83) raiseAfter(TX_MS, 1);
    else if (bytes[0] === 0xc5) raiseAfter(CAD_MS, 0x80);
    return back;
  });
}

/** Lives six hours; nobody answers, so every frame is sent three times. `start` runs the bundle. */
export function liveLora(
  start: (board: VirtualBoard) => void,
  tell: (line: string) => void,
): VirtualBoard {
  const board = createVirtualBoard({
    seed: 11,
    ed25519: STAND_IN,
    encryptBlocks: (key, blocks) => {
      blocks.set(encryptBlocks(key, new Uint8Array(blocks)), 0);
    },
    layout: XIAO_NRF52840,
    pageBytes: 4096,
    pageCount: 14,
    batteryMv: 3300,
  });
  provision(board, 4, LORA);
  plugChip(board, tell);
  board.onBoot(() => start(board));
  board.powerOn();
  for (let n = 1; n <= 72; n++) {
    board.addPulses(0, 30 + ((n * 41) % 300));
    board.runUntil(n * 5 * MINUTE_MS);
  }
  const printed = board.printed();
  for (let i = 0; i < printed.length; i++) tell(`print ${printed[i]}`);
  tell(`uncaught ${board.counts().uncaught.join(' / ')}`);
  return board;
}
