/*
 * What: which program starts now, and whether safe mode comes first.
 * From where to where: what the slots hold and what the boot log tells -> the loader. Espruino-safe.
 * A program that starts again and again without proving good gives way to the other slot, once and for all;
 * one that proved good before never does: then it is the power that fails, and a pause in safe mode is what helps.
 */
import type { BootFacts } from './boot-log';

/** So many starts in a row without proving good bring the other slot or safe mode. */
export const STARTS_MAX = 3;

/** What the loader is to do. */
export interface Choice {
  /** Index of the slot to start; -1 = none holds a whole program. */
  slot: number;
  /** Sequence of a program that is not to be started again, 0 = none. */
  reject: number;
  /** Why safe mode comes first; '' = start at once. */
  safe: '' | 'asked' | 'no whole program' | 'does not stay up';
}

/** The newest whole program that is not rejected, else the newest whole one; `except`: a slot to pass over. */
function newest(sequences: number[], rejected: number[], except: number): number {
  let best = -1;
  let isBestRejected = true;
  for (let i = 0; i < sequences.length; i++) {
    if (sequences[i] === 0 || i === except) continue;
    const isRejected = rejected.indexOf(sequences[i]) >= 0;
    const isBetter =
      best < 0 ||
      (isBestRejected && !isRejected) ||
      (isBestRejected === isRejected && sequences[i] > sequences[best]);
    if (!isBetter) continue;
    best = i;
    isBestRejected = isRejected;
  }
  return best;
}

/** `sequences`: of the program in each slot, 0 = none that is whole. */
export function choose(sequences: number[], facts: BootFacts): Choice {
  const slot = newest(sequences, facts.rejected, -1);
  if (slot < 0) return { slot: -1, reject: 0, safe: 'no whole program' };
  if (facts.isSafeAsked) return { slot: slot, reject: 0, safe: 'asked' };
  const sequence = sequences[slot];
  if (facts.sequence !== sequence || facts.startsInARow < STARTS_MAX) {
    return { slot: slot, reject: 0, safe: '' };
  }
  const other = newest(sequences, facts.rejected, slot);
  const mayReject = other >= 0 && facts.rejected.indexOf(sequences[other]) < 0;
  if (mayReject && facts.good.indexOf(sequence) < 0) {
    return { slot: other, reject: sequence, safe: '' };
  }
  return { slot: slot, reject: 0, safe: 'does not stay up' };
}
