/*
 * stopping.ts: the graceful end: what was heard is committed, the outbox is told as far as the broker takes it, everything closes.
 * Way: signal, parent or library call -> engine, teller, publisher, files. Each step has a limit, so the end comes.
 */
import type { Engine } from './engine';
import { STOP_DRAIN_MS, STOP_STEP_MS } from './limits/operations';
import type { Teller } from './tell';

/** Waits for a step, but not longer: a broker that is connected and acknowledges nothing would never let it end. */
export async function atMost(ms: number, step: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([step, over]);
  clearTimeout(timer);
}

/** The graceful end, once. */
export function createStop(engine: Engine, teller: Teller, closeAll: () => Promise<void>) {
  let tellStopped = () => {};
  const stopped = new Promise<void>((resolve) => {
    tellStopped = resolve;
  });
  let stopping: Promise<void> | null = null;
  const run = async () => {
    engine.end();
    await atMost(STOP_DRAIN_MS, teller.drain(STOP_DRAIN_MS));
    await atMost(STOP_STEP_MS, teller.goodbye());
    await closeAll();
    tellStopped();
  };
  const stop = (): Promise<void> => {
    stopping ??= run();
    return stopping;
  };
  return { stop, stopped };
}
