/*
 * A Wio-SX1262 pushed onto a virtual XIAO nRF52840: its lines to the board's pins.
 * From: SPI1, RST, antenna switch of the board. To: the chip's model; DIO1 back to the board.
 * Source: wiki.seeedstudio.com, Wio-SX1262 for XIAO; firmware/boards/xiao-lora-door.ts drives the other end.
 */
import type { VirtualBoard } from './board/types';
import type { VirtualSx1262 } from './sx1262';
import type { World } from './world';

const PIN_DIO1 = 1;
const PIN_RST = 2;
const PIN_BUSY = 3;
const PIN_ANTENNA_SWITCH = 5;

/** Plugs it on. `step` keeps the board's clock with the world's (board-in-world.ts). */
export function plugWioSx1262(
  world: World,
  board: VirtualBoard,
  step: () => void,
  chip: VirtualSx1262,
): void {
  const { plugs } = board;
  plugs.setPin(PIN_BUSY, 0);
  plugs.setPin(PIN_DIO1, 0);
  // The board reads BUSY as a level that does not move within an event: the looks are the model's own.
  plugs.spi((bytes) => {
    while (chip.isBusy() && chip.mode() !== 'stuck') {}
    return chip.transfer(bytes);
  });
  plugs.onPinWrite(PIN_RST, (level) => {
    if (level === 1) chip.reset();
  });
  plugs.onPinWrite(PIN_ANTENNA_SWITCH, (level) => chip.setAntennaSwitch(level === 1));
  chip.onDio1(() => {
    board.runUntil(world.nowMs());
    plugs.setPin(PIN_DIO1, 1);
    plugs.setPin(PIN_DIO1, 0);
    step();
  });
}
