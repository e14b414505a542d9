/*
 * practice-water.ts: water for virtual meters: a line typed at `tallywell practice` is so many pulses of a board's meter.
 * Way: lines of stdin -> virtual board's meter pin -> words on stdout.
 */
import { createInterface } from 'node:readline';
import type { TFunction } from 'i18next';
import type { BoardPort } from '../../hardware/virtual/console/doors';
import { PRACTICE_PULSES_MAX } from './limits';

/** Number of D0, where the water point's meter hangs on a XIAO. */
const METER_PIN = 0;

/** Reads `450` as 450 pulses at board 1, `2 450` as 450 at board 2; null = neither. */
export function pourOf(line: string, boards: number): { board: number; pulses: number } | null {
  const found = /^\s*(?:(\d{1,3})\s+)?(\d{1,6})\s*$/.exec(line);
  const [board, pulses] = [Number(found?.[1] ?? 1), Number(found?.[2])];
  const isGood = found && board >= 1 && board <= boards && pulses >= 1;
  return isGood && pulses <= PRACTICE_PULSES_MAX ? { board, pulses } : null;
}

/** Pours what is typed, until `stop`. */
export function pourWater(
  input: NodeJS.ReadableStream,
  ports: readonly BoardPort[],
  t: TFunction,
  say: (text: string) => void,
): { stop(): void } {
  const lines = createInterface({ input });
  lines.on('line', (line) => {
    if (line.trim() === '') return;
    const pour = pourOf(line, ports.length);
    if (pour === null) return say(t('practice.pour-how', { max: PRACTICE_PULSES_MAX }));
    const { board } = ports[pour.board - 1]?.running.model.options ?? {};
    board?.addPulses(METER_PIN, pour.pulses);
    say(t('practice.poured', pour));
  });
  return { stop: () => lines.close() };
}
