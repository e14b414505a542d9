/*
 * apply.ts: makes a radio as it is wished: begin, orders, commit, restart, everything read back and compared.
 * Way: acts (set-up.ts, undo-radio.ts) -> RadioDoor. Source: recorded exchange test/fixtures/meshtasticd/provisioning*.jsonl.
 */
import type { Progress } from '../progress';
import { Trouble } from '../trouble';
import type { RadioDoor } from './door';
import { type Difference, differencesFrom, planOf, type RadioWish } from './plan';
import type { RadioSettings } from './settings';

/** How it is done. */
export interface ApplyOptions {
  progress: Progress;
  signal: AbortSignal;
  isDryRun: boolean;
  /** Sends also what is right already. */
  again?: boolean;
  /** Called with the settings as they were, before the first order; not when nothing is to be changed. */
  beforeChange(settings: RadioSettings): void;
}

/** What came of it. */
export interface Applied {
  /** Settings that were changed, or would be. */
  differences: Difference[];
  /** Was anything sent? */
  isChanged: boolean;
  /** As they are now. */
  settings: RadioSettings;
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new Trouble('cancelled');
}

/** Throws radio-differs, or region-unset when it is only that. */
function compare(settings: RadioSettings, wish: RadioWish): void {
  const left = differencesFrom(settings, wish).map(({ setting }) => setting);
  if (left.includes('lora.region')) {
    const region = settings.configs.get('lora')?.region ?? 0;
    if (region === 0 && wish.configs.lora?.region !== 0) throw new Trouble('region-unset');
  }
  if (left.length > 0) throw new Trouble('radio-differs', { settings: left.join(', ') });
}

/** Of a wish only what these settings tell. */
function asFarAsTold(wish: RadioWish, told: RadioSettings): RadioWish {
  const only = <T>(all: Readonly<Record<string, T>>, known: Map<string, unknown>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => known.has(name)));
  return {
    ...(told.owner && wish.owner ? { owner: wish.owner } : {}),
    configs: only(wish.configs, told.configs),
    channels: new Map([...wish.channels].filter(([index]) => told.channels.has(index))),
    modules: only(wish.modules, told.modules),
  };
}

/** Makes it so. Throws Trouble: radio-refused, radio-silent, radio-lost, radio-differs, region-unset, cancelled. */
export async function applyWish(
  door: RadioDoor,
  wishFor: (settings: RadioSettings) => RadioWish,
  options: ApplyOptions,
): Promise<Applied> {
  const { progress, signal } = options;
  const before = await door.read();
  // What a door does not tell is left alone: half a section would be written over it.
  const wish = asFarAsTold(wishFor(before), before);
  const orders = planOf(before, wish, options.again);
  const differences = orders.flatMap((order) => order.differences);
  if (options.isDryRun || orders.length === 0) {
    return { differences, isChanged: false, settings: before };
  }
  options.beforeChange(before);
  progress.step('radio-write', { settings: differences.length });
  await door.order({ case: 'beginEditSettings', value: true }, 'begin');
  for (const [done, { message, section }] of orders.entries()) {
    throwIfAborted(signal);
    progress.share(done / orders.length);
    await door.order(message, section);
  }
  await door.order({ case: 'commitEditSettings', value: true }, 'commit');
  progress.step('radio-restart');
  await door.restarted();
  progress.step('radio-compare');
  const settings = await door.read();
  compare(settings, wish);
  const told = await door.askAgain();
  compare(told, asFarAsTold(wish, told));
  return { differences, isChanged: true, settings };
}
