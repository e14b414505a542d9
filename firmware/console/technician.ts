/*
 * What: what the console asks of the device beside the Board: things that only a technician may do.
 * From where to where: boards/technician-doors.ts makes one; the console's commands use it. Types only.
 */
import type { Board } from '../board';
import type { KeyState } from '../boards/key-region';
import type { Node } from '../node-parts';

/** Why a command did not do what was asked. */
export type Refusal =
  | 'unknown command'
  | 'not provisioned'
  | 'no such value'
  | 'key exists'
  | 'key torn'
  | 'no routine'
  | 'weak randomness'
  | 'not written'
  | 'battery low'
  | 'not started'
  | 'wrong code';

/** Things that only a technician may do. */
export interface TechnicianDoors {
  /** Name of the board, version and free variables of the interpreter, serial number of the chip. */
  device(): { board: string; espruino: string; serial: string; freeVariables: number };
  /** Sequence of the running program as the loader knows it, 0 = not started by the loader. */
  programSequence(): number;
  keyState(): KeyState;
  /** Makes the key from hardware randomness, once. Gives the public key, or why not. */
  makeKey(): Uint8Array | Refusal;
  /** Erases key, configuration and journal. */
  eraseAll(): void;
  restart(): void;
}

/** What a command works with. `node` is null while none runs: not provisioned, or a program for the bench only. */
export interface Technician {
  board: Board;
  doors: TechnicianDoors;
  node: Node | null;
}

/** An answer: named values, or the reason why there are none. */
export type Answer = { [name: string]: unknown } | Refusal;

export type Command = (technician: Technician, argument: unknown) => Answer;
