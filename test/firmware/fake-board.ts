/*
 * What: a Board and a Link written out for the tests of the firmware's rooms: a clock moved by hand, NOR pages
 * that may lose power at any byte, a radio that only remembers.
 * From where to where: the tests of this folder -> firmware modules.
 */
import { crc32 } from 'node:zlib';
import type { Board, NodeConfig } from '../../firmware/board';
import type { Link, Outcome } from '../../firmware/link';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { toHex } from '../../shared/bytes';
import { keyIdOf } from '../../shared/verify';

const NODE_SEED = new Uint8Array(32).fill(3);
export const GATEWAY_SEED = new Uint8Array(32).fill(5);
export const GATEWAY_RADIO = 0x10203040;
export const SLOT = 21;

const ed25519 = createNobleEd25519();
export const nodeKey = ed25519.publicKey(NODE_SEED);
export const gatewayKey = ed25519.publicKey(GATEWAY_SEED);

/** Thrown where the power went. */
export const POWER_CUT = 'power cut';

export interface FakeBoard extends Board {
  /** The pages; they outlive the board. */
  pages: Uint8Array[];
  /** Bytes until the power goes in the middle of a write; -1 = never. */
  bytesUntilCut: number;
  erases: number;
  said: string[];
  pulses: number;
  press(button: number): void;
  /** Runs all timers up to this uptime, in order. */
  runUntil(uptimeMs: number): void;
}

/** Fresh pages, all ones. */
export function erasedPages(pageCount: number, pageBytes: number): Uint8Array[] {
  return Array.from({ length: pageCount }, () => new Uint8Array(pageBytes).fill(255));
}

function config(kind: number): NodeConfig {
  return {
    site: 'wp-01',
    kind,
    slot: SLOT,
    gatewayKey: toHex(gatewayKey),
    gatewayNode: GATEWAY_RADIO,
    keyId: toHex(keyIdOf(nodeKey)),
    calibrationId: 1,
    pulseUl: 2222,
  };
}

interface Timer {
  dueMs: number;
  periodMs: number;
  fn: () => void;
}

function createTimers() {
  const timers: Timer[] = [];
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    add: (delayMs: number, periodMs: number, fn: () => void): void => {
      timers.push({ dueMs: nowMs + delayMs, periodMs, fn });
    },
    runUntil: (untilMs: number): void => {
      for (;;) {
        const due = timers.filter((timer) => timer.dueMs <= untilMs);
        if (due.length === 0) break;
        const timer = due.reduce((a, b) => (b.dueMs < a.dueMs ? b : a));
        nowMs = timer.dueMs;
        if (timer.periodMs > 0) timer.dueMs += timer.periodMs;
        else timers.splice(timers.indexOf(timer), 1);
        timer.fn();
      }
      nowMs = untilMs;
    },
  };
}

/** The flash door over pages; writes stop and throw POWER_CUT when the board's budget of bytes is spent. */
function flashOf(board: { pages: Uint8Array[]; bytesUntilCut: number; erases: number }) {
  return {
    pageBytes: board.pages.length > 0 ? board.pages[0].length : 4096,
    pageCount: board.pages.length,
    read: (page: number, offset: number, length: number) =>
      board.pages[page].slice(offset, offset + length),
    write: (page: number, offset: number, bytes: Uint8Array): void => {
      if (offset % 4 !== 0 || bytes.length % 4 !== 0) throw new Error('not in words');
      for (let i = 0; i < bytes.length; i++) {
        if (board.bytesUntilCut === 0) throw new Error(POWER_CUT);
        if (board.bytesUntilCut > 0) board.bytesUntilCut--;
        board.pages[page][offset + i] &= bytes[i];
      }
    },
    erase: (page: number): void => {
      board.erases++;
      for (let i = 0; i < board.pages[page].length; i++) {
        if (board.bytesUntilCut === 0) throw new Error(POWER_CUT);
        if (board.bytesUntilCut > 0) board.bytesUntilCut--;
        board.pages[page][i] = 255;
      }
    },
  };
}

/** A board that has just been switched on over these pages. kind: 1 water point, 2 canteen. */
export function fakeBoard(pages: Uint8Array[], kind = 1): FakeBoard {
  const timers = createTimers();
  const presses: (() => void)[] = [];
  let random = 12345;
  const state = { pages, bytesUntilCut: -1, erases: 0, pulses: 0, said: [] as string[] };
  return Object.assign(state, {
    uptimeMs: timers.nowMs,
    after: (delayMs: number, fn: () => void) => timers.add(delayMs, 0, fn),
    every: (periodMs: number, fn: () => void) => timers.add(periodMs, periodMs, fn),
    random32: () => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return random;
    },
    batteryMv: () => 3700,
    crc32: (bytes: Uint8Array) => crc32(bytes),
    config: config(kind),
    signer: {
      publicKey: nodeKey,
      sign: (message: Uint8Array) => ed25519.sign(NODE_SEED, message),
      verify: ed25519.verify,
    },
    flash: flashOf(state),
    uart: { open: () => {}, write: () => {} },
    pulseCount: () => state.pulses >>> 0,
    pulsesAtStart: 0,
    beforeRestart: () => {},
    onPress: (button: number, fn: () => void) => {
      presses[button] = fn;
    },
    kickWatchdog: () => {},
    say: (text: string) => state.said.push(text),
    press: (button: number) => presses[button](),
    runUntil: timers.runUntil,
  });
}

export interface FakeLink extends Link {
  sent: { packet: Uint8Array; atMs: number }[];
  /** What becomes of packets; undefined: nothing is heard of them. */
  outcome: Outcome | undefined;
  hear(packet: Uint8Array): void;
}

/** A link that keeps what is sent and answers after 5 s. */
export function fakeLink(board: Board): FakeLink {
  let hearBroadcast: (packet: Uint8Array, from: number) => void = () => {};
  const link: FakeLink = {
    sent: [],
    outcome: 'delivered',
    start: (onBroadcast) => {
      hearBroadcast = onBroadcast;
    },
    send: (packet, done) => {
      link.sent.push({ packet: packet.slice(), atMs: board.uptimeMs() });
      const outcome = link.outcome;
      if (outcome) board.after(5000, () => done(outcome));
      return true;
    },
    listenUntil: () => {},
    setGateway: () => {},
    hear: (packet) => hearBroadcast(packet, GATEWAY_RADIO),
  };
  return link;
}
