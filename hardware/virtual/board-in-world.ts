/*
 * A virtual board beside others in one world: its clock in step with theirs, and the two wires to its radio.
 * From: the world's time, the radio's bytes. To: the board, and back. Used by the village and by tests.
 * Source: UART 8N1 at 115200 bit/s.
 */
import type { VirtualBoard } from './board/types';
import type { Connection, Radio } from './radio';
import type { World, WorldTimer } from './world';

/** A byte on the wire: ten bits at 115200 bit/s. */
const BYTE_MS = 10_000 / 115_200;

/** Something with a clock of its own: a board, or one with its console. */
export type Clocked = Pick<VirtualBoard, 'runUntil' | 'nextDueMs'>;

/** Keeps the board's clock in step with the world's: gives what runs it now, and again at its own next due time. */
export function stepBoard(world: World, board: Clocked): () => void {
  let timer: WorldTimer | undefined;
  const step = (): void => {
    board.runUntil(world.nowMs());
    const dueMs = board.nextDueMs();
    if (timer?.fn !== null && timer?.dueMs === dueMs) return;
    world.cancel(timer);
    timer = dueMs < 0 ? undefined : world.at(dueMs, step);
  };
  return step;
}

/** What joinWires joins. */
export interface Wires {
  world: World;
  board: Pick<VirtualBoard, 'runUntil' | 'receive' | 'onTransmit'>;
  radio: Radio;
  step: () => void;
  /** The radio speaks on these pins only when its Serial module is set up so. Default: always. */
  needsSerialModule?: boolean;
  /** Sees all that the board writes. */
  onTransmit?: (bytes: Uint8Array) => void;
}

/** Joins board and radio by two wires with the time that bytes take on them. */
export function joinWires(wires: Wires): void {
  const { world, board, radio, step } = wires;
  const connection: Connection = radio.connect(
    // The radio's model times its own bytes; here they only take the length of the wire.
    (bytes) => {
      const copy = Uint8Array.from(bytes);
      world.at(world.nowMs() + 1, () => {
        board.runUntil(world.nowMs());
        board.receive(copy);
        step();
      });
    },
    () => {},
    { serial: true, uart: wires.needsSerialModule === true },
  );
  board.onTransmit((bytes, atMs) => {
    const copy = Uint8Array.from(bytes);
    wires.onTransmit?.(copy);
    const arrivalMs = Math.max(atMs, world.nowMs()) + Math.ceil(copy.length * BYTE_MS);
    world.at(arrivalMs, () => connection.write(copy));
  });
}
