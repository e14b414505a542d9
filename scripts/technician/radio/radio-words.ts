/*
 * radio-words.ts: what came of the acts at a radio, in words for people.
 * Way: results of set-up.ts -> command line, page.
 */
import type { TFunction } from 'i18next';
import type { Difference } from './plan';
import type { SetUpResult } from './set-up';

/** What an undo put back, or would. */
export type RadioUndone = Pick<
  SetUpResult,
  'device' | 'firmware' | 'hardware' | 'isChanged' | 'isDryRun' | 'differences'
>;

function wouldLines(result: RadioUndone, t: TFunction): string[] {
  const { device, hardware, firmware, differences } = result;
  const head = t('radio.would', { device, hardware, firmware, count: differences.length });
  const line = (one: Difference) => t('radio.difference', { ...one });
  return [head, ...differences.map(line)];
}

/** What came of setting it up. */
export function saySetUp(result: SetUpResult, t: TFunction): string {
  const { device, hardware, firmware, isChanged, isDryRun, pins, differences } = result;
  const words = { device, hardware, firmware, count: differences.length };
  const lines = isDryRun
    ? wouldLines(result, t)
    : [t(isChanged ? 'radio.changed' : 'radio.right', words)];
  if (pins) lines.push(t('radio.pins', { ...pins }));
  return lines.join('\n');
}

/** What came of putting it back. */
export function sayRadioUndone(result: RadioUndone, t: TFunction): string {
  if (result.isDryRun) return wouldLines(result, t).join('\n');
  return t('radio.undone', { device: result.device, count: result.differences.length });
}
