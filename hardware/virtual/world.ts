/*
 * The virtual world's clock: a queue of things to do, each at its millisecond.
 * From: whoever schedules (boards, radios, the air, a village's faults); to: their callbacks, in order.
 * Time moves only inside runUntil; nothing here reads the wall clock.
 */
import { createRandomStream, type RandomStream } from './random';

/** A scheduled callback; opaque, give it to `cancel`. */
export interface WorldTimer {
  readonly dueMs: number;
  readonly order: number;
  fn: (() => void) | null;
}

/** Discrete-event clock with seeded randomness. Times are integer ms since the start of the world. */
export interface World {
  /** Present time, ms >= 0. During a callback it is that callback's due time. */
  nowMs(): number;
  /** Runs `fn` at `ms` (a time in the past counts as now). Equal times run in order of scheduling. */
  at(ms: number, fn: () => void): WorldTimer;
  /** Forgets a timer; harmless if it ran already or is undefined. */
  cancel(timer: WorldTimer | undefined): void;
  /** Due time of the next callback, ms, or -1 if nothing is scheduled. */
  nextDueMs(): number;
  /** Runs everything due up to and including `ms`, then sets the clock to `ms`. Throws: time would go back, or called from a callback. */
  runUntil(ms: number): void;
  /** The random stream of this name; the same object for the same name. */
  random(name: string): RandomStream;
  /** How many callbacks have run so far. */
  callbacksRun(): number;
}

function isEarlier(a: WorldTimer, b: WorldTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function siftUp(heap: WorldTimer[], start: number): void {
  let index = start;
  const timer = heap[index];
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isEarlier(timer, heap[parent])) break;
    heap[index] = heap[parent];
    index = parent;
  }
  heap[index] = timer;
}

function siftDown(heap: WorldTimer[]): void {
  let index = 0;
  const timer = heap[0];
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isEarlier(heap[child + 1], heap[child])) child += 1;
    if (!isEarlier(heap[child], timer)) break;
    heap[index] = heap[child];
    index = child;
  }
  heap[index] = timer;
}

/** Takes the earliest timer off a heap that is not empty. */
function popEarliest(heap: WorldTimer[]): WorldTimer {
  const earliest = heap[0];
  const last = heap.pop() as WorldTimer;
  if (heap.length > 0) {
    heap[0] = last;
    siftDown(heap);
  }
  return earliest;
}

/** A new world at time 0. `seed`: any integer; everything random in the world follows from it. */
export function createWorld(seed: number): World {
  const heap: WorldTimer[] = [];
  const streams = new Map<string, RandomStream>();
  let now = 0;
  let order = 0;
  let ran = 0;
  let running = false;

  const at = (ms: number, fn: () => void): WorldTimer => {
    if (!Number.isFinite(ms)) throw new Error(`cannot schedule at ${ms} ms`);
    order += 1;
    const timer: WorldTimer = { dueMs: Math.max(now, Math.ceil(ms)), order, fn };
    heap.push(timer);
    siftUp(heap, heap.length - 1);
    return timer;
  };
  const dropCancelled = (): void => {
    while (heap.length > 0 && heap[0].fn === null) popEarliest(heap);
  };
  const nextDueMs = (): number => {
    dropCancelled();
    return heap.length > 0 ? heap[0].dueMs : -1;
  };
  const runDue = (ms: number): void => {
    for (let due = nextDueMs(); due >= 0 && due <= ms; due = nextDueMs()) {
      const timer = popEarliest(heap);
      const fn = timer.fn as () => void;
      timer.fn = null;
      now = timer.dueMs;
      ran += 1;
      fn();
    }
  };
  const runUntil = (ms: number): void => {
    if (running) throw new Error('runUntil called from inside a callback');
    if (!(ms >= now)) throw new Error(`time cannot go back from ${now} to ${ms} ms`);
    running = true;
    try {
      runDue(ms);
      now = ms;
    } finally {
      running = false;
    }
  };
  const random = (name: string): RandomStream => {
    let stream = streams.get(name);
    if (stream === undefined) {
      stream = createRandomStream(seed, name);
      streams.set(name, stream);
    }
    return stream;
  };
  const cancel = (timer: WorldTimer | undefined): void => {
    if (timer !== undefined) timer.fn = null;
  };
  return { nowMs: () => now, at, cancel, nextDueMs, runUntil, random, callbacksRun: () => ran };
}
