/*
 * What the sites of the random trouble have in common: what the world was at each time, what befalls it, contacts that a
 * hand moves, and the judge's words for it.
 * Way: random numbers -> acts on the models -> what the node may tell.
 */
import type { Wiring } from '../../../../firmware/sensors/wiring';
import type { BoardPlugs } from '../../../../hardware/virtual/board/plugs';
import { type Contact, createContact } from '../../../../hardware/virtual/sensors/contact';

/** Something that happens; `value` 0..1023 says how. */
export type Act = (value: number) => void;

/** A reading's true values over time. */
export interface Truth {
  /** Its name at the console, and that of its sensor's fault. */
  reading: string;
  fault: string;
  tolerance: number;
  /** A reading may be as old as this, ms: period, attempts and the measurement itself. */
  ageMs: number;
  /** Before this uptime it need not be there, ms. */
  graceMs: number;
  /** [world time, value], ascending. */
  history: [number, number][];
}

/** A site with its models; pins are chosen so that everything fits on one board. */
export interface Site {
  kind: 'water-point' | 'canteen';
  wiring: Wiring;
  truths: Truth[];
  acts: Act[];
  /** Faults that what happened may cause; no other may be told. */
  mayFail: Set<string>;
  /** What the battery may sink to, mV. */
  batteriesMv: number[];
  /** Ends all trouble. */
  heal(): void;
  /** The true counters now; -1 where trouble of the counting sensor itself leaves them open. */
  counters(): number[];
  /** Whether everything that is powered only to measure is off. */
  isResting(): boolean;
  lid: Lid;
  buttons: Button[];
}

/** Whether `told` was true at some time from `nowMs - truth.ageMs` on. */
export function wasTrue(truth: Truth, told: number, nowMs: number): boolean {
  return truth.history.some(([atMs, value], i) => {
    const untilMs = truth.history[i + 1]?.[0] ?? nowMs;
    return untilMs >= nowMs - truth.ageMs && atMs <= nowMs && near(truth, told, value);
  });
}

function near(truth: Truth, told: number, value: number): boolean {
  return Math.abs(told - value) <= truth.tolerance;
}

/** Whether `told` is what the world is now. */
export function isNow(truth: Truth, told: number): boolean {
  return near(truth, told, truth.history[truth.history.length - 1]?.[1] ?? Number.NaN);
}

/** The plugs of a model that is late by `ms()` in all it plans. */
export function late(plugs: BoardPlugs, ms: () => number): BoardPlugs {
  return { ...plugs, at: (atMs, fn) => plugs.at(atMs + ms(), fn) };
}

/** One of `all`. */
export function pick<Value>(all: readonly Value[], value: number): Value {
  return all[value % all.length] as Value;
}

/** A lid with a reed switch that may be loose. */
export interface Lid {
  acts: Act[];
  isOpen(): boolean;
  /** Moving now, or a moment ago: its flag may be either. */
  isMoving(): boolean;
  wasOpened(): boolean;
  heal(): void;
}

export function createLid(plugs: BoardPlugs, pin: number, mayFail: Set<string>): Lid {
  const contact = createContact(plugs, pin, 3);
  let isOpen = false;
  let wasOpened = false;
  let movingUntilMs = 0;
  const isMoving = () => plugs.nowMs() < movingUntilMs;
  const move = (toOpen: boolean) => {
    isOpen = toOpen;
    wasOpened = wasOpened || toOpen;
    if (toOpen) contact.open();
    else contact.close();
  };
  const shake: Act = (value) => {
    if (isMoving()) return;
    mayFail.add('tamper');
    wasOpened = true;
    movingUntilMs = plugs.nowMs() + 9000;
    contact.chatter(8000, 60 + (value % 200));
    plugs.at(plugs.nowMs() + 8500, () => move(isOpen));
  };
  contact.close();
  return {
    acts: [(value) => (isMoving() ? undefined : move(value % 2 === 1)), shake],
    isOpen: () => isOpen,
    isMoving,
    wasOpened: () => wasOpened,
    heal: () => plugs.at(movingUntilMs, () => move(false)),
  };
}

/** A button that reports. */
export interface Button {
  code: number;
  acts: Act[];
  wasHeld(): boolean;
  heal(): void;
}

/** `fault`: its name, for when it sticks. */
export function createButton(
  plugs: BoardPlugs,
  pin: number,
  code: number,
  fault: string,
  mayFail: Set<string>,
): Button {
  const contact: Contact = createContact(plugs, pin, 4);
  let freeMs = 0;
  let wasHeld = false;
  const press = (forMs: number) => {
    if (plugs.nowMs() < freeMs) return;
    wasHeld = wasHeld || forMs > 2000;
    freeMs = plugs.nowMs() + forMs + 200;
    contact.pulse(forMs);
  };
  const stick: Act = () => {
    if (plugs.nowMs() < freeMs) return;
    mayFail.add(fault);
    wasHeld = true;
    freeMs = Number.POSITIVE_INFINITY;
    contact.close();
  };
  return {
    code,
    acts: [
      (value) => press(60 + value),
      (value) => {
        // Short presses in a row, down at most of the time that one held press would take.
        for (let i = 0; i < 4; i++)
          plugs.at(plugs.nowMs() + i * 900, () => press(600 + (value % 90)));
      },
      (value) => press(2300 + value),
      stick,
    ],
    wasHeld: () => wasHeld,
    heal: () => {
      // Stuck for as long as a report needs, if only just before.
      if (freeMs === Number.POSITIVE_INFINITY) plugs.at(plugs.nowMs() + 2500, contact.open);
    },
  };
}
