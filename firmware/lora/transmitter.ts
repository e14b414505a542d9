/*
 * What: sends frames one after the other: a random wait, a look at the channel, the frame; never beyond the duty cycle.
 * From where to where: the link's frames -> radio chip. Source: Meshtastic's mesh algorithm (channel activity detection
 * before each transmission, contention window of 2^3 to 2^8 slots). Espruino-safe.
 */
import type { Board } from '../board';
import { CAD_TRIES_MAX, LORA_QUEUE_MAX, WINDOW_LOG2_MAX, WINDOW_LOG2_MIN } from '../node-limits';
import { type DutyCycle, mayTransmit, noteTransmission } from './duty-cycle';
import type { RadioChip } from './radio-chip';

interface Waiting {
  frame: Uint8Array;
  /** Looks at the channel that found it busy. */
  busyLooks: number;
  done: (isSent: boolean) => void;
}

export interface Transmitter {
  board: Board;
  chip: RadioChip;
  duty: DutyCycle;
  slotMs: number;
  airtimeMs: (frameBytes: number) => number;
  /** The first is under way. */
  queue: Waiting[];
}

export function createTransmitter(
  board: Board,
  chip: RadioChip,
  duty: DutyCycle,
  slotMs: number,
  airtimeMs: (frameBytes: number) => number,
): Transmitter {
  return {
    board: board,
    chip: chip,
    duty: duty,
    slotMs: slotMs,
    airtimeMs: airtimeMs,
    queue: [],
  };
}

/** Whether something is being sent or waits for it: the chip must be left alone. */
export function isTransmitting(transmitter: Transmitter): boolean {
  return transmitter.queue.length > 0;
}

/** Ends the frame under way and goes on with the next. */
function finish(transmitter: Transmitter, isSent: boolean): void {
  const waiting = transmitter.queue[0];
  transmitter.queue.splice(0, 1);
  if (transmitter.queue.length > 0) waitForSlot(transmitter);
  waiting.done(isSent);
}

function transmit(transmitter: Transmitter): void {
  const { frame } = transmitter.queue[0];
  const airtimeMs = transmitter.airtimeMs(frame.length);
  if (!mayTransmit(transmitter.duty, transmitter.board.uptimeMs(), airtimeMs)) {
    finish(transmitter, false);
    return;
  }
  // Before it is known that it was sent: a chip that fails half way has sent, too.
  noteTransmission(transmitter.duty, transmitter.board.uptimeMs(), airtimeMs);
  transmitter.chip.transmit(frame, (isSent) => finish(transmitter, isSent));
}

function lookAtChannel(transmitter: Transmitter): void {
  transmitter.chip.senseChannel((isBusy) => {
    const waiting = transmitter.queue[0];
    if (!isBusy) transmit(transmitter);
    else if (waiting.busyLooks >= CAD_TRIES_MAX) finish(transmitter, false);
    else {
      waiting.busyLooks++;
      waitForSlot(transmitter);
    }
  });
}

/** A random number of slots; the busier the channel was found, the more. */
function waitForSlot(transmitter: Transmitter): void {
  const { board } = transmitter;
  const log2 = Math.min(WINDOW_LOG2_MAX, WINDOW_LOG2_MIN + transmitter.queue[0].busyLooks);
  const slots = board.random32() & ((1 << log2) - 1);
  board.after(1 + slots * transmitter.slotMs, () => lookAtChannel(transmitter));
}

/** Sends a frame when its turn comes; `done` says once whether it was sent. false: too many wait already. */
export function enqueue(
  transmitter: Transmitter,
  frame: Uint8Array,
  done: (isSent: boolean) => void,
): boolean {
  if (transmitter.queue.length >= LORA_QUEUE_MAX) return false;
  transmitter.queue.push({ frame: frame, busyLooks: 0, done: done });
  if (transmitter.queue.length === 1) waitForSlot(transmitter);
  return true;
}
