/*
 * The shapes of the virtual board: what a world may ask of it and what it needs to be given.
 * From: the village, the tests and the interpreter's harness. To: board.ts, which makes one.
 * Espruino-safe: types only, nothing remains of this file after compilation.
 */
import type { BoardLayout } from './layouts';
import type { BoardPlugs } from './plugs';

/** Ed25519 as the board's native routine needs it (RFC 8032, pure Ed25519, not prehashed). */
export interface Ed25519 {
  /** The 32-byte public key of a 32-byte seed. */
  publicKey(seed: Uint8Array): Uint8Array;
  /** The 64-byte deterministic signature of a message under a 32-byte seed. */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Strict check (s below the group order, canonical points); false for any wrong input. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

/** What a virtual board is made of. */
export interface VirtualBoardOptions {
  /** Seed of the board's random source (E.hwRand), any integer. */
  seed: number;
  /** What stands behind the native routine "ed25519". */
  ed25519: Ed25519;
  /** AES of the native routine: encrypts blocks of 16 bytes in place; key of 16 or 32 bytes. Left out: that op is not there. */
  encryptBlocks?: (key: Uint8Array, blocks: Uint8Array) => void;
  /** Which board; an MDBT42Q when left out. */
  layout?: BoardLayout;
  /** Bytes of one flash page; 4096 on nRF52. */
  pageBytes: number;
  /** Pages of the Storage region; 10 on MDBT42Q, 512 on XIAO. */
  pageCount: number;
  /** Battery voltage, mV. */
  batteryMv: number;
  /** How long a page erase stops the processor, ms; 85 when left out. */
  pageEraseMs?: number;
  /** World time at which the board is made, integer ms; 0 when left out. */
  startMs?: number;
}

/** Counts a judge may read; they live outside the board's power and are never lost. */
export interface VirtualBoardCounts {
  /** Bytes programmed into flash. */
  flashBytesWritten: number;
  /** Pages erased. */
  pageErases: number;
  /** Storage compactions (a counting path must never cause one). */
  compactions: number;
  /** Power-ons, watchdog resets included. */
  boots: number;
  /** Resets by the watchdog. */
  watchdogResets: number;
  /** Bytes that arrived while the serial port was closed, unheard or the processor stood still. */
  serialBytesLost: number;
  /** Exceptions that no handler of the firmware took, as text. */
  uncaught: string[];
}

/** A board with Espruino 2v29, as far as the firmware can tell. */
export interface VirtualBoard {
  /** The Espruino globals, by name, for the bundle. */
  // biome-ignore lint/suspicious/noExplicitAny: the globals are of every type
  globals: { [name: string]: any };
  /** World time of this board, integer ms. */
  nowMs(): number;
  /** Runs all that is due up to and including ms, in order, each at its due time. */
  runUntil(ms: number): void;
  /** World time of the next thing due, or -1 when there is none (without power only plugged things act). */
  nextDueMs(): number;
  /** Called with each piece that the firmware writes to Serial1. */
  onTransmit(fn: (bytes: Uint8Array, atMs: number) => void): void;
  /** Bytes that arrive at the board's receive pin now. */
  receive(bytes: Uint8Array): void;
  /** Pulses on a pin, in bulk. Returns how many of them a counter or a watch took. */
  addPulses(pin: number, count: number): number;
  /** A press of the button on a pin: down now, up after longer than the debounce. */
  press(pin: number): void;
  /** Sockets for sensors and switches. */
  plugs: BoardPlugs;
  /** The node's files, for provisioning; works with the power off too. */
  storage: {
    write(name: string, data: string | Uint8Array): void;
    read(name: string): Uint8Array | undefined;
  };
  /** The live image of the Storage region. Read only. */
  flash(): Uint8Array;
  /** The live image of the chip's pages beside Storage. */
  spareFlash(): Uint8Array;
  /** The power goes: memory, timers and registers are gone, flash stays. */
  powerCut(): void;
  /** The power comes back and the bundle starts again. */
  powerOn(): void;
  /** Espruino's load(): the program starts again, the chip's registers stay. */
  reload(): void;
  /** Espruino's E.reboot(): the program says goodbye, then the chip is reset. */
  reboot(): void;
  isPowered(): boolean;
  /** World time until which the processor stands still (a page of flash is erased), ms; in the past when it does not. */
  busyUntilMs(): number;
  /** After so many more bytes of programming or erasing the power goes in the middle; -1 = never. */
  powerCutAfterFlashBytes(count: number): void;
  /** Runs something as an event of the firmware: what it throws is judged, a restart it asked for follows. */
  run(event: () => void): void;
  /** What starts the firmware at each power-on: runs the bundle with `globals`. */
  onBoot(fn: () => void): void;
  setBatteryMv(mv: number): void;
  /** Lines that the firmware printed, all boots. */
  printed(): string[];
  counts(): VirtualBoardCounts;
}
