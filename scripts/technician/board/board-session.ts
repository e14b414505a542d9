/*
 * board-session.ts: an Espruino board at a port: what acts ask of it.
 * Way: acts -> session (console and packets) -> port. Types only.
 */

/** What a board says of itself. */
export interface BoardIdentity {
  /** process.env.BOARD, e.g. XIAOBLE. */
  board: string;
  /** process.env.VERSION, e.g. 2v29. */
  version: string;
  /** getSerial(). */
  serial: string;
  variablesTotal: number;
  variablesFree: number;
  storageBytes: number;
  storageFreeBytes: number;
}

/** A file as the board has it. */
export interface BoardFile {
  name: string;
  length: number;
  crc32: number;
}

/** One line of JSON that a node's console answered (docs/console.md), `ok` true. */
export type NodeAnswer = Readonly<Record<string, unknown>>;

/** An open board. Everything throws Trouble: unplugged, no-prompt, out-of-memory, board-exception, … */
export interface BoardSession {
  /** Address of the port: /dev/… or tcp://host:port. */
  port: string;
  identity(): Promise<BoardIdentity>;
  /** Value of an expression, through JSON on the board. */
  evaluate(expression: string): Promise<unknown>;
  files(): Promise<BoardFile[]>;
  /** null = there is no such file. */
  check(name: string): Promise<BoardFile | null>;
  read(name: string): Promise<Uint8Array>;
  /** Sends by acknowledged packets, then compares length and CRC-32 on the board. Throws also: packet-refused, storage-full, crc-differs. */
  write(name: string, bytes: Uint8Array, share?: (done: number) => void): Promise<void>;
  erase(name: string): Promise<void>;
  /** A command of the node's console, `tw(command, …)`. Throws also: no-program, node-refused. */
  node(command: string, ...values: (string | number)[]): Promise<NodeAnswer>;
  /** Starts the program again; gives what the board printed until the console answered anew, at most `msMax` later. Throws also: boot-failed. */
  restart(msMax?: number): Promise<string>;
  /** Ends the program that runs, which frees its memory; it starts again with the next restart. Counts are saved first. */
  stop(): Promise<void>;
  close(): Promise<void>;
}
